//! Survey answers, stage entries, ratings, and what a model gets wrong.

use moodline_types::{DayWindow, Metric, Rating, SentimentLabel, SurveyAnswer, SurveyPlace, Tally};

use super::given::{assigned, at, day, id, judged, judgement, map, mention, model, opinion, shop, stored, tally};
use crate::{
    AnswerCount, Erased, Erasure, MentionAssignments, NewAct, NewMention, RatingCount, Result, SaidCount, Store,
    SurveyChange,
};

fn always() -> DayWindow {
    DayWindow { from: day(-999), to: day(999) }
}

fn answer(respondent: Option<&str>, value: f64, answers: u64) -> SurveyAnswer {
    SurveyAnswer {
        metric: Metric::Nps,
        place: SurveyPlace::Touchpoint(id("till")),
        day: day(0),
        respondent: respondent.map(str::to_owned),
        value,
        answers,
    }
}

/// Whoever wants to be forgotten has answered nothing, also when the file is imported again.
pub async fn answers_of_the_erased_go_and_stay_out(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let answers = [answer(Some("a"), 9.0, 1), answer(Some("b"), 3.0, 1), answer(None, 5.0, 7)];
    store.write_answers(&id("m"), &answers).await?;
    let respondents = vec!["a".to_owned(), "nobody".to_owned()];
    assert_eq!(store.answers_of(&respondents).await?, 1);
    let act = NewAct {
        actor: "dpo".to_owned(),
        action: "erase".to_owned(),
        subject: "an author".to_owned(),
        detail: String::new(),
    };
    let erasure =
        Erasure { mentions: Vec::new(), marks: Vec::new(), respondents: respondents.clone(), rejected_with: None, act };
    assert_eq!(store.erase(&erasure, at(1)).await?, Erased { answers: 1, ..Erased::default() });
    assert_eq!(store.answers_of(&respondents).await?, 0);
    let again = store.write_answers(&id("m"), &answers).await?;
    assert_eq!(again, SurveyChange { unchanged: 2, erased: 1, ..SurveyChange::default() });
    assert_eq!(store.answers_of(&respondents).await?, 0);
    Ok(())
}

/// An answer counts once however often it is imported, and the latest of a respondent's on a day is the one.
pub async fn answers_count_once(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let first = [answer(Some("a"), 9.0, 1), answer(Some("b"), 3.0, 1), answer(None, 9.0, 40), answer(None, 0.0, 2)];
    let change = |added, changed, unchanged| SurveyChange { added, changed, unchanged, erased: 0 };
    assert_eq!(store.write_answers(&id("m"), &first).await?, change(4, 0, 0));
    assert_eq!(store.write_answers(&id("m"), &first).await?, change(0, 0, 4));
    let other_day = SurveyAnswer { day: day(1), ..answer(Some("b"), 3.0, 1) };
    let later = [answer(Some("b"), 9.0, 1), answer(None, 0.0, 3), other_day];
    assert_eq!(store.write_answers(&id("m"), &later).await?, change(1, 2, 0));
    let count = |value, answers| AnswerCount {
        metric: Metric::Nps,
        place: SurveyPlace::Touchpoint(id("till")),
        value,
        answers,
    };
    assert_eq!(store.answers(&id("m"), always()).await?, [count(0.0, 3), count(3.0, 1), count(9.0, 42)]);
    let first_day = DayWindow { from: day(0), to: day(0) };
    assert_eq!(store.answers(&id("m"), first_day).await?, [count(0.0, 3), count(9.0, 42)]);
    assert_eq!(store.answers(&id("other"), always()).await?, []);
    Ok(())
}

