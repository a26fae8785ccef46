//! What a feed says about itself as a whole: how often to ask, when not to, and where its older entries are.

use std::{sync::LazyLock, time::Duration};

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use html5ever::tokenizer::Tag;
use regex::Regex;
use url::Url;

use super::tags::{attribute, opening_tags};

/// Longest rest that a feed's wish is granted for: its window moves on meanwhile.
const LONGEST: Duration = Duration::from_hours(24);

/// The wishes of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// How long its author wants it left alone after a fetch: RSS `ttl`, `sy:updatePeriod`.
    pub rest: Option<Duration>,
    /// Hours of the day (UTC) in which nothing changes, a bit each: RSS `skipHours`.
    pub skip_hours: u32,
    /// Days of the week in which nothing changes, a bit each from Monday: RSS `skipDays`.
    pub skip_days: u8,
    /// The page before this one: `rel="prev-archive"` or `rel="next"` of RFC 5005, `next_url` of JSON Feed.
    pub older: Option<Url>,
    /// Ids of entries that were withdrawn (RFC 6721).
    pub deleted: Vec<String>,
}

static ENTRIES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)<(?:\w+:)?(?:item|entry)[\s>].*?</(?:\w+:)?(?:item|entry)\s*>").expect("the pattern is a constant")
});
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"<((?:\w+:)?(?:ttl|hour|day|updatePeriod|updateFrequency))>\s*([^<]{1,40}?)\s*<")
        .expect("the pattern is a constant")
});

impl Hints {
    /// Those of a feed in XML found at `url`.
    pub(super) fn of_xml(xml: &str, url: &Url) -> Self {
        let outside = ENTRIES.replace_all(xml, "");
        let mut hints = Self::default();
        let (mut minutes, mut period, mut frequency) = (None, None, 1_u64);
        for said in SAID.captures_iter(&outside) {
            let (name, value) = (&said[1], &said[2]);
            match name.rsplit(':').next().unwrap_or(name) {
                "ttl" => minutes = value.parse::<u64>().ok(),
                "updatePeriod" => period = period_minutes(value),
                "updateFrequency" => frequency = value.parse().unwrap_or(1).max(1),
                // Some count the hours from 1 to 24.
                "hour" => hints.skip_hours |= value.parse::<u32>().map_or(0, |hour| 1 << (hour % 24)),
                "day" => hints.skip_days |= day_bit(value),
                _ => {}
            }
        }
        let minutes = minutes.or(period.map(|period| period / frequency)).filter(|minutes| *minutes > 0);
        hints.rest = minutes.map(|minutes| Duration::from_mins(minutes.min(24 * 60)).min(LONGEST));
        let tags = opening_tags(&outside);
        hints.older = older(&tags, "prev-archive", url).or_else(|| older(&tags, "next", url));
        let deleted = tags.iter().filter(|tag| tag.name.rsplit(':').next() == Some("deleted-entry"));
        hints.deleted = deleted.filter_map(|tag| attribute(tag, "ref")).map(str::to_owned).collect();
        hints
    }

    /// When a feed with this `rest` may be asked again after a fetch at `now`, or when what its host said holds no
    /// longer (`fresh_for`), whichever is later, but after a day at most; `None` where nobody minds. A tenth of the time
    /// is forgiven, so that a schedule of the same period does not miss every second turn.
    pub(super) fn not_before(
        rest: Option<Duration>,
        fresh_for: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let wait = rest.max(fresh_for)?.min(LONGEST);
        Some(now + TimeDelta::from_std(wait * 9 / 10).ok()?)
    }

    /// Whether nothing changes at this hour or day. A feed that never changes is not believed.
    pub(super) fn sleeps_at(skip_hours: u32, skip_days: u8, now: DateTime<Utc>) -> bool {
        const ALL_HOURS: u32 = (1 << 24) - 1;
        const ALL_DAYS: u8 = (1 << 7) - 1;
        let hour = skip_hours != ALL_HOURS && skip_hours & (1 << now.hour()) != 0;
        let day = skip_days != ALL_DAYS && skip_days & (1 << now.weekday().num_days_from_monday()) != 0;
        hour || day
    }
}

