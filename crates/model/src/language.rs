//! Which language a text is in.

use std::collections::HashSet;

use whatlang::{Detector, Lang, Script};

use crate::{
    han::{HanForm, han_form},
    hint::{code_of, normalise_language},
    script::{is_han, is_hangul, is_kana},
};

/// Languages in Latin letters that reviews are written in. [`whatlang`] is surer among few than among all it knows.
const LATIN: [Lang; 21] = [
    Lang::Eng,
    Lang::Spa,
    Lang::Por,
    Lang::Fra,
    Lang::Deu,
    Lang::Ita,
    Lang::Nld,
    Lang::Ind,
    Lang::Tur,
    Lang::Vie,
    Lang::Pol,
    Lang::Swe,
    Lang::Dan,
    Lang::Nob,
    Lang::Fin,
    Lang::Ces,
    Lang::Hun,
    Lang::Ron,
    Lang::Cat,
    Lang::Hrv,
    Lang::Tgl,
];

/// Small words that tell a language even in a short text.
const SMALL_WORDS: [(&str, &str); 10] = [
    (
        "en",
        "the and is was are it this that for with not but my you of to in have a some how all so just out be from very they i they're it's i'm don't \
         doesn't can't has been too when what would will good nothing",
    ),
    (
        "es",
        "el los las muy y es no pero que con por para una un me está la de del todo bien mi se lo más como fue son ha sido sus todas aunque nos al",
    ),
    ("pt", "o os um uma muito não e é com para que de do da no na mas meu minha eu bom foi está mais ao agora vou"),
    (
        "fr",
        "le les des est et très pas je ne une un que pour avec dans ce la du mais c'est j'ai mon trop bien en merci",
    ),
    (
        "de",
        "der die das und ist nicht sehr ich ein eine mit für auf war aber auch zu den nur wird nie mir es im wegen bei ganz dort in von dem",
    ),
    ("it", "il gli è e non molto che con per una un di la sono ma questo anche più della ho mi si grazie ci le nel"),
    ("nl", "de het een en is niet van ik met voor op zeer maar dat deze te was goed ook heel"),
    ("id", "yang dan tidak sangat ini itu dengan untuk saya di tapi ada sudah bagus nya juga lagi"),
    ("tr", "ve bir çok bu için değil ama ile da de gibi daha hiç kadar güzel"),
    ("vi", "và là không rất tôi của có được nhưng cho này với các đã"),
];

/// Letters a text in the Latin alphabet must have before it outweighs a hint, or tells its language without one.
const LETTERS_AGAINST_HINT: usize = 40;

/// The language of `text` as BCP 47: `zh-Hans`, `zh-Hant` (`zh` where no character tells, `yue-Hant` only where the
/// hint says so), or a code of two letters, rarely three. `hint` is a claim in any spelling; it decides where the text
/// itself does not tell, and gives way where it plainly tells otherwise. `None` where neither tells.
pub fn identify_language(text: &str, hint: Option<&str>) -> Option<String> {
    let hint = hint.and_then(normalise_language);
    let text = &without_addresses(text);
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let count = |is: fn(char) -> bool| letters.iter().filter(|c| is(**c)).count();
    let (han, kana, hangul) = (count(is_han), count(is_kana), count(is_hangul));
    let latin = count(|c| c < '\u{250}' || ('\u{1e00}'..='\u{1eff}').contains(&c));
    let hinted = hint.as_deref().unwrap_or_default();
    // A Chinese character says about as much as three Latin letters.
    if (han + kana + hangul) * 3 >= latin.max(1) {
        // Some Chinese writers use の for 的.
        return if hangul > han + kana {
            Some("ko".to_owned())
        } else if kana * 8 > han && (kana > 1 || han == 0) || hinted == "ja" {
            Some("ja".to_owned())
        } else {
            Some(chinese(text, hinted))
        };
    }
    if latin * 2 >= letters.len() { latin_language(text, latin, hint) } else { other_script(text, hint) }
}

fn chinese(text: &str, hinted: &str) -> String {
    let form = match (han_form(text), hinted) {
        (Some(HanForm::Simplified), _) => "zh-Hans",
        (Some(HanForm::Traditional), hint) if hint.starts_with("yue") => "yue-Hant",
        (Some(HanForm::Traditional), _) => "zh-Hant",
        (None, hint) if hint.starts_with("zh") || hint.starts_with("yue") => hint,
        (None, _) => "zh",
    };
    form.to_owned()
}

fn latin_language(text: &str, letters: usize, hint: Option<String>) -> Option<String> {
    if letters == 0 || letters < LETTERS_AGAINST_HINT && hint.is_some() {
        return hint;
    }
    let found = Detector::with_allowlist(LATIN.to_vec()).detect(text);
    let guess = found.as_ref().map(|info| code_of(info.lang()));
    let is_reliable = found.is_some_and(|info| info.is_reliable());
    let words = by_small_words(text, 1);
    let told = if guess.is_some() && guess == words {
        guess // two witnesses
    } else if hint.is_some() {
        None
    } else {
        by_small_words(text, 2).or(guess.filter(|_| is_reliable && letters >= LETTERS_AGAINST_HINT))
    };
    told.map(str::to_owned).or(hint)
}

