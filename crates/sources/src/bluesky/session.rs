//! Signing in with an app password.

use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{SecretText, SourceId};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::{SourceError, answer::refused};

/// Signs in when needed, and again when the host has forgotten. A host allows few sign-ins a day, so a session is kept
/// for as long as it lasts.
#[derive(Debug)]
pub(super) struct Session {
    id: SourceId,
    host: Url,
    identifier: String,
    password: SecretText,
    http: HttpClient,
    tokens: Option<Tokens>,
}

#[derive(Debug, Clone)]
struct Tokens {
    access: SecretText,
    refresh: SecretText,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_jwt: String,
    refresh_jwt: String,
}

impl Session {
    pub(super) fn new(id: SourceId, host: Url, identifier: String, password: SecretText, http: HttpClient) -> Self {
        Self { id, host, identifier, password, http, tokens: None }
    }

    pub(super) fn address(&self, method: &str) -> Url {
        self.host.join(&format!("/xrpc/{method}")).unwrap_or_else(|_| self.host.clone())
    }

    /// Sends a request as the account.
    pub(super) async fn send(&mut self, request: Request) -> Result<Response, SourceError> {
        let tokens = match &self.tokens {
            Some(tokens) => tokens.clone(),
            None => self.sign_in().await?,
        };
        match self.http.send(&request.clone().bearer(&tokens.access)).await {
            Err(error) if expired(&error) => {
                let tokens = match self.refresh(&tokens).await {
                    Ok(tokens) => tokens,
                    Err(_) => self.sign_in().await?,
                };
                let answer = self.http.send(&request.bearer(&tokens.access)).await;
                answer.map_err(|error| refused(&self.id, error))
            }
            answer => answer.map_err(|error| refused(&self.id, error)),
        }
    }

    async fn sign_in(&mut self) -> Result<Tokens, SourceError> {
        let body = json!({ "identifier": self.identifier, "password": self.password.reveal() });
        let request = Request::post(self.address("com.atproto.server.createSession")).json(&body).hide(&self.password);
        self.take(&request).await
    }

    async fn refresh(&mut self, tokens: &Tokens) -> Result<Tokens, SourceError> {
        let request = Request::post(self.address("com.atproto.server.refreshSession")).bearer(&tokens.refresh);
        self.take(&request).await
    }

    async fn take(&mut self, request: &Request) -> Result<Tokens, SourceError> {
        let answer = self.http.send(request).await.map_err(|error| refused(&self.id, error))?;
        let Ok(Answer { access_jwt, refresh_jwt }) = serde_json::from_slice(&answer.body) else {
            // What is wrong with it is not said: the error would hold a part of the tokens.
            let reason = format!("{} did not answer a sign-in as Bluesky does", request.url());
            return Err(SourceError::Other { reason, transient: false });
        };
        let tokens = Tokens { access: SecretText::new(access_jwt), refresh: SecretText::new(refresh_jwt) };
        self.tokens = Some(tokens.clone());
        Ok(tokens)
    }
}

/// A session that has ended is answered with 400 and a name, or with 401.
fn expired(error: &HttpError) -> bool {
    match error {
        HttpError::Status { status: 400, said, .. } => said.0.contains("ExpiredToken"),
        HttpError::Status { status: 401, .. } => true,
        _ => false,
    }
}
