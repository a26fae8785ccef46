//! A service that only answers, and how a test asks it.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Project, Running};

/// Far longer than anything takes here; only a hang reaches it.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}\n{}", self.head, self.body))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let line = self
            .head
            .lines()
            .find(|line| line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name)))?;
        Some(line.split_once(':')?.1.trim())
    }

    /// Fails the test unless it is a problem document of this status; its detail.
    #[track_caller]
    pub(super) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail", "instance", "request_id"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
        }
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"));
        problem
    }
}

/// A service that answers, and nothing else.
pub(super) struct Service {
    address: SocketAddr,
    _running: Running,
}

impl Service {
    pub(super) fn start(project: &Project) -> Self {
        let mut running = project.start(&["run", "--role", "api"]);
        let began = Instant::now();
        let address = loop {
            if let Some(address) = said_address(&project.log()) {
                break address;
            }
            assert!(running.ended().is_none() && began.elapsed() < PATIENCE, "it does not answer:\n{}", project.log());
            std::thread::sleep(Duration::from_millis(50));
        };
        let port = address.port();
        Self { address: SocketAddr::from(([127, 0, 0, 1], port)), _running: running }
    }

    pub(super) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = self.ask(method, path, headers, body);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(super) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n").unwrap();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            write!(stream, "Host: {}\r\n", self.address).unwrap();
        }
        for (name, value) in headers {
            write!(stream, "{name}: {value}\r\n").unwrap();
        }
        write!(stream, "\r\n{body}").unwrap();
        stream
    }

    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, &[], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    pub(super) fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("Content-Type", "application/json")], &body.to_string())
    }
}

/// Where the log says that it answers.
fn said_address(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("the service answers at http://")?;
    rest.split('/').next()?.parse().ok()
}
