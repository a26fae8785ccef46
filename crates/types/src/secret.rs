//! Secrets: where the settings say they are, and what was found there.

use std::{env, fmt, fs, io, path::Path, path::PathBuf};

use serde::{Deserialize, Deserializer, Serialize, de};

/// Where a secret is found; the secret itself never stands in the settings.
///
/// Written as `{ env = "NAME" }`, `{ file = "path" }` (relative to the settings file) or `{ credential = "name" }`
/// (a file of systemd's `$CREDENTIALS_DIRECTORY`, see `LoadCredential=` in systemd.exec(5)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Secret {
    /// The value of an environment variable.
    Env(String),
    /// The content of a file.
    File(PathBuf),
    /// The content of a systemd credential.
    Credential(String),
}

/// Why a secret could not be had. Never contains the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment variable is not there.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// The file or credential cannot be read.
    #[error("the file {} cannot be read", path.display())]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A credential outside a systemd service.
    #[error(
        "the credential {0} needs systemd: $CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit sets it)"
    )]
    NoCredentials(String),
    /// A credential's name that would lead out of the directory.
    #[error("the credential name `{0}` is no plain file name")]
    Name(String),
    /// Something is there, but nothing in it.
    #[error("{0} is empty")]
    Empty(String),
}

impl Secret {
    /// The secret, without white space at its ends; relative paths start at `base_dir`.
    ///
    /// # Errors
    /// [`SecretError`], which names the variable or file.
    pub fn resolve(&self, base_dir: &Path) -> Result<SecretText, SecretError> {
        let text = match self {
            Self::Env(name) => env::var(name).map_err(|_| SecretError::NotSet(name.clone()))?,
            Self::File(path) => read(&base_dir.join(path))?,
            Self::Credential(name) => {
                if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
                    return Err(SecretError::Name(name.clone()));
                }
                let folder =
                    env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(|| SecretError::NoCredentials(name.clone()))?;
                read(&Path::new(&folder).join(name))?
            }
        };
        let text = text.trim();
        if text.is_empty() { Err(SecretError::Empty(self.to_string())) } else { Ok(SecretText(text.to_owned())) }
    }
}

fn read(path: &Path) -> Result<String, SecretError> {
    fs::read_to_string(path).map_err(|source| SecretError::Unreadable { path: path.to_owned(), source })
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Credential(name) => write!(f, "the credential {name}"),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

const FORMS: &str = r#"{ env = "NAME" }, { file = "path" } or { credential = "name" }"#;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORMS)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Secret, E> {
        Err(E::custom(format!("a secret does not stand in the settings: say where it is with {FORMS}")))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Secret, A::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Key {
            Env,
            File,
            Credential,
        }
        let secret = match map.next_key()? {
            Some(Key::Env) => Secret::Env(map.next_value()?),
            Some(Key::File) => Secret::File(map.next_value()?),
            Some(Key::Credential) => Secret::Credential(map.next_value()?),
            None => return Err(de::Error::custom(format!("expected {FORMS}"))),
        };
        match map.next_key::<Key>()? {
            Some(_) => Err(de::Error::custom(format!("a secret has one place: {FORMS}"))),
            None => Ok(secret),
        }
    }
}

/// A secret as found. It is shown as `***`; [`SecretText::reveal`] is for the request that needs it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// Takes a text as a secret, e.g. a token that a host handed out.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Result<Secret, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_secret_is_named_by_its_place() {
        assert_eq!(parsed(r#"{"env": "TOKEN"}"#).unwrap(), Secret::Env("TOKEN".into()));
        assert_eq!(parsed(r#"{"file": "a/b"}"#).unwrap(), Secret::File("a/b".into()));
        let secret = Secret::Credential("reddit".into());
        assert_eq!(parsed(&serde_json::to_string(&secret).unwrap()).unwrap(), secret);
    }

    #[test]
    fn a_secret_written_out_is_refused_and_not_repeated() {
        let error = parsed(r#""hunter2""#).unwrap_err().to_string();
        assert!(error.contains("{ env = \"NAME\" }") && !error.contains("hunter2"), "{error}");
        for bad in [r"{}", r#"{"env": "A", "file": "b"}"#, r#"{"vault": "a"}"#, "7"] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let base = Path::new("/no-such-folder");
        let error = Secret::Env("MOODLINE_NO_SUCH_VARIABLE".into()).resolve(base).unwrap_err();
        assert_eq!(error.to_string(), "the environment variable MOODLINE_NO_SUCH_VARIABLE is not set");
        let error = Secret::File("token".into()).resolve(base).unwrap_err();
        assert_eq!(error.to_string(), "the file /no-such-folder/token cannot be read");
        let error = Secret::Credential("../shadow".into()).resolve(base).unwrap_err();
        assert!(matches!(error, SecretError::Name(_)));
    }

    #[test]
    fn a_found_secret_never_shows() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = Secret::File("Cargo.toml".into()).resolve(path).unwrap();
        assert!(found.reveal().starts_with("[package]"));
        assert_eq!(format!("{found:?}"), "***");
    }
}
