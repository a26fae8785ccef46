//! From nothing to a valid project, and every mistake at its place.

use crate::support::Project;

#[test]
fn a_new_project_is_valid_from_the_start() {
    let project = Project::new("");
    let ran = project.run(&["init", "shop", "--template", "social-funnel", "--map", "my-funnel"]).ok();
    assert!(ran.stdout.contains("moodline check"), "{}", ran.stdout);
    let checked = project.run(&["--config", "shop/moodline.toml", "check"]).ok();
    for line in ["settings", "model", "database", "my-funnel ok, 3 stages"] {
        assert!(checked.stdout.contains(line), "{line} is missing in\n{}", checked.stdout);
    }
    let again = project.run(&["init", "shop", "--template", "social-funnel", "--map", "my-funnel"]).failed(1);
    assert!(again.stderr.contains("will not overwrite"), "{}", again.stderr);
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let project = Project::new(
        "[database]\nurll = \"sqlite:x.db\"\n\n[schedule]\nfetch = \"often\"\ntime_zone = \"Mars/Base\"\n\n[layers]\n\
         window_days = \"many\"\n",
    );
    let ran = project.run(&["check"]).failed(64);
    for place in ["moodline.toml:2:1", "moodline.toml:9:15"] {
        assert!(ran.stderr.contains(place), "{place} is missing in\n{}", ran.stderr);
    }
    assert!(ran.stderr.contains("`urll`") && ran.stderr.contains("url"), "{}", ran.stderr);
    let project = Project::new("[schedule]\nfetch = \"often\"\ntime_zone = \"Mars/Base\"\n");
    let ran = project.run(&["check"]).failed(64);
    for part in ["moodline.toml:2:9", "five fields", "moodline.toml:3:13", "Asia/Shanghai"] {
        assert!(ran.stderr.contains(part), "{part} is missing in\n{}", ran.stderr);
    }
}

#[test]
fn values_out_of_range_are_named_with_their_range() {
    let project = Project::new("[layers]\nwindow_days = 0\nmax_interval_width = 3.0\n[assign]\nflag_from = 1.5\n");
    let ran = project.run(&["check"]).failed(64);
    for part in ["moodline.toml:2:15", "from 1 to 366", "moodline.toml:3:22", "moodline.toml:5:13", "from 0 to 1"] {
        assert!(ran.stderr.contains(part), "{part} is missing in\n{}", ran.stderr);
    }
}

#[test]
fn a_broken_map_is_named_with_line_and_column_and_changes_nothing() {
    let project = Project::new("").with_example_map("online-bank");
    project.run(&["refresh"]).ok();
    project.write("maps/second.toml", "id = \"second\"\ntype = \"current\"\nname = \"x\"\n");
    let ran = project.run(&["refresh"]).failed(64);
    assert!(ran.stderr.contains("second.toml:2:8"), "{}", ran.stderr);
    let listed = project.run(&["map", "show", "online-bank"]).ok();
    assert!(listed.stdout.contains("run"), "the map drawn before stays readable:\n{}", listed.stdout);
}

#[test]
fn without_settings_the_user_is_told_where_to_start() {
    let project = Project::new("");
    std::fs::remove_file(project.path("moodline.toml")).unwrap();
    let ran = project.run(&["refresh"]).failed(64);
    for hint in ["moodline init", "--config", "moodline demo"] {
        assert!(ran.stderr.contains(hint), "{hint} is missing in {}", ran.stderr);
    }
}

#[test]
fn a_damaged_model_is_refused_by_name() {
    let project = Project::new("[model]\npath = \"model\"\n").with_example_map("online-bank");
    let shipped = std::fs::read_dir(crate::support::repository().join("models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.join("manifest.json").exists())
        .unwrap();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let mut bytes = std::fs::read(entry.path()).unwrap();
            if entry.file_name() == "heads.safetensors" {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
            project.write(&format!("model/{}", entry.file_name().to_str().unwrap()), bytes);
        }
    }
    let ran = project.run(&["check"]).failed(64);
    assert!(ran.stderr.contains("heads.safetensors"), "{}", ran.stderr);
    let ran = project.run(&["enrich"]).failed(1);
    assert!(ran.stderr.contains("heads.safetensors"), "{}", ran.stderr);
}
