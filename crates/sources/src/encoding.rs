//! Which encoding bytes are in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a text that begins with `sample`, and how many bytes of byte-order mark to skip.
///
/// A byte-order mark decides. Then the pattern of zeros of UTF-16; then valid UTF-8 with at least one character
/// beyond ASCII, which text in another encoding practically never is; then the first of `hints` (labels from a
/// header or declaration) in which the sample has no error; then a guess by letter frequency.
pub(crate) fn detect(sample: &[u8], hints: &[&str], whole: bool) -> (&'static Encoding, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(sample) {
        return (encoding, mark);
    }
    if let Some(encoding) = utf16_by_zeros(sample) {
        return (encoding, 0);
    }
    let ascii = sample.is_ascii();
    if !ascii && is_utf8(sample, whole) {
        return (UTF_8, 0);
    }
    let hinted = hints
        .iter()
        .filter_map(|label| Encoding::for_label_no_replacement(label.as_bytes()))
        .filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE) // would show zeros
        .find(|encoding| !has_errors(encoding, sample, whole));
    if let Some(encoding) = hinted {
        return (encoding, 0);
    }
    if ascii {
        return (UTF_8, 0);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, whole);
    (detector.guess(None, Utf8Detection::Allow), 0)
}

/// The whole of `bytes` as text; what cannot be decoded becomes U+FFFD.
pub(crate) fn decode(bytes: &[u8], hints: &[&str]) -> String {
    let (encoding, mark) = detect(bytes, hints, true);
    encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned()
}

/// UTF-16 without a mark, told by the zero halves of its first ASCII characters.
fn utf16_by_zeros(sample: &[u8]) -> Option<&'static Encoding> {
    let head = &sample[..sample.len().min(64) & !1];
    let zeros = |half: usize| head.iter().skip(half).step_by(2).filter(|byte| **byte == 0).count();
    let enough = (head.len() / 4).max(1);
    match (zeros(0), zeros(1)) {
        (0, low) if low >= enough => Some(UTF_16LE),
        (high, 0) if high >= enough => Some(UTF_16BE),
        _ => None,
    }
}

fn is_utf8(sample: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        // A sample may end inside a character.
        Err(error) => !whole && error.error_len().is_none(),
    }
}

fn has_errors(encoding: &'static Encoding, sample: &[u8], whole: bool) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length(sample.len()).unwrap_or(0);
    let mut text = String::with_capacity(capacity);
    decoder.decode_to_string(sample, &mut text, whole).2
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030};
    use proptest::prelude::*;

    use super::*;

    const CHINESE: &str = "配送很快，包装完整，客服态度也好，下次还会再来购买。";

    #[test]
    fn chinese_is_read_in_every_usual_encoding() {
        let utf16 = |encode: fn(u16) -> [u8; 2]| CHINESE.encode_utf16().flat_map(encode).collect::<Vec<u8>>();
        assert_eq!(decode(CHINESE.as_bytes(), &[]), CHINESE);
        assert_eq!(decode(&GB18030.encode(CHINESE).0, &[]), CHINESE);
        assert_eq!(decode(&[&[0xff, 0xfe][..], &utf16(u16::to_le_bytes)].concat(), &[]), CHINESE);
        assert_eq!(decode(&[&[0xfe, 0xff][..], &utf16(u16::to_be_bytes)].concat(), &[]), CHINESE);
        let traditional = "外送很快，包裝完整，客服態度也好，下次還會再來購買。";
        assert_eq!(decode(&BIG5.encode(traditional).0, &[]), traditional);
    }

    #[test]
    fn utf16_is_known_without_a_mark() {
        let bytes: Vec<u8> = "id,text\n1,hello".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&bytes, &[]), "id,text\n1,hello");
    }

    #[test]
    fn a_wrong_label_does_not_spoil_utf8() {
        assert_eq!(decode("naïve 评论".as_bytes(), &["iso-8859-1", "gb2312"]), "naïve 评论");
    }

    #[test]
    fn a_right_label_is_taken_at_its_word() {
        assert_eq!(decode(b"J\xfcrgen", &["iso-8859-1"]), "Jürgen");
        assert_eq!(decode(b"caf\xe9", &["utf-8", "iso-8859-1"]), "café", "a label that does not fit is passed over");
    }

    proptest! {
        #[test]
        fn any_bytes_become_text(bytes: Vec<u8>, hint in "[a-z0-9-]{0,12}") {
            let _ = decode(&bytes, &[&hint]);
        }
    }
}