/// Answers about the map, a stage and a touchpoint are apart, as are questions.
pub async fn answers_keep_their_place(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let places = [SurveyPlace::Map, SurveyPlace::Stage(id("buy")), SurveyPlace::Touchpoint(id("buy"))];
    let asked: Vec<SurveyAnswer> = places
        .iter()
        .flat_map(|place| {
            [(Metric::Nps, 9.0), (Metric::Csat, 5.0), (Metric::Ces, 7.0)].map(|(metric, value)| SurveyAnswer {
                metric,
                place: place.clone(),
                ..answer(Some("a"), value, 1)
            })
        })
        .collect();
    store.write_answers(&id("m"), &asked).await?;
    let read = store.answers(&id("m"), always()).await?;
    assert_eq!(read.len(), 9);
    assert!(places.iter().all(|place| read.iter().filter(|count| count.place == *place).count() == 3));
    Ok(())
}

/// Who entered a stage is added up over days; a day that is imported again is replaced.
pub async fn stage_entries_add_up_over_days(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let entries = [(id("buy"), day(0), 100), (id("buy"), day(1), 50), (id("use"), day(0), 30)];
    assert_eq!(store.write_entries(&id("m"), &entries).await?.added, 3);
    let again = [(id("buy"), day(1), 60), (id("use"), day(0), 30)];
    assert_eq!(
        store.write_entries(&id("m"), &again).await?,
        SurveyChange { changed: 1, unchanged: 1, ..SurveyChange::default() }
    );
    assert_eq!(store.entries(&id("m"), always()).await?, [(id("buy"), 160), (id("use"), 30)]);
    let second = DayWindow { from: day(1), to: day(1) };
    assert_eq!(store.entries(&id("m"), second).await?, [(id("buy"), 60)]);
    Ok(())
}

/// Ratings of a source's mentions are counted by value, all of them or by touchpoint of a map.
pub async fn ratings_are_counted_by_value_and_place(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let rated = |name: &str, value| NewMention { rating: Rating::new(value, 0.0, 10.0), ..mention(name, name) };
    let mentions = [rated("1", 9.0), rated("2", 9.0), rated("3", 2.0), mention("4", "4")];
    let ids = stored(store, &mentions).await?;
    let judgements: Vec<_> =
        ids.iter().map(|id| judgement(*id, vec![opinion("text", SentimentLabel::Positive)])).collect();
    judged(store, &model().id, &judgements).await?;
    let at_till = |n: usize, places: Vec<Tally>| MentionAssignments {
        mention: ids[n],
        assignments: Vec::new(),
        tallies: places,
        flags: Vec::new(),
    };
    let positive = |place| tally(place, SentimentLabel::Positive);
    let placed = [at_till(0, vec![positive(Some("till")), positive(Some("web"))]), at_till(1, vec![positive(None)])];
    assigned(store, &id("m"), &placed).await?;
    let count = |touchpoint: Option<&str>, value, mentions| RatingCount {
        touchpoint: touchpoint.map(id),
        value,
        scale: (0.0, 10.0),
        mentions,
    };
    assert_eq!(store.ratings(&shop(), None, always()).await?, [count(None, 2.0, 1), count(None, 9.0, 2)]);
    let by_place = store.ratings(&shop(), Some(&id("m")), always()).await?;
    assert_eq!(by_place, [count(Some("till"), 9.0, 1), count(Some("web"), 9.0, 1)]);
    let before = DayWindow { from: day(-9), to: day(-1) };
    assert_eq!(store.ratings(&shop(), None, before).await?, []);
    assert_eq!(store.ratings(&id("other"), None, always()).await?, []);
    Ok(())
}

/// What a model gets wrong is kept per model, the latest in the place of what was kept before.
pub async fn labels_are_kept_per_model(store: &impl Store) -> Result<()> {
    let said = |gold, said, texts| SaidCount { gold, said, texts };
    let (negative, neutral) = (SentimentLabel::Negative, SentimentLabel::Neutral);
    store.save_labels(&model().id, &[said(negative, neutral, 3), said(negative, negative, 9)], at(0)).await?;
    let newer = [said(negative, negative, 12), said(neutral, SentimentLabel::Unsure, 4)];
    store.save_labels(&model().id, &newer, at(1)).await?;
    store.save_labels(&id("second"), &[said(negative, negative, 1)], at(1)).await?;
    assert_eq!(store.labels(&model().id).await?, newer);
    assert_eq!(store.labels(&id("third")).await?, []);
    Ok(())
}
