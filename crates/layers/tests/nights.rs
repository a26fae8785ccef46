//! Night after night, whatever came in or was changed, the curve is that of a count from scratch.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{Days, NaiveDate};
use moodline_layers::{Evidence, LayersConfig, compute, days_needed, refresh_layers};
use moodline_maps::{JourneyMap, parse_map};
use moodline_store::{
    Judgement, LayerStore, MapRecord, MapStore, MentionAssignments, NewMention, OpinionStore, PrivacyStore, Store,
};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{
    FakeClock,
    given::{self, Dice},
};
use moodline_types::{Clock, DayWindow, Layer, MapId, MentionId, SentimentLabel, Tally};

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "card"
name = "Card"
keywords = ["card"]

[[stages.touchpoints]]
id = "cash"
name = "Cash"
keywords = ["cash"]

[[stages]]
id = "use"
name = "Use"

[[stages.touchpoints]]
id = "support"
name = "Support"
keywords = ["support"]
"#;

/// The same touchpoints, one of them in the other stage.
fn moved() -> String {
    let cash = "[[stages.touchpoints]]\nid = \"cash\"\nname = \"Cash\"\nkeywords = [\"cash\"]\n\n";
    format!("{}\n{cash}", MAP.replace(cash, ""))
}

fn shop() -> MapId {
    given::id("shop")
}

fn today() -> NaiveDate {
    FakeClock::at(given::at(0)).now().date_naive()
}

/// What a mention says at up to three touchpoints on one of the last `days` days.
fn tallies(dice: &mut Dice, days: usize) -> Vec<Tally> {
    let posted = today() - Days::new(dice.roll(days) as u64);
    let mut tallies = Vec::new();
    for touchpoint in ["card", "cash", "support"] {
        if dice.roll(2) == 0 {
            let label = SentimentLabel::ALL[dice.roll(5)];
            tallies.push(Tally { day: posted, ..given::tally(Some(touchpoint), label) });
        }
    }
    tallies
}

/// A database with the dice that fill it.
struct Nights {
    store: SqliteStore,
    dice: Dice,
    map: JourneyMap,
    versions: u32,
    mentions: Vec<MentionId>,
}

impl Nights {
    async fn new() -> Self {
        let store = SqliteStore::in_memory().await.unwrap();
        store.migrate().await.unwrap();
        store.register_model(&given::model(), given::at(0)).await.unwrap();
        let map = parse_map("shop.toml", MAP).unwrap().map;
        let mut nights = Self { store, dice: Dice::new(11), map, versions: 0, mentions: Vec::new() };
        nights.define(MAP).await;
        nights
    }

    async fn define(&mut self, definition: &str) {
        self.map = parse_map("shop.toml", definition).unwrap().map;
        self.versions += 1;
        let record = MapRecord {
            id: shop(),
            version: self.versions.to_string(),
            definition: definition.to_owned(),
            texts: Vec::new(),
        };
        self.store.register_map(&record, given::at(0)).await.unwrap();
    }

    /// So many new mentions by seven authors, posted within the last `days` days.
    async fn come(&mut self, count: usize, days: usize) {
        let first = self.mentions.len();
        let new = (first..first + count).map(|n| NewMention {
            author_hash: Some(format!("author {}", self.dice.roll(7))),
            ..given::mention(&n.to_string(), &format!("what number {n} has to say"))
        });
        let new: Vec<NewMention> = new.collect();
        let ids = given::stored(&self.store, &new).await.unwrap();
        let opinion = || vec![given::opinion("what", SentimentLabel::Negative)];
        let judgements: Vec<Judgement> = ids.iter().map(|id| given::judgement(*id, opinion())).collect();
        given::judged(&self.store, &given::model().id, &judgements).await.unwrap();
        self.place(&ids, days).await;
        self.mentions.extend(ids);
    }

    async fn place(&mut self, ids: &[MentionId], days: usize) {
        let placed = ids.iter().map(|id| MentionAssignments {
            mention: *id,
            assignments: Vec::new(),
            tallies: tallies(&mut self.dice, days),
            flags: Vec::new(),
        });
        let placed: Vec<MentionAssignments> = placed.collect();
        given::assigned(&self.store, &shop(), &placed).await.unwrap();
    }

