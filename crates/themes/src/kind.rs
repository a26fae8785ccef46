//! Suggestions and questions apart from complaints and praise.
//!
//! Rules on the words, for the languages people write most: what asks for something to be added or changed is a
//! suggestion, gladly said or not; what asks for an answer is a question, unless it finds fault. `docs/themes.md` says how
//! often they are right.

use std::sync::LazyLock;

use moodline_store::ThemeOpinion;
use moodline_types::{SentimentLabel, ThemeKind};
use regex::RegexSet;

/// Probability of negative from which a question is a complaint in another form: "where is my money?!".
const FAULT_FROM: f32 = 0.5;

/// Forms of asking for something. In lower case; word boundaries for alphabets, anywhere for other scripts.
const SUGGESTIONS: &[&str] = &[
    // English. "Please fix" is no idea but a complaint.
    r"\b(please|pls|plz) (also |just )?(add|bring|make|let|allow|include|give|put|consider|change|provide|offer|improve|remove|implement|support)\b",
    r"\b(would|it'd|that'd|might|could) be (so |really |very |much |even |a lot |more )*(nice|nicer|great|good|better|cool|cooler|awesome|helpful|useful|perfect|lovely|amazing|easier|interesting) (if|to|with)\b",
    r"\b(better|nice|nicer|great|perfect|cool|stars?)\b.{0,14}\bif (it|you|they|there|the|i|we|only)\b.{0,20}\b(had|have|could|would|was|were|add|added|made|let|allow)",
    r"\b(wish|wished|wishing) (it|i|you|they|there|the|that|we|for|this)\b|\bif only\b|\bfeature request\b",
    r"\b(i|we) (would |'d |also |really )*(suggest|recommend|propose) (that|adding|making|an?|you)\b|\bmy (only )?(suggestion|wish|request)\b|\bsuggest(ion|ed|ions)?:",
    r"\b(should|could|needs? to|ought to|must) (also |really |at least |just )?(be able|have (an?|more|some|better|the (option|ability))|add|include|offer|allow|let|provide|give|bring|make|support|be (an?|more|some|able|a way|added|easier|possible))\b",
    r"\bneeds? (an?|more|some|better|the ability|the option)\b|\b(add|adding|include) (an?|the|more|some|support|ability|option)\b",
    r"\b(would|'d) (love|like|prefer|appreciate)\b.{0,40}\b(to (see|have|be able)|if|option|feature|ability)\b",
    r"\bbring (it |them |the .{1,24} )?back\b|\bhow about (a|an|adding|some)\b|\bwhy not (add|have|make|just)\b|\bonly thing (missing|it needs|i would)\b",
    // Chinese, both scripts
    "建议|建議|希望.{0,14}(能|可以|改|加|提供|多|别|不要|再)|最好(能|是|可以|有|再|把|加)|要是.{0,14}(就|更|会|會)(更|好)|如果.{0,20}(就|更|会更|會更)(好|完美)|能不能(加|增|多|再|改|把|出|搞|给|給|让|讓|提供)",
    "可以(再|考虑|考慮|增加|改进|改進|更)|有待(改进|提高|改進)|(增加|添加|加上|推出|支持)一?(个|個|些|下)|应该(加|增|多|再|提供|改)|應該(加|增|多|再|提供|改)|期待|盼望|请(增加|添加|改进)|需要(改进|提高|加强|改善)|望.{0,6}(改进|提高|改善)",
    // Japanese
    "(し|っ|い)?てほし(い|かった)|て欲し(い|かった)|ほしいです|希望(します|です)|(ば|たら|と)(もっと|さらに|なお)?(いい|良い|嬉しい|うれしい|助かる|ありがたい|有難い)|べきだ|お願いします|改善を",
    // Korean
    "(았|었|했|였)으면 (좋|해|합|한)|면 좋(겠|을)|바랍니다|바라요|해주세요|추가해|개선",
    // Spanish, Portuguese, French, German, Italian
    r"\b(ojal[áa]|deber[íi]an?|podr[íi]an? (añadir|poner|mejorar|agregar)|ser[íi]a (bueno|genial|ideal|mejor)|sugiero|sugerencia|estar[íi]a bien|me gustar[íi]a)\b",
    r"\b(deveriam?|poderiam? (ter|colocar|melhorar|adicionar)|seria (bom|ótimo|melhor|legal)|sugiro|sugestão|gostaria)\b",
    r"\b(devrai(en)?t|serait (bien|mieux|sympa|utile|top)|je sugg[èe]re|suggestion|j'aimerais|il faudrait|dommage qu'il n'y ait pas)\b",
    r"\b(wäre (schön|gut|toll|besser|super|hilfreich|wünschenswert)|ich würde mir|wünsch(e|te|en)|sollte(n|t)? (man|es|auch|noch|mehr|unbedingt)|verbesserungsvorschlag|vorschlag|bitte (wieder |mehr )?(einführen|einbauen|hinzufügen|ändern))\b",
    r"\b(dovrebbero|sarebbe (bello|meglio|utile|ottimo)|suggerisco|vorrei|consiglio di (aggiungere|migliorare))\b",
];

