//! One endpoint: what of a delivery is believed, and the mentions in it.

use chrono::{DateTime, Utc};
use moodline_types::{RejectedRow, SourceId};
use serde_json::Value;

use super::{PushConfig, PushError, Signed, WebhookSecret, signature};
use crate::{
    BuildContext, Page, ParseError, Rules,
    answer::in_language,
    files::{FilesConfig, json_items},
    identity::derived_id,
    json_api::Reading,
};

/// A place that others send mentions to, its secrets at hand.
#[derive(Debug, Clone)]
pub struct PushEndpoint {
    id: SourceId,
    secrets: Vec<WebhookSecret>,
    mapping: FilesConfig,
    /// Where the settings name paths; then the mapping is not used.
    reading: Option<Reading>,
    rules: Rules,
}

impl PushEndpoint {
    /// The endpoint of one entry of the settings.
    ///
    /// # Errors
    /// A finding that names the source and the secret that is missing or malformed.
    pub fn new(config: &PushConfig, context: &BuildContext<'_>) -> Result<Self, String> {
        let secret = |secret| {
            let text = context.secret(&config.id, "secrets", secret)?;
            WebhookSecret::read(&text).map_err(|reason| format!("source `{}`: secrets: {reason}", config.id))
        };
        let secrets = config.secrets.iter().map(secret).collect::<Result<_, String>>()?;
        let (mapping, reading) = (config.mapping(), config.reading());
        Ok(Self { id: config.id.clone(), secrets, mapping, reading, rules: config.rules.clone() })
    }

    /// The source it belongs to.
    pub fn id(&self) -> &SourceId {
        &self.id
    }

    /// The mentions of a delivery, ready to be stored; the page has no cursor. Items that cannot become mentions are
    /// among the rejected rows, under the delivery's id and their place in it.
    ///
    /// # Errors
    /// Where it is not signed by one of the secrets just now, or is not JSON.
    pub fn read(&self, signed: Signed<'_>, body: &[u8], now: DateTime<Utc>) -> Result<Page, PushError> {
        signature::verify(signed, body, &self.secrets, now)?;
        let mut page = match &self.reading {
            Some(reading) => self.by_paths(reading, signed.id, body)?,
            None => self.by_names(signed.id, body)?,
        };
        self.rules.apply(&mut page);
        Ok(page)
    }

    fn by_paths(&self, reading: &Reading, delivery: &str, body: &[u8]) -> Result<Page, PushError> {
        let unreadable = |reason| PushError::Body(ParseError::Table { reason });
        let body: Value =
            serde_json::from_slice(body).map_err(|error| unreadable(format!("not a JSON document: {error}")))?;
        let own_id = |line: u64| derived_id(&[delivery, &line.to_string()]);
        let step = reading.step(&body, delivery, &own_id).map_err(unreadable)?;
        let mentions = step.items.into_iter().filter_map(|item| item.mention).collect();
        let page = Page { mentions, rejected: step.rejected, removed: step.removed, ..Page::default() };
        Ok(in_language(page, self.mapping.language.as_deref()))
    }

    fn by_names(&self, delivery: &str, body: &[u8]) -> Result<Page, PushError> {
        let mut page = Page::default();
        for (line, item) in (1..).zip(json_items(&self.mapping, body).map_err(PushError::Body)?) {
            match item.mention {
                Ok(mut mention) => {
                    if !item.has_own_id {
                        mention.external_id = derived_id(&[delivery, &line.to_string()]);
                    }
                    page.mentions.push(mention);
                }
                Err(reason) => page.rejected.push(RejectedRow {
                    origin: delivery.to_owned(),
                    line: Some(line),
                    reason,
                    excerpt: item.excerpt,
                }),
            }
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use hmac::{Hmac, KeyInit, Mac};
    use moodline_http::{HttpClient, HttpConfig};
    use proptest::prelude::*;

    use super::*;

    fn endpoint(more: &str) -> PushEndpoint {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), format!("whsec_{}\n", STANDARD.encode([7; 32]))).unwrap();
        let config = format!("id = \"shop\"\nsecrets = [{{ file = \"secret\" }}]\nrating_scale = [1, 5]\n{more}");
        let config: PushConfig = toml::from_str(&config).unwrap();
        let http = HttpClient::new(&HttpConfig::default()).unwrap();
        PushEndpoint::new(&config, &BuildContext { http: &http, base_dir: folder.path() }).unwrap()
    }

    fn deliver(id: &str, body: &str) -> Result<Page, PushError> {
        deliver_to(&endpoint(""), id, body)
    }

