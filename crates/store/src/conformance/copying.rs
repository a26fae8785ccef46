//! Copies of one mention count once, whichever of them is still there.

use moodline_types::{MentionId, MentionQuery, Rating, SentimentLabel, SourceId};

use super::given::{at, id, judged, judgement, map, mention, model, opinion, page, placed, shop};
use crate::{NewOverride, Result, Store, WorkKind};

const COMPLAINT: &str =
    "The parcel arrived two weeks late, the box was crushed, and nobody at the shop answers the phone.";
const RETWEET: &str =
    "RT @someone: The parcel arrived two weeks late, the box was crushed and nobody at the shop answers the phone!";
const OTHER: &str = "Returned the shoes on Monday and had my money back on Wednesday, could not have been any easier.";

fn forum() -> SourceId {
    id("forum")
}

async fn of(store: &impl Store, source: &SourceId, external_id: &str) -> Result<moodline_types::Mention> {
    let all: Vec<MentionId> = (1..=100).map(MentionId).collect();
    let known = store.mentions(&all).await?;
    let found = known.into_iter().find(|known| known.source == *source && known.external_id == external_id);
    Ok(found.expect("a stored mention is found"))
}

/// The complaint from the shop, judged and placed at the till, and its copy from the forum.
async fn complaint_and_copy(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    store.commit_page(&shop(), &page(vec![mention("1", COMPLAINT)], "c"), at(0)).await?;
    let original = of(store, &shop(), "1").await?.id;
    let opinions = vec![opinion(COMPLAINT, SentimentLabel::Negative)];
    let judged = judged(store, &model().id, &[judgement(original, opinions)]).await?.remove(0);
    super::given::assigned(store, &id("m"), &[placed(&judged, &[Some("till")])]).await?;
    store.commit_page(&forum(), &page(vec![mention("9", RETWEET)], "c"), at(5)).await?;
    Ok(())
}

async fn counted(store: &impl Store) -> Result<u64> {
    let window = moodline_types::DayWindow { from: super::given::day(-1), to: super::given::day(1) };
    Ok(store.rollups(&id("m"), window).await?.iter().map(|row| row.counts.n()).sum())
}

/// A copy from elsewhere is no work for the model; lists name it beside its original, which its source finds too.
pub async fn a_copy_is_neither_judged_nor_counted(store: &impl Store) -> Result<()> {
    complaint_and_copy(store).await?;
    let (original, copy) = (of(store, &shop(), "1").await?, of(store, &forum(), "9").await?);
    assert_eq!((original.copy_of, copy.copy_of), (None, Some(original.id)));
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(6)).await?.ready, 0);
    let rows = store.find_mentions(&MentionQuery { sources: vec![forum()], ..MentionQuery::default() }).await?.rows;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].mention, rows[0].copies.len()), (original.id, 1));
    assert_eq!((&rows[0].copies[0].source, rows[0].copies[0].external_id.as_str()), (&forum(), "9"));
    let judged = store.judged_mentions(&model().id, &[original.id]).await?.remove(0);
    assert_eq!(judged.also_from, [forum()]);
    // A map may take only the forum: the original is placed again.
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(6)).await?.ready, 1);
    let second = crate::ModelRecord { id: id("second"), ..model() };
    store.register_model(&second, at(7)).await?;
    assert_eq!(store.backlog(WorkKind::Enrich, "second", at(7)).await?.ready, 1, "of the two only the original");
    Ok(())
}

/// Many people write the same few words; one federated post is one post all the same.
pub async fn short_texts_are_copies_only_by_their_canonical_id(store: &impl Store) -> Result<()> {
    store.commit_page(&shop(), &page(vec![mention("1", "很好"), mention("2", "很好")], "c"), at(0)).await?;
    let mut seen = mention("3", "很好");
    seen.canonical_id = Some("https://one.example/posts/7".to_owned());
    store.commit_page(&shop(), &page(vec![seen.clone()], "c"), at(0)).await?;
    store.commit_page(&forum(), &page(vec![seen], "c"), at(1)).await?;
    let original = of(store, &shop(), "3").await?;
    assert_eq!(of(store, &shop(), "2").await?.copy_of, None);
    assert_eq!((original.copy_of, of(store, &forum(), "3").await?.copy_of), (None, Some(original.id)));
    Ok(())
}

