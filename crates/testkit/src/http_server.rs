//! A scripted HTTP server on this machine.

use std::{
    future::pending,
    io::{self, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Longest request head read.
const HEAD_BYTES: usize = 64 * 1024;

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query, e.g. `/feed?page=2`.
    pub path: String,
    /// Headers in order, as sent.
    pub headers: Vec<(String, String)>,
    /// The body, if it was announced by a `Content-Length`.
    pub body: Vec<u8>,
    /// How many requests came before it, on any path.
    pub index: usize,
}

impl Received {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    sent_bytes: Option<usize>,
    stalls: bool,
}

impl Reply {
    /// Status 200 with this body.
    #[must_use]
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200).body(body)
    }

    /// This status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), delay: Duration::ZERO, sent_bytes: None, stalls: false }
    }

    /// A redirect (302) to an address or path.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::status(302).header("Location", location)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Compresses the body with gzip and says so.
    ///
    /// # Panics
    /// Never: memory takes all that is written.
    #[must_use]
    pub fn gzip(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.body).expect("memory takes all that is written");
        self.body = encoder.finish().expect("memory takes all that is written");
        self.header("Content-Encoding", "gzip")
    }

    /// Waits before the head of the answer.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Announces the whole body, sends only its first `bytes`, and hangs up.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.sent_bytes = Some(bytes);
        self
    }

    /// Announces the whole body, sends only its first `bytes`, and then says nothing more.
    #[must_use]
    pub fn stall_after(mut self, bytes: usize) -> Self {
        self.sent_bytes = Some(bytes);
        self.stalls = true;
        self
    }
}

type Handler = dyn Fn(&Received) -> Reply + Send + Sync;

/// A server on a free port of 127.0.0.1 that answers by a function and remembers what it was asked. It stops when
/// dropped.
#[derive(Debug)]
pub struct LocalServer {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl LocalServer {
    /// Starts answering with `handler`.
    ///
    /// # Panics
    /// When no port of 127.0.0.1 can be had.
    pub async fn start(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port of 127.0.0.1");
        let address = listener.local_addr().expect("a bound listener has an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, Arc::new(handler), Arc::clone(&received)));
        Self { address, received, task }
    }

    /// The address of `path` (with its leading slash) on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything asked so far, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }

    /// How many requests came so far.
    pub fn count(&self) -> usize {
        lock(&self.received).len()
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(received: &Mutex<Vec<Received>>) -> std::sync::MutexGuard<'_, Vec<Received>> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, handler: Arc<Handler>, received: Arc<Mutex<Vec<Received>>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (handler, received) = (Arc::clone(&handler), Arc::clone(&received));
        // A client that hangs up early is part of many scripts.
        connections.spawn(async move { converse(stream, &*handler, &received).await.unwrap_or_default() });
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(mut stream: TcpStream, handler: &Handler, received: &Mutex<Vec<Received>>) -> io::Result<()> {
    let Some(mut request) = read_request(&mut stream).await? else { return Ok(()) };
    {
        let mut received = lock(received);
        request.index = received.len();
        received.push(request.clone());
    }
    let reply = handler(&request);
    tokio::time::sleep(reply.delay).await;
    let mut head = Vec::new();
    write!(head, "HTTP/1.1 {} scripted\r\nConnection: close\r\n", reply.status)?;
    for (name, value) in &reply.headers {
        write!(head, "{name}: {value}\r\n")?;
    }
    if reply.status != 304 && reply.status != 204 {
        write!(head, "Content-Length: {}\r\n", reply.body.len())?;
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).await?;
    let sent = reply.sent_bytes.unwrap_or(reply.body.len()).min(reply.body.len());
    stream.write_all(&reply.body[..sent]).await?;
    stream.flush().await?;
    if reply.stalls {
        pending::<()>().await;
    }
    stream.shutdown().await
}

async fn read_request(stream: &mut TcpStream) -> io::Result<Option<Received>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > HEAD_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end + 4);
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut request = Received { method, path, headers, body: Vec::new(), index: 0 };
    let announced: usize = request.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    while body.len() < announced && stream.read_buf(&mut body).await? > 0 {}
    request.body = body;
    Ok(Some(request))
}
