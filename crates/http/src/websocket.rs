//! Streams of text frames (RFC 6455) within the same limits as documents.

use std::{io, net::SocketAddr, time::Duration};

use futures_util::StreamExt;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{self, ClientRequestBuilder, Message, http::Uri, protocol::WebSocketConfig},
};
use url::Url;

use crate::{
    HttpClient, HttpError,
    address::{is_private, literal_private},
    status::status_error,
};

/// An open stream. It answers pings and sends nothing else.
#[derive(Debug)]
pub struct WebSocket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    url: Url,
    idle_limit: Duration,
}

impl HttpClient {
    /// Opens the stream at a `ws` or `wss` address: frames of at most `max_body_bytes`, connected within
    /// `connect_timeout`, no redirects.
    ///
    /// # Errors
    /// Any [`HttpError`]; [`HttpError::Status`] where the server refuses, with its reason.
    pub async fn websocket(&self, url: &Url) -> Result<WebSocket, HttpError> {
        let config = self.config();
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(HttpError::Address { url: url.clone() });
        };
        if !matches!(url.scheme(), "ws" | "wss") {
            return Err(HttpError::Address { url: url.clone() });
        }
        drop(self.turn(url, Duration::ZERO).await?);
        let opening = async {
            let stream = self.connect(url, host, port).await?;
            let uri: Uri = url.as_str().parse().map_err(|_| HttpError::Address { url: url.clone() })?;
            let request = ClientRequestBuilder::new(uri).with_header("User-Agent", config.user_agent_header());
            let limit = usize::try_from(config.max_body_bytes).unwrap_or(usize::MAX);
            let limits = WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
            let opened = client_async_tls_with_config(request, stream, Some(limits), None).await;
            opened.map_err(|error| self.websocket_error(url, error))
        };
        let (stream, _) = timeout(config.connect_timeout.duration(), opening)
            .await
            .map_err(|_| HttpError::Timeout { url: url.clone(), limit: config.connect_timeout.duration() })??;
        Ok(WebSocket { stream, url: url.clone(), idle_limit: config.timeout.duration() })
    }

    /// A connection to the first address of `host` that answers and may be asked.
    async fn connect(&self, url: &Url, host: &str, port: u16) -> Result<TcpStream, HttpError> {
        let failed = |error: io::Error| HttpError::Connect { url: url.clone(), source: error.into() };
        let refuse_private = !self.config().allow_private_addresses;
        if let Some(address) = literal_private(url).filter(|_| refuse_private) {
            return Err(HttpError::PrivateAddress { url: url.clone(), address });
        }
        let addresses: Vec<SocketAddr> =
            lookup_host((host.trim_matches(['[', ']']), port)).await.map_err(failed)?.collect();
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in addresses {
            if refuse_private && is_private(address.ip()) {
                return Err(HttpError::PrivateAddress { url: url.clone(), address: address.ip() });
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(failed(last))
    }

    fn websocket_error(&self, url: &Url, error: tungstenite::Error) -> HttpError {
        let url = url.clone();
        match error {
            tungstenite::Error::Http(answer) => {
                let body = answer.body().as_deref().unwrap_or_default();
                status_error(url, answer.status(), answer.headers(), String::from_utf8_lossy(body).into_owned())
            }
            tungstenite::Error::Tls(source) => HttpError::Tls { url, source: source.into() },
            tungstenite::Error::Capacity(_) => HttpError::TooLarge { url, limit: self.config().max_body_bytes },
            error => HttpError::Connect { url, source: error.into() },
        }
    }
}

impl WebSocket {
    /// The next text frame, waiting at most `timeout` for it; `None` where the server has ended the stream.
    ///
    /// # Errors
    /// [`HttpError::Timeout`] when nothing came, [`HttpError::TooLarge`], [`HttpError::Body`] when the stream broke.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            let waited = timeout(self.idle_limit, self.stream.next()).await;
            let frame = waited.map_err(|_| HttpError::Timeout { url: self.url.clone(), limit: self.idle_limit })?;
            match frame {
                None | Some(Ok(Message::Close(_)) | Err(tungstenite::Error::ConnectionClosed)) => return Ok(None),
                Some(Ok(Message::Text(text))) => return Ok(Some(text.as_bytes().to_vec())),
                // Pings are answered by the library; nothing binary was asked for.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(HttpError::Body { url: self.url.clone(), source: error.into() }),
            }
        }
    }

    /// Says goodbye, as far as the server still listens.
    pub async fn close(mut self) {
        let goodbye = async { self.stream.close(None).await };
        // Whether it arrives changes nothing: the connection ends here either way.
        let _ = timeout(Duration::from_secs(1), goodbye).await;
    }
}
