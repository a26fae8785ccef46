//! The whole step against a real database.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use chrono::TimeDelta;
use moodline_maps::parse_map;
use moodline_store::{MapRecord, MapStore, NewMention, OpinionStore, Store, ThemeSet, ThemeStore};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{FakeClock, given};
use moodline_themes::{ThemesConfig, ThemesOutcome, refresh_themes};
use moodline_types::{Clock, DayWindow, Embedding, JudgedOpinion, MapId, SentimentLabel, ThemeId, ThemeKind};

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "till"
name = "Till"
keywords = ["till"]

[[stages.touchpoints]]
id = "desk"
name = "Desk"
keywords = ["desk"]
"#;

/// What people complain of at the till: each with a direction of its own, some of the words, and some that vary.
const SUBJECTS: [&[&str]; 4] = [
    &["the queue was endless", "queue too long", "waited in a queue for an hour", "such a long queue again"],
    &["the cashier was rude", "rude cashier shouted", "cashier rolled her eyes, rude", "never met a cashier so rude"],
    &["my card was declined twice", "card terminal broken", "terminal refused the card", "card declined for no reason"],
    &["wrong price charged", "price differs from the shelf", "charged the wrong price again", "shelf price was lower"],
];

fn shop() -> MapId {
    "shop".parse().unwrap()
}

fn vector(subject: usize, n: usize) -> Embedding {
    let mut values = [0.2_f32; 8];
    values[subject] = 1.0;
    values[4 + n % 4] += 0.25;
    Embedding::from_f32(&values)
}

struct Night {
    store: SqliteStore,
    clock: FakeClock,
    said: usize,
}

impl Night {
    async fn new() -> Self {
        let store = SqliteStore::in_memory().await.unwrap();
        store.migrate().await.unwrap();
        store.register_model(&given::model(), given::at(0)).await.unwrap();
        let loaded = parse_map("shop.toml", MAP).unwrap();
        let record =
            MapRecord { id: shop(), version: loaded.version, definition: loaded.definition, texts: Vec::new() };
        store.register_map(&record, given::at(0)).await.unwrap();
        Self { store, clock: FakeClock::at(given::at(10)), said: 0 }
    }

    /// `count` more complaints, subject after subject, said now at `touchpoint`.
    async fn said(&mut self, touchpoint: &'static str, count: usize, label: SentimentLabel) {
        let numbers = self.said..self.said + count;
        self.said += count;
        let text = |n: usize| format!("{} at number {n}", SUBJECTS[n % 4][n / 4 % 4]);
        let mentions: Vec<NewMention> = numbers
            .clone()
            .map(|n| NewMention { posted_at: self.clock.now(), ..given::mention(&n.to_string(), &text(n)) })
            .collect();
        let ids = given::stored(&self.store, &mentions).await.unwrap();
        let judgements: Vec<_> = ids
            .into_iter()
            .zip(numbers)
            .map(|(id, n)| {
                let opinion = JudgedOpinion { embedding: vector(n % 4, n), ..given::opinion(&text(n), label) };
                given::judgement(id, vec![opinion])
            })
            .collect();
        let judged = given::judged(&self.store, &given::model().id, &judgements).await.unwrap();
        let day = self.clock.now().date_naive();
        let placed: Vec<_> = judged
            .iter()
            .map(|judged| {
                let mut placed = given::placed(judged, &[Some(touchpoint)]);
                placed.tallies.iter_mut().for_each(|tally| tally.day = day);
                placed
            })
            .collect();
        given::assigned(&self.store, &shop(), &placed).await.unwrap();
    }

    async fn refresh(&self) -> ThemesOutcome {
        let window = DayWindow::ending(self.clock.now().date_naive(), 28);
        refresh_themes(&self.store, &shop(), window, &ThemesConfig::default(), &self.clock).await.unwrap()
    }

    async fn themes(&self) -> ThemeSet {
        self.store.themes(&shop(), None).await.unwrap().unwrap()
    }

    /// Themes of the till by their first term.
    async fn ids(&self) -> HashMap<ThemeId, Vec<String>> {
        self.themes().await.themes.into_iter().map(|theme| (theme.id, theme.terms)).collect()
    }
}

