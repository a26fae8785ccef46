//! Words are found alike on every database, whatever they are written in.

use moodline_types::{MentionId, MentionOrder, MentionQuery, SentimentLabel};

use super::{
    given::{at, judged, judgement, map, mention, model, opinion, page, shop, stored},
    querying::four,
};
use crate::{Erasure, NewAct, NewMention, Result, Store};

/// The external ids of mentions with these words, in alphabetical order.
async fn saying(store: &impl Store, text: &str) -> Result<Vec<String>> {
    let query = MentionQuery { text: Some(text.to_owned()), ..MentionQuery::default() };
    let page = store.find_mentions(&query).await?;
    assert_eq!(store.count_mentions(&query).await?.rows, page.rows.len() as u64, "the count of `{text}`");
    let mut ids: Vec<String> = page.rows.into_iter().map(|row| row.external_id).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Mentions with these ids and texts, each judged as one opinion.
async fn said(store: &impl Store, texts: &[(&str, &str)]) -> Result<Vec<MentionId>> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let mentions: Vec<NewMention> = texts.iter().map(|(id, text)| mention(id, text)).collect();
    let ids = stored(store, &mentions).await?;
    let judgements: Vec<_> =
        ids.iter().map(|id| judgement(*id, vec![opinion("all of it", SentimentLabel::Negative)])).collect();
    judged(store, &model().id, &judgements).await?;
    Ok(ids)
}

/// Common words, which each row is asked for in its order, are found as those are that are gathered first.
pub async fn common_words_are_found_like_rare_ones(store: &impl Store) -> Result<()> {
    let texts: Vec<(String, String)> = (0..60)
        .map(|i| (format!("{i:02}"), format!("slow {} w{i}", if i % 2 == 0 { "the till" } else { "till, the 退款" })))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    said(store, &texts).await?;
    for (text, found) in
        [("slow", 60), ("\"the till\"", 30), ("ti*", 60), ("slow -\"the till\"", 30), ("退", 30), ("\"till w2\"*", 6)]
    {
        for order in [MentionOrder::Time, MentionOrder::Severity] {
            let gathered =
                MentionQuery { text: Some(text.to_owned()), order, limit: 10_000, ..MentionQuery::default() };
            let all: Vec<_> = store.find_mentions(&gathered).await?.rows.iter().map(|row| row.opinion).collect();
            assert_eq!(all.len(), found, "{text}");
            let mut query = MentionQuery { limit: 2, ..gathered };
            let mut followed = Vec::new();
            loop {
                let page = store.find_mentions(&query).await?;
                followed.extend(page.rows.iter().map(|row| row.opinion));
                let Some(next) = page.next else { break };
                query.after = Some(next);
            }
            assert_eq!(followed, all, "{text} by {order}");
        }
    }
    Ok(())
}

/// Chinese, Japanese, Korean, Hindi, Thai, Arabic and Latin, with and without accents, in any case and width.
pub async fn words_are_found_in_every_writing(store: &impl Store) -> Result<()> {
    let texts = [
        ("ar", "الخِدمة بطيئة جدًا"),
        ("de", "Die Größe paßt nicht, STRASSE falsch"),
        ("en", "The café isn't open; refunds take weeks!"),
        ("fr", "Très déçu, livraison bâclée 👎"),
        ("hi", "भुगतान विफल हुआ और पैसा कट गया"),
        ("ja", "送金ができない。ガチャは最悪です"),
        ("ko", "환불이 너무 느려요"),
        ("th", "ส่งของช้ามาก"),
        ("zh", "退款太慢了，iPhone付款失败"),
    ];
    said(store, &texts).await?;
    for (words, found) in [
        ("بطيئة", &["ar"][..]),
        ("الخدمة", &["ar"]),
        ("grosse strasse", &["de"]),
        ("Größe", &["de"]),
        ("CAFE", &["en"]),
        ("café open", &["en"]),
        ("isn't", &["en"]),
        ("refund", &[]),
        ("refund*", &["en"]),
        ("tres decu", &["fr"]),
        ("👎", &["fr"]),
        ("भुगतान", &["hi"]),
        ("पैसा भुगतान", &["hi"]),
        ("भुगता", &[]),
        ("送金", &["ja"]),
        ("ｶﾞﾁｬ", &["ja"]),
        ("できない", &["ja"]),
        ("환불", &["ko"]),
        ("ช้า", &["th"]),
        ("退款", &["zh"]),
        ("慢", &["zh"]),
        ("太慢了", &["zh"]),
        ("款慢", &[]),
        ("失败 退款", &["zh"]),
        ("ｉｐｈｏｎｅ", &["zh"]),
        ("iphone付", &["zh"]),
        ("金", &["ja"]),
        ("a", &[]),
    ] {
        assert_eq!(saying(store, words).await?, found, "{words}");
    }
    Ok(())
}

