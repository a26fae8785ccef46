//! Postal addresses by the forms in which people write them. A city alone is no address: it takes a street with a
//! number, or a room.

/// Addresses as regular expressions, one per way of writing.
pub(crate) const FORMS: [&str; 7] = [
    // 北京市朝阳区建国路88号3栋2单元501室: areas if given, a street, its number, the way to the door.
    r"(?:\p{Han}{2,7}?(?:省|自治区|市|区|县|镇|乡|街道)){0,4}\p{Han}{1,6}?(?:大道|路|街|巷|弄|胡同|道)\s?[0-9０-９]{1,5}\s?(?:号|弄)(?:院|楼)?(?:\s?[0-9０-９A-Za-z]{1,4}\s?(?:栋|幢|座|单元|号楼|楼|室|层|房|号))*",
    // 3栋2单元501室
    r"[0-9０-９A-Za-z]{1,3}(?:栋|幢|号楼|座)\s?(?:[0-9０-９]{1,2}单元\s?)?[0-9０-９]{2,4}(?:室|房|号)?",
    // 東京都渋谷区神南1-2-3
    r"(?:〒\s?[0-9０-９]{3}[-－ー][0-9０-９]{4}\s?)?(?:東京都|北海道|京都府|大阪府|\p{Han}{2,3}県)\p{Han}{1,8}?[市区町村郡][\p{Han}\p{Hiragana}\p{Katakana}ー]{0,12}?[0-9０-９]{1,4}(?:[-－ー丁目番地号の]+[0-9０-９]{0,4}){1,4}",
    r"〒\s?[0-9０-９]{3}[-－ー][0-9０-９]{4}",
    // 221B Baker Street, Apt 4
    r"\b[0-9]{1,5}[A-Za-z]?\s+(?:[A-Z][A-Za-z'.\-]*\s+){1,4}(?i:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Court|Ct|Square|Terrace)\b\.?(?:,?\s*(?i:apt|apartment|unit|suite|flat)\.?\s*#?[0-9A-Za-z]{1,5})?",
    // calle Mayor 5, Hauptstraße 12a
    r"\b(?i:calle|avenida|avda\.|plaza|paseo)\s+(?:(?i:de|del|la|las|los|el)\s+){0,3}\p{Lu}[\p{L}'\-]*(?:\s+\p{Lu}[\p{L}'\-]*){0,3},?\s*(?i:n[ºo°]\.?\s*)?[0-9]{1,4}\b",
    r"\b\p{Lu}[\p{L}\-]{2,30}(?:straße|strasse|str\.|weg|allee)\s+[0-9]{1,4}\s?[a-z]?\b",
];

/// Where the address really begins in a Chinese match: what leads to it ("我住在", "寄到") is the sentence's.
pub(crate) fn begin(found: &str) -> usize {
    const LEADS: [char; 9] = ['在', '住', '到', '至', '寄', '送', '是', '于', '给'];
    let head: usize = found.char_indices().nth(8).map_or(found.len(), |(byte, _)| byte);
    found[..head].rfind(LEADS).map_or(0, |at| at + found[at..].chars().next().map_or(0, char::len_utf8))
}