    fn deliver_to(endpoint: &PushEndpoint, id: &str, body: &str) -> Result<Page, PushError> {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(format!("{id}.1614265330.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let signed = Signed { id, timestamp: "1614265330", signature: &signature };
        endpoint.read(signed, body.as_bytes(), DateTime::from_timestamp(1_614_265_330, 0).unwrap())
    }

    #[test]
    fn one_item_a_list_and_an_event_are_all_read() {
        for (body, ids) in [
            (r#"{"id": "r1", "text": "good", "rating": 4}"#, vec!["r1"]),
            (r#"[{"id": "r1", "text": "good"}, {"id": "r2", "text": "bad"}]"#, vec!["r1", "r2"]),
            (
                r#"{"type": "review.created", "timestamp": "2026-01-01T00:00:00Z", "data": {"id": "r1", "text": "good"}}"#,
                vec!["r1"],
            ),
            (r#"{"reviews": [{"id": "r1", "text": "good"}], "total": 1}"#, vec!["r1"]),
        ] {
            let page = deliver("msg_1", body).unwrap();
            let found: Vec<&str> = page.mentions.iter().map(|mention| mention.external_id.as_str()).collect();
            assert_eq!(found, ids, "{body}");
        }
    }

    #[test]
    fn a_field_named_in_the_settings_is_found_inside_the_item() {
        let endpoint = endpoint("columns = { text = \"review.body\", id = \"review.id\" }");
        for body in [
            r#"{"review": {"id": "r1", "body": "late"}}"#,
            r#"{"type": "x", "data": {"review": {"id": "r1", "body": "late"}}}"#,
        ] {
            let page = deliver_to(&endpoint, "msg_1", body).unwrap();
            assert_eq!(
                (page.mentions[0].external_id.as_str(), page.mentions[0].text.as_str()),
                ("r1", "late"),
                "{body}"
            );
        }
    }

    #[test]
    fn without_ids_a_delivery_sent_again_is_the_same_and_another_is_not() {
        let ids = |delivery| -> Vec<String> {
            let page = deliver(delivery, r#"[{"text": "good"}, {"text": "good"}]"#).unwrap();
            page.mentions.into_iter().map(|mention| mention.external_id).collect()
        };
        assert_eq!(ids("msg_1"), ids("msg_1"));
        let (first, second) = (ids("msg_1"), ids("msg_2"));
        assert!(first[0] != first[1] && first.iter().all(|id| !second.contains(id)));
    }

    #[test]
    fn items_may_be_named_by_paths() {
        let endpoint = endpoint(
            r#"items = "$.events[?@.kind == 'review']"
            fields = { id = "$.review.id", text = "$.review.parts[*].html", rating = "$.review.verdict", deleted = "$.gone" }
            text_format = "html"
            rating_words = { good = 5, bad = 1 }
            language = "de""#,
        );
        let body = r#"{"events": [
            {"kind": "ping"},
            {"kind": "review", "review": {"id": 7, "parts": [{"html": "<p>zu spät</p>"}, {"html": "<b>teuer</b>"}], "verdict": "bad"}},
            {"kind": "review", "review": {"id": 8, "parts": []}},
            {"kind": "review", "gone": true, "review": {"id": 9}}
        ]}"#;
        let page = deliver_to(&endpoint, "msg_1", body).unwrap();
        let [mention] = page.mentions.as_slice() else { panic!("{page:?}") };
        assert_eq!((mention.external_id.as_str(), mention.text.as_str()), ("7", "zu spät\n\nteuer"));
        assert_eq!((mention.language.as_deref(), mention.rating.unwrap().value), (Some("de"), 1.0));
        assert_eq!((page.removed.as_slice(), page.rejected[0].line), (["9".to_owned()].as_slice(), Some(2)));
    }

    #[test]
    fn items_named_by_paths_without_ids_are_known_by_their_delivery() {
        let endpoint = endpoint("items = \"$[*]\"\nfields = { text = \"$.said\" }");
        let ids = |delivery| -> Vec<String> {
            let page = deliver_to(&endpoint, delivery, r#"[{"said": "good"}, {"said": "good"}]"#).unwrap();
            page.mentions.into_iter().map(|mention| mention.external_id).collect()
        };
        assert_eq!(ids("msg_1"), ids("msg_1"));
        assert!(ids("msg_1")[0] != ids("msg_1")[1] && ids("msg_1")[0] != ids("msg_2")[0]);
        let error = deliver_to(&endpoint, "msg_1", r#""text""#).unwrap_err();
        assert!(moodline_types::error_chain(&error).contains("no list at `$`"), "{error}");
    }

    #[test]
    fn paths_and_columns_at_once_are_a_mistake() {
        let config = "id = \"shop\"\nsecrets = []\nitems = \"$\"\ncolumns = { text = \"a\" }";
        let config: PushConfig = toml::from_str(config).unwrap();
        let findings = crate::SourceConfig::findings(&config);
        assert!(findings.iter().any(|finding| finding.contains("need each other")), "{findings:?}");
    }

    #[test]
    fn what_cannot_be_read_is_kept_with_its_place() {
        let page = deliver("msg_1", r#"[{"id": 1, "text": "good", "rating": 9}, {"id": 2}, {"id": 3, "text": "ok"}]"#)
            .unwrap();
        assert_eq!(page.mentions.len(), 1);
        let lines: Vec<_> = page.rejected.iter().map(|row| (row.origin.as_str(), row.line)).collect();
        assert_eq!(lines, [("msg_1", Some(1)), ("msg_1", Some(2))]);
        assert!(matches!(deliver("msg_1", "text=good"), Err(PushError::Body(_))));
    }

    #[test]
    fn a_missing_secret_is_a_finding_at_start() {
        let config: PushConfig = toml::from_str("id = \"shop\"\nsecrets = [{ file = \"nowhere\" }]").unwrap();
        let http = HttpClient::new(&HttpConfig::default()).unwrap();
        let error = PushEndpoint::new(&config, &BuildContext { http: &http, base_dir: Path::new("/") }).unwrap_err();
        assert!(error.contains("source `shop`: secrets"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn any_body_can_be_sent(body in "(\\{|\\}|\\[|\\]|\"text\"|\"id\"|:|,|1|\"\\PC{0,5}\"){0,20}") {
            let _ = deliver("msg_1", &body);
        }
    }
}