/// The language of which most small words stand in `text`, each counted once, more than of any other language.
fn by_small_words(text: &str, least: usize) -> Option<&'static str> {
    let lower = text.to_lowercase().replace('’', "'");
    let words: HashSet<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').collect();
    let hits = |list: &str| list.split(' ').filter(|word| words.contains(word)).count();
    let mut scores: Vec<(usize, &str)> = SMALL_WORDS.iter().map(|(code, list)| (hits(list), *code)).collect();
    scores.sort_unstable_by(|a, b| b.cmp(a));
    (scores[0].0 >= least && scores[0].0 > scores[1].0).then_some(scores[0].1)
}

/// Cyrillic, Arabic, Thai and the rest, where the script alone narrows it down.
fn other_script(text: &str, hint: Option<String>) -> Option<String> {
    let found = Detector::new().detect(text)?;
    if found.is_reliable() {
        return Some(code_of(found.lang()).to_owned());
    }
    hint.or_else(|| {
        let code = match found.script() {
            Script::Cyrillic if text.contains(['і', 'ї', 'є', 'ґ']) => "uk",
            Script::Cyrillic if text.contains(['ј', 'љ', 'њ', 'ў']) => return None,
            Script::Cyrillic => "ru",
            Script::Arabic if text.contains(['پ', 'چ', 'ژ', 'گ', 'ک', 'ی', 'ے', 'ٹ']) => return None,
            Script::Arabic => "ar",
            Script::Devanagari => "hi",
            script => match script.langs() {
                [only] => code_of(*only),
                _ => return None,
            },
        };
        Some(code.to_owned())
    })
}

/// `text` without web addresses and names of accounts, which are in no language.
fn without_addresses(text: &str) -> String {
    let is_word = |word: &&str| !word.starts_with(['@', '{']) && !word.starts_with("http") && !word.starts_with("www.");
    text.split_whitespace().filter(is_word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(text: &str) -> Option<String> {
        identify_language(text, None)
    }

    #[test]
    fn the_script_tells_east_asian_languages() {
        assert_eq!(language("快递三天还没到").as_deref(), Some("zh-Hans"));
        assert_eq!(language("客服態度很好").as_deref(), Some("zh-Hant"));
        assert_eq!(language("等咗成個鐘都未有位").as_deref(), Some("zh-Hant"));
        assert_eq!(language("很好吃").as_deref(), Some("zh"));
        assert_eq!(language("梱包もとても丁寧でした").as_deref(), Some("ja"));
        assert_eq!(language("ソファ最高").as_deref(), Some("ja"));
        assert_eq!(language("배송이 빨라요").as_deref(), Some("ko"));
        assert_eq!(language("ร้านนี้ดีมาก").as_deref(), Some("th"));
        assert_eq!(language("这家店的App很好用，iPhone上面也没问题").as_deref(), Some("zh-Hans"));
    }

    #[test]
    fn small_words_tell_short_latin_texts() {
        for (text, code) in [
            ("The app crashes every time I try to pay.", "en"),
            ("It was not worth the money", "en"),
            ("El pedido llegó roto y nadie contesta al teléfono.", "es"),
            ("Die Lieferung war sehr schnell, aber das Paket ist nicht dicht.", "de"),
            ("La livraison est très lente et je ne suis pas content", "fr"),
            ("O produto é muito bom, não tenho do que reclamar", "pt"),
        ] {
            assert_eq!(language(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(language("Super!"), None);
        assert_eq!(language("@user http://t.co/the-and-it"), None);
    }

    #[test]
    fn a_hint_decides_where_the_text_does_not() {
        assert_eq!(identify_language("Super!", Some("de_DE")).as_deref(), Some("de"));
        assert_eq!(identify_language("很好吃", Some("tchinese")).as_deref(), Some("zh-Hant"));
        assert_eq!(identify_language("最高", Some("ja")).as_deref(), Some("ja"));
        assert_eq!(identify_language("👍", Some("en-US")).as_deref(), Some("en"));
        assert_eq!(identify_language("等咗成個鐘", Some("yue")).as_deref(), Some("yue-Hant"));
        assert_eq!(identify_language("👍", None), None);
        assert_eq!(identify_language("", Some("und")), None);
    }

    #[test]
    fn a_wrong_hint_gives_way_to_plain_text() {
        assert_eq!(identify_language("快递三天还没到", Some("en")).as_deref(), Some("zh-Hans"));
        let english = "I have been waiting for this order since Monday and nobody answers the phone";
        assert_eq!(identify_language(english, Some("zh-CN")).as_deref(), Some("en"));
    }

    #[test]
    fn cyrillic_and_arabic_are_told_apart_by_their_words() {
        assert_eq!(language("Доставка была очень быстрой, всем рекомендую этот магазин").as_deref(), Some("ru"));
        assert_eq!(language("التوصيل كان سريع جدا والخدمة ممتازة شكرا لكم").as_deref(), Some("ar"));
    }
}
