//! What a person wrote in a mail, without the mail they answered and without their signature.

use std::sync::LazyLock;

use regex::Regex;

/// The line above an answered mail, in the words of the usual mail programs: "On … wrote:" and its like, and the
/// line below which Zendesk asks people to leave everything alone.
static ATTRIBUTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^(?:",
        r"on\b.{6,200}\bwrote\s*:|am\b.{6,200}\bschrieb\b.{0,120}:|le\b.{6,200}\ba écrit\s*:|",
        r"el\b.{6,200}\bescribió\s*:|em\b.{6,200}\bescreveu\s*:|il\b.{6,200}\bha scritto\s*:|",
        r"op\b.{6,200}\bschreef\b.{0,120}:|在?.{6,200}(?:写道|寫道)\s*[:：]|.{6,200}(?:のメール|が書きました)\s*[:：]|",
        r".{6,200}님이 작성\s*[:：]|",
        r"-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|原始邮件|原始郵件|元のメッセージ).*|",
        r"begin forwarded message\s*:|#{2}-.*-#{2}",
        r")\s*$",
    ))
    .expect("the pattern is a constant")
});

/// The first line of a block of mail headers that some programs put above what is answered.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\*?(?:from|von|de|da|van|发件人|寄件者|差出人)\s*[:：]\*?\s*\S")
        .expect("the pattern is a constant")
});

/// The second to fourth line of such a block.
static MORE_HEADERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\*?(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|assunto|data|aan|onderwerp|发送时间|日期|收件人|主题|寄件日期|收件者|主旨|送信日時|宛先|件名)\s*[:：]\*?")
        .expect("the pattern is a constant")
});

/// Lines that mail programs add to a mail.
static ADDED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:sent from my\b.*|get outlook for\b.*|von meinem \S+ gesendet.*|envoyé de mon\b.*|enviado desde mi\b.*|发自我的.*|從我的.*傳送|iPhoneから送信)$")
        .expect("the pattern is a constant")
});

/// The words of the writer alone. A line that starts with `>` is somebody else's; whatever stands below an
/// attribution, a block of headers or the mark of a signature (`-- `) is no longer the message.
pub(crate) fn own_words(mail: &str) -> String {
    let lines: Vec<&str> = mail.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let words = line.trim();
        // Programs break a long attribution in two.
        let joined = lines.get(index + 1).map(|next| format!("{words} {}", next.trim()));
        let starts_like_one = words.len() < 200 && !words.ends_with(['.', '!', '?', '。']);
        let attribution = ATTRIBUTION.is_match(words)
            || (starts_like_one
                && words.contains(['@', ',', '<'])
                && joined.is_some_and(|both| ATTRIBUTION.is_match(&both)));
        let headers =
            HEADER.is_match(words) && lines[index + 1..].iter().take(3).any(|next| MORE_HEADERS.is_match(next.trim()));
        if attribution || headers || *line == "-- " || words == "--" {
            // Zendesk's line stands above the message where the customer answered below it.
            if kept.iter().all(|line| line.is_empty()) && words.starts_with("##-") {
                continue;
            }
            break;
        }
        if words.starts_with('>') || ADDED.is_match(words) {
            continue;
        }
        kept.push(words);
    }
    tidy(&kept)
}

/// At most one empty line in a row, none at the ends.
fn tidy(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if line.is_empty() {
            gap = true;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_answered_mail_goes() {
        for below in [
            "On Mon, 4 May 2026 at 10:12, Shop Support <help@shop.example> wrote:\n> Have you tried it again?",
            "On Mon, 4 May 2026 at 10:12, Shop Support\n<help@shop.example> wrote:\n\nHave you tried it again?",
            "-----Original Message-----\nHave you tried it again?",
            "From: Shop Support\nSent: Monday\nTo: me\nSubject: Re: refund\n\nHave you tried it again?",
            "发件人: 商店客服\n发送时间: 2026年5月4日\n主题: 退款\n\n您好",
            "在 2026年5月4日，商店客服 <help@shop.example> 写道：\n> 您好",
            "##- Please type your reply above this line -##\nHave you tried it again?",
            "-- \nSam Example\nHead of Things",
            "Sent from my phone",
        ] {
            assert_eq!(own_words(&format!("Still broken.\n\n{below}")), "Still broken.", "{below}");
        }
    }

    #[test]
    fn words_that_only_look_like_it_stay() {
        for mail in [
            "On the way home I wrote: this is bad.\nAnd it is.",
            "From: the moment it arrived it was broken.",
            "Two dashes -- in the middle -- are a style.",
            "I was told:\n\nnothing",
            "从我的订单看，发货太慢了",
        ] {
            assert_eq!(own_words(mail), mail);
        }
    }

    #[test]
    fn answers_between_quoted_lines_are_kept() {
        assert_eq!(own_words("> Did it arrive?\nNo.\n> Shall we resend?\nYes please."), "No.\nYes please.");
        assert_eq!(own_words("##- Please type your reply above this line -##\n\nIt is late."), "It is late.");
    }

    proptest! {
        #[test]
        fn no_mail_makes_it_panic(mail in ".{0,200}\\n(.{0,80}\\n){0,5}") {
            own_words(&mail);
        }
    }
}
