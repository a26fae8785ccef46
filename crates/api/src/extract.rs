//! What a request says, read strictly: unknown names are refused, and every refusal names what is wrong.

use std::{fmt, marker::PhantomData, str::FromStr};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{StatusCode, header, request::Parts},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_path_to_error::Error as PathError;

use crate::problem::Refusal;

/// The parameters of the query string.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn query<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| field_error(&error))
}

/// No parameters at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A part of the path.
#[derive(Debug)]
pub(crate) struct PathOf<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for PathOf<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|rejection| Refusal::new(StatusCode::NOT_FOUND, rejection.body_text()))
    }
}

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        // Browsers send other media types across origins without asking first: this check is a lock, not a courtesy.
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send JSON as `application/json`"));
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| too_much(&rejection))?;
        let not_json = |error| Refusal::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"));
        serde_json::from_slice::<IgnoredAny>(&body).map_err(not_json)?;
        let mut reader = serde_json::Deserializer::from_slice(&body);
        let sent = serde_path_to_error::deserialize(&mut reader);
        let Object(sent) = sent.map_err(|error| field_error(&error))?;
        Ok(Self(sent))
    }
}

/// A JSON object, and nothing that serde would take for one: it reads arrays as the members in their order.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

/// Reads a member that is an object as [`Object`] does.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members))
        }
    }

    deserializer.deserialize_map(Members(PhantomData))
}

/// Tells `null` from what was left out.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A body that cannot be read whole.
pub(crate) fn too_much(rejection: &BytesRejection) -> Refusal {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
        status => Refusal::new(status, rejection.body_text()),
    }
}

/// Names the field, which serde's own words tell where its path does not.
fn field_error<E: fmt::Display>(error: &PathError<E>) -> Refusal {
    let said = error.inner().to_string();
    // Of JSON, line and column help nobody: the field is named.
    let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
    let path = error.path().to_string();
    let about_itself = ["unknown field", "duplicate field", "missing field"].iter().any(|lead| said.starts_with(lead));
    let field = match said.split('`').nth(1).filter(|_| about_itself) {
        Some(name) => within(&path, name),
        None => path,
    };
    Refusal::field(field, said)
}

/// A member by its path; `path` is that of the object it is in, or its own already, or `.` for the outermost.
fn within(path: &str, name: &str) -> String {
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = if last == name || last == "?" || last.is_empty() { parent } else { path };
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// Words of a request that go to the database: at most 500 characters, no null character (PostgreSQL keeps none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub(crate) String);

/// Most characters of [`Words`].
pub(crate) const MOST_WORDS: usize = 500;

impl FromStr for Words {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('\0') {
            return Err("may not contain a null character".to_owned());
        }
        match text.chars().count() {
            0 => Err("may not be empty: leave it out instead".to_owned()),
            count if count > MOST_WORDS => Err(format!("has {count} characters; at most {MOST_WORDS} are allowed")),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Several values of one parameter, with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commas<T>(pub(crate) Vec<T>);

impl<T> Default for Commas<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Commas<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let values = text.split(',').map(|value| value.trim().parse().map_err(D::Error::custom));
        values.collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use moodline_types::{FlagStatus, MapId};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        map: Option<MapId>,
        #[serde(default)]
        status: Commas<FlagStatus>,
        limit: Option<u32>,
        words: Option<Words>,
    }

    fn refused(text: &str) -> (String, String) {
        let refusal = query::<Asked>(text).unwrap_err();
        assert_eq!(refusal.problem.status, 422);
        let error = refusal.problem.errors[0].clone();
        (error.field, error.detail)
    }

    #[test]
    fn a_query_is_read() {
        let asked: Asked = query("map=bank&status=open,resolved&limit=5&words=%E9%80%80%E6%AC%BE").unwrap();
        assert_eq!(asked.status.0, [FlagStatus::Open, FlagStatus::Resolved]);
        assert_eq!(
            (asked.map.unwrap().as_str(), asked.limit, asked.words.unwrap().0),
            ("bank", Some(5), "退款".to_owned())
        );
    }

    #[test]
    fn a_member_is_named_with_what_it_is_in() {
        for (path, named) in
            [(".", "x"), ("x", "x"), ("?", "x"), ("a", "a.x"), ("a.x", "a.x"), ("a.?", "a.x"), ("a.b", "a.b.x")]
        {
            assert_eq!(within(path, "x"), named, "{path}");
        }
    }

    #[test]
    fn an_array_is_no_object() {
        let read = |text: &str| serde_json::from_str::<Object<Asked>>(text).map(|Object(asked)| asked.map.is_some());
        assert!(read(r#"{"map": "bank"}"#).unwrap());
        for bad in ["[\"bank\"]", "null", "1", "[]"] {
            assert!(read(bad).unwrap_err().to_string().contains("expected an object"), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (field, detail) = refused("mapp=bank");
        assert_eq!(field, "mapp");
        assert!(detail.contains("expected one of `map`"), "{detail}");
        assert_eq!(refused("map=bank&map=shop").0, "map");
        assert_eq!(refused("limit=many").0, "limit");
        let (field, detail) = refused("status=open,gone");
        assert_eq!(field, "status");
        assert!(detail.contains("false_positive"), "{detail}");
        assert_eq!(refused("map=Online%20Bank").0, "map");
        assert_eq!(refused("words=a%00b"), ("words".to_owned(), "may not contain a null character".to_owned()));
        assert_eq!(refused("words=").0, "words");
    }
}
