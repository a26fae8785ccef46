//! Rollups are sums of tallies and nothing else.

use std::collections::HashMap;

use moodline_types::{Counts, DayWindow, Emotion, EmotionCounts, MapId, MentionId, SentimentLabel, Tally};

use super::given::{Dice, assigned, at, day, id, judged, judgement, map, mention, model, opinion, stored, tally};
use crate::{MentionAssignments, Result, RollupRow, Store};

use SentimentLabel::{Mixed, Negative, Positive};

fn always() -> DayWindow {
    DayWindow { from: day(-999), to: day(999) }
}

fn counting(mention: MentionId, tallies: Vec<Tally>) -> MentionAssignments {
    MentionAssignments { mention, assignments: Vec::new(), tallies, flags: Vec::new() }
}

/// So many judged mentions, with map `m`.
async fn judged_mentions(store: &impl Store, count: usize) -> Result<Vec<MentionId>> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let mentions: Vec<_> = (0..count).map(|n| mention(&format!("m{n}"), "text")).collect();
    let ids = stored(store, &mentions).await?;
    let judgements: Vec<_> = ids.iter().map(|id| judgement(*id, vec![opinion("text", Positive)])).collect();
    judged(store, &model().id, &judgements).await?;
    Ok(ids)
}

async fn again(store: &impl Store, version: u64) -> Result<()> {
    let map = crate::MapRecord { version: format!("again {version}"), ..map("m") };
    store.register_map(&map, at(0)).await?;
    Ok(())
}

/// Each mention adds its tallies; replacing them moves the counts, and a row of zeros is gone.
pub async fn rollups_are_sums_of_tallies(store: &impl Store) -> Result<()> {
    let ids = judged_mentions(store, 2).await?;
    let first = counting(ids[0], vec![tally(Some("till"), Negative), tally(None, Positive)]);
    let second = counting(ids[1], vec![tally(Some("till"), Positive)]);
    assigned(store, &id("m"), &[first.clone(), second.clone()]).await?;
    let row = |touchpoint: Option<&str>, counts| RollupRow {
        touchpoint: touchpoint.map(id),
        persona: None,
        day: day(0),
        source: super::given::shop(),
        language: "en".to_owned(),
        counts,
        emotions: EmotionCounts { neutral: counts.n(), ..EmotionCounts::default() },
    };
    let one = Counts { positive: 1, ..Counts::default() };
    let expected = vec![row(None, one), row(Some("till"), Counts { negative: 1, ..one })];
    assert_eq!(store.rollups(&id("m"), always()).await?, expected);

    again(store, 1).await?;
    let moved = counting(ids[0], vec![Tally { persona: Some(id("runner")), ..tally(Some("till"), Mixed) }]);
    assigned(store, &id("m"), &[moved, second]).await?;
    let runner =
        RollupRow { persona: Some(id("runner")), ..row(Some("till"), Counts { mixed: 1, ..Counts::default() }) };
    assert_eq!(store.rollups(&id("m"), always()).await?, vec![row(Some("till"), one), runner]);
    assert_eq!(store.recount(&id("m")).await?, []);
    Ok(())
}

/// The emotions of a rollup add up to the mentions that count in the index.
pub async fn emotions_are_counted_of_what_is_sure(store: &impl Store) -> Result<()> {
    let ids = judged_mentions(store, 3).await?;
    let angry = |label| vec![Tally { emotion: Emotion::Anger, ..tally(Some("till"), label) }];
    let all = [(ids[0], Negative), (ids[1], SentimentLabel::Unsure), (ids[2], Negative)];
    let all = all.map(|(mention, label)| counting(mention, angry(label)));
    assigned(store, &id("m"), &all).await?;
    let emotions = async || Result::Ok(store.rollups(&id("m"), always()).await?.pop().map(|row| row.emotions));
    assert_eq!(emotions().await?, Some(EmotionCounts { anger: 2, ..EmotionCounts::default() }));
    again(store, 1).await?;
    let calmer = counting(ids[0], vec![Tally { emotion: Emotion::Joy, ..tally(Some("till"), Negative) }]);
    assigned(store, &id("m"), &[calmer]).await?;
    assert_eq!(emotions().await?, Some(EmotionCounts { anger: 1, joy: 1, ..EmotionCounts::default() }));
    assert_eq!(store.recount(&id("m")).await?, []);
    Ok(())
}

