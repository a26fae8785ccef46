//! Instants as the world writes them.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use regex::{Captures, Regex};

/// How to read times that do not say everything themselves.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct TimeReading {
    /// The zone of times without one; UTC when `None`.
    pub(crate) zone: Option<Tz>,
    /// A `strftime` pattern to try instead of guessing.
    pub(crate) format: Option<String>,
}

impl TimeReading {
    /// The instant a text stands for; `None` where it cannot be told for sure.
    pub(crate) fn parse(&self, text: &str) -> Option<DateTime<Utc>> {
        let text = text.trim();
        if let Some(format) = &self.format {
            if let Ok(instant) = DateTime::parse_from_str(text, format) {
                return Some(instant.to_utc());
            }
            let local = NaiveDateTime::parse_from_str(text, format)
                .or_else(|_| NaiveDate::parse_from_str(text, format).map(|date| date.and_time(NaiveTime::MIN)));
            return self.at(local.ok()?);
        }
        self.guess(text)
    }

    /// A local time in the configured zone; the earlier one where clocks were set back.
    pub(crate) fn at(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.zone {
            None => Some(local.and_utc()),
            // Where clocks go forward at midnight the day begins an hour later.
            Some(zone) => [local, local + TimeDelta::hours(1)]
                .iter()
                .find_map(|local| zone.from_local_datetime(local).earliest())
                .map(|instant| instant.to_utc()),
        }
    }

    fn guess(&self, text: &str) -> Option<DateTime<Utc>> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.digits(text);
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Some(instant.to_utc());
        }
        if let Some(captures) = YEAR_FIRST.captures(text) {
            return self.captured(&captures, number(&captures, "month")?);
        }
        if let Some(captures) = MONTH_NAMED.captures(text).or_else(|| MONTH_FIRST.captures(text)) {
            return self.captured(&captures, month(captures.name("month")?.as_str())?);
        }
        if let Some(captures) = NUMBERS_ONLY.captures(text) {
            return self.day_or_month_first(&captures);
        }
        // As C's ctime writes it, with the offset that Weibo puts in.
        if let Ok(instant) = DateTime::parse_from_str(text, "%a %b %d %H:%M:%S %z %Y") {
            return Some(instant.to_utc());
        }
        NaiveDateTime::parse_from_str(text, "%a %b %d %H:%M:%S %Y").ok().and_then(|local| self.at(local))
    }

    /// Unix seconds, milliseconds or microseconds, or a day written without marks.
    fn digits(&self, text: &str) -> Option<DateTime<Utc>> {
        let value: i64 = text.parse().ok()?;
        match text.len() {
            8 => self.at(NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.and_time(NaiveTime::MIN)),
            12 | 14 if let Some(instant) = self.compact(text) => Some(instant),
            9..=11 => DateTime::from_timestamp(value, 0),
            12..=14 => DateTime::from_timestamp_millis(value),
            15..=17 => DateTime::from_timestamp_micros(value),
            _ => None,
        }
    }

    /// `202405131020` and `20240513102030`, where that is a time since 1995: as milliseconds these are years ago or ahead.
    fn compact(&self, text: &str) -> Option<DateTime<Utc>> {
        let date = NaiveDate::parse_from_str(&text[..8], "%Y%m%d").ok().filter(|date| date.year() >= 1995)?;
        let format = if text.len() == 12 { "%H%M" } else { "%H%M%S" };
        self.at(date.and_time(NaiveTime::parse_from_str(&text[8..], format).ok()?))
    }

    /// `13.05.2024` and `05/13/2024` say which number is the day; `05/06/2024` with strokes does not.
    fn day_or_month_first(&self, captures: &Captures<'_>) -> Option<DateTime<Utc>> {
        let (first, second) = (number(captures, "first")?, number(captures, "second")?);
        let dotted = &captures["mark"] == ".";
        let (day, month) = match (first, second) {
            (day, month) if dotted || day == month || (day > 12 && month <= 12) => (day, month),
            (month, day) if day > 12 => (day, month),
            _ => return None,
        };
        let year = number(captures, "year")?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        self.with_time(date, captures)
    }

    fn captured(&self, captures: &Captures<'_>, month: u32) -> Option<DateTime<Utc>> {
        let written = captures.name("year")?.as_str();
        let year: i32 = written.parse().ok()?;
        // Two digits are read as in e-mail (RFC 5322 §4.3).
        let year = match written.len() {
            2 if year < 50 => year + 2000,
            2 | 3 => year + 1900,
            _ => year,
        };
        let date = NaiveDate::from_ymd_opt(year, month, number(captures, "day")?)?;
        self.with_time(date, captures)
    }

    fn with_time(&self, mut date: NaiveDate, captures: &Captures<'_>) -> Option<DateTime<Utc>> {
        let Some(mut hour) = number(captures, "hour") else { return self.at(date.and_time(NaiveTime::MIN)) };
        let half = captures.name("before").or_else(|| captures.name("after"));
        let half = half.map(|half| half.as_str().to_ascii_lowercase());
        hour = match half.as_deref() {
            Some("pm" | "下午") if hour < 12 => hour + 12,
            Some("am" | "上午") if hour == 12 => 0,
            _ => hour,
        };
        if hour == 24 {
            (date, hour) = (date.checked_add_days(Days::new(1))?, 0);
        }
        let minute = number(captures, "minute").unwrap_or(0);
        let second = number(captures, "second_").unwrap_or(0).min(59);
        let local = date.and_hms_opt(hour, minute, second)?;
        match captures.name("zone").map(|zone| zone.as_str().trim()).filter(|zone| !zone.is_empty()) {
            None => self.at(local),
            Some(zone) => offset(zone)?.from_local_datetime(&local).single().map(|instant| instant.to_utc()),
        }
    }
}

