//! Authors are kept only as keyed hashes: enough to count one person once, useless without the key.

use hmac::{Hmac, KeyInit, Mac};
use moodline_types::SourceId;
use sha2::Sha256;

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an author key is 64 hexadecimal digits (32 bytes), this one has {0}")]
pub struct AuthorKeyError(String);

/// The secret that authors are hashed with. It lives in a file or the environment, never in the database; whoever
/// loses it keeps every count but can no longer tell that two old and new mentions share an author.
#[derive(Clone)]
pub struct AuthorKey([u8; 32]);

impl AuthorKey {
    /// A key from 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits, white space around them ignored.
    pub fn from_hex(text: &str) -> Result<Self, AuthorKeyError> {
        let text = text.trim();
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(hex::FromHexError::InvalidHexCharacter { .. }) => Err(AuthorKeyError("other characters".to_owned())),
            Err(_) => Err(AuthorKeyError(format!("{} characters", text.chars().count()))),
        }
    }

    /// The key as 64 hexadecimal digits, to be written to its file.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// The hash of an author on one source: the first 16 bytes of HMAC-SHA-256, as 32 hexadecimal digits. The same
    /// handle on two sources gives two hashes, since it need not be the same person.
    pub fn hash(&self, source: &SourceId, author: &str) -> String {
        self.mark(&[source.as_str(), author.trim()])
    }

    /// The hash of whoever answered a survey: under a name of its own, by which nobody's mentions are keyed.
    pub fn respondent(&self, who: &str) -> String {
        self.mark(&["moodline-surveys", who.trim()])
    }

    /// The first 16 bytes of HMAC-SHA-256 over `parts` with a zero byte between them, as 32 hexadecimal digits.
    pub(crate) fn mark(&self, parts: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                mac.update(&[0]);
            }
            mac.update(part.as_bytes());
        }
        hex::encode(&mac.finalize().into_bytes()[..16])
    }
}

impl std::fmt::Debug for AuthorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthorKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_author_has_one_hash_per_source_and_key() {
        let (a, b) = (AuthorKey::from_bytes([1; 32]), AuthorKey::from_bytes([2; 32]));
        let (x, y): (SourceId, SourceId) = ("x".parse().unwrap(), "y".parse().unwrap());
        assert_eq!(a.hash(&x, "mei"), a.hash(&x, " mei "));
        assert_ne!(a.hash(&x, "mei"), a.hash(&y, "mei"));
        assert_ne!(a.hash(&x, "mei"), b.hash(&x, "mei"));
        assert_eq!(a.hash(&x, "mei").len(), 32);
    }

    #[test]
    fn a_key_survives_its_file_and_never_its_debug_output() {
        let key = AuthorKey::from_bytes([0xAB; 32]);
        let read = AuthorKey::from_hex(&format!("{}\n", key.to_hex())).unwrap();
        assert_eq!(read.to_hex(), key.to_hex());
        assert_eq!(format!("{key:?}"), "AuthorKey(***)");
        assert!(AuthorKey::from_hex("abc").unwrap_err().to_string().ends_with("this one has 3 characters"));
    }
}
