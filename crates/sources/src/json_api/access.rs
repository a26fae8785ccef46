//! What opens an API: nothing, a key that lasts, or short-lived tokens.

use moodline_http::{HttpClient, Request};
use moodline_types::{Secret, SecretText, SourceId};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{SourceError, oauth::AccessToken};

/// A key and where it goes: `Authorization: Bearer …` unless something else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The key.
    pub secret: Secret,
    /// A header of its own, e.g. `X-Api-Key`.
    #[serde(default)]
    pub header: Option<String>,
    /// Put before the key in that header, e.g. `Token `.
    #[serde(default)]
    pub prefix: Option<String>,
    /// A query parameter, e.g. `key`.
    #[serde(default)]
    pub query: Option<String>,
    /// User name, where the key is a password (HTTP Basic).
    #[serde(default)]
    pub user: Option<String>,
}

/// Client credentials (RFC 6749 §4.4): an id and a secret that tokens are granted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Where tokens are granted.
    pub token_url: Url,
    /// Id of the registered program.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// What it may do, in the host's words, apart by spaces.
    #[serde(default)]
    pub scope: Option<String>,
    /// Whom the token is for, where the host wants to know.
    #[serde(default)]
    pub audience: Option<String>,
    /// How id and secret are sent.
    #[serde(default)]
    pub send: ClientAuth,
}

/// How a program shows who it is (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientAuth {
    /// As HTTP Basic.
    #[default]
    Header,
    /// In the form beside the rest.
    Form,
}

impl Auth {
    /// What is wrong with it.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let places = [&self.header, &self.query, &self.user].into_iter().flatten().count();
        (places > 1).then_some("auth: the key goes into one of header, query and user")
    }

    fn put(&self, request: Request, key: &SecretText) -> Request {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        match (&self.header, &self.query, &self.user) {
            (Some(header), _, _) => {
                let value = SecretText::new(format!("{prefix}{}", key.reveal()));
                request.hide(key).secret_header(header, value)
            }
            (_, Some(name), _) => request.secret_query(name, key.clone()),
            (_, _, Some(user)) => request.basic(user, key),
            _ => request.bearer(key),
        }
    }
}

impl OAuth {
    /// What is wrong with it.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        // Machines of one's own are addressed by number, or are this one.
        let named = self.token_url.domain().is_some_and(|host| host != "localhost");
        let web = matches!(self.token_url.scheme(), "http" | "https");
        let safe = web && (self.token_url.scheme() == "https" || !named);
        (!safe).then_some("oauth: token_url: the secret needs an https address")
    }

    fn grant(&self, secret: &SecretText) -> Request {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        form.extend(self.audience.as_deref().map(|audience| ("audience", audience)));
        let request = Request::post(self.token_url.clone());
        match self.send {
            ClientAuth::Header => request.basic(&self.client_id, secret).form(&form),
            ClientAuth::Form => {
                form.extend([("client_id", self.client_id.as_str()), ("client_secret", secret.reveal())]);
                request.hide(secret).form(&form)
            }
        }
    }
}

/// What opens one API.
#[derive(Debug)]
pub(super) enum Access {
    Open,
    Key { auth: Auth, key: SecretText },
    Granted { oauth: OAuth, secret: SecretText, token: AccessToken },
}

impl Access {
    pub(super) fn granted(oauth: OAuth, secret: SecretText) -> Self {
        Self::Granted { oauth, secret, token: AccessToken::default() }
    }

    /// The request with what opens the API; a token is asked for where there is none, or where the one there was
    /// refused.
    pub(super) async fn open(
        &mut self,
        request: Request,
        http: &HttpClient,
        id: &SourceId,
    ) -> Result<Request, SourceError> {
        Ok(match self {
            Self::Open => request,
            Self::Key { auth, key } => auth.put(request, key),
            Self::Granted { oauth, secret, token } => {
                let token = token.get(http, id, "an OAuth server", || Ok(oauth.grant(secret))).await?;
                request.bearer(&token)
            }
        })
    }

    /// Gives up a token that the host refused; whether another one can be had.
    pub(super) fn forget(&mut self) -> bool {
        let Self::Granted { token, .. } = self else { return false };
        token.forget();
        true
    }

    /// The key that must not be kept with the address of a page, and the parameter it stands in.
    pub(super) fn in_addresses(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Key { auth, key } => (auth.query.as_deref(), Some(key.reveal())),
            Self::Open | Self::Granted { .. } => (None, None),
        }
    }
}