const TIME: &str = r"(?:(?:,?\s*(?:at\s+)?|T)(?P<before>上午|下午)?\s*(?P<hour>\d{1,2})[:时時](?P<minute>\d{2})(?:[:分](?P<second_>\d{2})秒?)?分?(?:[.,]\d+)?\s*(?P<after>[AaPp][Mm])?\s*(?P<zone>[^\s()]+)?(?:\s*\(.*\))?)?";

fn pattern(date: &str) -> Regex {
    Regex::new(&format!("^{date}{TIME}\\s*$")).expect("the pattern is a constant")
}

/// `2024-05-13 10:20:30`, `2024/5/13`, `2024.5.13`, `2024年5月13日 10:20`.
static YEAR_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"));
/// `Mon, 13 May 2024 10:20:30 GMT`, `13-May-24`; the name of the day may be in any language.
static MONTH_NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[^\d\s,]+\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -]+(?P<month>\p{L}{3,9})\.?,?[ -]+(?P<year>\d{2,4})",
    )
});
/// `May 13, 2024`, `Monday, May 13 2024 at 10:20 PM`.
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:[^\d\s,]+,\s+)?(?P<month>\p{L}{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})")
});
/// `13.05.2024`, `05/13/2024`.
static NUMBERS_ONLY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})[./-](?P<year>\d{4})"));

fn number(captures: &Captures<'_>, name: &str) -> Option<u32> {
    captures.name(name)?.as_str().parse().ok()
}

fn month(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.to_lowercase();
    let position = MONTHS.iter().position(|month| name.starts_with(month))?;
    u32::try_from(position + 1).ok()
}

/// `Z`, `+08:00`, `-0500`, `GMT+8`, and the zone names of e-mail (RFC 5322 §4.3) with a few more that feeds use.
fn offset(zone: &str) -> Option<FixedOffset> {
    let upper = zone.to_ascii_uppercase();
    let hours = match upper.as_str() {
        "Z" | "GMT" | "UT" | "UTC" => 0,
        "EST" | "CDT" => -5,
        "EDT" | "AST" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" | "AKDT" => -8,
        "BST" | "CET" | "WEST" => 1,
        "CEST" | "EET" => 2,
        "EEST" | "MSK" => 3,
        "HKT" | "SGT" => 8,
        "JST" | "KST" => 9,
        "AEST" => 10,
        "AEDT" => 11,
        _ => return numeric_offset(upper.trim_start_matches("GMT").trim_start_matches("UTC")),
    };
    FixedOffset::east_opt(hours * 3600)
}

