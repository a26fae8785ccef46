//! Language names as sources write them.

use whatlang::Lang;

/// Names game shops and app stores use in place of codes.
const NAMES: [(&str, &str); 31] = [
    ("schinese", "zh-Hans"),
    ("tchinese", "zh-Hant"),
    ("chinese", "zh"),
    ("english", "en"),
    ("japanese", "ja"),
    ("koreana", "ko"),
    ("korean", "ko"),
    ("spanish", "es"),
    ("latam", "es"),
    ("portuguese", "pt"),
    ("brazilian", "pt"),
    ("french", "fr"),
    ("german", "de"),
    ("italian", "it"),
    ("russian", "ru"),
    ("ukrainian", "uk"),
    ("polish", "pl"),
    ("turkish", "tr"),
    ("thai", "th"),
    ("vietnamese", "vi"),
    ("indonesian", "id"),
    ("dutch", "nl"),
    ("danish", "da"),
    ("swedish", "sv"),
    ("norwegian", "nb"),
    ("finnish", "fi"),
    ("czech", "cs"),
    ("hungarian", "hu"),
    ("greek", "el"),
    ("romanian", "ro"),
    ("arabic", "ar"),
];

/// Two-letter codes of the languages [`whatlang`] knows by three letters; those without one keep three.
const CODES: [(&str, &str); 68] = [
    ("epo", "eo"),
    ("eng", "en"),
    ("rus", "ru"),
    ("cmn", "zh"),
    ("spa", "es"),
    ("por", "pt"),
    ("ita", "it"),
    ("ben", "bn"),
    ("fra", "fr"),
    ("deu", "de"),
    ("ukr", "uk"),
    ("kat", "ka"),
    ("ara", "ar"),
    ("hin", "hi"),
    ("jpn", "ja"),
    ("heb", "he"),
    ("yid", "yi"),
    ("pol", "pl"),
    ("amh", "am"),
    ("jav", "jv"),
    ("kor", "ko"),
    ("nob", "nb"),
    ("dan", "da"),
    ("swe", "sv"),
    ("fin", "fi"),
    ("tur", "tr"),
    ("nld", "nl"),
    ("hun", "hu"),
    ("ces", "cs"),
    ("ell", "el"),
    ("bul", "bg"),
    ("bel", "be"),
    ("mar", "mr"),
    ("kan", "kn"),
    ("ron", "ro"),
    ("slv", "sl"),
    ("hrv", "hr"),
    ("srp", "sr"),
    ("mkd", "mk"),
    ("lit", "lt"),
    ("lav", "lv"),
    ("est", "et"),
    ("tam", "ta"),
    ("vie", "vi"),
    ("urd", "ur"),
    ("tha", "th"),
    ("guj", "gu"),
    ("uzb", "uz"),
    ("pan", "pa"),
    ("aze", "az"),
    ("ind", "id"),
    ("tel", "te"),
    ("pes", "fa"),
    ("mal", "ml"),
    ("ori", "or"),
    ("mya", "my"),
    ("nep", "ne"),
    ("sin", "si"),
    ("khm", "km"),
    ("tuk", "tk"),
    ("zul", "zu"),
    ("sna", "sn"),
    ("afr", "af"),
    ("lat", "la"),
    ("slk", "sk"),
    ("cat", "ca"),
    ("tgl", "tl"),
    ("hye", "hy"),
];

/// BCP 47 for a language name as a source writes it (`zh_CN`, `schinese`, `pt-br`, `en_US`, `eng`), without region:
/// `zh-Hans`, `zh-Hant`, `yue-Hant` or a code of two or three letters. `None` where it names no language.
pub fn normalise_language(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase().replace('_', "-");
    if let Some((_, code)) = NAMES.iter().find(|(word, _)| *word == name) {
        return Some((*code).to_owned());
    }
    let mut parts = name.split(['-', '.']);
    let primary = parts.next().filter(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_lowercase()))?;
    let rest: Vec<&str> = parts.collect();
    let has = |tags: &[&str]| rest.iter().any(|part| tags.contains(part));
    let code = match primary {
        "und" | "mul" | "zxx" | "mis" => return None,
        "yue" if has(&["hans", "cn"]) => "yue-Hans",
        "yue" => "yue-Hant",
        "zh" | "cmn" | "zho" | "chi" if has(&["yue"]) => "yue-Hant",
        "zh" | "cmn" | "zho" | "chi" if has(&["hant", "cht", "tw", "hk", "mo"]) => "zh-Hant",
        "zh" | "cmn" | "zho" | "chi" if has(&["hans", "chs", "cn", "sg", "my"]) => "zh-Hans",
        "zho" | "chi" => "zh",
        "in" => "id", // the code of Indonesian before 1989, which Java programs still send
        "iw" => "he",
        "no" | "nn" => "nb",
        "fil" => "tl",
        three if three.len() == 3 => CODES.iter().find(|(long, _)| *long == three).map_or(three, |(_, short)| short),
        two => two,
    };
    Some(code.to_owned())
}

/// BCP 47 for a language [`whatlang`] found.
pub(crate) fn code_of(language: Lang) -> &'static str {
    let long = language.code();
    CODES.iter().find(|(three, _)| *three == long).map_or(long, |(_, two)| two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_comes_to_one_code() {
        for (name, code) in [
            ("zh_CN", "zh-Hans"),
            ("zh-cn", "zh-Hans"),
            ("schinese", "zh-Hans"),
            ("zh-Hans-SG", "zh-Hans"),
            ("zh-TW", "zh-Hant"),
            ("tchinese", "zh-Hant"),
            ("zh_HK", "zh-Hant"),
            ("zh", "zh"),
            ("yue", "yue-Hant"),
            ("pt-br", "pt"),
            ("en_US", "en"),
            ("en_US.UTF-8", "en"),
            ("eng", "en"),
            ("Japanese", "ja"),
            ("in", "id"),
        ] {
            assert_eq!(normalise_language(name).as_deref(), Some(code), "{name}");
        }
        for nothing in ["", "und", "x", "klingon", "12"] {
            assert_eq!(normalise_language(nothing), None, "{nothing}");
        }
    }
}