    /// The layers that a refresh writes are those of all rollups and everything that voices said.
    /// How many weeks and months it read again.
    async fn drawn_as_of(&self, as_of: NaiveDate, when: &str) -> usize {
        let config = LayersConfig::default();
        let clock = FakeClock::at(given::at(10));
        let outcome = refresh_layers(&self.store, &shop(), &config, as_of, &clock).await.unwrap();
        let drawn = self.store.layers(&shop(), Some(outcome.run)).await.unwrap().unwrap().layers;
        let days = days_needed(&config, as_of);
        let evidence = Evidence {
            rollups: &self.store.rollups(&shop(), days).await.unwrap(),
            voices: &self.store.voices(&shop(), days).await.unwrap(),
            ..Evidence::default()
        };
        let counted = compute(&self.map, &evidence, &config, as_of).layers;
        assert_eq!(drawn.len(), counted.len(), "{when}");
        for (drawn, counted) in drawn.iter().zip(&counted) {
            let same = |of: fn(&Layer) -> Option<f64>| match (of(drawn), of(counted)) {
                (Some(drawn), Some(counted)) => (drawn - counted).abs() < 1e-9,
                (drawn, counted) => drawn == counted,
            };
            let figures: [fn(&Layer) -> Option<f64>; 5] = [
                |layer| Some(layer.n_effective),
                |layer| layer.net,
                |layer| layer.low,
                |layer| layer.high,
                |layer| layer.change.map(|change| change.net),
            ];
            assert!(figures.into_iter().all(same), "{when}: {drawn:?} instead of {counted:?}");
            assert_eq!((&drawn.node, drawn.window, drawn.counts), (&counted.node, counted.window, counted.counts));
        }
        outcome.read_again
    }

    async fn changes(&self) -> u64 {
        let always = DayWindow { from: today() - Days::new(999), to: today() };
        self.store.tally_changes(&shop(), always).await.unwrap().iter().map(|(_, changes)| changes).sum()
    }
}

#[tokio::test]
async fn whatever_happens_by_day_the_night_draws_a_count_from_scratch() {
    let mut nights = Nights::new().await;
    nights.come(120, 500).await;
    nights.drawn_as_of(today(), "at first").await;
    nights.drawn_as_of(today(), "with nothing new").await;
    for night in 0..6 {
        nights.come(5, 3).await;
        nights.drawn_as_of(today(), &format!("night {night} of new mentions")).await;
    }
    nights.come(5, 400).await;
    nights.drawn_as_of(today(), "with mentions that came late").await;

    nights.define(MAP).await;
    let corrected: Vec<MentionId> = nights.mentions.iter().step_by(9).copied().collect();
    nights.place(&corrected, 400).await;
    nights.drawn_as_of(today(), "with some placed elsewhere").await;

    let before = nights.changes().await;
    nights.store.drop_texts(&given::shop(), given::at(60), 40, given::at(61)).await.unwrap();
    assert!(nights.changes().await > before, "whose the texts were is not known any more");
    nights.drawn_as_of(today(), "with texts dropped for their age").await;

    nights.drawn_as_of(today() - Days::new(45), "looking back").await;
    nights.drawn_as_of(today(), "after looking back").await;
    nights.drawn_as_of(today() + Days::new(20), "weeks later").await;
}

#[tokio::test]
async fn a_touchpoint_in_another_stage_is_joined_there() {
    let mut nights = Nights::new().await;
    nights.come(80, 300).await;
    nights.drawn_as_of(today(), "at first").await;
    nights.define(&moved()).await;
    nights.drawn_as_of(today(), "after the move").await;
}

#[tokio::test]
async fn a_night_reads_again_only_what_is_counted_otherwise() {
    let mut nights = Nights::new().await;
    nights.come(80, 300).await;
    let first = nights.drawn_as_of(today(), "at first").await;
    assert!(first > 20, "{first} weeks and months that are over");
    assert_eq!(nights.drawn_as_of(today(), "with nothing new").await, 0);
    nights.come(9, 1).await;
    assert_eq!(nights.drawn_as_of(today(), "with mentions of today").await, 0);
    let ids = [nights.mentions[0]];
    nights.define(MAP).await;
    nights.place(&ids, 300).await;
    let again = nights.drawn_as_of(today(), "with one placed elsewhere").await;
    assert!((1..=4).contains(&again), "the weeks and months it left and came to, not {again}");
}
