//! Traces as an operator's collector receives them.

use moodline_testkit::{LocalServer, Reply, SentSpan, sent_spans};

use crate::support::{Project, json_lines};

/// Two sources, of which one cannot be read, and a collector at `endpoint`.
fn project(endpoint: &str) -> Project {
    let project = Project::new(&format!(
        "[http]\nallow_private_addresses = true\nmin_interval = \"0s\"\n\
         [telemetry]\nendpoint = \"{endpoint}\"\nheaders = {{ authorization = {{ file = \"collector.key\" }} }}\n\
         [[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n\
         [[sources.feeds]]\nid = \"forum\"\nurl = \"http://127.0.0.1:9/search?q=mei\"\n"
    ))
    .with_example_map("online-bank");
    project.write("collector.key", "Bearer collector-secret\n");
    let texts = ["转账失败，请打电话13812345678", "The transfer failed twice"];
    project.write("inbox.jsonl", json_lines(texts.iter().zip(1..).map(|(text, id)| (format!("{id}"), (*text).into()))));
    project
}

fn arrived(collector: &LocalServer) -> Vec<SentSpan> {
    collector.received().iter().flat_map(|request| sent_spans(&request.body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_a_refresh_tell_what_was_done_for_which_source_and_map() {
    let collector = LocalServer::start(|_| Reply::ok("")).await;
    let project = project(&collector.url(""));
    let ran = tokio::task::block_in_place(|| project.run(&["refresh"]).failed(1));
    assert!(!ran.stderr.contains("spans"), "{}", ran.stderr);
    let requests = collector.received();
    for request in &requests {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/traces"));
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        assert_eq!(request.header("authorization"), Some("Bearer collector-secret"));
    }
    let spans = arrived(&collector);
    let find = |name: &str, key: &str, value: &str| {
        let found = spans
            .iter()
            .find(|span| span.name == name && span.attributes.get(key).is_some_and(|attribute| attribute == value));
        found.unwrap_or_else(|| panic!("{name} of {key} {value} in {spans:#?}"))
    };
    let refresh = spans.iter().find(|span| span.name == "refresh").expect("the whole");
    assert_eq!(refresh.service, "moodline");
    assert!(refresh.parent.is_empty());
    let inbox = find("fetch", "source.id", "inbox");
    assert_eq!((&inbox.attributes["mention.count"], inbox.failed), (&"2".to_owned(), false));
    let forum = find("fetch", "source.id", "forum");
    assert!(forum.failed);
    assert_eq!(find("request", "server.address", "127.0.0.1").parent, forum.id);
    for step in ["assign", "layers", "themes"] {
        assert_eq!(find(step, "map.id", "online-bank").parent, refresh.id, "{step}");
    }
    let enrich = spans.iter().find(|span| span.name == "enrich").expect("judging");
    assert_eq!(enrich.attributes["mention.count"], "2");
    assert_eq!(find("judge", "mention.count", "2").parent, enrich.id);
    let said = format!("{spans:?}");
    for kept in ["转账", "13812345678", "transfer failed", "q=mei", "collector-secret"] {
        assert!(!said.contains(kept), "{kept} in {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_go_where_the_environment_says() {
    let (settings, environment) =
        (LocalServer::start(|_| Reply::ok("")).await, LocalServer::start(|_| Reply::ok("")).await);
    let project = project(&settings.url(""));
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", environment.url("/otlp")), ("OTEL_SERVICE_NAME", "nightly".to_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    tokio::task::block_in_place(|| project.run_in(&["fetch"], &variables).failed(1));
    assert_eq!(settings.count(), 0);
    assert!(environment.received().iter().all(|request| request.path == "/otlp/v1/traces"));
    assert!(arrived(&environment).iter().any(|span| span.service == "nightly" && span.name == "fetch"));
    tokio::task::block_in_place(|| project.run_in(&["fetch"], &[("OTEL_SDK_DISABLED", "true")]).failed(1));
    assert_eq!(settings.count(), 0, "switched off");
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_that_nobody_takes_do_not_keep_the_work_from_being_done() {
    let refusing = LocalServer::start(|_| Reply::status(503)).await;
    for endpoint in ["http://127.0.0.1:9".to_owned(), refusing.url("")] {
        let project = project(&endpoint);
        let ran = tokio::task::block_in_place(|| project.run(&["fetch", "--source", "inbox"]).ok());
        assert!(ran.stdout.contains("2 new"), "{}", ran.stdout);
    }
}