/// When the original is gone its oldest copy is judged instead, with the corrections and flags people gave it; when it
/// is back, it is a copy of that one.
pub async fn a_copy_takes_the_place_of_a_hidden_original(store: &impl Store) -> Result<()> {
    complaint_and_copy(store).await?;
    store.commit_page(&id("third"), &page(vec![mention("5", COMPLAINT)], "c"), at(6)).await?;
    let original = of(store, &shop(), "1").await?.id;
    let row =
        store.find_mentions(&MentionQuery { map: Some(id("m")), ..MentionQuery::default() }).await?.rows.remove(0);
    let correction =
        NewOverride { sentiment: Some(SentimentLabel::Mixed), place: None, relevant: None, actor: "a".to_owned() };
    store.add_override(row.opinion, &correction, at(7)).await?;

    assert!(store.hide_mention(&shop(), "1", at(8)).await?);
    let (heir, other) = (of(store, &forum(), "9").await?, of(store, &id("third"), "5").await?);
    assert_eq!((heir.copy_of, other.copy_of), (None, Some(heir.id)));
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(9)).await?.ready, 1);
    let said = store.overrides(&[heir.id]).await?;
    assert_eq!((said.len(), said[0].sentiment), (1, Some(SentimentLabel::Mixed)));
    super::given::assigned(
        store,
        &id("m"),
        &[crate::MentionAssignments {
            mention: original,
            assignments: Vec::new(),
            tallies: Vec::new(),
            flags: Vec::new(),
        }],
    )
    .await?;
    assert_eq!(counted(store).await?, 0, "nothing is counted until the heir is judged");
    let opinions = vec![opinion(RETWEET, SentimentLabel::Negative)];
    let again = judged(store, &model().id, &[judgement(heir.id, opinions)]).await?.remove(0);
    super::given::assigned(store, &id("m"), &[placed(&again, &[Some("till")])]).await?;
    assert_eq!(counted(store).await?, 1);

    store.commit_page(&shop(), &page(vec![mention("1", COMPLAINT)], "c2"), at(20)).await?;
    assert_eq!(of(store, &shop(), "1").await?.copy_of, Some(heir.id));
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(21)).await?.ready, 0);
    Ok(())
}

/// A text that was dropped for its age is still known by its keys: what repeats it counts nothing anew.
pub async fn a_copy_of_a_dropped_text_is_a_copy(store: &impl Store) -> Result<()> {
    complaint_and_copy(store).await?;
    let original = of(store, &shop(), "1").await?.id;
    store.hide_mention(&forum(), "9", at(6)).await?;
    assert_eq!(store.drop_texts(&shop(), at(60), 10, at(90)).await?, 1);
    assert_eq!(of(store, &shop(), "1").await?.text, "");
    let late = page(vec![mention("7", RETWEET), mention("8", OTHER)], "c2");
    store.commit_page(&id("third"), &late, at(95)).await?;
    assert_eq!(of(store, &id("third"), "7").await?.copy_of, Some(original));
    assert_eq!(of(store, &id("third"), "8").await?.copy_of, None);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(96)).await?.ready, 1, "only the other text is judged");
    assert_eq!(counted(store).await?, 1);
    Ok(())
}

