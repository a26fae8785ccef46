//! Words that would give opinions a place on a map.

use std::collections::HashSet;

use moodline_maps::KeywordIndex;
use moodline_store::ThemeOpinion;
use moodline_types::{Embedding, TouchpointId};

use crate::terms::Wording;

/// Keywords proposed of each group.
const KEYWORDS: usize = 8;

/// Of all opinions that use a keyword, more than this share has to be right: of the group, of no group at all, or at a
/// touchpoint that they are less like than the group (or that the keyword is proposed for). Any other word would place more
/// opinions wrongly there than rightly.
const PRECISE_ABOVE: f64 = 0.5;

/// Words of tone and courtesy: no touchpoint is known by them, however many say them.
const TONE: &[&str] = &[
    "thank",
    "thanks",
    "thx",
    "sorry",
    "please",
    "hi",
    "hello",
    "hey",
    "love",
    "awesome",
    "great",
    "amazing",
    "good",
    "best",
    "worst",
    "bad",
    "terrible",
    "horrible",
    "awful",
    "sucks",
    "fail",
    "nice",
    "help",
    "care",
    "course",
    "hope",
    "hoping",
    "dm",
    "follow",
    "谢谢",
    "加油",
    "恶心",
    "坑爹",
    "气死",
    "无语",
    "醉",
    "赞",
    "赞一个",
    "垃圾",
    "差评",
    "好评",
    "喜欢",
    "舒服",
    "不错",
    "满意",
    "呵呵",
    "推荐",
    "感谢",
    "謝謝",
    "噁心",
    "喜歡",
    "舒適",
    "滿意",
    "推薦",
];

/// Share of a group's opinions that have to use a keyword.
const USED_FROM: f64 = 0.08;

/// A keyword with what it would place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordUse {
    /// The keyword.
    pub keyword: String,
    /// Opinions of the group that use it.
    pub inside: u64,
    /// All opinions at no touchpoint that use it, of those looked at.
    pub unplaced: u64,
    /// Opinions that use it and lie at a touchpoint which they are more like than the group; estimated from a sample.
    pub elsewhere: u64,
}

/// A sample of what lies at one touchpoint.
pub(crate) struct Placed {
    pub(crate) touchpoint: TouchpointId,
    pub(crate) opinions: Vec<ThemeOpinion>,
    /// Opinions that each of the sample stands for.
    pub(crate) each: f64,
}

/// Where words are used.
pub(crate) struct Uses<'a> {
    pub(crate) unplaced: &'a [ThemeOpinion],
    /// Places of the unplaced that are in any group.
    pub(crate) grouped: &'a HashSet<usize>,
    pub(crate) placed: &'a [Placed],
    /// The middle of each of `placed`.
    pub(crate) middles: &'a [Embedding],
}

/// How often a word is used.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    inside: u64,
    unplaced: u64,
    /// In other groups.
    claimed: u64,
    /// At touchpoints, by opinions that would be right in the group.
    gained: f64,
    /// At touchpoints, by opinions that are right there.
    elsewhere: f64,
}

impl Used {
    fn is_precise(&self) -> bool {
        let right = (self.unplaced - self.claimed) as f64 + self.gained;
        right > PRECISE_ABOVE * (self.unplaced as f64 + self.gained + self.elsewhere)
    }
}

impl Uses<'_> {
    /// The wordings of a group that are mostly right there, with what they would place.
    pub(crate) fn keywords(
        &self,
        wordings: &[Wording],
        members: &[usize],
        centre: &Embedding,
        near: Option<&TouchpointId>,
    ) -> Vec<KeywordUse> {
        // A single Chinese character stands in too many words.
        let says_something = |way: &&str| way.chars().nth(1).is_some() && !way.split(' ').all(|w| TONE.contains(&w));
        let ways = wordings.iter().flat_map(|wording| &wording.ways).map(String::as_str);
        let ways: Vec<&str> = ways.filter(says_something).collect();
        let index = KeywordIndex::new(ways.iter().enumerate().map(|(number, way)| (number, *way)));
        let found = |text: &str| index.find(text).into_iter().map(|found| *found.owner).collect::<HashSet<usize>>();
        let members: HashSet<usize> = members.iter().copied().collect();
        let mut counts = vec![Used::default(); ways.len()];
        for (place, opinion) in self.unplaced.iter().enumerate() {
            let (inside, grouped) = (members.contains(&place), self.grouped.contains(&place));
            for way in found(&opinion.evidence) {
                counts[way].inside += u64::from(inside);
                counts[way].claimed += u64::from(grouped && !inside);
                counts[way].unplaced += 1;
            }
        }
        for (touchpoint, middle) in self.placed.iter().zip(self.middles) {
            let is_near = near == Some(&touchpoint.touchpoint);
            for opinion in &touchpoint.opinions {
                let gained = is_near || opinion.embedding.cosine(centre) > opinion.embedding.cosine(middle);
                for way in found(&opinion.evidence) {
                    let count = if gained { &mut counts[way].gained } else { &mut counts[way].elsewhere };
                    *count += touchpoint.each;
                }
            }
        }
        let least = (USED_FROM * members.len() as f64).max(2.0);
        let mut keywords: Vec<KeywordUse> = ways
            .iter()
            .zip(counts)
            .filter(|(_, used)| used.inside as f64 >= least && used.is_precise())
            .map(|(way, used)| KeywordUse {
                keyword: (*way).to_owned(),
                inside: used.inside,
                unplaced: used.unplaced,
                elsewhere: used.elsewhere.round() as u64,
            })
            .collect();
        keywords.sort_by(|a, b| b.inside.cmp(&a.inside).then_with(|| a.keyword.cmp(&b.keyword)));
        keywords.truncate(KEYWORDS);
        keywords
    }
}
