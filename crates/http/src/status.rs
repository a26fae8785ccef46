//! What an answer that is neither a document nor "not modified" means.

use std::time::Duration;

use chrono::Utc;
use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use url::Url;

use crate::{
    HttpError, RateLimit, Said,
    client::header,
    freshness::host_time,
    retry_after::{clamped, parse_retry_after},
};

/// The pause taken when a host says "too many requests" without saying for how long.
const UNSAID_RETRY_AFTER: Duration = Duration::from_mins(1);

/// The error that `status` is: a pause where the host asks for one, in whichever dialect.
pub(crate) fn status_error(url: Url, status: StatusCode, headers: &HeaderMap, body: String) -> HttpError {
    // Instants are meant by the clock that the answer is dated by.
    let now = host_time(headers, Utc::now());
    let asked = header(headers, &RETRY_AFTER).and_then(|value| parse_retry_after(&value, now));
    let limit = RateLimit::read(headers, now);
    let used_up = limit.and_then(|limit| limit.pause()).map(clamped);
    let retry_after = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            Some(asked.or(limit.and_then(|limit| limit.reset).map(clamped)).unwrap_or(UNSAID_RETRY_AFTER))
        }
        // Some say "forbidden" where they mean "too often".
        StatusCode::FORBIDDEN => asked.or(used_up),
        _ if status.is_server_error() => asked,
        _ => None,
    };
    let status = status.as_u16();
    let said = Said(body);
    match retry_after {
        Some(retry_after) => {
            let host = url.host_str().unwrap_or_default().to_owned();
            HttpError::RateLimited { host, retry_after, status, said }
        }
        None => HttpError::Status { url, status, said },
    }
}
