//! What an operator does with a service that runs: ask it, edit its settings, start it twice, trust its supervisor.

use std::{
    os::unix::net::UnixDatagram,
    process::Command,
    time::{Duration, Instant},
};

use moodline_testkit::{LocalServer, Reply};

use crate::support::{Project, Running, json_lines};

/// Far longer than anything takes here; only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(2);

fn signal(service: &Running, name: &str) {
    assert!(Command::new("kill").args([name, &service.id().to_string()]).status().unwrap().success());
}

fn eventually(project: &Project, what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen; the log says\n{}", project.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What a supervisor hears.
struct Ear(UnixDatagram);

impl Ear {
    fn at(project: &Project) -> (Self, String) {
        let path = project.path("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        (Self(socket), path.to_str().unwrap().to_owned())
    }

    /// Waits for a state such as `READY=1`; all that was heard until then.
    fn hears(&self, state: &str) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let length = self.0.recv(&mut buffer).unwrap_or_else(|_| panic!("{state} was not said, only {heard:?}"));
            heard.extend(String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned));
            if heard.iter().any(|line| line == state) {
                return heard;
            }
        }
    }
}

#[test]
fn a_supervisor_hears_that_it_is_ready_alive_reloading_and_stopping() {
    let project = Project::new("").with_example_map("online-bank");
    let (ear, path) = Ear::at(&project);
    let mut service = project.start_with(&["run"], &[("NOTIFY_SOCKET", &path), ("WATCHDOG_USEC", "600000")]);
    ear.hears("READY=1");
    ear.hears("WATCHDOG=1");

    let map = std::fs::read_to_string(project.path("maps/online-bank.toml")).unwrap();
    project.write("maps/online-bank.toml", map.replace("[[stages]]", "[[stagez]]"));
    signal(&service, "-HUP");
    ear.hears("RELOADING=1");
    ear.hears("READY=1");
    assert!(project.log().contains("the old settings and maps stay"), "{}", project.log());
    assert!(project.log().contains("online-bank.toml:"), "the finding has its place: {}", project.log());

    project.write("maps/online-bank.toml", map);
    project.write("moodline.toml", "[schedule]\nrefresh = \"CRON_TZ=Asia/Shanghai 0 5 * * *\"\n");
    signal(&service, "-HUP");
    ear.hears("RELOADING=1");
    ear.hears("READY=1");
    assert!(project.log().contains("is refreshed at 0 5 * * * (Asia/Shanghai)"), "{}", project.log());

    assert!(service.ended().is_none(), "still the same process");
    let began = Instant::now();
    signal(&service, "-TERM");
    ear.hears("STOPPING=1");
    eventually(&project, "the end", || service.ended().is_some());
    assert!(began.elapsed() < Duration::from_secs(15), "drained within its ten seconds");
}

#[test]
fn the_schedule_is_told_in_each_jobs_own_zone() {
    let project = Project::new(
        "[schedule]\ntime_zone = \"Europe/Berlin\"\nmaps = { online-bank = \"CRON_TZ=Asia/Shanghai 0 3 * * *\" }\n\
         [[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n",
    )
    .with_example_map("online-bank");
    let jobs = project.run(&["schedule", "--format", "json"]).ok().json();
    assert_eq!((&jobs[0]["name"], &jobs[0]["zone"]), (&"inbox".into(), &"Europe/Berlin".into()));
    assert_eq!((&jobs[1]["name"], &jobs[1]["zone"]), (&"online-bank".into(), &"Asia/Shanghai".into()));
    assert!(jobs[1]["next"][0].as_str().unwrap().contains("T19:00:00Z"), "{jobs}");
    let told = project.run(&["schedule"]).ok().stdout;
    assert!(told.contains("03:00:00 CST") && told.contains("left out that day"), "{told}");
    let bad = Project::new("[schedule]\nmaps = { shop = \"often\" }\n").run(&["check"]).failed(64);
    assert!(bad.stderr.contains("moodline.toml:2:17") && bad.stderr.contains("five fields"), "{}", bad.stderr);
}

#[test]
fn the_status_says_what_is_due_and_what_is_stuck() {
    let project =
        Project::new("[[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n").with_example_map("online-bank");
    let status = project.run(&["status"]).ok().stdout;
    assert!(status.contains("not running") && status.contains("never"), "{status}");
    project.run(&["refresh"]).failed(1);
    let status = project.run(&["status"]).ok().stdout;
    assert!(status.contains("source inbox has failed 1 times in a row"), "{status}");
    project.write("inbox.jsonl", json_lines([("1".to_owned(), "转账失败，电话13812345678".to_owned())]));
    project.run(&["refresh"]).ok();
    let status = project.run(&["status"]).ok().stdout;
    assert!(status.contains("nothing is stuck") && status.contains("1 phone"), "{status}");
    assert!(status.contains(" s ago") && status.contains("in "), "{status}");
    let mut service = project.start(&["run"]);
    eventually(&project, "a running service", || project.run(&["status"]).stdout.contains("service  running"));
    assert!(service.ended().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_over_one_database_read_a_source_once() {
    let server = LocalServer::start(|_| {
        let item = "<item><guid>1</guid><description>转账失败</description></item>";
        let feed = format!("<rss version=\"2.0\"><channel><title>t</title>{item}</channel></rss>");
        Reply::ok(feed).after(Duration::from_secs(1))
    })
    .await;
    let project = Project::new(&format!(
        "[http]\nallow_private_addresses = true\nmin_interval = \"0s\"\n[[sources.feeds]]\nid = \"forum\"\nurl = \"{}\"\n",
        server.url("/feed")
    ));
    tokio::task::block_in_place(|| {
        let first = project.start(&["run", "--role", "fetch"]);
        let second = project.start(&["run", "--role", "fetch"]);
        eventually(&project, "a mention", || {
            let sources = project.run(&["sources", "--format", "json"]);
            sources.code == 0 && sources.json()[0]["mentions"] == 1
        });
        // A person may ask at any time, service or not.
        project.run(&["fetch"]).ok();
        drop((first, second));
    });
    let feeds = server.received().iter().filter(|request| request.path == "/feed").count();
    assert_eq!(feeds, 2, "once for the services, once for the person");
}

#[test]
fn a_day_that_has_not_come_is_refused_and_looking_back_changes_nothing() {
    let project =
        Project::new("[[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n").with_example_map("online-bank");
    project.write("inbox.jsonl", json_lines([("1".to_owned(), "转账失败".to_owned())]));
    let refused = project.run(&["refresh", "--as-of", "2999-01-01"]).failed(1);
    assert!(refused.stderr.contains("has not come yet"), "{}", refused.stderr);
    project.run(&["refresh"]).ok();
    let shown = |project: &Project| project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
    let today = shown(&project);
    project.run(&["layers", "--as-of", "2026-05-10"]).ok();
    assert_eq!(shown(&project), today);
}