fn numeric_offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at_checked(digits.len() - 2)?,
    };
    let seconds = hours.parse::<i32>().ok()?.checked_mul(3600)?.checked_add(minutes.parse::<i32>().ok()? * 60)?;
    FixedOffset::east_opt(sign * seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        TimeReading::default().parse(text).map(|instant| instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }

    #[test]
    fn the_usual_ways_of_writing_are_understood() {
        for (text, expected) in [
            ("2024-05-13T10:20:30Z", "2024-05-13T10:20:30Z"),
            ("2024-05-13T10:20:30.123+08:00", "2024-05-13T02:20:30Z"),
            ("2024-05-13T10:20:30+0800", "2024-05-13T02:20:30Z"),
            ("2024-05-13T10:20:30", "2024-05-13T10:20:30Z"),
            ("2024-05-13 10:20:30", "2024-05-13T10:20:30Z"),
            ("2024-05-13 10:20:30 UTC", "2024-05-13T10:20:30Z"),
            ("2024-05-13 10:20", "2024-05-13T10:20:00Z"),
            ("2024-05-13", "2024-05-13T00:00:00Z"),
            ("2024/5/13", "2024-05-13T00:00:00Z"),
            ("2024/5/13 9:05", "2024-05-13T09:05:00Z"),
            ("2024年5月13日", "2024-05-13T00:00:00Z"),
            ("2024年5月13日 10:20", "2024-05-13T10:20:00Z"),
            ("2024年5月13日 下午3:20", "2024-05-13T15:20:00Z"),
            ("20240513", "2024-05-13T00:00:00Z"),
            ("1715595630", "2024-05-13T10:20:30Z"),
            ("1715595630000", "2024-05-13T10:20:30Z"),
            ("Mon, 13 May 2024 10:20:30 GMT", "2024-05-13T10:20:30Z"),
            ("Mon, 13 May 2024 10:20:30 +0800", "2024-05-13T02:20:30Z"),
            ("Mon, 13 May 24 10:20 EST", "2024-05-13T15:20:00Z"),
            ("Sunday, 13 May 2024 10:20:30 GMT", "2024-05-13T10:20:30Z"),
            ("lun., 13 May 2024 10:20:30 GMT", "2024-05-13T10:20:30Z"),
            ("13 May 2024 24:00:00 GMT", "2024-05-14T00:00:00Z"),
            ("Mon May 13 10:20:30 +0800 2024", "2024-05-13T02:20:30Z"),
            ("Mon May 13 10:20:30 2024", "2024-05-13T10:20:30Z"),
            ("May 13, 2024", "2024-05-13T00:00:00Z"),
            ("May 13, 2024, 9:20 PM", "2024-05-13T21:20:00Z"),
            ("May 13, 2024 at 12:20 AM", "2024-05-13T00:20:00Z"),
            ("13.05.2024 10:20", "2024-05-13T10:20:00Z"),
            ("06.05.2024", "2024-05-06T00:00:00Z"),
            ("05/13/2024", "2024-05-13T00:00:00Z"),
            ("13/05/2024", "2024-05-13T00:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        for text in ["", "yesterday", "05/06/2024", "2024-13-01", "31 Feb 2024", "12", "10:20", "2024-05-13 99:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_applies_where_none_is_written() {
        let reading = TimeReading { zone: Some(Tz::Asia__Shanghai), format: None };
        assert_eq!(reading.parse("2024-05-13 10:20:30").unwrap().to_rfc3339(), "2024-05-13T02:20:30+00:00");
        assert_eq!(reading.parse("2024-05-13T10:20:30Z").unwrap().to_rfc3339(), "2024-05-13T10:20:30+00:00");
    }

    #[test]
    fn a_pattern_settles_what_is_ambiguous() {
        let reading = TimeReading { zone: None, format: Some("%d/%m/%Y".to_owned()) };
        assert_eq!(reading.parse("05/06/2024").unwrap().to_rfc3339(), "2024-06-05T00:00:00+00:00");
        assert_eq!(reading.parse("2024-06-05"), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,40}") {
            let _ = read(&text);
        }

        #[test]
        fn what_is_written_is_read(seconds in 0..4_000_000_000_i64) {
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert_eq!(TimeReading::default().parse(&instant.to_rfc2822()), Some(instant));
            prop_assert_eq!(TimeReading::default().parse(&instant.to_rfc3339()), Some(instant));
            prop_assert_eq!(TimeReading::default().parse(&instant.format("%F %T").to_string()), Some(instant));
        }
    }
}