impl Dice {
    fn tallies(&mut self) -> Vec<Tally> {
        let places = [None, Some("till"), Some("web"), Some("app")];
        let personas = [None, Some("runner")];
        let mut tallies = Vec::new();
        for place in places {
            if self.roll(2) == 0 {
                tallies.push(Tally {
                    persona: personas[self.roll(2)].map(id),
                    day: day(self.roll(3) as i64),
                    language: ["en", "zh-Hans"][self.roll(2)].to_owned(),
                    emotion: Emotion::ALL[self.roll(Emotion::ALL.len())],
                    ..tally(place, SentimentLabel::ALL[self.roll(SentimentLabel::ALL.len())])
                });
            }
        }
        tallies
    }
}

/// Whatever is written in whatever order, the rollups equal a count from scratch.
pub async fn rollups_survive_any_sequence(store: &impl Store) -> Result<()> {
    let ids = judged_mentions(store, 12).await?;
    let map: MapId = id("m");
    let mut dice = Dice::new(7);
    let mut expected: HashMap<MentionId, Vec<Tally>> = HashMap::new();
    for round in 0..25 {
        again(store, round).await?;
        let mut batch = Vec::new();
        for mention in &ids {
            if dice.roll(3) > 0 {
                batch.push(counting(*mention, dice.tallies()));
            }
        }
        expected.extend(batch.iter().map(|mention| (mention.mention, mention.tallies.clone())));
        assigned(store, &map, &batch).await?;
        assert_eq!(store.recount(&map).await?, [], "after round {round}");
    }
    let mut total = Counts::default();
    for row in store.rollups(&map, always()).await? {
        assert!(row.counts != Counts::default(), "rows of zeros are gone");
        total += row.counts;
    }
    let mut counted = Counts::default();
    expected.values().flatten().for_each(|tally| counted.add(tally.label, 1));
    assert_eq!(total, counted);
    Ok(())
}

/// Both ends of a window belong to it.
pub async fn a_window_selects_its_days(store: &impl Store) -> Result<()> {
    let ids = judged_mentions(store, 4).await?;
    let on = |n: i64| Tally { day: day(n), ..tally(Some("till"), Positive) };
    let all: Vec<_> = ids.iter().zip(0..).map(|(mention, n)| counting(*mention, vec![on(n)])).collect();
    assigned(store, &id("m"), &all).await?;
    let rows = store.rollups(&id("m"), DayWindow { from: day(1), to: day(2) }).await?;
    assert_eq!(rows.iter().map(|row| row.day).collect::<Vec<_>>(), [day(1), day(2)]);
    assert_eq!(store.rollups(&id("other"), always()).await?, []);
    Ok(())
}

/// The last day of each touchpoint, whatever the window; the unassigned have none.
pub async fn last_days_look_at_all_time(store: &impl Store) -> Result<()> {
    let ids = judged_mentions(store, 3).await?;
    let on = |place, n: i64| Tally { day: day(n), ..tally(place, Positive) };
    let all = [
        counting(ids[0], vec![on(Some("till"), -400), on(Some("web"), 3)]),
        counting(ids[1], vec![on(Some("web"), 1), on(None, 9)]),
        counting(ids[2], vec![Tally { persona: Some(id("runner")), ..on(Some("till"), -300) }]),
    ];
    assigned(store, &id("m"), &all).await?;
    assert_eq!(store.last_days(&id("m")).await?, [(id("till"), day(-300)), (id("web"), day(3))]);
    Ok(())
}
