//! What many opinions that fit no touchpoint say alike, and the words that would place them.

use std::collections::{HashMap, HashSet};

use moodline_store::{StoreError, ThemeOpinion, ThemeStore};
use moodline_types::{DayWindow, Embedding, MapId, MentionId, SentimentLabel, ThemeQuote, TouchpointId};

use crate::{
    ThemesConfig, ThemesError,
    find::{centre, items},
    grouping::{Group, group},
    keywords::{KeywordUse, Placed, Uses},
    quotes::quotes,
    terms::wordings,
    words::{Cutter, Word},
};

/// Terms looked at as keywords, of each group.
const TERMS: usize = 8;

/// Cosine of a group's middle to that of opinions without words of their own ("so good!", "太差了") of one verdict, from
/// which the group says something of anything. On airline tweets and hotel and food reviews, groups of praise and calls
/// for help lay at .79 to .93; luggage, seats, refunds, breakfast and location at .57 to .70.
const GENERAL_FROM: f32 = 0.8;

/// Opinions without words, of one verdict, from which their middle is known.
const LEAST_PLAIN: usize = 10;

/// What lies at no touchpoint of a map, in groups.
#[derive(Debug, Clone, PartialEq)]
pub struct UnplacedThemes {
    /// Opinions at no touchpoint.
    pub opinions: u64,
    /// Opinions of those that were looked at.
    pub sampled: u64,
    /// Mentions of the opinions looked at.
    pub mentions: u64,
    /// Opinions that lie at a touchpoint.
    pub placed: u64,
    /// Those with a keyword, the largest first.
    pub themes: Vec<UnplacedTheme>,
    /// Opinions in groups that no keyword tells from the rest: what is said of anything, like "great" or "不错".
    pub general: u64,
}

/// Opinions at no touchpoint that say the same.
#[derive(Debug, Clone, PartialEq)]
pub struct UnplacedTheme {
    /// Its most distinctive terms.
    pub terms: Vec<String>,
    /// Words that would place such opinions, the most used first; at least one.
    pub keywords: Vec<KeywordUse>,
    /// The touchpoint that its centre is near, as the caller tells.
    pub near: Option<TouchpointId>,
    /// Mean of its opinions' vectors.
    pub centre: Embedding,
    /// Opinions that stand for it.
    pub quotes: Vec<ThemeQuote>,
    /// Its mentions, the most central first.
    pub mentions: Vec<MentionId>,
    /// Opinions in it.
    pub opinions: u64,
    /// Share of them that is negative, 0 to 1.
    pub negative: f64,
}

/// Groups what lies at no touchpoint of `map`. `near` tells which touchpoint a vector is near, if any; a group counts
/// from `least` mentions.
///
/// # Errors
/// The store's, or that the thread that groups was lost.
pub async fn unplaced_themes<S>(
    store: &S,
    map: &MapId,
    window: DayWindow,
    least: u32,
    config: &ThemesConfig,
    near: impl Fn(&Embedding) -> Option<TouchpointId> + Send + 'static,
) -> Result<UnplacedThemes, ThemesError>
where
    S: ThemeStore + ?Sized,
{
    let failed = |source: StoreError| ThemesError::Store { map: map.clone(), source };
    let unplaced = store.unplaced_opinions(map, window, config.max_opinions).await.map_err(failed)?;
    let mut totals: HashMap<TouchpointId, u64> = HashMap::new();
    for mark in store.theme_marks(map, window).await.map_err(failed)? {
        *totals.entry(mark.touchpoint).or_default() += mark.opinions;
    }
    let limit = config.max_opinions / u32::try_from(totals.len().max(1)).unwrap_or(u32::MAX);
    let mut placed = Vec::with_capacity(totals.len());
    for (touchpoint, total) in &totals {
        let opinions = store.theme_opinions(map, touchpoint, window, limit.max(1)).await.map_err(failed)?;
        let each = *total as f64 / opinions.len().max(1) as f64;
        placed.push(Placed { touchpoint: touchpoint.clone(), opinions, each });
    }
    placed.sort_by(|a, b| a.touchpoint.as_str().cmp(b.touchpoint.as_str()));
    let (total, lying, quotes) = (unplaced.total, totals.values().sum(), config.quotes as usize);
    let found = tokio::task::spawn_blocking(move || {
        find(&unplaced.opinions, &placed, least as usize, quotes, &near, &mut Cutter::default())
    });
    let mut found = found.await.map_err(|error| ThemesError::Thread { map: map.clone(), reason: error.to_string() })?;
    (found.opinions, found.placed) = (total, lying);
    Ok(found)
}

