//! Access tokens (RFC 6749): asked for when needed, kept until shortly before they end.

use std::time::{Duration, Instant};

use moodline_http::{HttpClient, Request};
use moodline_types::{SecretText, SourceId};
use serde::Deserialize;
use serde_json::Value;

use crate::{SourceError, answer};

/// Tokens are given up this long before they end.
const MARGIN: Duration = Duration::from_mins(1);
/// No token is used for longer, whatever its host says.
const LONGEST: Duration = Duration::from_hours(24);
/// How long one is used whose end is not told.
const UNSAID: Duration = Duration::from_mins(5);

/// The access token of one source; lives as long as the process.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccessToken(Option<(SecretText, Instant)>);

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds; some write them as text, and some leave them out.
    expires_in: Option<Value>,
}

impl Granted {
    fn lasts(&self) -> Duration {
        let seconds = match &self.expires_in {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let said = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        said.map_or(UNSAID, |said| said.min(LONGEST).saturating_sub(MARGIN))
    }
}

impl AccessToken {
    /// The token, asked for with `request` where there is none or its time is up.
    ///
    /// # Errors
    /// Where the host grants none.
    pub(crate) async fn get(
        &mut self,
        http: &HttpClient,
        id: &SourceId,
        api: &'static str,
        request: impl FnOnce() -> Result<Request, SourceError>,
    ) -> Result<SecretText, SourceError> {
        if let Some((token, until)) = &self.0
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let granted: Granted = answer::ask(http, id, api, &request()?, |bytes| serde_json::from_slice(bytes)).await?;
        let until = Instant::now() + granted.lasts();
        let token = SecretText::new(granted.access_token);
        self.0 = Some((token.clone(), until));
        Ok(token)
    }

    /// Gives the token up, for a host that refuses it.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}
