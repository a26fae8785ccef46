//! Every text that people write comes back as it was.

use moodline_types::MentionQuery;

use super::given::{at, mention, one_judged, page, shop, stored};
use crate::{MapRecord, Result, Store};

/// Emoji, four-byte ideographs, combining marks, directions and quotes survive.
pub async fn any_text_survives(store: &impl Store) -> Result<()> {
    let texts = [
        "很好👍🏽 𠮷野家 👨‍👩‍👧",
        "e\u{301}té 'quoted' \"twice\" \\ % _ ; --",
        "עברית \u{202e}rtl\n\ttab\r\n",
        "𪚥 カタカナ한국어",
    ];
    for (n, text) in texts.iter().enumerate() {
        let mut new = mention(&format!("𠮷 {n}"), text);
        (new.title, new.language) = (Some((*text).to_owned()), Some("zh-Hans".to_owned()));
        let ids = stored(store, &[new.clone()]).await?;
        let back = store.mentions(&ids).await?.remove(0);
        assert_eq!((back.external_id, back.text, back.title), (new.external_id, new.text, new.title));
    }
    Ok(())
}

/// The one character that PostgreSQL cannot hold is left out, everywhere; identity follows what is stored.
pub async fn null_characters_are_dropped(store: &impl Store) -> Result<()> {
    let mut new = mention("a\0b", "go\0od");
    (new.title, new.url) = (Some("\0".to_owned()), Some("https://example.org/\0".to_owned()));
    (new.author_hash, new.content_hash) = (Some("\0h".to_owned()), "h\0".to_owned());
    store.commit_page(&shop(), &page(vec![new.clone()], "c\0"), at(0)).await?;
    let again = store.commit_page(&shop(), &page(vec![new], "c\0"), at(1)).await?;
    assert_eq!(again.unchanged, 1);
    store.record_source_failure(&shop(), "bro\0ken", at(2)).await?;
    let state = store.source_state(&shop()).await?;
    assert_eq!(state.and_then(|state| state.last_error).as_deref(), Some("broken"));

    let judged = one_judged(store, &[("go\0od", moodline_types::SentimentLabel::Positive)]).await?;
    assert_eq!(judged.opinions[0].judged.evidence, "good");
    let query = MentionQuery { text: Some("go\0od".to_owned()), ..MentionQuery::default() };
    let found = store.find_mentions(&query);
    assert_eq!(found.await?.rows.len(), 1);
    let map = MapRecord { definition: "a\0b".to_owned(), ..super::given::map("n") };
    store.register_map(&map, at(0)).await?;
    Ok(())
}

/// A text as long as a book chapter survives, also where it is a key.
pub async fn long_texts_survive(store: &impl Store) -> Result<()> {
    // Not compressible, so that no index can make it fit.
    let long: String =
        (0..60_000_u32).filter_map(|n| char::from_u32(0x4e00 + n.wrapping_mul(2_654_435_761) % 0x5000)).collect();
    let ids = stored(store, &[mention("1", &long)]).await?;
    assert_eq!(store.mentions(&ids).await?.remove(0).text, long);

    store.register_model(&super::given::model(), at(0)).await?;
    let map = MapRecord { texts: vec![long.clone()], ..super::given::map("m") };
    store.register_map(&map, at(0)).await?;
    assert_eq!(store.maps().await?, vec![map]);
    let model = super::given::model().id;
    let vector = moodline_types::Embedding::from_f32(&[1.0, 0.0]);
    store.write_text_vectors(&model, &[(long.clone(), vector.clone())]).await?;
    assert_eq!(store.text_vectors(&model, std::slice::from_ref(&long)).await?.get(&long), Some(&vector));

    let rejected =
        moodline_types::RejectedRow { origin: long.clone(), line: None, reason: long.clone(), excerpt: long };
    let rejected = crate::IngestPage { rejected: vec![rejected], ..crate::IngestPage::default() };
    assert_eq!(store.commit_page(&shop(), &rejected, at(0)).await?.rejected, 1);
    Ok(())
}
