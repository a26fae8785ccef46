//! Access tokens (RFC 6749): asked for when needed, kept until shortly before they end.

use std::time::{Duration, Instant};

use moodline_http::{HttpClient, Request};
use moodline_types::{SecretText, SourceId};
use serde::Deserialize;

use crate::{SourceError, answer};

/// Tokens are given up this long before they end.
const MARGIN: Duration = Duration::from_mins(1);

/// The access token of one source; lives as long as the process.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccessToken(Option<(SecretText, Instant)>);

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
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
        let Granted { access_token, expires_in } =
            answer::ask(http, id, api, &request()?, |bytes| serde_json::from_slice(bytes)).await?;
        let token = SecretText::new(access_token);
        let lasts = Duration::from_secs(expires_in.min(86_400)).saturating_sub(MARGIN);
        self.0 = Some((token.clone(), Instant::now() + lasts));
        Ok(token)
    }

    /// Gives the token up, for a host that refuses it.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}