fn find(
    unplaced: &[ThemeOpinion],
    placed: &[Placed],
    least: usize,
    most_quotes: usize,
    near: &dyn Fn(&Embedding) -> Option<TouchpointId>,
    cutter: &mut Cutter,
) -> UnplacedThemes {
    let all: Vec<&ThemeOpinion> = unplaced.iter().chain(placed.iter().flat_map(|placed| &placed.opinions)).collect();
    let words: Vec<Vec<Word>> =
        all.iter().map(|opinion| cutter.words(&opinion.evidence, opinion.language.as_deref())).collect();
    let own = &all[..unplaced.len()];
    let mentions_of = |group: &Group| {
        let mut seen = HashSet::new();
        let mentions = group.members.iter().map(|(member, _)| own[*member].mention);
        mentions.filter(|mention| seen.insert(*mention)).collect::<Vec<_>>()
    };
    let mut groups = group(&items(own, &words[..own.len()]), least);
    groups.retain(|group| mentions_of(group).len() >= least);
    let members: Vec<Vec<usize>> =
        groups.iter().map(|group| group.members.iter().map(|(member, _)| *member).collect()).collect();
    let wordings = wordings(&words, &members, TERMS);
    let plain = plain(&all, &words);
    let grouped: HashSet<usize> = members.iter().flatten().copied().collect();
    let middles: Vec<Embedding> =
        placed.iter().map(|placed| centre(placed.opinions.iter().map(|opinion| &opinion.embedding))).collect();

    let mut found = UnplacedThemes {
        opinions: own.len() as u64,
        sampled: own.len() as u64,
        mentions: own.iter().map(|opinion| opinion.mention).collect::<HashSet<_>>().len() as u64,
        placed: all.len() as u64 - own.len() as u64,
        themes: Vec::new(),
        general: 0,
    };
    for ((group, members), wordings) in groups.iter().zip(&members).zip(wordings) {
        let centre = centre(members.iter().map(|member| &own[*member].embedding));
        let near = near(&centre);
        let uses = Uses { unplaced, grouped: &grouped, placed, middles: &middles };
        let keywords = uses.keywords(&wordings, members, &centre, near.as_ref());
        let is_general = plain.iter().any(|plain| plain.cosine(&centre) >= GENERAL_FROM);
        if keywords.is_empty() || is_general {
            found.general += members.len() as u64;
            continue;
        }
        let terms: Vec<String> = wordings.into_iter().map(|wording| wording.shown).collect();
        let central = quotes(own, &words[..own.len()], group, &terms, most_quotes);
        let quote = |opinion: &&&ThemeOpinion| central.contains(&opinion.opinion);
        let mut quotes: Vec<ThemeQuote> = own
            .iter()
            .filter(quote)
            .map(|said| ThemeQuote { opinion: said.opinion, mention: said.mention, text: said.evidence.clone() })
            .collect();
        quotes.sort_by_key(|quote| central.iter().position(|opinion| *opinion == quote.opinion));
        let negative = members.iter().filter(|member| own[**member].verdict == SentimentLabel::Negative).count();
        found.themes.push(UnplacedTheme {
            terms,
            keywords,
            near,
            centre,
            quotes,
            mentions: mentions_of(group),
            opinions: members.len() as u64,
            negative: negative as f64 / members.len() as f64,
        });
    }
    found.themes.sort_by_key(|theme| std::cmp::Reverse(theme.mentions.len()));
    found
}

