//! A site with an API from the settings to the counts.

use std::sync::{Arc, Mutex};

use moodline_testkit::{LocalServer, Reply};

use crate::support::Project;

fn posts(posts: &[(u32, &str)]) -> String {
    let posts: Vec<String> = posts
        .iter()
        .map(|(id, text)| {
            format!(
                r#"{{"id":{id},"username":"kim","created_at":"2026-05-01T10:00:{id:02}.000Z","cooked":"<p>{text}</p>","topic_id":1}}"#
            )
        })
        .collect();
    format!(r#"{{"latest_posts":[{}]}}"#, posts.join(","))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forum_is_fetched_and_its_edits_and_deletions_reach_the_store() {
    let forum = Arc::new(Mutex::new(vec![(3, "awful fees"), (2, "great bank"), (1, "fine")]));
    let offered = Arc::clone(&forum);
    let server = LocalServer::start(move |request| {
        let offered = offered.lock().unwrap();
        match request.path.strip_prefix("/posts/").map(|rest| rest.trim_end_matches(".json").parse::<u32>()) {
            Some(Ok(id)) if offered.iter().any(|(there, _)| *there == id) => Reply::ok("{}"),
            Some(_) => Reply::status(404),
            None => Reply::ok(posts(&offered)),
        }
    })
    .await;
    let project = Project::new(&format!(
        "[http]\nallow_private_addresses = true\nmin_interval = \"0s\"\n\
         [[sources.discourse]]\nid = \"forum\"\nurl = \"{}\"\nhistory_days = 3650\n",
        server.url("/")
    ));
    let fetch = || tokio::task::block_in_place(|| project.run(&["fetch"])).ok().stdout;
    let first = fetch();
    assert!(first.contains("3 new"), "{first}");

    *forum.lock().unwrap() = vec![(4, "new here"), (3, "awful fees, but they paid me back"), (1, "fine")];
    let second = fetch();
    assert!(second.contains("1 new, 1 changed") && second.contains("1 gone upstream"), "{second}");

    forum.lock().unwrap().clear();
    let third = fetch();
    assert!(third.contains("suspicious"), "an empty forum is not believed: {third}");
    let states = tokio::task::block_in_place(|| project.run(&["sources", "--format", "json"])).ok().json();
    assert_eq!(states[0]["mentions"], 4, "{states}");
}
