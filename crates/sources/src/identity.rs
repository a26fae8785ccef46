//! Identities for items whose source gives them none.

use sha2::{Digest, Sha256};

/// 32 hexadecimal digits from the parts, in order; different splits of the same characters give different ids.
pub(crate) fn derived_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

/// The beginning of a text, for a person to recognise it by.
pub(crate) fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 80;
    let mut excerpt: String = text.chars().take(CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(CHARACTERS).is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_part_ends_matters() {
        assert_ne!(derived_id(&["ab", "c"]), derived_id(&["a", "bc"]));
        assert_eq!(derived_id(&["ab", "c"]), derived_id(&["ab", "c"]));
        assert_eq!(derived_id(&[]).len(), 32);
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt("a\nb"), "a b");
        assert_eq!(excerpt(&"评".repeat(100)).chars().count(), 81);
    }
}
