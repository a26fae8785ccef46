//! Who is heard more than once, and at what hour.

use moodline_types::{Counts, DayWindow, EmotionCounts, LayerNode, MentionId, Period, SentimentLabel, Tally};

use super::given::{
    assigned, at, day, id, judged, judgement, map, mention, model, opinion, place, shop, stored, tally,
};
use crate::{HourRow, JoinedNode, JoinedPeriod, MentionAssignments, NewMention, Result, Store, VoiceRow};

use SentimentLabel::{Negative, Positive, Unsure};

fn always() -> DayWindow {
    DayWindow { from: day(-999), to: day(999) }
}

fn by(external_id: &str, author: Option<&str>) -> NewMention {
    NewMention { author_hash: author.map(str::to_owned), ..mention(external_id, external_id) }
}

async fn placed(store: &impl Store, mentions: &[NewMention], tallies: &[Vec<Tally>]) -> Result<Vec<MentionId>> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let ids = stored(store, mentions).await?;
    let judgements: Vec<_> = ids.iter().map(|id| judgement(*id, vec![opinion("text", Positive)])).collect();
    judged(store, &model().id, &judgements).await?;
    let counted = ids.iter().zip(tallies).map(|(mention, tallies)| MentionAssignments {
        mention: *mention,
        assignments: Vec::new(),
        tallies: tallies.clone(),
        flags: Vec::new(),
    });
    assigned(store, &id("m"), &counted.collect::<Vec<_>>()).await?;
    Ok(ids)
}

fn heard(rows: &[VoiceRow]) -> Vec<(MentionId, &str, SentimentLabel)> {
    let mut heard: Vec<_> = rows.iter().map(|row| (row.mention, row.touchpoint.as_str(), row.label)).collect();
    heard.sort();
    heard
}

/// All mentions of an author have one voice, whichever came first; what nobody is sure of is not heard.
pub async fn voices_of_one_author_are_one(store: &impl Store) -> Result<()> {
    let one = |label| vec![tally(Some("till"), label)];
    let first = placed(
        store,
        &[by("a1", Some("a")), by("b1", Some("b")), by("x", None)],
        &[one(Negative), one(Positive), one(Positive)],
    )
    .await?;
    assert_eq!(store.voices(&id("m"), always()).await?, [], "everybody spoke once");
    let later = Tally { day: day(5), ..tally(Some("web"), Positive) };
    let second = placed(
        store,
        &[by("a2", Some("a")), by("a3", Some("a")), by("a4", Some("a"))],
        &[vec![later], one(Unsure), vec![tally(None, Positive)]],
    )
    .await?;
    let rows = store.voices(&id("m"), always()).await?;
    assert_eq!(heard(&rows), [(first[0], "till", Negative), (second[0], "web", Positive)]);
    assert!(rows[0].voice == rows[1].voice && rows[0].voice > 0);
    let (source, language) = (shop(), "en".to_owned());
    assert!(rows.iter().all(|row| row.source == source && row.language == language && row.persona.is_none()));
    let window = DayWindow { from: day(1), to: day(5) };
    assert_eq!(store.voices(&id("m"), window).await?, [], "on these days the author spoke once");
    assert_eq!(store.voices(&id("other"), always()).await?, []);
    Ok(())
}

/// Where authors are unknown, a thread speaks with one voice; where they are known, each has their own.
pub async fn voices_of_one_thread_are_one_where_authors_are_unknown(store: &impl Store) -> Result<()> {
    let within = |external_id, author| NewMention { thread: Some("42".to_owned()), ..by(external_id, author) };
    let one = || vec![tally(Some("till"), Negative)];
    let mentions = [within("1", None), within("2", None), within("3", Some("a")), within("4", Some("b"))];
    let ids = placed(store, &mentions, &[one(), one(), one(), one()]).await?;
    let rows = store.voices(&id("m"), always()).await?;
    assert_eq!(heard(&rows), [(ids[0], "till", Negative), (ids[1], "till", Negative)]);
    assert_eq!(rows[0].voice, rows[1].voice);
    Ok(())
}

/// A mention that speaks of two touchpoints speaks with one voice, whoever wrote it.
pub async fn a_mention_at_two_touchpoints_is_one_voice(store: &impl Store) -> Result<()> {
    let both = vec![tally(Some("till"), Negative), tally(Some("web"), Positive)];
    let ids = placed(store, &[by("1", None), by("2", None)], &[both, vec![tally(Some("till"), Positive)]]).await?;
    let rows = store.voices(&id("m"), always()).await?;
    assert_eq!(heard(&rows), [(ids[0], "till", Negative), (ids[0], "web", Positive)]);
    assert_eq!((rows[0].voice, rows[1].voice), (-ids[0].0, -ids[0].0));
    Ok(())
}

/// Once a text has gone for its age, nothing tells any more whose it was.
pub async fn dropped_texts_leave_no_voice_behind(store: &impl Store) -> Result<()> {
    let one = || vec![tally(Some("till"), Negative)];
    placed(store, &[by("1", Some("a")), by("2", Some("a"))], &[one(), one()]).await?;
    assert_eq!(store.voices(&id("m"), always()).await?.len(), 2);
    let before = store.tally_changes(&id("m"), always()).await?;
    store.drop_texts(&shop(), at(60), 100, at(61)).await?;
    assert_eq!(store.voices(&id("m"), always()).await?, [], "everybody speaks for themselves");
    assert_eq!((before, store.tally_changes(&id("m"), always()).await?), (vec![(day(0), 1)], vec![(day(0), 2)]));
    Ok(())
}

