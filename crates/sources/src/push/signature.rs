//! Signatures of Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>): HMAC-SHA256 over
//! `id.timestamp.body`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use moodline_types::SecretText;
use sha2::Sha256;

use super::PushError;

/// How far the sender's clock may be from ours, in seconds.
const TOLERANCE: u64 = 5 * 60;
/// Lengths of keys that the specification asks for, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The headers of a delivery.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `webhook-id`: the same for every attempt to send one delivery.
    pub id: &'a str,
    /// `webhook-timestamp`: unix seconds.
    pub timestamp: &'a str,
    /// `webhook-signature`: `v1,…` for every secret the sender signs with, separated by spaces.
    pub signature: &'a str,
}

/// A key that deliveries are signed with.
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(***)")
    }
}

impl WebhookSecret {
    /// Reads `whsec_` and 24 to 64 bytes in Base64.
    ///
    /// # Errors
    /// What is wrong with it, without saying what it is.
    pub fn read(secret: &SecretText) -> Result<Self, String> {
        let text = secret.reveal().trim();
        let Some(encoded) = text.strip_prefix("whsec_") else {
            return Err("a webhook secret begins with `whsec_`".to_owned());
        };
        let key = STANDARD.decode(encoded).map_err(|_| "what follows `whsec_` is not Base64".to_owned())?;
        if !KEY_BYTES.contains(&key.len()) {
            return Err(format!("a webhook secret has 24 to 64 bytes, this one has {}", key.len()));
        }
        Ok(Self(key))
    }

    fn mac(&self, signed: Signed<'_>, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [signed.id.as_bytes(), b".", signed.timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// Whether one of `secrets` signed this body under these headers, not long before or after `now`. Signatures are
/// compared in constant time.
///
/// # Errors
/// [`PushError::Header`], [`PushError::Replay`] or [`PushError::Signature`].
pub(super) fn verify(
    signed: Signed<'_>,
    body: &[u8],
    secrets: &[WebhookSecret],
    now: DateTime<Utc>,
) -> Result<(), PushError> {
    if signed.id.is_empty() || signed.id.contains('.') {
        return Err(PushError::Header("webhook-id"));
    }
    let at: i64 = signed.timestamp.parse().map_err(|_| PushError::Header("webhook-timestamp"))?;
    let seconds = at.abs_diff(now.timestamp());
    if seconds > TOLERANCE {
        return Err(PushError::Replay { seconds, limit: TOLERANCE });
    }
    let given: Vec<Vec<u8>> = signed
        .signature
        .split_ascii_whitespace()
        .filter_map(|part| STANDARD.decode(part.strip_prefix("v1,")?).ok())
        .collect();
    let fits =
        secrets.iter().any(|secret| given.iter().any(|given| secret.mac(signed, body).verify_slice(given).is_ok()));
    if fits { Ok(()) } else { Err(PushError::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    /// The example of the specification's reference libraries.
    const EXAMPLE: Signed<'_> = Signed {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };

    fn secret(text: &str) -> Result<WebhookSecret, String> {
        WebhookSecret::read(&SecretText::new(text))
    }

    fn key() -> WebhookSecret {
        secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_614_265_330 + seconds, 0).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_is_believed() {
        verify(EXAMPLE, BODY, &[key()], at(0)).unwrap();
        verify(EXAMPLE, BODY, &[key()], at(-299)).unwrap();
    }

    #[test]
    fn one_fitting_signature_of_several_is_enough() {
        let other = secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let several = format!("v1a,xx v1,bm9uZQ== {}", EXAMPLE.signature);
        verify(Signed { signature: &several, ..EXAMPLE }, BODY, &[other.clone(), key()], at(0)).unwrap();
        assert!(matches!(verify(EXAMPLE, BODY, &[other], at(0)), Err(PushError::Signature)));
    }

    #[test]
    fn a_changed_body_id_or_time_is_refused() {
        for (signed, body) in [
            (EXAMPLE, &b"{\"test\": 2432232315}"[..]),
            (Signed { id: "msg_other", ..EXAMPLE }, BODY),
            (Signed { timestamp: "1614265331", ..EXAMPLE }, BODY),
            (Signed { signature: "v1,", ..EXAMPLE }, BODY),
            (Signed { signature: "", ..EXAMPLE }, BODY),
        ] {
            assert!(matches!(verify(signed, body, &[key()], at(0)), Err(PushError::Signature)));
        }
        assert!(matches!(verify(EXAMPLE, BODY, &[key()], at(301)), Err(PushError::Replay { seconds: 301, .. })));
        let unclear = Signed { timestamp: "yesterday", ..EXAMPLE };
        assert!(matches!(verify(unclear, BODY, &[key()], at(0)), Err(PushError::Header("webhook-timestamp"))));
    }

    #[test]
    fn a_secret_says_what_is_wrong_with_it_but_not_what_it_is() {
        for (text, reason) in [("hunter2", "begins with"), ("whsec_#", "Base64"), ("whsec_AAAA", "this one has 3")] {
            let error = secret(text).unwrap_err();
            assert!(error.contains(reason) && !error.contains("hunter2"), "{error}");
        }
        assert_eq!(format!("{:?}", key()), "WebhookSecret(***)");
    }
}
