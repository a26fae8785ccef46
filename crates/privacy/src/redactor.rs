//! Replacing what was found.

use std::{borrow::Cow, collections::BTreeMap};

use regex::{Captures, Regex};

use crate::{Kind, PatternError, address, number};

/// How often each kind, or pattern of one's own, was replaced.
pub type Counts = BTreeMap<String, u32>;

/// Mailboxes. ASCII only: Chinese text stands right beside them.
const EMAIL: &str = r"[A-Za-z0-9._%+\-]{1,64}[@＠][A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})*\.[A-Za-z]{2,24}";

/// Runs of digits with at most one separator, or a bracket and one, between them.
const NUMBER: &str = r"[+＋]?\(?[0-9０-９](?:[)）]?[ \-‑–－.]?[(（]?[0-9０-９]){5,20}[xXｘＸ]?";

/// Words after which a number is an order's, in the languages that customers write.
const ORDER: &str = r"(?i)((?:订单|訂單|运单|运单号|快递单|物流单|流水|工单|单号|単号|注文番号|予約番号|order|tracking|booking|ticket|reservation|invoice|pedido|reserva|factura|commande|bestell(?:ung|nummer)|sendungsnummer)(?:\s?(?:号码|编号|号|number|no\.?|nr\.?|num|id|nº|n°|#|＃|is|was|是|为))*\s?[:：#＃]?\s?)([A-Za-z0-9][A-Za-z0-9\-]{4,29})";

/// Words after which a number is how to reach somebody.
const CONTACT: &str = r"(?i)((?:电话|電話|手机|手機|微信|联系方式|qq|wechat|whatsapp|telegram|phone|mobile|tel|call me (?:at|on)|text me (?:at|on)|teléfono|móvil|téléphone|telefon|handy)(?:\s?(?:号码|号|number|no\.?|id|is|是|为|番号))*\s?[:：]?\s?)([+＋]?[0-9０-９][0-9０-９ \-]{4,18}[0-9０-９])";

/// Finds and replaces personal data.
#[derive(Debug)]
pub struct Redactor {
    kinds: Vec<Kind>,
    email: Regex,
    number: Regex,
    order: Regex,
    contact: Regex,
    account: Regex,
    addresses: Vec<Regex>,
    own: Vec<(String, Regex)>,
}

impl Redactor {
    /// Replaces these kinds, and whatever matches a pattern of one's own, by its name in brackets.
    ///
    /// # Errors
    /// The first pattern or name that cannot be used.
    #[expect(clippy::missing_panics_doc, reason = "the patterns of this crate are valid, its tests say")]
    pub fn new(kinds: &[Kind], own: &BTreeMap<String, String>) -> Result<Self, PatternError> {
        let own = own.iter().map(|(name, pattern)| named(name, pattern)).collect::<Result<_, _>>()?;
        let fixed = |pattern: &str| Regex::new(pattern).expect("the patterns of this crate are valid, its tests say");
        Ok(Self {
            kinds: kinds.to_vec(),
            email: fixed(EMAIL),
            number: fixed(NUMBER),
            order: fixed(ORDER),
            contact: fixed(CONTACT),
            account: fixed(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b|\b[XYZxyz]?[0-9]{7,8}[A-Za-z]\b"),
            addresses: address::FORMS.iter().map(|form| fixed(form)).collect(),
            own,
        })
    }

    /// The text with every find replaced; `counts` grows by what was found.
    pub fn redact<'t>(&self, text: &'t str, counts: &mut Counts) -> Cow<'t, str> {
        // Most texts have none of it: they cost one pass over their bytes.
        let suspicious = text.contains(['@', '＠']) || text.chars().any(|c| number::digit(c).is_some());
        let mut text = Cow::Borrowed(text);
        for (name, pattern) in &self.own {
            text = replaced(text, pattern, |_| Some((0, name.as_str())), counts);
        }
        if !suspicious {
            return text;
        }
        text = self.found(text, &self.email, counts, |_| Some((0, Kind::Email)));
        for form in &self.addresses {
            text = self.found(text, form, counts, |found| Some((address::begin(&found[0]), Kind::Address)));
        }
        text = self.found(text, &self.account, counts, |found| match &found[0] {
            written if number::is_iban(written) => Some((0, Kind::Card)),
            written if written.len() == 9 && number::is_spanish_id(written) => Some((0, Kind::Id)),
            _ => None,
        });
        text = self.found(text, &self.number, counts, |found| Some((0, number::kind(&found[0])?)));
        text = self.found(text, &self.contact, counts, |found| Some((found[1].len(), Kind::Phone)));
        self.found(text, &self.order, counts, |found| {
            // A word ("order delivered") is no number.
            let digits = found[2].bytes().filter(u8::is_ascii_digit).count();
            (digits >= 4).then(|| (found[1].len(), Kind::Order))
        })
    }

    fn found<'t>(
        &self,
        text: Cow<'t, str>,
        pattern: &Regex,
        counts: &mut Counts,
        kind: impl Fn(&Captures<'_>) -> Option<(usize, Kind)>,
    ) -> Cow<'t, str> {
        let wanted = |found: &Captures<'_>| {
            kind(found).filter(|(_, kind)| self.kinds.contains(kind)).map(|(kept, kind)| (kept, kind.as_str()))
        };
        replaced(text, pattern, wanted, counts)
    }
}

fn named(name: &str, pattern: &str) -> Result<(String, Regex), PatternError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 20 || !name.chars().all(plain) {
        return Err(PatternError::Name { name: name.to_owned() });
    }
    let regex = Regex::new(pattern)
        .map_err(|source| PatternError::Expression { pattern: pattern.to_owned(), source: Box::new(source) })?;
    if regex.is_match("") {
        return Err(PatternError::Empty { pattern: pattern.to_owned() });
    }
    Ok((name.to_owned(), regex))
}

/// Replaces each match that `kind` names, from the byte it says on.
fn replaced<'t, 'k>(
    text: Cow<'t, str>,
    pattern: &Regex,
    kind: impl Fn(&Captures<'_>) -> Option<(usize, &'k str)>,
    counts: &mut Counts,
) -> Cow<'t, str> {
    let mut result = String::new();
    let mut copied = 0;
    for found in pattern.captures_iter(&text) {
        let (Some(whole), Some((kept, name))) = (found.get(0), kind(&found)) else { continue };
        if stands_inside_a_number(&text, whole.start() + kept, whole.end()) {
            continue;
        }
        result.push_str(&text[copied..whole.start() + kept]);
        result.push('[');
        result.push_str(name);
        result.push(']');
        copied = whole.end();
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    if copied == 0 {
        return text;
    }
    result.push_str(&text[copied..]);
    Cow::Owned(result)
}

/// Whether a match that begins or ends with a digit is only a part of a longer number or word.
fn stands_inside_a_number(text: &str, start: usize, end: usize) -> bool {
    let touches = |outer: Option<char>, inner: Option<char>| {
        inner.is_some_and(|c| number::digit(c).is_some())
            && outer.is_some_and(|c| c.is_ascii_alphabetic() || number::digit(c).is_some())
    };
    let found = &text[start..end];
    touches(text[..start].chars().next_back(), found.chars().next())
        || touches(text[end..].chars().next(), found.chars().next_back())
}
