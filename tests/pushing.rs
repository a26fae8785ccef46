//! Mentions that others send: signed, stored once, and nothing else let in.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicI64, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;

use crate::{
    service::{eventually, terminate},
    support::Project,
};

const SETTINGS: &str = r#"
    [api]
    listen = "127.0.0.1:0"

    [[sources.push]]
    id = "shop"
    secrets = [{ file = "secret" }]
    columns = { text = "review.body", id = "review.id", rating = "review.stars" }
    rating_scale = [1, 5]

    [[sources.push]]
    id = "desk"
    secrets = [{ file = "secret" }]
    items = "$.events[*]"
    fields = { text = "$.said" }
"#;

/// The sender of deliveries, whose clock may be wrong by some seconds.
struct Sender {
    address: String,
    key: [u8; 32],
    skew: AtomicI64,
}

impl Sender {
    fn deliver(&self, source: &str, id: &str, body: &str) -> (u16, Value) {
        let at = chrono::Utc::now().timestamp() + self.skew.load(Ordering::SeqCst);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&self.key).unwrap();
        mac.update(format!("{id}.{at}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.send(
            source,
            &[("webhook-id", id), ("webhook-timestamp", &at.to_string()), ("webhook-signature", &signature)],
            body,
        )
    }

    fn send(&self, source: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        write!(
            stream,
            "POST /v1/push/{source} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }
}

fn source(project: &Project, id: &str) -> Value {
    let states = project.run(&["sources", "--format", "json"]).ok().json();
    states.as_array().unwrap().iter().find(|state| state["source"] == id).unwrap().clone()
}

#[test]
fn deliveries_are_believed_when_signed_now_and_stored_once() {
    let project = Project::new(SETTINGS).with_example_map("online-bank");
    let key = [9; 32];
    project.write("secret", format!("whsec_{}\n", STANDARD.encode(key)));
    let mut service = project.start(&["run", "--role", "fetch", "--role", "api"]);
    eventually(&project, "an address", || project.log().contains("/healthz"));
    let address = project.log().split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let sender = Sender { address, key, skew: AtomicI64::new(0) };
    let review = r#"{"review": {"id": "r-1", "stars": 2, "body": "The parcel came a week late."}}"#;

    assert_eq!(source(&project, "shop")["health"], "new");
    let (status, receipt) = sender.deliver("shop", "msg_1", review);
    assert_eq!((status, &receipt["added"]), (200, &1.into()), "{receipt}");
    let (status, again) = sender.deliver("shop", "msg_1", review);
    assert_eq!((status, &again["added"], &again["unchanged"]), (200, &0.into(), &1.into()), "{again}");
    let (_, edited) = sender.deliver("shop", "msg_2", &review.replace("a week late", "after all"));
    assert_eq!(edited["revised"], 1, "{edited}");

    let (status, problem) = Sender { key: [8; 32], address: sender.address.clone(), skew: AtomicI64::new(0) }
        .deliver("shop", "msg_3", review);
    assert_eq!((status, &problem["status"]), (401, &401.into()), "another key: {problem}");
    sender.skew.store(-301, Ordering::SeqCst);
    let (status, problem) = sender.deliver("shop", "msg_4", review);
    assert_eq!(status, 401, "late or sent by somebody who kept it: {problem}");
    assert!(problem["detail"].as_str().unwrap().contains("clock"), "{problem}");
    sender.skew.store(301, Ordering::SeqCst);
    assert_eq!(sender.deliver("shop", "msg_5", review).0, 401, "from the future");
    sender.skew.store(0, Ordering::SeqCst);
    assert_eq!(sender.send("shop", &[], review).0, 401, "not signed");
    assert_eq!(sender.deliver("nobody", "msg_6", review).0, 404);
    let (status, problem) = sender.deliver("shop", "msg_7", "text=late");
    assert_eq!(status, 422, "{problem}");

    let by_path = r#"{"events": [{"said": "slow"}, {"said": "slow"}, {"other": 1}]}"#;
    let (status, receipt) = sender.deliver("desk", "msg_8", by_path);
    assert_eq!((status, &receipt["added"], &receipt["rejected"][0]["item"]), (200, &2.into(), &3.into()), "{receipt}");
    assert_eq!(sender.deliver("desk", "msg_8", by_path).1["unchanged"], 2, "sent again it is known");

    let shop = source(&project, "shop");
    assert_eq!((&shop["mentions"], &shop["health"], &shop["failures"]), (&1.into(), &"ok".into(), &0.into()), "{shop}");
    assert!(shop["next_due_at"].is_null(), "nothing is asked of it: {shop}");
    let fetched = project.run(&["fetch", "--source", "shop"]).ok();
    assert!(fetched.stdout.contains("is sent its mentions"), "{}", fetched.stdout);
    assert_eq!(
        source(&project, "shop")["last_success_at"],
        shop["last_success_at"],
        "its deliveries tell, no schedule"
    );
    let planned = project.run(&["schedule", "--format", "json"]).ok().stdout;
    assert!(!planned.contains("\"shop\""), "{planned}");
    assert_eq!(terminate(&mut service), 0);
}
