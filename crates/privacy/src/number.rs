//! Which numbers are somebody's: told by their form and check digits.

use crate::Kind;

/// Longest run of digits that may still be a price, a year or a model number.
const LONGEST_PLAIN_RUN: usize = 11;

/// What a number as written is, if it is anyone's. `written` holds digits with single separators between them, maybe a
/// leading `+` or bracket and a trailing X.
pub(crate) fn kind(written: &str) -> Option<Kind> {
    let digits: String = written.chars().filter_map(digit).collect();
    let international = written.starts_with(['+', '＋']) || digits.starts_with("00");
    let plain = written.chars().all(|c| digit(c).is_some());
    if is_chinese_id(written, &digits) || is_social_security(written) {
        return Some(Kind::Id);
    }
    if !international && is_card(&digits) {
        return Some(Kind::Card);
    }
    if international && (8..=17).contains(&digits.len()) || is_phone(written, &digits) {
        return Some(Kind::Phone);
    }
    // Nobody prices in trillions: an order, a parcel, a ticket.
    (plain && digits.len() > LONGEST_PLAIN_RUN).then_some(Kind::Order)
}

/// A digit of half or full width.
pub(crate) fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
        _ => None,
    }
}

/// Payment cards: 13 to 19 digits of a known industry (ISO/IEC 7812) with the check digit of Luhn.
fn is_card(digits: &str) -> bool {
    (13..=19).contains(&digits.len()) && digits.starts_with(['2', '3', '4', '5', '6']) && luhn(digits)
}

/// The check of ISO/IEC 7812-1: from the right, every second digit doubled, sums a multiple of ten.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte - b'0'))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Resident identity numbers of GB 11643: region, date of birth, sequence, and a check digit by ISO 7064 MOD 11-2.
fn is_chinese_id(written: &str, digits: &str) -> bool {
    let x = written.ends_with(['x', 'X', 'Ｘ', 'ｘ']);
    let (body, check) = match (digits.len(), x) {
        (17, true) => (digits, 10),
        (18, false) => (&digits[..17], u32::from(digits.as_bytes()[17] - b'0')),
        _ => return false,
    };
    let year: u32 = body[6..10].parse().unwrap_or(0);
    let (month, day): (u32, u32) = (body[10..12].parse().unwrap_or(0), body[12..14].parse().unwrap_or(0));
    if !(1900..2100).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return false;
    }
    // Weights are the powers of two modulo 11, from the left 2^17.
    let sum: u32 = body.bytes().fold(0, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
    (sum + check) % 11 == 1
}

/// Social security numbers of the United States, with their hyphens; 000, 666 and 9xx are never given.
fn is_social_security(written: &str) -> bool {
    let parts: Vec<&str> = written.split('-').collect();
    let [area, group, serial] = parts[..] else { return false };
    let all_digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let lengths = [area.len(), group.len(), serial.len()] == [3, 2, 4];
    all_digits && lengths && area != "000" && area != "666" && !area.starts_with('9') && group != "00"
}

/// Telephone numbers in the forms of their countries. A plain run of digits is one only where nothing else looks like
/// that: Chinese and Japanese mobiles.
fn is_phone(written: &str, digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let mobile = |digits: &[u8]| digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1]);
    if mobile(bytes) || (digits.len() == 13 && digits.starts_with("86") && mobile(&bytes[2..])) {
        return true;
    }
    if digits.len() == 11 && ["070", "080", "090"].iter().any(|prefix| digits.starts_with(prefix)) {
        return true;
    }
    let groups: Vec<usize> = groups(written);
    match groups.as_slice() {
        // 010-6552-9988, 03-1234-5678, 091 234 5678
        // 010-65529988, 06 12 34 56 78
        [2..=4, 3..=4, 4] | [3..=4, 7..=8] | [2, 2, 2, 2, 2] if digits.starts_with('0') => true,
        // (212) 555-0142, 212-555-0142; 400-820-8820 is a company's.
        [3, 3, 4] => !digits.starts_with("400") && !digits.starts_with("800") && !digits.starts_with(['0', '1']),
        // 612 345 678
        [3, 3, 3] => digits.starts_with(['6', '7']),
        _ => false,
    }
}

/// Lengths of the runs of digits.
fn groups(written: &str) -> Vec<usize> {
    let runs = written.split(|c| digit(c).is_none());
    runs.map(|run| run.chars().count()).filter(|length| *length > 0).collect()
}

/// International bank account numbers: ISO 13616, checked by ISO 7064 MOD 97-10.
pub(crate) fn is_iban(written: &str) -> bool {
    let compact: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let rearranged = compact[4..].chars().chain(compact[..4].chars());
    rearranged.filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shifted = if value < 10 { rest * 10 + value } else { rest * 100 + value };
        shifted % 97
    }) == 1
}

/// Identity numbers of Spain, `12345678Z` and `X1234567L`: the letter is the number modulo 23.
pub(crate) fn is_spanish_id(written: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let upper = written.to_ascii_uppercase();
    let (body, letter) = upper.split_at(upper.len() - 1);
    let body = body.replacen('X', "0", 1).replacen('Y', "1", 1).replacen('Z', "2", 1);
    body.parse::<usize>().is_ok_and(|number| LETTERS[number % 23] == letter.as_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_tell_cards_and_identity_numbers_from_other_numbers() {
        for (written, expected) in [
            ("4111 1111 1111 1111", Some(Kind::Card)),
            ("4111-1111-1111-1112", None),
            ("5500005555555559", Some(Kind::Card)),
            ("11010519491231002X", Some(Kind::Id)),
            ("110105194912310021", Some(Kind::Order)),
            ("440308199901011517", Some(Kind::Id)),
            ("078-05-1120", Some(Kind::Id)),
        ] {
            assert_eq!(kind(written), expected, "{written}");
        }
    }

    #[test]
    fn telephone_numbers_have_the_forms_of_their_countries() {
        for phone in [
            "13812345678",
            "138 1234 5678",
            "+86 138-1234-5678",
            "010-65529988",
            "090-1234-5678",
            "(212) 555-0142",
            "+34 612 345 678",
            "612 345 678",
            "06 12 34 56 78",
            "１３８１２３４５６７８",
        ] {
            assert_eq!(kind(phone), Some(Kind::Phone), "{phone}");
        }
    }

    #[test]
    fn dates_prices_and_hotlines_stay() {
        for plain in ["2026-05-01", "2026 05 01", "20260501", "1299", "12 30", "400-820-8820", "100 000", "1000 2000"] {
            assert_eq!(kind(plain), None, "{plain}");
        }
    }

    #[test]
    fn accounts_and_spanish_numbers_carry_their_own_check() {
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DE89 3704 0044 0532 0130 01"));
        assert!(is_spanish_id("12345678Z") && is_spanish_id("x1234567l") && !is_spanish_id("12345678A"));
    }
}