/// RSS Syndication module 1.0.
fn period_minutes(period: &str) -> Option<u64> {
    match period {
        "hourly" => Some(60),
        "daily" => Some(24 * 60),
        "weekly" | "monthly" | "yearly" => Some(7 * 24 * 60),
        _ => None,
    }
}

fn day_bit(name: &str) -> u8 {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let name = name.to_ascii_lowercase();
    DAYS.iter().position(|day| name.starts_with(day)).map_or(0, |place| 1 << place)
}

/// The target of a link of the feed itself with this relation.
fn older(tags: &[Tag], rel: &str, url: &Url) -> Option<Url> {
    let links = tags.iter().filter(|tag| tag.name.rsplit(':').next() == Some("link"));
    let mut links = links.filter(|tag| attribute(tag, "rel").is_some_and(|given| given.eq_ignore_ascii_case(rel)));
    let target = url.join(attribute(links.next()?, "href")?).ok()?;
    (matches!(target.scheme(), "http" | "https") && target != *url).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(xml: &str) -> Hints {
        Hints::of_xml(xml, &Url::parse("https://a.example/feed").unwrap())
    }

    #[test]
    fn rests_are_read_in_both_dialects_and_bounded() {
        let minutes = |xml: &str| hints(xml).rest.map(|rest| rest.as_secs() / 60);
        assert_eq!(minutes("<rss><channel><ttl> 90 </ttl></channel></rss>"), Some(90));
        assert_eq!(minutes("<rss><channel><ttl>99999</ttl></channel></rss>"), Some(24 * 60));
        let daily = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>";
        assert_eq!(minutes(&format!("<rss><channel>{daily}</channel></rss>")), Some(6 * 60));
        assert_eq!(minutes("<rss><channel><item><ttl>9</ttl></item><ttl>0</ttl></channel></rss>"), None);
    }

    #[test]
    fn a_feed_sleeps_when_it_says_so_but_not_for_ever() {
        let said = hints("<skipHours><hour>3</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>");
        let at = |text: &str| Hints::sleeps_at(said.skip_hours, said.skip_days, text.parse().unwrap());
        assert!(at("2024-05-01T03:59:00Z") && at("2024-05-01T00:10:00Z") && at("2024-05-05T12:00:00Z"));
        assert!(!at("2024-05-01T04:00:00Z"));
        assert!(!Hints::sleeps_at((1 << 24) - 1, (1 << 7) - 1, "2024-05-01T04:00:00Z".parse().unwrap()));
    }

    #[test]
    fn older_pages_and_withdrawn_entries_are_those_of_the_feed() {
        let said = hints(
            r#"<feed><link rel="next" href="?page=2"/><link rel="prev-archive" href="/2024/04"/>
               <at:deleted-entry ref="tag:a.example,2024:7" when="2024-05-01T00:00:00Z"/>
               <entry><link rel="next" href="/no"/></entry></feed>"#,
        );
        assert_eq!(said.older.unwrap().as_str(), "https://a.example/2024/04");
        assert_eq!(said.deleted, ["tag:a.example,2024:7"]);
        assert_eq!(hints(r#"<feed><link rel="next" href="/feed"/></feed>"#).older, None, "itself is not older");
    }

    #[test]
    fn the_longer_of_two_wishes_counts_and_none_for_more_than_a_day() {
        let now: DateTime<Utc> = "2024-05-01T00:00:00Z".parse().unwrap();
        let hours = |rest: Option<u64>, fresh_for: Option<u64>| {
            let next = Hints::not_before(rest.map(Duration::from_hours), fresh_for.map(Duration::from_hours), now);
            next.map(|next| (next - now).num_minutes() as f64 / 60.0 / 0.9)
        };
        assert_eq!(hours(Some(2), Some(10)), Some(10.0));
        assert_eq!(hours(Some(2), None), Some(2.0));
        assert_eq!(hours(None, Some(24 * 365)), Some(24.0));
        assert_eq!(hours(None, None), None);
    }

    #[test]
    fn a_schedule_of_the_same_period_does_not_miss_every_second_turn() {
        let now: DateTime<Utc> = "2024-05-01T03:15:20Z".parse().unwrap();
        let next = Hints::not_before(Some(Duration::from_hours(1)), None, now).unwrap();
        assert!(next < "2024-05-01T04:15:00Z".parse::<DateTime<Utc>>().unwrap());
    }
}
