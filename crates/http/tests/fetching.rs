//! The client against a scripted server.

use std::time::{Duration, Instant};

use moodline_http::{HttpClient, HttpConfig, HttpError, Request, Response, Validators};
use moodline_testkit::{LocalServer, Reply};
use moodline_types::{Interval, SecretText};
use url::Url;

fn config() -> HttpConfig {
    HttpConfig {
        allow_private_addresses: true,
        min_interval: Interval::from_secs(0),
        timeout: Interval::from_secs(5),
        max_body_bytes: 100_000,
        ..HttpConfig::default()
    }
}

async fn get_with(config: &HttpConfig, url: &str) -> Result<Response, HttpError> {
    let client = HttpClient::new(config)?;
    let url = Url::parse(url).expect("tests write addresses");
    client.get(&url, "*/*", &Validators::default()).await
}

async fn get(server: &LocalServer, path: &str) -> Result<Response, HttpError> {
    get_with(&config(), &server.url(path)).await
}

#[tokio::test]
async fn an_answer_comes_with_its_headers_and_final_address() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/old" => Reply::status(301).header("Location", "/new"),
        _ => Reply::ok("hello")
            .header("Content-Type", "text/plain; charset=\"GB2312\"")
            .header("ETag", "W/\"1\"")
            .header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
    })
    .await;
    let answer = get(&server, "/old").await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"hello"[..]));
    assert_eq!(answer.url.path(), "/new");
    assert_eq!(answer.charset(), Some("GB2312"));
    assert_eq!(answer.validators.etag.as_deref(), Some("W/\"1\""));
    assert!(answer.moved_permanently && !answer.not_modified);
}

#[tokio::test]
async fn validators_are_sent_back_verbatim_and_304_is_an_answer() {
    let server = LocalServer::start(|request| match request.header("If-None-Match") {
        Some("W/\"1\"") => Reply::status(304),
        _ => Reply::status(500),
    })
    .await;
    let client = HttpClient::new(&config()).unwrap();
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let validators = Validators { etag: Some("W/\"1\"".to_owned()), last_modified: Some(date.to_owned()) };
    let answer = client.get(&server.url("/").parse().unwrap(), "*/*", &validators).await.unwrap();
    assert!(answer.not_modified && answer.body.is_empty());
    let request = &server.received()[0];
    assert_eq!(request.header("If-Modified-Since"), Some(date));
    assert!(request.header("User-Agent").unwrap().starts_with("moodline/"));
}

#[tokio::test]
async fn both_forms_of_retry_after_become_a_pause() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/seconds" => Reply::status(429).header("Retry-After", "120"),
        "/date" => Reply::status(503).header("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT"),
        "/forbidden" => Reply::status(403).header("Retry-After", "30"),
        "/used-up" => Reply::status(403).header("X-RateLimit-Remaining", "0").header("X-RateLimit-Reset", "45"),
        "/reset" => Reply::status(429).header("x-rate-limit-reset", "50"),
        _ => Reply::status(429),
    })
    .await;
    let pauses = [("/seconds", 120), ("/date", 86_400), ("/forbidden", 30), ("/used-up", 45), ("/reset", 50)];
    for (path, seconds) in pauses.into_iter().chain([("/unsaid", 60)]) {
        let error = get(&server, path).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "{path}: {error}");
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn a_host_whose_clock_is_wrong_is_understood_by_its_own_clock() {
    let ahead = "Sat, 01 May 2060 12:00:00 GMT";
    let server = LocalServer::start(move |request| match request.path.as_str() {
        "/date" => Reply::status(503).header("Retry-After", "Sat, 01 May 2060 12:02:00 GMT").header("Date", ahead),
        "/unix" => Reply::status(429).header("X-RateLimit-Reset", "2850638520").header("Date", ahead),
        _ => Reply::ok("").header("Expires", "Sat, 01 May 2060 12:02:00 GMT").header("Date", ahead),
    })
    .await;
    for path in ["/date", "/unix"] {
        let error = get(&server, path).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_mins(2)), "{path}: {error}");
    }
    assert_eq!(get(&server, "/fresh").await.unwrap().fresh_for, Some(Duration::from_mins(2)));
}