/// A day has changed once for every time that something is counted otherwise there, whatever it comes to.
pub async fn days_tell_how_often_they_changed(store: &impl Store) -> Result<()> {
    let on = |n: i64, label| vec![Tally { day: day(n), ..tally(Some("till"), label) }];
    let ids = placed(store, &[by("1", None), by("2", None)], &[on(0, Negative), on(3, Positive)]).await?;
    let changes = async || store.tally_changes(&id("m"), always()).await;
    assert_eq!(changes().await?, [(day(0), 1), (day(3), 1)]);
    let again = async |version: &str, tallies: [Vec<Tally>; 2]| {
        store.register_map(&crate::MapRecord { version: version.to_owned(), ..map("m") }, at(0)).await?;
        let counted = ids.iter().zip(tallies).map(|(mention, tallies)| MentionAssignments {
            mention: *mention,
            assignments: Vec::new(),
            tallies,
            flags: Vec::new(),
        });
        assigned(store, &id("m"), &counted.collect::<Vec<_>>()).await
    };
    again("same", [on(0, Negative), on(3, Positive)]).await?;
    assert_eq!(changes().await?, [(day(0), 1), (day(3), 1)], "nothing is counted otherwise");
    again("changed places", [on(3, Positive), on(0, Negative)]).await?;
    assert_eq!(store.recount(&id("m")).await?, []);
    assert_eq!(changes().await?, [(day(0), 2), (day(3), 2)], "the same counts of other mentions");
    again("moved", [on(3, Positive), on(7, Negative)]).await?;
    assert_eq!(changes().await?, [(day(0), 3), (day(3), 2), (day(7), 1)]);
    let window = DayWindow { from: day(1), to: day(3) };
    assert_eq!(store.tally_changes(&id("m"), window).await?, [(day(3), 2)]);
    assert_eq!(store.tally_changes(&id("other"), always()).await?, []);
    Ok(())
}

/// Joined weeks and months come back as they were kept, until others take their place or the map's shape is another.
pub async fn joined_periods_are_kept_by_shape(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let joined =
        |node, by: f64| JoinedNode { node, negative: -by, neutral: 0.0, positive: -by / 3.0, squares: -2.0 * by };
    let (stage, touchpoint) = place("till");
    let nodes = [LayerNode::Map, LayerNode::Stage(stage.clone()), LayerNode::Touchpoint(stage, touchpoint)];
    let period = |period, from, changes, by: f64| JoinedPeriod {
        period,
        from,
        changes,
        nodes: nodes.iter().map(|node| joined(node.clone(), by)).collect(),
    };
    let week = period(Period::Week, day(0), 7, 0.1);
    let month = period(Period::Month, day(0), 31, 1.0 / 7.0);
    let kept = async |shape: &str| {
        let mut periods = store.joined_periods(&id("m"), shape).await?;
        periods.sort_by_key(|period| (period.period, period.from));
        Result::Ok(periods)
    };
    let both = [week.clone(), month.clone()];
    store.keep_joined_periods(&id("m"), "round", day(-9), &both).await?;
    assert_eq!(kept("round").await?, both);
    assert_eq!(kept("square").await?, []);
    assert_eq!(store.joined_periods(&id("other"), "round").await?, []);
    let less = JoinedPeriod { nodes: vec![joined(LayerNode::Map, 0.0)], ..period(Period::Week, day(0), 8, 0.0) };
    store.keep_joined_periods(&id("m"), "round", day(-9), std::slice::from_ref(&less)).await?;
    assert_eq!(kept("round").await?, [less, month], "the week was joined anew");
    store.keep_joined_periods(&id("m"), "round", day(1), &[]).await?;
    assert_eq!(kept("round").await?, [], "too old to be drawn");
    store.keep_joined_periods(&id("m"), "round", day(-9), &[week]).await?;
    store.keep_joined_periods(&id("m"), "square", day(-9), &[]).await?;
    assert_eq!(kept("round").await?, [], "of a shape that is gone");
    Ok(())
}

/// Hours are counted by touchpoint, day and source where mentions have one.
pub async fn hours_are_counted_where_they_are_told(store: &impl Store) -> Result<()> {
    let at_hour = |hour, label| vec![Tally { hour, ..tally(Some("till"), label) }];
    let mentions = ["1", "2", "3", "4"].map(|name| by(name, None));
    let tallies =
        [at_hour(Some(0), Negative), at_hour(Some(23), Positive), at_hour(Some(23), Unsure), at_hour(None, Positive)];
    placed(store, &mentions, &tallies).await?;
    let hour = |hour, counts: Counts| HourRow {
        touchpoint: id("till"),
        day: day(0),
        hour,
        source: shop(),
        counts,
        emotions: EmotionCounts { neutral: counts.n(), ..EmotionCounts::default() },
    };
    let expected = [
        hour(0, Counts { negative: 1, ..Counts::default() }),
        hour(23, Counts { positive: 1, unsure: 1, ..Counts::default() }),
    ];
    assert_eq!(store.hours(&id("m"), always()).await?, expected);
    assert_eq!(store.recount(&id("m")).await?, []);
    Ok(())
}
