//! Feeds over HTTP from a server that misbehaves.

use std::sync::{Arc, Mutex};

use moodline_testkit::{LocalServer, Reply};

use crate::support::Project;

fn rss(items: &[(&str, &str)]) -> String {
    let items: String = items
        .iter()
        .map(|(id, text)| {
            format!(
                "<item><guid>{id}</guid><title>Review</title><description>{text}</description>\
                 <pubDate>Fri, 01 May 2026 08:00:00 GMT</pubDate></item>"
            )
        })
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

fn settings(server: &LocalServer, paths: &[&str]) -> String {
    let feeds: String = paths
        .iter()
        .map(|path| format!("[[sources.feeds]]\nid = \"{path}\"\nurl = \"{}\"\n", server.url(&format!("/{path}"))))
        .collect();
    format!("[http]\nallow_private_addresses = true\nmin_interval = \"0s\"\ntimeout = \"2s\"\n{feeds}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_asked_whether_it_changed_and_gives_each_entry_once() {
    let items = Arc::new(Mutex::new(vec![("1", "great bank"), ("2", "awful fees")]));
    let offered = Arc::clone(&items);
    let server = LocalServer::start(move |request| {
        let body = rss(&offered.lock().unwrap());
        let etag = format!("\"{}\"", body.len());
        if request.header("if-none-match") == Some(&etag) {
            return Reply::status(304);
        }
        Reply::ok(body).header("Content-Type", "application/rss+xml").header("ETag", &etag)
    })
    .await;
    let project = Project::new(&settings(&server, &["news"]));
    let fetch = || tokio::task::block_in_place(|| project.run(&["fetch"])).ok().stdout;
    assert!(fetch().contains("2 new"));
    let second = fetch();
    assert!(second.contains("0 new") && second.contains("not modified"), "{second}");
    items.lock().unwrap().push(("3", "new entry"));
    assert!(fetch().contains("1 new"));
    let agent = server.received()[0].header("user-agent").unwrap().to_owned();
    assert!(agent.starts_with("moodline/"), "{agent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_host_does_not_keep_the_others_waiting() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/good" => Reply::ok(rss(&[("1", "fine")])),
        "/busy" => Reply::status(429).header("Retry-After", "120"),
        "/broken" => Reply::status(500),
        "/loop" => Reply::redirect("/loop"),
        "/page" => Reply::ok("<!doctype html><html><body>hello</body></html>").header("Content-Type", "text/html"),
        _ => Reply::ok("").stall_after(0),
    })
    .await;
    let project = Project::new(&settings(&server, &["broken", "loop", "page", "stalling", "good", "busy"]));
    let ran = tokio::task::block_in_place(|| project.run(&["fetch"])).failed(1);
    assert!(ran.stdout.contains("good: 1 new"), "{}", ran.stdout);
    assert!(ran.stderr.contains("5 of 6 sources"), "{}", ran.stderr);
    let told =
        |id: &str| ran.stdout.lines().find(|line| line.starts_with(&format!("{id}: failed"))).unwrap().to_owned();
    assert!(told("busy").contains("120"), "{}", told("busy"));
    assert!(told("broken").contains("500"), "{}", told("broken"));
    assert!(told("loop").contains("redirect"), "{}", told("loop"));
    told("page");
    told("stalling");
    let states = tokio::task::block_in_place(|| project.run(&["sources", "--format", "json"])).ok().json();
    let failing = states.as_array().unwrap().iter().filter(|state| state["failures"] == 1).count();
    assert_eq!(failing, 5, "{states}");
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_not_fetched_from_unless_allowed() {
    let server = LocalServer::start(|_| Reply::ok(rss(&[("1", "secret")]))).await;
    let url = server.url("/internal");
    let project = Project::new(&format!("[[sources.feeds]]\nid = \"inside\"\nurl = \"{url}\"\n"));
    let ran = tokio::task::block_in_place(|| project.run(&["fetch"])).failed(1);
    assert!(ran.stdout.contains("allow_private_addresses"), "{}", ran.stdout);
    assert!(server.received().is_empty());
}