/// Forms of asking for an answer.
const QUESTIONS: &[&str] = &[
    r"[?？؟]\s*$",
    "^(请问|請問|想问|想問|谁知道|誰知道|有没有人|有沒有人|求问|求助)",
    "(吗|嗎|呢|么|吧)[?？]|(怎么|怎麼|如何|哪里|哪裡|哪儿|什么时候|甚麼時候|多少钱|为什么|為什麼).{0,20}[?？]",
    "(ですか|ますか|でしょうか|教えて(ください|下さい))",
    r"(나요|까요|습니까|인가요)\b",
    r"^(how (do|can|to|long|much)|where (is|can|do)|when (will|does|is)|does anyone|anyone know|is (it|there)|can (i|you|we|someone)|could (someone|you)|what('s| is| are)) .*\?",
];

static SUGGESTION: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(SUGGESTIONS).expect("the patterns are constant and correct"));
static QUESTION: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(QUESTIONS).expect("the patterns are constant and correct"));

/// What kind of theme an opinion can belong to; `None` where it says neither good nor bad and asks for nothing.
pub(crate) fn kind(opinion: &ThemeOpinion) -> Option<ThemeKind> {
    kind_of(&opinion.evidence, opinion.verdict, opinion.sentiment.negative)
}

fn kind_of(text: &str, verdict: SentimentLabel, negative: f32) -> Option<ThemeKind> {
    let text = text.to_lowercase().replace('’', "'");
    if SUGGESTION.is_match(&text) {
        return Some(ThemeKind::Suggestion);
    }
    let finds_fault = verdict == SentimentLabel::Negative || negative >= FAULT_FROM;
    if !finds_fault && verdict != SentimentLabel::Positive && QUESTION.is_match(text.trim_end()) {
        return Some(ThemeKind::Question);
    }
    match verdict {
        SentimentLabel::Negative => Some(ThemeKind::Complaint),
        SentimentLabel::Positive => Some(ThemeKind::Praise),
        SentimentLabel::Neutral | SentimentLabel::Mixed | SentimentLabel::Unsure => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, verdict: SentimentLabel) -> Option<ThemeKind> {
        let negative = if verdict == SentimentLabel::Negative { 0.9 } else { 0.1 };
        kind_of(text, verdict, negative)
    }

    #[test]
    fn a_wish_is_a_suggestion_gladly_said_or_not() {
        use SentimentLabel::{Negative, Neutral, Positive};
        for (text, verdict) in [
            ("Please add a dark mode", Neutral),
            ("It would be nice to pay by card", Neutral),
            ("I wish it synced with my watch", Negative),
            ("Great app, needs a search", Positive),
            ("希望能改进包装", Negative),
            ("要是能送到门口就好了", Neutral),
            ("ダークモードを追加してほしい", Neutral),
            ("배송이 더 빨랐으면 좋겠어요", Negative),
            ("Sería genial poder pagar con tarjeta", Neutral),
            ("Es wäre schön, wenn es eine Suche gäbe", Neutral),
        ] {
            assert_eq!(said(text, verdict), Some(ThemeKind::Suggestion), "{text}");
        }
    }

    #[test]
    fn a_question_is_one_unless_it_finds_fault() {
        assert_eq!(said("Can I pay by card?", SentimentLabel::Neutral), Some(ThemeKind::Question));
        assert_eq!(said("请问怎么退款", SentimentLabel::Neutral), Some(ThemeKind::Question));
        assert_eq!(said("Where is my money?!?", SentimentLabel::Negative), Some(ThemeKind::Complaint));
    }

    #[test]
    fn the_rest_goes_by_its_mood() {
        assert_eq!(said("The app keeps crashing", SentimentLabel::Negative), Some(ThemeKind::Complaint));
        assert_eq!(said("送餐速度太慢了", SentimentLabel::Negative), Some(ThemeKind::Complaint));
        assert_eq!(said("Great food", SentimentLabel::Positive), Some(ThemeKind::Praise));
        assert_eq!(said("I ordered on Monday", SentimentLabel::Neutral), None);
        assert_eq!(said("it should have arrived", SentimentLabel::Negative), Some(ThemeKind::Complaint));
    }
}
