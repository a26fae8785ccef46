//! Which kind of customer wrote a mention.

use std::collections::HashMap;

use moodline_maps::{JourneyMap, KeywordIndex, LocalText, Persona};
use moodline_types::{Embedding, Mention, PersonaId};

/// The personas of a map, ready to be recognised.
#[derive(Debug, Clone)]
pub(crate) struct Personas {
    all: Vec<Persona>,
    keywords: KeywordIndex<PersonaId>,
    /// Place of a persona that is recognised by likeness, its description's vector and the cosine from which.
    alike: Vec<(usize, Vec<f32>, f32)>,
}

impl Personas {
    /// Those of `map`; `vectors` holds one for each of its texts.
    pub(crate) fn new(map: &JourneyMap, vectors: &HashMap<String, Embedding>) -> Self {
        let alike = map.personas.iter().enumerate().filter_map(|(place, persona)| {
            let variants = persona.description.iter().flat_map(LocalText::variants);
            let described: Vec<&Embedding> = variants.filter_map(|(_, text)| vectors.get(text)).collect();
            Some((place, middle(described)?, persona.similar_from?))
        });
        Self { alike: alike.collect(), keywords: map.persona_keywords(), all: map.personas.clone() }
    }

    /// The first persona that a keyword in the text, the source or the language points to; else, of those that are
    /// recognised by likeness, the one whose description the mention's opinions are nearest to on average.
    pub(crate) fn of<'e>(
        &self,
        mention: &Mention,
        opinions: impl Iterator<Item = &'e Embedding>,
    ) -> Option<&PersonaId> {
        let text = if self.keywords.is_empty() { String::new() } else { mention.full_text() };
        let named = self.keywords.find(&text);
        let points_to = |persona: &&Persona| {
            persona.writes(&mention.source, mention.language.as_deref())
                || named.iter().any(|found| *found.owner == persona.id)
        };
        let by_rule = self.all.iter().find(points_to);
        by_rule.or_else(|| self.alike(opinions)).map(|persona| &persona.id)
    }

    fn alike<'e>(&self, opinions: impl Iterator<Item = &'e Embedding>) -> Option<&Persona> {
        if self.alike.is_empty() {
            return None;
        }
        let said = middle(opinions)?;
        let near = self.alike.iter().filter_map(|(place, described, from)| {
            let cosine = dot(&said, described);
            (cosine >= *from).then_some((*place, cosine))
        });
        let nearest = near.reduce(|best, next| if next.1 > best.1 { next } else { best });
        nearest.map(|(place, _)| &self.all[place])
    }
}

/// The mean of unit vectors, of length 1; `None` of none, or where they cancel out. Of other dimensions than the first they
/// are left out.
fn middle<'e>(vectors: impl IntoIterator<Item = &'e Embedding>) -> Option<Vec<f32>> {
    let mut sum: Vec<f32> = Vec::new();
    for vector in vectors {
        let values: Vec<f32> = vector.values().iter().map(|value| f32::from(*value)).collect();
        let length = dot(&values, &values).sqrt();
        if sum.is_empty() {
            sum = vec![0.0; values.len()];
        }
        if length > 0.0 && values.len() == sum.len() {
            for (sum, value) in sum.iter_mut().zip(values) {
                *sum += value / length;
            }
        }
    }
    let length = dot(&sum, &sum).sqrt();
    (length > 0.0).then(|| sum.into_iter().map(|value| value / length).collect())
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    if a.len() == b.len() { a.iter().zip(b).map(|(a, b)| a * b).sum() } else { 0.0 }
}