#[tokio::test]
async fn other_statuses_are_errors_and_only_some_may_pass() {
    let server = LocalServer::start(|request| Reply::status(request.path[1..].parse().unwrap())).await;
    for (status, transient) in [(500, true), (503, true), (408, true), (404, false), (410, false), (401, false)] {
        let error = get(&server, &format!("/{status}")).await.unwrap_err();
        assert!(matches!(&error, HttpError::Status { status: given, .. } if *given == status), "{error}");
        assert_eq!(error.is_transient(), transient, "{status}");
    }
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/fits" => Reply::ok(vec![b'x'; 100_000]),
        "/bomb" => Reply::ok(vec![0; 5_000_000]).gzip(),
        _ => Reply::ok(vec![b'x'; 100_001]),
    })
    .await;
    assert_eq!(get(&server, "/fits").await.unwrap().body.len(), 100_000);
    for path in ["/large", "/bomb"] {
        let error = get(&server, path).await.unwrap_err();
        assert!(matches!(error, HttpError::TooLarge { limit: 100_000, .. }), "{path}: {error}");
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn compressed_bodies_arrive_as_written_and_cut_ones_are_errors() {
    let server = LocalServer::start(|request| {
        let reply = Reply::ok((0..20_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>()).gzip();
        if request.path == "/cut" { reply.cut_after(5000) } else { reply }
    })
    .await;
    assert_eq!(get(&server, "/").await.unwrap().body.len(), 80_000);
    let error = get(&server, "/cut").await.unwrap_err();
    assert!(matches!(error, HttpError::Body { .. }) && error.is_transient(), "{error}");
}

#[tokio::test]
async fn redirects_in_a_circle_come_to_an_end() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/a" => Reply::redirect("/b"),
        "/b" => Reply::redirect("/a"),
        _ => Reply::redirect(&request.path),
    })
    .await;
    for path in ["/a", "/self"] {
        let error = get(&server, path).await.unwrap_err();
        assert!(matches!(error, HttpError::Redirects { .. }), "{path}: {error}");
    }
    assert!(server.count() <= 12);
}

#[tokio::test]
async fn a_redirect_without_a_target_is_an_error() {
    let server = LocalServer::start(|_| Reply::status(302)).await;
    let error = get(&server, "/").await.unwrap_err();
    assert!(matches!(error, HttpError::Status { status: 302, .. }), "{error}");
}

#[tokio::test]
async fn redirects_out_of_the_web_are_refused() {
    let server = LocalServer::start(|_| Reply::redirect("file:///etc/passwd")).await;
    let error = get(&server, "/").await.unwrap_err();
    assert!(matches!(error, HttpError::Address { .. }), "{error}");
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written() {
    let server = LocalServer::start(|_| Reply::ok("secret")).await;
    let port = server.url("").rsplit(':').next().unwrap().to_owned();
    let strict = HttpConfig { allow_private_addresses: false, ..config() };
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "169.254.169.254"] {
        let error = get_with(&strict, &format!("http://{host}:{port}/")).await.unwrap_err();
        assert!(matches!(error, HttpError::PrivateAddress { .. }), "{host}: {error}");
        assert!(!error.is_transient());
    }
    assert_eq!(server.count(), 0, "nothing may have been asked");
}

#[tokio::test]
async fn a_host_that_falls_silent_is_given_up() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/head" => Reply::ok("late").after(Duration::from_secs(30)),
        _ => Reply::ok("never whole").stall_after(3),
    })
    .await;
    let hasty = HttpConfig { timeout: Interval::from_millis(200), ..config() };
    for path in ["/head", "/body"] {
        let error = get_with(&hasty, &server.url(path)).await.unwrap_err();
        assert!(matches!(error, HttpError::Timeout { .. }) && error.is_transient(), "{path}: {error}");
    }
}

#[tokio::test]
async fn secrets_stay_with_the_host_they_are_meant_for() {
    let stranger = LocalServer::start(|_| Reply::ok("hello")).await;
    let elsewhere = stranger.url("/elsewhere");
    let server = LocalServer::start(move |request| match request.path.split('?').next() {
        Some("/near") => Reply::redirect("/here"),
        Some("/here") => Reply::ok("hello"),
        _ => Reply::redirect(&elsewhere),
    })
    .await;
    let client = HttpClient::new(&config()).unwrap();
    let ask = |path: &str| {
        let url = server.url(path).parse().unwrap();
        Request::get(url).bearer(&SecretText::new("tok-12345")).secret_query("key", SecretText::new("key-98765"))
    };
    let near = client.send(&ask("/near")).await.unwrap();
    assert_eq!(server.received()[1].header("Authorization"), Some("Bearer tok-12345"));
    assert!(!near.url.as_str().contains("key-98765"));
    client.send(&ask("/far")).await.unwrap();
    let asked = &stranger.received()[0];
    assert_eq!((asked.header("Authorization"), asked.path.as_str()), (None, "/elsewhere"));
}

