//! Who asks, and whether they may.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use moodline_types::{Scope, TokenName};
use sha2::{Digest as _, Sha256};
use tracing::warn;

use crate::{api::Api, problem::Refusal};

/// How long a token counts as just seen.
const USE_EVERY: TimeDelta = TimeDelta::minutes(1);
/// What the secrets of tokens begin with, so that scanners for leaked secrets know them.
const PREFIX: &str = "moodline_";
/// The actor of what is done without a token.
const NOBODY: &str = "api";

/// A new secret: 256 random bits.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// What is kept of a secret. A plain SHA-256 is right here: slow, salted hashes protect secrets that can be guessed, and
/// 256 random bits cannot. It also makes the lookup by hash safe: whoever times it learns of hashes, not of secrets.
pub fn token_hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Whoever can reach the service.
    Anyone,
    /// The holder of a token.
    Holder(TokenName, Scope),
}

impl Caller {
    /// The name for logs and records.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Anyone => NOBODY,
            Self::Holder(name, _) => name.as_str(),
        }
    }

    fn may(&self, scope: Scope) -> bool {
        match self {
            Self::Anyone => true,
            Self::Holder(_, own) => *own >= scope,
        }
    }
}

/// Lets a request through to its route with the [`Caller`] it comes from.
pub(crate) async fn admit(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match admitted(&api, peer, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn admitted(api: &Api, peer: Option<IpAddr>, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let config = api.config();
    if let Some(peer) = peer {
        let client = client(peer, headers, &config.trusted_proxies);
        api.rates().of_address(client).map_err(|wait| too_often("this address", wait))?;
    }
    let Some(said) = headers.get(header::AUTHORIZATION) else {
        if config.needs_token() {
            return Err(unauthorised(
                "show a token: `Authorization: Bearer …`; `moodline token create` makes one",
                None,
            ));
        }
        if config.is_local() {
            only_this_machine(headers, &config.trusted_proxies)?;
        }
        return Ok(Caller::Anyone);
    };
    let secret =
        bearer(said).ok_or_else(|| unauthorised("say `Authorization: Bearer TOKEN`", Some("invalid_request")))?;
    let (hash, now) = (token_hash(secret), api.now());
    let token = api.store().token(&hash).await?.filter(|token| token.is_valid(now));
    let token =
        token.ok_or_else(|| unauthorised("this token is unknown, expired or revoked", Some("invalid_token")))?;
    api.rates().of_token(&token.name).map_err(|wait| too_often("this token", wait))?;
    if token.used_at.is_none_or(|used| now - used >= USE_EVERY)
        && let Err(error) = api.store().note_use(&hash, now).await
    {
        // Nobody is kept waiting for this note.
        warn!("could not note the use of token {}: {error}", token.name);
    }
    Ok(Caller::Holder(token.name, token.scope))
}

fn bearer(said: &HeaderValue) -> Option<&str> {
    let (scheme, secret) = said.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

fn unauthorised(detail: &str, error: Option<&str>) -> Refusal {
    let error = error.map(|error| format!(", error=\"{error}\"")).unwrap_or_default();
    let challenge = format!("Bearer realm=\"moodline\"{error}");
    Refusal::new(StatusCode::UNAUTHORIZED, detail).with(header::WWW_AUTHENTICATE, challenge)
}

fn too_often(who: &str, wait: std::time::Duration) -> Refusal {
    let seconds = wait.as_secs() + 1;
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, format!("{who} asks too often; wait {seconds} s"))
        .with(header::RETRY_AFTER, seconds.to_string())
}

/// Whom a request comes from: the peer, or whoever a proxy that is trusted says it asks for.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let is_proxy = |address: &IpAddr| proxies.contains(&address.to_canonical());
    if !is_proxy(&peer) {
        return peer;
    }
    // Each proxy adds whom it heard at the end; what stands before the last untrusted address is hearsay.
    let chain = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<IpAddr> =
        chain.flat_map(|value| value.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    named.into_iter().rev().find(|address| !is_proxy(address)).unwrap_or(peer)
}

/// Whoever needs no token because only this machine can ask must really be on it: a web page whose name was made to
/// resolve to 127.0.0.1 sends its own name, and a proxy says for whom it asks.
fn only_this_machine(headers: &HeaderMap, proxies: &[IpAddr]) -> Result<(), Refusal> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_local = name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback());
    let is_forwarded =
        proxies.is_empty() && (headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded"));
    if is_local && !is_forwarded {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        "without a token only this machine may ask, by the name localhost or its address; behind a proxy set `api.access = \
         \"token\"`",
    ))
}

/// Whoever may triage.
#[derive(Debug)]
pub(crate) struct Triager(pub(crate) String);

/// Whoever may administer.
#[derive(Debug)]
pub(crate) struct Admin(pub(crate) String);

fn with_scope(parts: &Parts, scope: Scope) -> Result<String, Refusal> {
    // A route outside `admit` has no caller and opens nothing.
    let caller = parts.extensions.get::<Caller>().ok_or_else(|| unauthorised("show a token", None))?;
    if caller.may(scope) {
        return Ok(caller.name().to_owned());
    }
    let challenge = format!("Bearer realm=\"moodline\", error=\"insufficient_scope\", scope=\"{scope}\"");
    Err(Refusal::new(StatusCode::FORBIDDEN, format!("this needs a token with the scope `{scope}`"))
        .with(header::WWW_AUTHENTICATE, challenge))
}

impl<S: Sync> FromRequestParts<S> for Triager {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        with_scope(parts, Scope::Triage).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        with_scope(parts, Scope::Admin).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn secrets_are_long_new_and_hashed_alike() {
        let (one, other) = (new_secret(), new_secret());
        assert_eq!(one.len(), PREFIX.len() + 64);
        assert_ne!(one, other);
        // From FIPS 180-2, appendix B.1.
        assert_eq!(token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_name_that_is_not_this_machines_opens_nothing_without_a_token() {
        for local in ["localhost:7171", "127.0.0.1:7171", "[::1]:7171", "LOCALHOST", "127.0.0.1"] {
            assert!(only_this_machine(&headers(&[("host", local)]), &[]).is_ok(), "{local}");
        }
        for foreign in ["evil.example:7171", "moodline.example", "192.0.2.1:7171", "localhost.evil.example"] {
            assert!(only_this_machine(&headers(&[("host", foreign)]), &[]).is_err(), "{foreign}");
        }
        let forwarded = headers(&[("host", "127.0.0.1"), ("x-forwarded-for", "192.0.2.1")]);
        assert!(only_this_machine(&forwarded, &[]).is_err(), "a proxy makes this machine of everybody");
    }

    #[test]
    fn a_proxy_is_believed_only_where_it_is_trusted() {
        let [proxy, liar, asker]: [IpAddr; 3] = ["10.0.0.1", "192.0.2.9", "192.0.2.1"].map(|a| a.parse().unwrap());
        let chain = headers(&[("x-forwarded-for", "203.0.113.7, 192.0.2.1")]);
        assert_eq!(client(proxy, &chain, &[proxy]), asker, "what stands before it is hearsay");
        assert_eq!(client(liar, &chain, &[proxy]), liar);
        assert_eq!(client(proxy, &headers(&[]), &[proxy]), proxy);
    }

    #[test]
    fn scopes_hold_what_lies_below_them() {
        let holder = |scope| Caller::Holder("x".parse().unwrap(), scope);
        assert!(holder(Scope::Admin).may(Scope::Triage) && holder(Scope::Triage).may(Scope::Read));
        assert!(!holder(Scope::Read).may(Scope::Triage) && !holder(Scope::Triage).may(Scope::Admin));
    }
}
