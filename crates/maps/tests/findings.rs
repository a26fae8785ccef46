//! Map files with mistakes: all of them at once, each at its place.

use std::{fs, path::PathBuf};

use moodline_maps::{parse_map, read_map, read_maps};
use proptest::prelude::*;

const WRONG: &str = r#"id = "shop"
type = "current-stat"
name = { en = "", "chinese simplified" = "店" }
gaol = "More sales"

[[personas]]
id = "student"
name = "Student"
keywords = ["campus", " "]

[[personas]]
id = "student"
name = "Pupil"
"#;

const WRONG_INSIDE: &str = r#"id = "shop"
type = "current-state"
name = { en = "", "chinese simplified" = "店" }
gaol = "More sales"

[[personas]]
id = "student"
name = "Student"
keywords = ["campus", " "]

[[personas]]
id = "student"
name = "Pupil"

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "till"
name = "Till"
keywords = ["付款", "card", "ＣＡＲＤ"]
examples = ["the card was refused", "the card was refused"]
target = 1.5

[[stages.touchpoints]]
id = "till"
name = "Desk"

[[stages]]
id = "buy"
name = "Use"

[[stages.touchpoints]]
id = "wear"
name = "Wearing"
keywords = ["付款"]
perceived = -2
owner = ""

[[stages]]
id = "leave"
name = "Leave"
"#;

#[test]
fn mistakes_of_form_are_said_at_once() {
    insta::assert_snapshot!(parse_map("shop.toml", WRONG).expect_err("wrong").to_string());
}

#[test]
fn mistakes_of_content_are_said_at_once_with_unknown_keys() {
    insta::assert_snapshot!(parse_map("shop.toml", WRONG_INSIDE).expect_err("wrong").to_string());
}

#[test]
fn a_map_needs_stages() {
    let findings = parse_map("a.toml", "id = \"a\"\ntype = \"future-state\"\nname = \"A\"\n").expect_err("no stages");
    assert_eq!(findings.as_slice()[0].message, "map `a` has no stages; add a [[stages]] table");
}

#[test]
fn many_maps_are_read_together_and_share_no_id() {
    let folder = std::env::temp_dir().join(format!("moodline-maps-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let map = |stage: &str| {
        format!(
            "id = \"a\"\ntype = \"current-state\"\nname = \"A\"\n[[stages]]\nid = \"{stage}\"\nname = \"S\"\n[[stages.touchpoints]]\nid = \"t\"\nname = \"T\"\nkeywords = [\"t\"]\n"
        )
    };
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("a file");
    write("1.toml", &map("one"));
    write("notes.txt", "not a map");
    let loaded = read_maps(std::slice::from_ref(&folder)).expect("one sound map");
    assert_eq!(loaded.iter().map(|loaded| loaded.map.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(loaded[0].definition, map("one"));
    assert_eq!(read_map(&folder.join("1.toml")).expect("sound").version, loaded[0].version);

    write("2.toml", &map("two"));
    write("3.toml", "id = 3\n");
    let findings = read_maps(&[folder.clone(), folder.join("none.toml")]).expect_err("three mistakes");
    let said: Vec<String> = findings.iter().map(|finding| finding.message.clone()).collect();
    assert!(said.iter().any(|message| message.starts_with("map `a` is already defined in ")), "{said:?}");
    assert!(said.iter().any(|message| message.contains("invalid type: integer `3`")), "{said:?}");
    assert!(said.iter().any(|message| message.starts_with("could not be read: ")), "{said:?}");
    fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn every_shipped_map_file_is_sound() {
    let config = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config");
    let maps =
        read_maps(&[config.join("maps"), config.join("templates")]).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(maps.len() >= 9);
    for loaded in maps {
        assert!(!loaded.map.texts().is_empty(), "{}", loaded.origin);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s).{0,200}") {
        let _ = parse_map("a.toml", &text);
    }

    #[test]
    fn no_damage_to_a_map_makes_the_reader_panic(cut in 0..1000_usize, length in 0..200_usize, put in "\\PC{0,4}") {
        let chars: Vec<char> = WRONG_INSIDE.chars().collect();
        let cut = cut.min(chars.len());
        let end = (cut + length).min(chars.len());
        let text: String = chars[..cut].iter().copied().chain(put.chars()).chain(chars[end..].iter().copied()).collect();
        if let Err(findings) = parse_map("a.toml", &text) {
            prop_assert!(!findings.to_string().is_empty());
        }
    }
}

#[test]
fn a_flag_rule_names_what_the_map_has() {
    let map = |rule: &str| {
        format!(
            "id = \"shop\"\ntype = \"current-state\"\nname = \"Shop\"\n\n[flag]\n{rule}\n\n[[stages]]\nid = \"buy\"\n\
             name = \"Buy\"\n[[stages.touchpoints]]\nid = \"pay\"\nname = \"Paying\"\nkeywords = [\"card\"]\n"
        )
    };
    parse_map("shop.toml", &map("from = 0.9\ntouchpoints = [\"pay\"]\nemotions = [\"anger\"]")).unwrap();
    for (rule, told) in [
        ("from = 1.5", "6:8"),
        ("from = 1.5", "from 0 to 1"),
        ("touchpoints = [\"pay\", \"moon\"]", "it has pay"),
        ("emotions = [\"rage\"]", "anger"),
        ("reach = 1000", "unknown field `reach`"),
    ] {
        let error = parse_map("shop.toml", &map(rule)).unwrap_err().to_string();
        assert!(error.contains(told), "{rule}: {error}");
    }
}
