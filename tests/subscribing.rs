//! `moodline sources discover`, `import`, `test`, `dropped` and `rename`: from a site's address to a source that is
//! looked after.

use moodline_testkit::{LocalServer, Reply};

use crate::support::{Project, Ran};

const HTTP: &str = "[http]\nallow_private_addresses = true\nmin_interval = \"0s\"\n";

fn rss(entries: &[(&str, &str)]) -> String {
    let item = |(id, text): &(&str, &str)| format!("<item><guid>{id}</guid><description>{text}</description></item>");
    let items: String = entries.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

/// A site whose page names two feeds, one of which is gone.
async fn site() -> LocalServer {
    LocalServer::start(|request| match request.path.as_str() {
        "/" => Reply::ok(
            "<html><head><link rel='alternate' type='application/rss+xml' title='The Forum' href='/latest.rss'>\
             <link rel='alternate' type='application/rss+xml' title='Old' href='/gone.rss'></head></html>",
        )
        .header("Content-Type", "text/html"),
        "/latest.rss" => Reply::ok(rss(&[("1", "great bank"), ("2", "awful fees"), ("3", "ok")])),
        "/busy.rss" => Reply::status(429).header("Retry-After", "90"),
        _ => Reply::status(404),
    })
    .await
}

fn run(project: &Project, arguments: &[&str]) -> Ran {
    tokio::task::block_in_place(|| project.run(arguments))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_of_a_site_are_found_and_can_be_used_as_printed() {
    let server = site().await;
    let project = Project::new(HTTP);
    let found = run(&project, &["sources", "discover", &server.url("/")]).ok().stdout;
    assert!(found.contains("# 3 entries") && found.contains("id = \"the-forum\""), "{found}");
    assert!(found.contains("gone.rss cannot be read"), "{found}");

    project.write("moodline.toml", format!("{HTTP}{found}"));
    let fetched = run(&project, &["fetch"]).ok().stdout;
    assert!(fetched.contains("the-forum: 3 new"), "{fetched}");

    let nothing = run(&project, &["sources", "discover", &server.url("/nothing")]).failed(1);
    assert!(nothing.stderr.contains("404"), "{}", nothing.stderr);
    let no_address = run(&project, &["sources", "discover", "http://"]).failed(1);
    assert!(no_address.stderr.contains("is not an address"), "{}", no_address.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_added_to_the_settings_once() {
    let server = site().await;
    let (known, fresh) = (server.url("/known.rss"), server.url("/latest.rss"));
    let before = format!("# mine\n{HTTP}[[sources.feeds]]\nid = \"known\"\nurl = \"{known}\"\nenabled = false\n");
    let project = Project::new(&before);
    project.write(
        "feeds.opml",
        format!(
            r#"<?xml version="1.0"?><opml version="2.0"><body>
               <outline text="Banks"><outline text="The Forum &amp; more" type="rss" xmlUrl="{fresh}"/></outline>
               <outline text="Again" type="rss" xmlUrl="{fresh}"/>
               <outline text="Known" type="rss" xmlUrl="{known}"/>
               <outline text="Odd" type="rss" xmlUrl="gopher://x"/></body></opml>"#
        ),
    );
    let added = run(&project, &["sources", "import", "feeds.opml"]).ok().stdout;
    for part in ["added `the-forum-more`", "stands in the file twice", "is source `known` already", "gopher://x"] {
        assert!(added.contains(part), "{part} is missing in\n{added}");
    }
    let settings = std::fs::read_to_string(project.path("moodline.toml")).unwrap();
    assert!(settings.starts_with(before.trim_end()), "what was there stays:\n{settings}");
    assert!(run(&project, &["fetch"]).ok().stdout.contains("the-forum-more: 3 new"));

    let again = run(&project, &["sources", "import", "feeds.opml"]).ok().stdout;
    assert!(again.contains("nothing to add"), "{again}");
    assert_eq!(std::fs::read_to_string(project.path("moodline.toml")).unwrap(), settings);
    project.write("broken.opml", "<opml><body><outline");
    let broken = run(&project, &["sources", "import", "broken.opml"]);
    assert!(broken.code != 0 || broken.stdout.contains("nothing to add"), "{}{}", broken.stdout, broken.stderr);
    let missing = run(&project, &["sources", "import", "nowhere.opml"]).failed(1);
    assert!(missing.stderr.contains("nowhere.opml"), "{}", missing.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_asked_once_its_answer_explained_and_nothing_stored() {
    let server = site().await;
    let feed = |id: &str, path: &str| format!("[[sources.feeds]]\nid = \"{id}\"\nurl = \"{}\"\n", server.url(path));
    let settings =
        [HTTP.to_owned(), feed("good", "/latest.rss"), feed("gone", "/gone.rss"), feed("busy", "/busy.rss")].concat();
    let project = Project::new(&settings);
    let good = run(&project, &["sources", "test", "good"]).ok().stdout;
    for part in ["GET http://", "/latest.rss: status 200", "read: 3 mentions", "awful fees", "nothing was stored"] {
        assert!(good.contains(part), "{part} is missing in\n{good}");
    }
    let gone = run(&project, &["sources", "test", "gone"]).failed(1);
    assert!(
        gone.stdout.contains("status 404") && gone.stdout.contains("what to do: correct the address"),
        "{}",
        gone.stdout
    );
    let busy = run(&project, &["sources", "test", "busy"]).failed(1);
    assert!(busy.stdout.contains("status 429") && busy.stdout.contains("Fetch it less often"), "{}", busy.stdout);
    let unknown = run(&project, &["sources", "test", "godo"]).failed(1);
    assert!(
        unknown.stderr.contains("there is no source `godo`") && unknown.stderr.contains("good"),
        "{}",
        unknown.stderr
    );
    assert_eq!(server.count(), 3, "one request each");
    let states = run(&project, &["sources", "--format", "json"]).ok().json();
    assert!(
        states.as_array().unwrap().iter().all(|state| state["mentions"] == 0 && state["failures"] == 0),
        "{states}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_keep_out_is_listed_with_its_reason() {
    let server = site().await;
    let project = Project::new(&format!(
        "{HTTP}[[sources.feeds]]\nid = \"forum\"\nurl = \"{}\"\nrules = {{ drop_words = [\"fees\"], min_chars = 4 }}\n",
        server.url("/latest.rss")
    ));
    let fetched = run(&project, &["fetch"]).ok().stdout;
    assert!(fetched.contains("1 new") && fetched.contains("2 kept out by rules"), "{fetched}");
    let dropped = run(&project, &["sources", "dropped", "forum"]).ok().stdout;
    for part in ["awful fees", "drop_words", "min_chars", "2 of 2 items that the rules of forum keep out"] {
        assert!(dropped.contains(part), "{part} is missing in\n{dropped}");
    }
    assert!(run(&project, &["sources", "dropped", "other"]).ok().stdout.contains("0 of 0 items"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_source_keeps_what_it_has_read() {
    let server = site().await;
    let settings =
        |id: &str| format!("{HTTP}[[sources.feeds]]\nid = \"{id}\"\nurl = \"{}\"\n", server.url("/latest.rss"));
    let project = Project::new(&settings("forum"));
    run(&project, &["fetch"]).ok();
    let renamed = run(&project, &["sources", "rename", "forum", "bank-forum"]).ok().stdout;
    assert!(renamed.contains("3 mentions of `forum` now under `bank-forum`"), "{renamed}");
    assert!(renamed.contains("now change `id = \"forum\"`"), "{renamed}");
    project.write("moodline.toml", settings("bank-forum"));
    let fetched = run(&project, &["fetch"]).ok().stdout;
    assert!(fetched.contains("bank-forum: 0 new, 0 changed"), "{fetched}");
    let states = run(&project, &["sources", "--format", "json"]).ok().json();
    assert_eq!((states.as_array().unwrap().len(), &states[0]["mentions"]), (1, &3.into()), "{states}");
    let unknown = run(&project, &["sources", "rename", "nobody", "somebody"]).failed(1);
    assert!(unknown.stderr.contains("nobody"), "{}", unknown.stderr);
}