/// Phrases keep their order, exclusions exclude, and what looks like syntax is looked for as it stands.
pub async fn phrases_and_exclusions_narrow(store: &impl Store) -> Result<()> {
    four(store).await?;
    for (words, found) in [
        ("SLOW Till", &["a"][..]),
        ("till slow", &["a"]),
        ("\"slow till\"", &["a"]),
        ("\"till slow\"", &[]),
        ("\"slow ti\"*", &["a"]),
        ("好慢", &["b"]),
        ("慢好", &[]),
        ("慢", &["b"]),
        ("title", &["c"]),
        ("\"title whatever\"", &["c"]),
        ("100%", &["c"]),
        ("hm -slow", &["d"]),
        ("slow -\"slow till\"", &[]),
        ("slow -\"till slow\"", &["a"]),
        ("s_ow", &[]),
        ("slow AND till", &[]),
        ("words:slow", &[]),
        ("slow) OR (hm", &[]),
        ("'slow' | hm & !x", &[]),
        ("NEAR(slow till)", &[]),
        ("^slow + till", &["a"]),
    ] {
        assert_eq!(saying(store, words).await?, found, "{words}");
    }
    Ok(())
}

/// Revised, hidden, shown again, erased, too old to keep: the index says what can be read, and nothing else.
pub async fn the_index_follows_the_text(store: &impl Store) -> Result<()> {
    let ids = said(store, &[("1", "first words"), ("2", "second words"), ("3", "third words")]).await?;
    assert_eq!(saying(store, "words").await?, ["1", "2", "3"]);

    let revised = NewMention { posted_at: at(30), ..mention("1", "other saying") };
    store.commit_page(&shop(), &page(vec![revised], "c"), at(10)).await?;
    assert_eq!(saying(store, "first").await?, Vec::<String>::new());
    assert_eq!(saying(store, "saying").await?, ["1"]);

    store.hide_mention(&shop(), "2", at(11)).await?;
    assert_eq!(saying(store, "second").await?, Vec::<String>::new());
    store.commit_page(&shop(), &page(vec![mention("2", "second words")], "c"), at(12)).await?;
    assert_eq!(saying(store, "second").await?, ["2"]);

    let act =
        NewAct { actor: "mei".to_owned(), action: "erase".to_owned(), subject: "2".to_owned(), detail: String::new() };
    let erasure =
        Erasure { mentions: vec![ids[1]], marks: Vec::new(), respondents: Vec::new(), rejected_with: None, act };
    store.erase(&erasure, at(13)).await?;
    assert_eq!(saying(store, "words").await?, ["3"]);

    assert_eq!(store.drop_texts(&shop(), at(20), 9, at(40)).await?, 1, "the third, not the revised first");
    assert_eq!(saying(store, "third").await?, Vec::<String>::new());
    assert_eq!(saying(store, "other").await?, ["1"]);
    store.migrate().await?;
    assert_eq!(saying(store, "third").await?, Vec::<String>::new(), "an upgrade brings nothing back");
    Ok(())
}
