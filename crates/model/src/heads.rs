//! The linear readings of a vector: sentiment, emotion, place among touchpoints.

use std::path::Path;

use moodline_types::{Emotion, Emotions, Sentiment};
use safetensors::{Dtype, SafeTensors};

use crate::{
    ModelError,
    manifest::{Manifest, expect},
};

const SENTIMENTS: usize = 3;
const EMOTIONS: usize = 7;

/// What the heads say of one vector.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) sentiment: Sentiment,
    pub(crate) emotions: Emotions,
    /// Direction among touchpoint descriptions; any length.
    pub(crate) place: Vec<f32>,
}

/// The three heads.
pub(crate) struct Heads {
    sentiment: Linear,
    emotion: Linear,
    touchpoint: Linear,
    sentiment_temperature: f32,
}

impl Heads {
    /// Reads `heads.safetensors`.
    pub(crate) fn new(bytes: &[u8], manifest: &Manifest, path: &Path) -> Result<Self, ModelError> {
        let file = SafeTensors::deserialize(bytes).map_err(|source| malformed(path, source))?;
        let read = |name: &str, rows: usize| Linear::read(&file, name, rows, manifest.hidden, path);
        Ok(Self {
            sentiment: read("sentiment", SENTIMENTS)?,
            emotion: read("emotion", EMOTIONS)?,
            touchpoint: read("touchpoint", manifest.touchpoint.dimensions)?,
            sentiment_temperature: manifest.sentiment.temperature,
        })
    }

    /// Reads one vector.
    pub(crate) fn read(&self, vector: &[f32]) -> Reading {
        let logits = self.sentiment.apply(vector);
        let [negative, neutral, positive] = softmax([logits[0], logits[1], logits[2]], self.sentiment_temperature);
        let mut emotions = [0.0; Emotion::ALL.len()];
        for (out, logit) in emotions.iter_mut().zip(self.emotion.apply(vector)) {
            *out = 1.0 / (1.0 + (-logit).exp());
        }
        Reading {
            sentiment: Sentiment { negative, neutral, positive },
            emotions: Emotions::from_array(emotions),
            place: self.place(vector),
        }
    }

    /// Dimensions of a place among touchpoint descriptions.
    pub(crate) fn dimensions(&self) -> usize {
        self.touchpoint.bias.len()
    }

    /// The direction of one vector among touchpoint descriptions.
    pub(crate) fn place(&self, vector: &[f32]) -> Vec<f32> {
        self.touchpoint.apply(vector)
    }
}

/// `weight` (rows × columns, row by row) times a vector, plus `bias`.
struct Linear {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    fn read(file: &SafeTensors<'_>, name: &str, rows: usize, columns: usize, path: &Path) -> Result<Self, ModelError> {
        let tensor = |part: &str, shape: &[usize]| -> Result<Vec<f32>, ModelError> {
            let name = format!("{name}.{part}");
            let view = file.tensor(&name).map_err(|source| malformed(path, source))?;
            let (expected, found) =
                (format!("{:?} {shape:?}", Dtype::F32), format!("{:?} {:?}", view.dtype(), view.shape()));
            expect(path, &format!("tensor {name}"), &expected, &found)?;
            Ok(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
        };
        Ok(Self { weight: tensor("weight", &[rows, columns])?, bias: tensor("bias", &[rows])? })
    }

    fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let rows = self.weight.chunks_exact(vector.len());
        rows.zip(&self.bias).map(|(row, bias)| bias + row.iter().zip(vector).map(|(w, x)| w * x).sum::<f32>()).collect()
    }
}

/// Softmax of `logits / temperature` (Guo et al. 2017, "On Calibration of Modern Neural Networks").
fn softmax(logits: [f32; SENTIMENTS], temperature: f32) -> [f32; SENTIMENTS] {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials = logits.map(|logit| ((logit - largest) / temperature).exp());
    let sum: f32 = exponentials.iter().sum();
    exponentials.map(|e| e / sum)
}

fn malformed(path: &Path, source: safetensors::SafeTensorError) -> ModelError {
    ModelError::Malformed { path: path.to_path_buf(), expected: "a safetensors file of heads", source: source.into() }
}

#[cfg(test)]
impl Heads {
    /// Heads that read the first numbers of a vector as they are: three of sentiment, seven of emotion, `place` of
    /// place.
    pub(crate) fn plain(width: usize, place: usize) -> Self {
        let identity = |rows: usize| Linear {
            weight: (0..rows * width).map(|at| if at / width == at % width { 1.0 } else { 0.0 }).collect(),
            bias: vec![0.0; rows],
        };
        Self {
            sentiment: identity(SENTIMENTS),
            emotion: identity(EMOTIONS),
            touchpoint: identity(place),
            sentiment_temperature: 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_reading_is_a_product_and_a_bias() {
        let linear = Linear { weight: vec![1.0, 2.0, 3.0, 4.0], bias: vec![0.5, -0.5] };
        assert_eq!(linear.apply(&[1.0, -1.0]), vec![-0.5, -1.5]);
    }

    #[test]
    fn a_higher_temperature_flattens_and_never_overflows() {
        let cold = softmax([1000.0, 0.0, 999.0], 1.0);
        assert!((cold[0] - 0.731).abs() < 1e-3 && cold[1] == 0.0);
        let warm = softmax([2.0, 0.0, 1.0], 10.0);
        assert!((warm.iter().sum::<f32>() - 1.0).abs() < 1e-6 && warm[0] < 0.4);
    }
}
