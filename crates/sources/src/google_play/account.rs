//! A Google service account, and the tokens it is granted
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>).

use chrono::Utc;
use moodline_http::Request;
use moodline_types::SecretText;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::jwt::{self, Algorithm, KeyError};

const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The key file of a service account, as the Google Cloud console gives it.
#[derive(Clone, Deserialize)]
pub(super) struct Account {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: Url,
}

/// Without the key.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "service account {}", self.client_email)
    }
}

impl Account {
    /// Reads a key file.
    ///
    /// # Errors
    /// What is wrong with it, without its content.
    pub(super) fn read(file: &SecretText) -> Result<Self, String> {
        let account: Self = serde_json::from_str(file.reveal())
            .map_err(|_| "it is not the JSON key file of a service account".to_owned())?;
        account.assertion().map_err(|error| format!("its private_key: {error}"))?;
        Ok(account)
    }

    /// The request that a token is granted to.
    pub(super) fn grant(&self) -> Result<Request, KeyError> {
        let assertion = self.assertion()?;
        Ok(Request::post(self.token_uri.clone()).form(&[("grant_type", GRANT), ("assertion", &assertion)]))
    }

    fn assertion(&self) -> Result<String, KeyError> {
        let now = Utc::now().timestamp();
        let claims = json!({
            "iss": self.client_email, "scope": SCOPE, "aud": self.token_uri.as_str(), "iat": now, "exp": now + 3600,
        });
        jwt::sign(Algorithm::Rs256, self.private_key_id.as_deref(), &claims, &self.private_key)
    }
}
