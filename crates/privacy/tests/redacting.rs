//! What goes and what stays, as customers write it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeMap, sync::LazyLock};

use moodline_privacy::{Counts, Kind, Redactor};
use proptest::prelude::*;

static ALL: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(&Kind::ALL, &BTreeMap::new()).unwrap());

fn redacted(text: &str) -> (String, Counts) {
    let mut counts = Counts::new();
    let text = ALL.redact(text, &mut counts).into_owned();
    (text, counts)
}

#[test]
fn personal_data_goes_and_the_sentence_stays() {
    for (written, kept) in [
        ("Mail me: jane.doe+shop@mail.example.co.uk, thanks", "Mail me: [e-mail], thanks"),
        ("邮箱abc123@example.com谢谢", "邮箱[e-mail]谢谢"),
        ("退款到4111 1111 1111 1111还没到账", "退款到[card]还没到账"),
        ("IBAN DE89 3704 0044 0532 0130 00 was charged twice", "IBAN [card] was charged twice"),
        ("身份证11010519491231002X被上传了", "身份证[id]被上传了"),
        ("mi DNI es 12345678Z y nada", "mi DNI es [id] y nada"),
        ("请打电话13812345678联系我", "请打电话[phone]联系我"),
        ("call me at 555 0142 77 please", "call me at [phone] please"),
        ("Reach me on +44 20 7946 0958!", "Reach me on [phone]!"),
        ("加微信：88120345吧", "加微信：[phone]吧"),
        ("订单号：E20260501233，三天没发货", "订单号：[order]，三天没发货"),
        ("Order no. 114-3941689-8772232 never came", "Order no. [order] never came"),
        ("mi pedido 4455667 no llega", "mi pedido [order] no llega"),
        ("我的单子是392817465528193746", "我的单子是[order]"),
        ("我住在北京市朝阳区建国路88号3栋2单元501室，快递不送", "我住在[address]，快递不送"),
        ("放在3栋2单元501室门口了", "放在[address]门口了"),
        ("東京都渋谷区神南1-2-3に届かない", "[address]に届かない"),
        ("They left it at 221 Baker Street, Apt 4 in the rain", "They left it at [address] in the rain"),
        ("no llega a calle Mayor 15 nunca", "no llega a [address] nunca"),
        ("Nicht in der Hauptstraße 12a angekommen", "Nicht in der [address] angekommen"),
    ] {
        assert_eq!(redacted(written).0, kept);
    }
}

#[test]
fn ordinary_numbers_stay() {
    for text in [
        "Waited from 2026-05-01 12:30 to 2026-05-03.",
        "花了1299元，等了45分钟，第3次了",
        "Version 10.15.7 crashes on iOS 17.5.1",
        "10/10 would buy again, saved 100,000 points",
        "上海的门店比北京市的好，南京路很热闹",
        "The 400-820-8820 hotline never answers",
        "order delivered late, ticket ignored",
        "Room for 4, 2 beds, 35 m2",
        "送料500円、2026年5月1日",
    ] {
        assert_eq!(redacted(text).0, text);
    }
}

#[test]
fn every_replacement_is_counted_by_kind() {
    let (_, counts) = redacted("a@b.example c@d.example 13812345678");
    assert_eq!(counts, Counts::from([("e-mail".to_owned(), 2), ("phone".to_owned(), 1)]));
}

#[test]
fn a_pattern_of_ones_own_is_used_and_a_bad_one_is_named() {
    let own = |name: &str, pattern: &str| BTreeMap::from([(name.to_owned(), pattern.to_owned())]);
    let redactor = Redactor::new(&[], &own("member", r"VIP-\d{4}")).unwrap();
    let mut counts = Counts::new();
    assert_eq!(redactor.redact("I am VIP-1234, a@b.example", &mut counts), "I am [member], a@b.example");
    for (name, pattern, said) in
        [("member", "(", "not a regular expression"), ("member", "x*", "empty text"), ("My Name", "x", "no name")]
    {
        let error = Redactor::new(&[], &own(name, pattern)).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_kind_that_is_switched_off_stays() {
    let redactor = Redactor::new(&[Kind::Phone], &BTreeMap::new()).unwrap();
    let text = redactor.redact("a@b.example 13812345678", &mut Counts::new()).into_owned();
    assert_eq!(text, "a@b.example [phone]");
}

proptest! {
    #[test]
    fn nothing_panics_and_a_second_pass_finds_nothing(text in "[\\PC0-9@. \\-+号路室]{0,60}") {
        let (once, _) = redacted(&text);
        prop_assert_eq!(&redacted(&once).0, &once);
    }

    #[test]
    fn no_card_number_survives(body in "4[0-9]{14}", before in "[a-z ]{0,10}") {
        let sum: u32 = body.bytes().rev().enumerate().map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        }).sum();
        let card = format!("{body}{}", (10 - sum % 10) % 10);
        let (kept, _) = redacted(&format!("{before} {card}."));
        prop_assert!(!kept.contains(&card), "{kept}");
    }
}
