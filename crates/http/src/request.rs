//! What to ask a host.

use std::time::Duration;

use moodline_types::SecretText;
use serde::Serialize;
use url::{Url, form_urlencoded};

use crate::Validators;

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

impl Method {
    /// Its name in HTTP.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One request. Headers and query parameters given as secrets are not carried to another host by a redirect, and
/// stand as `***` in every error and answer.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: String,
    pub(crate) validators: Validators,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) secret_headers: Vec<(String, SecretText)>,
    pub(crate) secret_query: Vec<(String, SecretText)>,
    pub(crate) body: Option<Body>,
    pub(crate) min_interval: Duration,
    pub(crate) secrets: Vec<SecretText>,
}

#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Bodies may hold client secrets.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes of {}", self.bytes.len(), self.content_type)
    }
}

impl Request {
    /// A GET request.
    pub fn get(url: Url) -> Self {
        Self::new(Method::Get, url)
    }

    /// A POST request; give it a body with [`Request::json`], [`Request::form`] or [`Request::body`].
    pub fn post(url: Url) -> Self {
        Self::new(Method::Post, url)
    }

    fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            accept: "application/json".to_owned(),
            validators: Validators::default(),
            headers: Vec::new(),
            secret_headers: Vec::new(),
            secret_query: Vec::new(),
            body: None,
            min_interval: Duration::ZERO,
            secrets: Vec::new(),
        }
    }

    /// The address asked for, without its secrets.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `Accept` header; `application/json` unless set.
    #[must_use]
    pub fn accept(mut self, accept: &str) -> Self {
        accept.clone_into(&mut self.accept);
        self
    }

    /// Asks only for what changed since an earlier answer.
    #[must_use]
    pub fn validators(mut self, validators: &Validators) -> Self {
        self.validators = validators.clone();
        self
    }

    /// Adds a header that everyone may see.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a parameter to the query of the address.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a header such as `X-Api-Key` whose value is a secret.
    #[must_use]
    pub fn secret_header(mut self, name: &str, value: SecretText) -> Self {
        self.secrets.push(value.clone());
        self.secret_headers.push((name.to_owned(), value));
        self
    }

    /// Adds a query parameter such as `key` whose value is a secret.
    #[must_use]
    pub fn secret_query(mut self, name: &str, value: SecretText) -> Self {
        self.secrets.push(value.clone());
        self.secret_query.push((name.to_owned(), value));
        self
    }

    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(mut self, token: &SecretText) -> Self {
        self.secrets.push(token.clone());
        self.secret_header("Authorization", SecretText::new(format!("Bearer {}", token.reveal())))
    }

    /// `Authorization: Basic …` (RFC 7617).
    #[must_use]
    pub fn basic(mut self, user: &str, password: &SecretText) -> Self {
        use base64::Engine as _;
        self.secrets.push(password.clone());
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{}", password.reveal()));
        self.secret_header("Authorization", SecretText::new(format!("Basic {pair}")))
    }

    /// A JSON body.
    ///
    /// # Panics
    /// Where `value` cannot be JSON, e.g. a map whose keys are no text.
    #[must_use]
    pub fn json(mut self, value: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(value).expect("request bodies are made of text, numbers and lists");
        self.body = Some(Body { content_type: "application/json", bytes });
        self
    }

    /// A form body. Values may be secrets: bodies are never shown.
    #[must_use]
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body = Some(Body { content_type: "application/x-www-form-urlencoded", bytes: form.into_bytes() });
        self
    }

    /// A body of any other kind.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, bytes: Vec<u8>) -> Self {
        self.body = Some(Body { content_type, bytes });
        self
    }

    /// Marks a text as secret that stands in the address or the body, so that it is not shown either.
    #[must_use]
    pub fn hide(mut self, secret: &SecretText) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Least time between two requests to this host, where it wants more than the settings give.
    #[must_use]
    pub fn min_interval(mut self, interval: Duration) -> Self {
        self.min_interval = interval;
        self
    }

    /// `text` with every secret of this request replaced by `***`.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for secret in self.secrets.iter().map(SecretText::reveal).filter(|secret| secret.len() > 3) {
            shown = shown.replace(secret, "***");
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            shown = shown.replace(&encoded, "***");
        }
        shown
    }

    /// An address without secrets.
    pub(crate) fn redact_url(&self, url: &Url) -> Url {
        if self.secrets.is_empty() {
            return url.clone();
        }
        Url::parse(&self.redact(url.as_str())).unwrap_or_else(|_| {
            let mut bare = url.clone();
            bare.set_query(None);
            bare
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_shown() {
        let request = Request::post("https://api.example/token?code=a%2Fb%2Bc".parse().unwrap())
            .bearer(&SecretText::new("tok-12345"))
            .basic("me", &SecretText::new("pass-word"))
            .secret_query("key", SecretText::new("key-98765"))
            .hide(&SecretText::new("a/b+c"))
            .form(&[("client_secret", "form-secret")]);
        let shown = format!("{request:?} {}", request.redact("tok-12345 key-98765 pass-word"));
        for secret in ["tok-12345", "key-98765", "pass-word", "form-secret"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert_eq!(request.redact_url(&request.url).as_str(), "https://api.example/token?code=***");
    }
}
