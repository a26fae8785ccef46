//! From the JSON of an API to the step of a walk.

use moodline_http::{Headers, HttpClient, HttpError, Request};
use moodline_types::{RawMention, RejectedRow, SourceId};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Page, SourceError,
    identity::excerpt,
    walk::{Item, Step},
};

/// One item of an API's answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The external id its mention has.
    pub(crate) id: String,
    /// Its place in the order of the list: milliseconds, or an id that grows.
    pub(crate) mark: i64,
    /// What there is to keep of it.
    pub(crate) content: Content,
}

/// What an item says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// Something to judge.
    Mention(Box<RawMention>),
    /// Nothing any more: its author or a moderator took it back.
    Removed,
    /// Nothing that is of interest here, e.g. a note of the software itself.
    Nothing,
}

/// Adds an entry to a step.
pub(crate) fn add(step: &mut Step, Entry { id, mark, content }: Entry) {
    let mention = match content {
        Content::Mention(mention) => Some(*mention),
        Content::Removed => {
            step.removed.push(id.clone());
            None
        }
        Content::Nothing => None,
    };
    step.items.push(Item { mark: Some(mark), id, mention });
}

/// Adds the entries of `values`; what is not in the shape of `T` is set aside.
pub(crate) fn add_all<T: DeserializeOwned>(
    step: &mut Step,
    values: Vec<Value>,
    origin: &str,
    mut entry: impl FnMut(T) -> Entry,
) {
    let mut rejected = Vec::new();
    each(values, origin, &mut rejected, |read| add(step, entry(read)));
    step.rejected.append(&mut rejected);
}

/// Reads `values` one by one; what is not in the shape of `T` is set aside with the reason and costs only itself.
pub(crate) fn each<T: DeserializeOwned>(
    values: Vec<Value>,
    origin: &str,
    rejected: &mut Vec<RejectedRow>,
    mut read: impl FnMut(T),
) {
    for (index, value) in values.into_iter().enumerate() {
        match T::deserialize(&value) {
            Ok(item) => read(item),
            Err(error) => rejected.push(RejectedRow {
                origin: origin.to_owned(),
                line: Some(index as u64 + 1),
                reason: format!("not in the documented shape: {error}"),
                excerpt: excerpt(&value.to_string()),
            }),
        }
    }
}

/// The error for an answer of another shape.
pub(crate) fn unexpected(url: &url::Url, api: &'static str) -> impl FnOnce(serde_json::Error) -> SourceError {
    let url = url.to_string();
    move |source| SourceError::Unexpected { url, api, source }
}

/// What a failed request means where the host has a reason to say no to this source's credentials.
pub(crate) fn refused(id: &SourceId, error: HttpError) -> SourceError {
    match error {
        HttpError::Status { url, status: status @ (401 | 403), said } => {
            SourceError::Refused { id: id.to_string(), url: url.into(), status, said }
        }
        error => SourceError::from_http(error),
    }
}

/// The page with the language of the settings on mentions that do not say theirs.
pub(crate) fn in_language(mut page: Page, language: Option<&str>) -> Page {
    for mention in page.mentions.iter_mut().filter(|mention| mention.language.is_none()) {
        mention.language = language.map(str::to_owned);
    }
    page
}

/// Sends a request of source `id` to `api` and reads the answer.
pub(crate) async fn ask<T>(
    http: &HttpClient,
    id: &SourceId,
    api: &'static str,
    request: &Request,
    parse: impl FnOnce(&[u8]) -> serde_json::Result<T>,
) -> Result<T, SourceError> {
    let response = http.send(request).await.map_err(|error| refused(id, error))?;
    parse(&response.body).map_err(unexpected(request.url(), api))
}

/// Where a `Link` header (RFC 8288) says the page with this relation is.
pub(crate) fn link(headers: &Headers, relation: &str) -> Option<String> {
    headers.all("link").find_map(|value| link_in(value, relation))
}

fn link_in(value: &str, relation: &str) -> Option<String> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let is_it =
            parameters.split([';', ',']).filter_map(|parameter| parameter.split_once('=')).any(|(name, given)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && given
                        .trim()
                        .trim_matches('"')
                        .split_whitespace()
                        .any(|given| given.eq_ignore_ascii_case(relation))
            });
        if is_it {
            return Some(target.to_owned());
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_link_with_the_relation_is_found() {
        let value =
            r#"<https://a.example/x?max_id=1&b=2>; rel="next", <https://a.example/x?min_id=9>; rel="prev last""#;
        assert_eq!(link_in(value, "next").unwrap(), "https://a.example/x?max_id=1&b=2");
        assert_eq!(link_in(value, "last").unwrap(), "https://a.example/x?min_id=9");
        assert_eq!(link_in(value, "first"), None);
        assert_eq!(link_in("<x>; rel=next", "next").unwrap(), "x");
    }

    proptest! {
        #[test]
        fn any_header_can_be_read(value in "[<>;=,\"a-z ]{0,40}") {
            let _ = link_in(&value, "next");
        }
    }
}