/// A copy that comes to say something else is a mention of its own; an original that does lets go of its copies.
pub async fn a_copy_that_is_revised_stands_for_itself(store: &impl Store) -> Result<()> {
    complaint_and_copy(store).await?;
    store.commit_page(&forum(), &page(vec![mention("9", OTHER)], "c2"), at(9)).await?;
    assert_eq!(of(store, &forum(), "9").await?.copy_of, None);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(9)).await?.ready, 1);

    store.commit_page(&id("third"), &page(vec![mention("5", COMPLAINT)], "c"), at(10)).await?;
    assert!(of(store, &id("third"), "5").await?.copy_of.is_some());
    let outcome = store.commit_page(&shop(), &page(vec![mention("1", "gone")], "c2"), at(11)).await?;
    assert_eq!(outcome.revised, 1);
    assert_eq!(of(store, &id("third"), "5").await?.copy_of, None);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(11)).await?.ready, 3);
    Ok(())
}

/// A mention that was counted and is edited into a copy is queued for every map, so that its counts go.
pub async fn a_revision_can_make_a_copy(store: &impl Store) -> Result<()> {
    complaint_and_copy(store).await?;
    store.commit_page(&forum(), &page(vec![mention("8", OTHER)], "c2"), at(9)).await?;
    store.claim(WorkKind::Assign, "m", 10, &super::given::lease("w", at(9)), at(9)).await?;
    store.commit_page(&forum(), &page(vec![mention("8", COMPLAINT)], "c3"), at(10)).await?;
    let now = of(store, &forum(), "8").await?;
    assert_eq!(now.copy_of, Some(of(store, &shop(), "1").await?.id));
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(10)).await?.ready, 0);
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(10)).await?.ready, 2, "itself and its original");
    Ok(())
}

/// Pages of several sources stored at the same moment do not each make an original.
pub async fn two_sources_at_once_make_one_original(store: &impl Store) -> Result<()> {
    let names: Vec<SourceId> = ["s1", "s2", "s3", "s4"].map(id).to_vec();
    let page = page(vec![mention("1", COMPLAINT), mention("2", OTHER)], "c");
    let commit = |name: &SourceId| {
        let (name, page) = (name.clone(), &page);
        async move { store.commit_page(&name, page, at(0)).await }
    };
    let (a, b, c, d) = tokio::join!(commit(&names[0]), commit(&names[1]), commit(&names[2]), commit(&names[3]));
    for outcome in [a, b, c, d] {
        assert_eq!(outcome?.added, 2);
    }
    let all: Vec<MentionId> = (1..=100).map(MentionId).collect();
    let originals = store.mentions(&all).await?.iter().filter(|mention| mention.copy_of.is_none()).count();
    assert_eq!(originals, 2);
    Ok(())
}

/// Five stars with nothing but complaints, or one star with nothing but praise.
pub async fn stars_against_the_text_are_found(store: &impl Store) -> Result<()> {
    use SentimentLabel::{Negative, Neutral, Positive};
    store.register_model(&model(), at(0)).await?;
    let cases: [(&str, f32, &[SentimentLabel]); 6] = [
        ("1", 5.0, &[Negative, Neutral]),
        ("2", 5.0, &[Positive, Negative]),
        ("3", 1.0, &[Positive]),
        ("4", 1.0, &[Negative]),
        ("5", 3.0, &[Negative]),
        ("6", 4.0, &[Negative]),
    ];
    let rated = |(name, stars, _): (&str, f32, &[SentimentLabel])| crate::NewMention {
        rating: Rating::new(stars, 1.0, 5.0),
        ..mention(name, &format!("text {name}"))
    };
    let ids = super::given::stored(store, &cases.map(rated)).await?;
    let judgements: Vec<_> = cases
        .iter()
        .zip(&ids)
        .map(|((_, _, labels), id)| judgement(*id, labels.iter().map(|label| opinion("text", *label)).collect()))
        .collect();
    judged(store, &model().id, &judgements).await?;
    let rows = store.find_mentions(&MentionQuery { mismatch: true, ..MentionQuery::default() }).await?.rows;
    let mut found: Vec<&str> = rows.iter().map(|row| row.external_id.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["1", "3", "6"]);
    Ok(())
}