/// The middles of opinions that have no words of their own, by verdict.
fn plain(all: &[&ThemeOpinion], words: &[Vec<Word>]) -> Vec<Embedding> {
    let mut by_verdict: HashMap<SentimentLabel, Vec<&Embedding>> = HashMap::new();
    for (opinion, _) in all.iter().zip(words).filter(|(_, words)| words.is_empty()) {
        by_verdict.entry(opinion.verdict).or_default().push(&opinion.embedding);
    }
    let known = by_verdict.into_values().filter(|plain| plain.len() >= LEAST_PLAIN);
    known.map(|plain| centre(plain.into_iter())).collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use moodline_types::{Emotions, OpinionId, Sentiment};

    use super::*;

    fn opinion(id: i64, text: &str, direction: usize, verdict: SentimentLabel) -> ThemeOpinion {
        let mut vector = vec![0.1_f32; 8];
        vector[direction] = 1.0;
        vector[4 + id.unsigned_abs() as usize % 4] += 0.3;
        ThemeOpinion {
            opinion: OpinionId(id),
            mention: MentionId(id),
            evidence: text.to_owned(),
            embedding: Embedding::from_f32(&vector),
            sentiment: Sentiment { negative: 0.8, neutral: 0.1, positive: 0.1 },
            verdict,
            emotions: Emotions::default(),
            language: Some("en".to_owned()),
            day: NaiveDate::default(),
            counted: verdict,
        }
    }

    /// Ten opinions on parking, six of them negative, ten that praise nothing in particular, ten that found something
    /// quick, and at the till forty that found it quick.
    fn said() -> (Vec<ThemeOpinion>, Vec<Placed>) {
        let mut unplaced = Vec::new();
        for n in 0..10 {
            let verdict = if n < 6 { SentimentLabel::Negative } else { SentimentLabel::Neutral };
            let text = ["the parking was full", "no space in the parking garage", "parking costs a fortune"][n % 3];
            unplaced.push(opinion(n as i64, text, 0, verdict));
            let text = ["great", "so great", "really great"][n % 3];
            unplaced.push(opinion(100 + n as i64, text, 1, SentimentLabel::Positive));
            let text = ["quick", "so quick", "very quick"][n % 3];
            unplaced.push(opinion(200 + n as i64, text, 3, SentimentLabel::Positive));
        }
        let till = |n: i64| opinion(300 + n, "the till was quick", 2, SentimentLabel::Positive);
        let opinions = (0..10).map(till).collect();
        (unplaced, vec![Placed { touchpoint: "till".parse().unwrap(), opinions, each: 4.0 }])
    }

    fn found(near: &dyn Fn(&Embedding) -> Option<TouchpointId>) -> UnplacedThemes {
        let (unplaced, placed) = said();
        find(&unplaced, &placed, 4, 3, near, &mut Cutter::default())
    }

    #[test]
    fn what_many_say_and_nobody_placed_is_named_with_its_words() {
        let found = found(&|_| None);
        assert_eq!(found.themes.len(), 1, "{found:?}");
        let parking = &found.themes[0];
        let first = &parking.keywords[0];
        assert_eq!((first.keyword.as_str(), first.inside, first.unplaced, first.elsewhere), ("parking", 10, 10, 0));
        assert_eq!((parking.mentions.len(), parking.opinions), (10, 10));
        assert!((parking.negative - 0.6).abs() < 1e-9);
        assert!(!parking.quotes.is_empty() && parking.quotes.iter().all(|quote| quote.text.contains("parking")));
    }

    #[test]
    fn what_is_said_of_anything_is_counted_and_proposed_nowhere() {
        assert_eq!(found(&|_| None).general, 20, "praise, and a word that forty opinions at the till use rightly");
    }

    #[test]
    fn a_word_of_the_near_touchpoint_speaks_for_it() {
        let found = found(&|centre| (centre.values()[3] > 100).then(|| "till".parse().unwrap()));
        let quick = found.themes.iter().find(|theme| theme.near.is_some()).expect("near the till");
        assert!(quick.keywords.iter().any(|word| word.keyword == "quick" && word.elsewhere == 0), "{quick:?}");
    }
}
