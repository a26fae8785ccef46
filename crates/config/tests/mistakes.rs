//! Whole files with several mistakes: all of them are said, each at its place, and nothing else.

use moodline_config::{Findings, parse, parse_checked};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Kind {
    Feed,
    File,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the reading is tested")]
struct Feed {
    id: String,
    url: String,
    kind: Kind,
    #[serde(default)]
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Sources {
    feeds: Vec<Feed>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Server {
    port: u16,
    name: String,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    server: Server,
    sources: Sources,
}

fn mistakes(text: &str) -> String {
    parse::<Settings>("moodline.toml", text).expect_err("the text is wrong").to_string()
}

fn places(findings: &Findings) -> Vec<(usize, usize)> {
    findings.iter().map(|finding| (finding.line, finding.column)).collect()
}

#[test]
fn every_mistake_is_said_at_once() {
    let text = r#"
[server]
prot = 8080
port = "many"

[[sources.feeds]]
id = "news"
urll = "https://example.org/feed"
kind = "feeed"

[[sources.feeds]]
id = "paper"
url = "https://example.org/paper"
limit = -3

[other]
a = 1
"#;
    assert_eq!(
        mistakes(text),
        "\
moodline.toml:3:1: unknown field `prot`, expected `port` or `name`; did you mean `port`?
3 | prot = 8080
  | ^^^^
moodline.toml:4:8: invalid type: string \"many\", expected u16
4 | port = \"many\"
  |        ^^^^^^
moodline.toml:6:1: missing field `url`
6 | [[sources.feeds]]
  | ^^^^^^^^^^^^^^^^^
moodline.toml:8:1: unknown field `urll`, expected one of `id`, `url`, `kind`, `limit`; did you mean `url`?
8 | urll = \"https://example.org/feed\"
  | ^^^^
moodline.toml:9:8: unknown variant `feeed`, expected `feed` or `file`; did you mean `feed`?
9 | kind = \"feeed\"
  |        ^^^^^^^
moodline.toml:11:1: missing field `kind`
11 | [[sources.feeds]]
   | ^^^^^^^^^^^^^^^^^
moodline.toml:14:9: invalid value: integer `-3`, expected u32
14 | limit = -3
   |         ^^
moodline.toml:16:2: unknown field `other`, expected `server` or `sources`
16 | [other]
   |  ^^^^^
8 mistakes"
    );
}

#[test]
fn several_missing_fields_of_one_table_are_all_named() {
    let findings = parse::<Settings>("a.toml", "[[sources.feeds]]\nlimit = 1\n").expect_err("three are missing");
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["missing field `id`", "missing field `kind`", "missing field `url`"]);
}

#[test]
fn all_syntax_errors_are_said_and_keys_elsewhere_as_well() {
    let findings = parse::<Settings>("a.toml", "[server]\nport = \nname = \"x\nprot = 1\n").expect_err("wrong");
    assert_eq!(places(&findings), [(2, 8), (3, 10), (4, 1)], "{findings}");
}

#[test]
fn a_key_given_twice_is_a_mistake() {
    let findings = parse::<Settings>("a.toml", "[server]\nport = 1\nport = 2\n").expect_err("wrong");
    assert_eq!(places(&findings), [(3, 1)], "{findings}");
}

#[test]
fn checks_across_fields_join_the_unknown_keys() {
    let text = "[server]\nport = 80\nnam = \"x\"\n[[sources.feeds]]\nid = \"a\"\nurl = \"ftp://x\"\nkind = \"file\"\n";
    let findings = parse_checked::<Settings>("a.toml", text, |document| {
        let feed = &document.value.sources.feeds[0];
        assert_eq!(feed.url, "ftp://x");
        vec![
            document.finding(&["sources".into(), "feeds".into(), 0.into(), "url".into()], "not a web address"),
            document.finding(&["sources".into(), "feeds".into(), 7.into()], "falls back"),
            document.key_finding(&["server".into(), "port".into()], "a port below 1024"),
        ]
    })
    .expect_err("wrong");
    assert_eq!(places(&findings), [(2, 1), (3, 1), (4, 1), (6, 7)], "{findings}");
}

#[test]
fn sound_text_is_simply_read() {
    let document = parse::<Settings>("a.toml", "[server]\nport = 80\n").expect("sound");
    assert_eq!(document.value.server.port, 80);
    assert_eq!(document.value.server.name, "");
    assert_eq!(document.name(), "a.toml");
}

/// Pieces that make files which are nearly right.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[server]\n".to_owned()),
        Just("[[sources.feeds]]\n".to_owned()),
        Just("[sources]\nfeeds = [{ id = 1, kind = \"feed\" }, 3, []]\n".to_owned()),
        Just("port = 1\n".to_owned()),
        Just("kind = \"fil\"\n".to_owned()),
        Just("limit = 99999999999999999999\n".to_owned()),
        Just("a.b.c = 1979-05-27\n".to_owned()),
        "[a-zé支]{1,4} = [\"'\\[{0-9tru.支]{0,6}\n",
        "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s).{0,200}") {
        let _ = parse::<Settings>("a.toml", &text).map_err(|findings| findings.to_string());
    }

    #[test]
    fn nearly_right_files_give_findings_inside_the_text(pieces in prop::collection::vec(piece(), 0..12)) {
        let text = pieces.concat();
        if let Err(findings) = parse::<Settings>("a.toml", &text) {
            prop_assert!(!findings.is_empty());
            prop_assert!(!findings.to_string().is_empty());
            for finding in &findings {
                prop_assert!(finding.line <= text.split('\n').count());
                prop_assert!(finding.column <= finding.source_line.chars().count() + 1);
            }
        }
    }
}