#[tokio::test]
async fn complaints_about_four_things_are_four_themes() {
    let mut night = Night::new().await;
    night.said("till", 80, SentimentLabel::Negative).await;
    night.said("desk", 40, SentimentLabel::Positive).await;
    let outcome = night.refresh().await;
    assert_eq!((outcome.touchpoints, outcome.grouped), (2, 2));
    let set = night.themes().await;
    let complaints: Vec<_> = set.themes.iter().filter(|theme| theme.kind == ThemeKind::Complaint).collect();
    assert_eq!(complaints.len(), 4, "{complaints:#?}");
    for word in ["queue", "cashier", "card", "price"] {
        let theme = complaints.iter().find(|theme| theme.terms.iter().any(|term| term.contains(word)));
        let theme = theme.unwrap_or_else(|| panic!("nothing about {word} in {complaints:#?}"));
        assert!((15..=20).contains(&theme.mentions), "{theme:?}");
        assert!(theme.quotes.iter().all(|quote| quote.text.contains(word)), "{theme:?}");
        assert!(theme.impact.unwrap().high < 0.0, "it pulls the map down: {theme:?}");
        let mentions = night.store.theme_mentions(&[theme.id]).await.unwrap();
        assert_eq!(mentions[&theme.id].len() as u64, theme.mentions);
    }
    let till = set.touchpoints.iter().find(|touchpoint| touchpoint.place.1.as_str() == "till").unwrap();
    assert!(till.impact.unwrap().high < 0.0 && till.mentions == 80, "{till:?}");
    let praise = set.themes.iter().filter(|theme| theme.kind == ThemeKind::Praise);
    assert!(praise.clone().count() > 0 && praise.clone().all(|theme| theme.impact.unwrap().low > 0.0));
}

#[tokio::test]
async fn five_percent_more_mentions_leave_every_theme_its_id() {
    let mut night = Night::new().await;
    night.said("till", 160, SentimentLabel::Negative).await;
    night.refresh().await;
    let before = night.ids().await;
    night.clock.advance(TimeDelta::days(1));
    night.said("till", 8, SentimentLabel::Negative).await;
    let outcome = night.refresh().await;
    assert_eq!((outcome.new, outcome.grouped), (0, 1), "only the till had something new");
    let after = night.ids().await;
    assert_eq!(before.keys().collect::<std::collections::BTreeSet<_>>(), after.keys().collect());
    for (id, terms) in before {
        assert!(terms.iter().any(|term| after[&id].contains(term)), "{id}: {terms:?} became {:?}", after[&id]);
    }
}

#[tokio::test]
async fn a_night_without_news_groups_nothing_and_counts_on() {
    let mut night = Night::new().await;
    night.said("till", 80, SentimentLabel::Negative).await;
    night.refresh().await;
    let first = night.themes().await;
    night.clock.advance(TimeDelta::days(1));
    let outcome = night.refresh().await;
    assert_eq!((outcome.grouped, outcome.new, outcome.themes), (0, 0, first.themes.len()));
    let second = night.themes().await;
    assert_ne!(second.run.id, first.run.id);
    let figures = |set: &ThemeSet| {
        set.themes.iter().map(|theme| (theme.id, theme.mentions, theme.quotes.clone())).collect::<Vec<_>>()
    };
    assert_eq!(figures(&second), figures(&first));

    // Four weeks later all that was said lies in the window before; eight weeks later nowhere.
    night.clock.advance(TimeDelta::days(28));
    night.refresh().await;
    let later = night.themes().await;
    assert!(later.themes.iter().all(|theme| theme.mentions == 0 && theme.mentions_before > 0), "{later:#?}");
    night.clock.advance(TimeDelta::days(28));
    night.refresh().await;
    assert_eq!(night.themes().await.themes, []);

    // And when people say it again, it is known.
    night.said("till", 40, SentimentLabel::Negative).await;
    night.refresh().await;
    let known: Vec<ThemeId> = first.themes.iter().map(|theme| theme.id).collect();
    let back = night.themes().await;
    assert!(!back.themes.is_empty() && back.themes.iter().all(|theme| known.contains(&theme.id)), "{back:#?}");
}