#[tokio::test]
async fn a_post_sends_its_body_once_and_never_to_another_host() {
    let stranger = LocalServer::start(|_| Reply::ok("hello")).await;
    let elsewhere = stranger.url("/");
    let server = LocalServer::start(move |request| match request.path.as_str() {
        "/done" => Reply::status(303).header("Location", "/result"),
        "/moved" => Reply::status(307).header("Location", &elsewhere),
        _ => Reply::ok(format!("{} {}", request.method, String::from_utf8_lossy(&request.body))),
    })
    .await;
    let client = HttpClient::new(&config()).unwrap();
    let post = |path: &str| Request::post(server.url(path).parse().unwrap()).form(&[("secret", "a b")]);
    assert_eq!(client.send(&post("/")).await.unwrap().body, b"POST secret=a+b");
    assert_eq!(client.send(&post("/done")).await.unwrap().body, b"GET ");
    assert!(matches!(client.send(&post("/moved")).await.unwrap_err(), HttpError::Redirects { .. }));
    assert_eq!(stranger.count(), 0);
}

#[tokio::test]
async fn an_error_comes_with_the_hosts_explanation_and_without_our_secrets() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/page" => Reply::status(500).body("<html>sorry</html>"),
        _ => Reply::status(400).body(r#"{"error": "no such   query: tok-12345"}"#),
    })
    .await;
    let client = HttpClient::new(&config()).unwrap();
    let url: Url = server.url("/").parse().unwrap();
    let error = client.send(&Request::get(url).bearer(&SecretText::new("tok-12345"))).await.unwrap_err();
    assert!(error.to_string().ends_with(r#"answered with status 400: {"error": "no such query: ***"}"#), "{error}");
    assert!(error.said().unwrap().contains("no such"));
    assert!(get(&server, "/page").await.unwrap_err().to_string().ends_with("status 500"));
}

#[tokio::test]
async fn a_host_with_nothing_left_to_give_is_left_alone_by_everyone() {
    let server = LocalServer::start(|_| {
        Reply::ok("last").header("X-RateLimit-Remaining", "0").header("X-RateLimit-Reset", "120")
    })
    .await;
    let client = HttpClient::new(&config()).unwrap();
    let url: Url = server.url("/").parse().unwrap();
    let last = client.send(&Request::get(url.clone())).await.unwrap();
    assert_eq!(last.rate_limit.unwrap().remaining, Some(0.0));
    let error = client.send(&Request::get(url)).await.unwrap_err();
    assert!(error.retry_after().unwrap() > Duration::from_secs(110), "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn requests_to_one_host_keep_their_distance() {
    let server = LocalServer::start(|_| Reply::ok("")).await;
    let client = HttpClient::new(&HttpConfig { min_interval: Interval::from_millis(150), ..config() }).unwrap();
    let url: Url = server.url("/").parse().unwrap();
    let start = Instant::now();
    for _ in 0..3 {
        client.get(&url, "*/*", &Validators::default()).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
}

#[tokio::test]
async fn nobody_listening_is_a_passing_trouble() {
    let server = LocalServer::start(|_| Reply::ok("")).await;
    let url = server.url("/");
    drop(server);
    tokio::task::yield_now().await;
    let error = get_with(&config(), &url).await.unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }) && error.is_transient(), "{error}");
}

/// Runs in a process of its own, started by the test below, because it needs other environment variables.
#[tokio::test]
#[ignore = "started by `a_machine_without_certificates_still_fetches_http`"]
async fn without_certificates() {
    let server = LocalServer::start(|_| Reply::ok("hello")).await;
    assert_eq!(get(&server, "/").await.unwrap().body, b"hello");
    let error = get_with(&config(), &server.url("/").replace("http:", "https:")).await.unwrap_err();
    let HttpError::Tls { source, .. } = &error else { panic!("{error}") };
    assert!(source.to_string().contains("no CA certificates"), "{source}");
}

#[test]
fn a_machine_without_certificates_still_fetches_http() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "without_certificates", "--ignored"])
        .env("SSL_CERT_FILE", "no-such-file")
        .env("SSL_CERT_DIR", "no-such-folder")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));
}
