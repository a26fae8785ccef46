//! Maps and the vectors of their texts.

use moodline_types::{Embedding, SentimentLabel};

use super::given::{assigned, at, id, map, model, one_judged, placed};
use crate::{MapChange, MapRecord, ModelRecord, Result, Store, WorkKind};

use SentimentLabel::Positive;

async fn ready(store: &impl Store, name: &str) -> Result<u64> {
    Ok(store.backlog(WorkKind::Assign, name, at(60)).await?.ready)
}

/// A map that is new finds everything judged so far in its queue.
pub async fn a_new_map_queues_what_is_judged(store: &impl Store) -> Result<()> {
    one_judged(store, &[("good", Positive)]).await?;
    super::given::stored(store, &[super::given::mention("2", "not judged yet")]).await?;
    assert_eq!(store.register_map(&map("n"), at(5)).await?, MapChange::Added);
    assert_eq!(ready(store, "n").await?, 1);
    let names: Vec<MapRecord> = store.maps().await?;
    assert_eq!(names, [map("m"), map("n")]);
    Ok(())
}

/// A changed map takes leases away and queues everything again.
pub async fn a_changed_map_queues_again(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive)]).await?;
    store.claim(WorkKind::Assign, "m", 9, &super::given::lease("x", at(3)), at(3)).await?;
    let edited = MapRecord { version: "2".to_owned(), texts: vec!["new".to_owned()], ..map("m") };
    assert_eq!(store.register_map(&edited, at(4)).await?, MapChange::Changed);
    let old = [placed(&judged, &[None])];
    assert_eq!(store.write_assignments(&id("m"), "x", &old, at(5)).await?.lost, 1);
    assert_eq!(ready(store, "m").await?, 1);
    assert_eq!(store.maps().await?, [edited]);
    Ok(())
}

/// A map whose version is the same may read differently, and nothing is placed again.
pub async fn wording_alone_queues_nothing(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive)]).await?;
    assigned(store, &id("m"), &[placed(&judged, &[None])]).await?;
    let reworded = MapRecord { definition: "# nicer".to_owned(), ..map("m") };
    assert_eq!(store.register_map(&reworded, at(5)).await?, MapChange::Unchanged);
    assert_eq!(ready(store, "m").await?, 0);
    assert_eq!(store.maps().await?, [reworded]);
    Ok(())
}

/// A retired map is listed no more and gets no work; back in use it starts over.
pub async fn a_retired_map_is_out_of_use_until_it_is_back(store: &impl Store) -> Result<()> {
    one_judged(store, &[("good", Positive)]).await?;
    assert!(store.retire_map(&id("m"), at(5)).await?);
    assert!(!store.retire_map(&id("m"), at(6)).await?);
    assert!(!store.retire_map(&id("unknown"), at(6)).await?);
    assert_eq!(store.maps().await?, []);
    assert_eq!(ready(store, "m").await?, 0);
    assert_eq!(store.pending_texts(&model().id, 9).await?, Vec::<String>::new());
    store.hide_mention(&super::given::shop(), "1", at(7)).await?;
    assert_eq!(ready(store, "m").await?, 0, "a retired map gets no work");
    assert_eq!(store.register_map(&map("m"), at(8)).await?, MapChange::Added);
    assert_eq!(ready(store, "m").await?, 1);
    Ok(())
}

/// Every model embeds every text of the maps in use once.
pub async fn texts_wait_for_vectors_per_model(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    let second = ModelRecord { id: id("second"), ..model() };
    store.register_model(&second, at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    store.register_map(&map("n"), at(0)).await?;
    let mut pending = store.pending_texts(&model().id, 9).await?;
    pending.sort();
    let texts = map("m").texts;
    assert_eq!(pending, texts, "maps share their texts");
    assert_eq!(store.pending_texts(&model().id, 1).await?.len(), 1);

    let (old, new) = (Embedding::from_f32(&[1.0, 0.0]), Embedding::from_f32(&[0.0, -1.0]));
    store.write_text_vectors(&model().id, &[(texts[0].clone(), old)]).await?;
    store.write_text_vectors(&model().id, &[(texts[0].clone(), new.clone())]).await?;
    assert_eq!(store.pending_texts(&model().id, 9).await?, texts[1..]);
    assert_eq!(store.pending_texts(&second.id, 9).await?.len(), 2);
    let vectors = store.text_vectors(&model().id, &texts).await?;
    assert_eq!(vectors.into_iter().collect::<Vec<_>>(), [(texts[0].clone(), new)]);
    Ok(())
}

/// Every definition a map has had can be read again, in order; registering the same one again adds none.
pub async fn every_definition_of_a_map_is_kept(store: &impl Store) -> Result<()> {
    let first = map("m");
    let reworded = MapRecord { definition: "# nicer".to_owned(), ..first.clone() };
    let edited = MapRecord { version: "2".to_owned(), definition: "# other".to_owned(), ..first.clone() };
    for (record, minute) in [(&first, 0), (&first, 1), (&reworded, 2), (&edited, 3), (&first, 4)] {
        store.register_map(record, at(minute)).await?;
    }
    store.register_map(&map("n"), at(5)).await?;
    let versions = store.map_versions(&id("m")).await?;
    let told: Vec<_> = versions.iter().map(|v| (v.version.as_str(), v.definition.as_str(), v.registered_at)).collect();
    let plain = first.definition.as_str();
    assert_eq!(told, [("1", plain, at(0)), ("1", "# nicer", at(2)), ("2", "# other", at(3)), ("1", plain, at(4))]);
    assert!(versions.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(store.map_versions(&id("unknown")).await?, []);
    Ok(())
}
