//! How near an opinion is to every touchpoint: many dot products, kept tight.

use std::collections::HashMap;

use moodline_maps::{JourneyMap, MapText, TextKind};
use moodline_types::Embedding;

/// The vectors of a map's texts, row after row, as 16-bit integers: products of two bytes then add up in pairs, which
/// processors do eight or sixteen at a time.
#[derive(Debug, Clone)]
pub(crate) struct TextVectors {
    dimensions: usize,
    values: Vec<i16>,
    rows: Vec<Row>,
    touchpoints: usize,
}

#[derive(Debug, Clone)]
struct Row {
    touchpoint: usize,
    kind: TextKind,
    text: String,
    /// 1 / length; 0 for a vector of zeros.
    scale: f32,
}

/// How near one opinion is to everything.
#[derive(Debug)]
pub(crate) struct Likeness<'a> {
    /// Cosine to what the descriptions of each touchpoint have in common (largest cosine to an example where it has no
    /// description); `None` without either.
    pub(crate) cosines: Vec<Option<f32>>,
    /// The nearest example: touchpoint, its sentence, cosine.
    pub(crate) example: Option<(usize, &'a str, f32)>,
}

impl Likeness<'_> {
    /// The nearest touchpoint and its cosine; the first in the journey among equals.
    pub(crate) fn nearest(&self) -> Option<(usize, f32)> {
        let known = self.cosines.iter().enumerate().filter_map(|(place, cosine)| Some((place, (*cosine)?)));
        known.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// The share of touchpoint `place` in the softmax over all cosines divided by `temperature`, 0 to 1.
    pub(crate) fn share(&self, place: usize, temperature: f32) -> f32 {
        let Some(own) = self.cosines[place] else { return 0.0 };
        let temperature = temperature.max(f32::MIN_POSITIVE);
        let sum: f32 = self.cosines.iter().flatten().map(|cosine| ((cosine - own) / temperature).exp()).sum();
        (1.0 / sum).clamp(0.0, 1.0)
    }
}

impl TextVectors {
    /// The vectors of the map's texts; texts without one are left out, as are vectors whose dimensions differ from
    /// the first. A touchpoint is described by the mean of its descriptions' unit vectors: what the wordings and
    /// languages have in common is what it is about, and the model's threshold was set that way.
    pub(crate) fn new(map: &JourneyMap, vectors: &HashMap<String, Embedding>) -> Self {
        let texts: Vec<(MapText<'_>, &Embedding)> =
            map.texts().into_iter().filter_map(|text| Some((text, vectors.get(text.text)?))).collect();
        let dimensions = texts.first().map_or(0, |(_, vector)| vector.dimensions());
        let mut built =
            Self { dimensions, values: Vec::new(), rows: Vec::new(), touchpoints: map.touchpoints().count() };
        for (place, (_, touchpoint)) in map.touchpoints().enumerate() {
            let own = || {
                texts.iter().filter(|(text, vector)| {
                    *text.touchpoint == touchpoint.id && vector.dimensions() == dimensions && dimensions > 0
                })
            };
            let mut mean = vec![0.0_f32; dimensions];
            for (_, vector) in own().filter(|(text, _)| text.kind == TextKind::Description) {
                let scale = scale(vector.values());
                for (sum, value) in mean.iter_mut().zip(vector.values()) {
                    *sum += f32::from(*value) * scale;
                }
            }
            if mean.iter().any(|value| *value != 0.0) {
                built.push(place, TextKind::Description, "", &Embedding::from_f32(&mean));
            }
            for (text, vector) in own().filter(|(text, _)| text.kind == TextKind::Example) {
                built.push(place, TextKind::Example, text.text, vector);
            }
        }
        built
    }

    /// Adds an example that is no text of the map; of other dimensions than those it is left out.
    pub(crate) fn add_example(&mut self, touchpoint: usize, name: &str, vector: &Embedding) {
        if self.dimensions == 0 {
            self.dimensions = vector.dimensions();
        }
        if vector.dimensions() == self.dimensions && self.dimensions > 0 {
            self.push(touchpoint, TextKind::Example, name, vector);
        }
    }

    fn push(&mut self, touchpoint: usize, kind: TextKind, text: &str, vector: &Embedding) {
        self.values.extend(vector.values().iter().map(|value| i16::from(*value)));
        self.rows.push(Row { touchpoint, kind, text: text.to_owned(), scale: scale(vector.values()) });
    }

    /// Compares an opinion with every text. An opinion of other dimensions is like nothing.
    pub(crate) fn compare(&self, opinion: &Embedding) -> Likeness<'_> {
        let mut described = vec![None; self.touchpoints];
        let mut exemplified = vec![None; self.touchpoints];
        let mut example: Option<(usize, &str, f32)> = None;
        if opinion.dimensions() == self.dimensions && self.dimensions > 0 {
            let own: Vec<i16> = opinion.values().iter().map(|value| i16::from(*value)).collect();
            let own_scale = scale(opinion.values());
            for (row, values) in self.rows.iter().zip(self.values.chunks_exact(self.dimensions)) {
                let cosine = dot(&own, values) as f32 * own_scale * row.scale;
                let best: &mut Option<f32> = match row.kind {
                    TextKind::Description => &mut described[row.touchpoint],
                    TextKind::Example => &mut exemplified[row.touchpoint],
                };
                *best = Some(best.map_or(cosine, |best| best.max(cosine)));
                if row.kind == TextKind::Example && example.is_none_or(|(_, _, best)| cosine > best) {
                    example = Some((row.touchpoint, &row.text, cosine));
                }
            }
        }
        let cosines = described.into_iter().zip(exemplified).map(|(described, other)| described.or(other)).collect();
        Likeness { cosines, example }
    }
}

fn dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(x, y)| i32::from(*x) * i32::from(*y)).sum()
}

fn scale(values: &[i8]) -> f32 {
    let square: i32 = values.iter().map(|value| i32::from(*value) * i32::from(*value)).sum();
    if square > 0 { 1.0 / (square as f32).sqrt() } else { 0.0 }
}
