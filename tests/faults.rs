//! What goes wrong around the service: a clear error, the rest goes on, nothing is lost.

use std::{
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::support::{Project, json_lines};

/// Far longer than anything takes here; only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(3);

fn rows(count: usize) -> String {
    json_lines((0..count).map(|i| (format!("m{i}"), format!("转账失败，第{i}次了，客服也没有回复，等了很久很久"))))
}

fn eventually(project: &Project, what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen; the log says\n{}", project.log());
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Runs `script` where a file system of its own may be mounted; `None` where this user may not.
fn with_a_small_disk(project: &Project, script: &str) -> Option<String> {
    let moodline = env!("CARGO_BIN_EXE_moodline");
    let script = format!(
        "mkdir -p small && mount -t tmpfs -o size=3m none small || exit 99\nmoodline() {{ {moodline} \"$@\"; }}\n{script}"
    );
    let ran = Command::new("unshare")
        .args(["-rm", "sh", "-c", &script])
        .current_dir(project.path("."))
        .env_remove("MOODLINE_DATABASE_URL")
        .output()
        .ok()?;
    let told = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    // Containers and hardened systems forbid it.
    (ran.status.code() != Some(99) && !told.contains("unshare:")).then_some(told)
}

#[test]
fn a_full_disk_is_named_and_once_there_is_room_everything_goes_on() {
    let project = Project::new(
        "[database]\nurl = \"sqlite:small/moodline.db\"\n[[sources.files]]\nid = \"log\"\npath = \"log.jsonl\"\n",
    );
    project.write("log.jsonl", rows(1500));
    let script = "head -c 2000000 /dev/zero > small/filler
        moodline fetch; echo \"full: $?\"
        rm small/filler
        moodline fetch; echo \"room: $?\"
        moodline sources --format json";
    let Some(told) = with_a_small_disk(&project, script) else { return };
    assert!(told.contains("full: 1") && told.contains("no space left for the database"), "{told}");
    assert!(told.contains("room: 0") && told.contains("\"mentions\": 1500"), "{told}");
}

#[test]
fn a_database_that_may_only_be_read_is_named_with_its_file() {
    let project = Project::new("[database]\nurl = \"sqlite:small/moodline.db\"\n");
    let script = "moodline check > /dev/null 2>&1; mount -o remount,ro small; moodline fetch; echo \"read only: $?\"";
    let Some(told) = with_a_small_disk(&project, script) else { return };
    assert!(told.contains("read only: 1") && told.contains("small/moodline.db"), "{told}");
}

#[test]
fn one_map_that_cannot_be_read_keeps_the_old_ones_in_a_running_service_and_names_its_line_at_a_start() {
    let project = Project::new("").with_example_map("online-bank");
    project.write("maps/bad.toml", "id = \"bad\"\nname = 3\n");
    let ran = project.run(&["run"]).failed(64);
    assert!(ran.stderr.contains("bad.toml:"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_file_that_another_program_holds_is_named_can_be_read_and_costs_nothing() {
    let project = Project::new(
        "[schedule]\nfetch = \"* * * * * *\"\nrefresh = \"*/2 * * * * *\"\n[[sources.files]]\nid = \"log\"\npath = \"log.jsonl\"\n",
    )
    .with_example_map("online-bank");
    project.write("log.jsonl", rows(20));
    let mentions = |project: &Project| project.run(&["sources", "--format", "json"]).ok().json()[0]["mentions"].clone();
    let mut service = tokio::task::block_in_place(|| {
        let service = project.start(&["run"]);
        eventually(&project, "a curve", || {
            let shown = project.run(&["map", "show", "online-bank", "--format", "json"]);
            shown.code == 0 && !shown.json()["run"].is_null()
        });
        service
    });
    let held = moodline_testkit::hold_sqlite(&project.path("moodline.db")).await;
    tokio::task::block_in_place(|| {
        project.write("log.jsonl", rows(40));
        // Longer than any statement waits for its turn.
        eventually(&project, "an error", || project.log().contains("database is locked"));
        let told = project.run(&["fetch"]).failed(1).stderr;
        assert!(told.contains("moodline.db cannot be reached or is busy"), "{told}");
        assert_eq!(mentions(&project), 20, "whoever asks is answered");
        project.run(&["map", "show", "online-bank"]).ok();
        project.run(&["status"]).ok();
        assert!(service.ended().is_none(), "the service stays up: {}", project.log());
    });
    drop(held);
    tokio::task::block_in_place(|| {
        eventually(&project, "all 40 mentions", || mentions(&project) == 40);
        assert!(service.ended().is_none());
        drop(service);
        project.run(&["refresh"]).ok();
        let checked = project.run(&["check"]).ok();
        assert!(checked.stdout.contains("rollups equal"), "{}", checked.stdout);
        assert!(project.run(&["work", "list"]).ok().stdout.contains("nothing was set aside"));
    });
}

/// Stands between the service and its database server, and can be taken away.
struct Proxy(JoinHandle<()>);

impl Proxy {
    async fn at(address: SocketAddr) -> (Self, SocketAddr) {
        let listener = loop {
            // The port of a proxy that was taken away may take a moment to be free.
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                connections.spawn(async move {
                    if let Ok(mut to) = TcpStream::connect("127.0.0.1:5432").await {
                        let _ = copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        (Self(task), address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_server_that_goes_and_comes_back_costs_nothing() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    let (proxy, address) = Proxy::at("127.0.0.1:0".parse().unwrap()).await;
    let Some(url) = database.url().split_once("@127.0.0.1/").map(|(user, rest)| format!("{user}@{address}/{rest}"))
    else {
        // Another server than the usual one: the proxy does not know it.
        return;
    };
    let project = Project::new(
        "[schedule]\nfetch = \"* * * * * *\"\nrefresh = \"*/2 * * * * *\"\n[[sources.files]]\nid = \"log\"\npath = \"log.jsonl\"\n",
    )
    .with_example_map("online-bank")
    .on(&url);
    project.write("log.jsonl", rows(50));
    let mentions = |project: &Project, count: u64| {
        let sources = project.run(&["sources", "--format", "json"]);
        sources.code == 0 && sources.json()[0]["mentions"] == count
    };
    let mut service = tokio::task::block_in_place(|| {
        let service = project.start(&["run"]);
        eventually(&project, "50 mentions", || mentions(&project, 50));
        service
    });
    drop(proxy);
    project.write("log.jsonl", rows(80));
    tokio::task::block_in_place(|| {
        eventually(&project, "an error", || project.log().contains("cannot be reached"));
        assert!(service.ended().is_none(), "the service stays up: {}", project.log());
    });
    let (_proxy, _) = Proxy::at(address).await;
    tokio::task::block_in_place(|| {
        eventually(&project, "all 80 mentions", || mentions(&project, 80));
        assert!(service.ended().is_none());
        drop(service);
        project.run(&["refresh"]).ok();
        project.run(&["check"]).ok();
    });
}
