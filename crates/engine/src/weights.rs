//! `encoder.safetensors`, read and checked.

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::{
    EngineError,
    matrix::{Layout, Matrix},
    ops::{Heads, Norm},
};

/// An encoder's weights, packed for one kernel.
pub(crate) struct Weights {
    pub(crate) width: usize,
    pub(crate) heads: Heads,
    /// A row per position, the token type's row added to each.
    pub(crate) positions: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

/// One transformer block.
pub(crate) struct Layer {
    /// Queries (divided by the root of a head's width), keys and values.
    pub(crate) joint: Matrix,
    pub(crate) attention_output: Matrix,
    pub(crate) attention_norm: Norm,
    pub(crate) up: Matrix,
    pub(crate) down: Matrix,
    pub(crate) output_norm: Norm,
}

/// A matrix as it lies in the file.
struct Raw {
    weights: Vec<i8>,
    scales: Vec<f32>,
    offsets: Vec<f32>,
}

struct Reader<'a> {
    file: SafeTensors<'a>,
    eps: f32,
    layout: Layout,
}

impl Weights {
    /// Reads the file `bytes` for a kernel that wants its matrices in `layout`.
    pub(crate) fn read(bytes: &[u8], layout: Layout) -> Result<Self, EngineError> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(EngineError::Format)?;
        let metadata = header.metadata().as_ref();
        let entry = |name: &str| metadata.and_then(|m| m.get(name)).map(String::as_str);
        let layers = parsed("layers", entry("layers"), |n: &usize| (1..=256).contains(n))?;
        let heads = parsed("heads", entry("heads"), |n: &usize| (1..=256).contains(n))?;
        let eps = parsed("eps", entry("eps"), |eps: &f32| (0.0..0.1).contains(eps))?;
        let file = SafeTensors::deserialize(bytes).map_err(EngineError::Format)?;
        let reader = Reader { file, eps, layout };
        let type_row = reader.floats("emb.type", None)?;
        let width = type_row.len();
        if width == 0 || !width.is_multiple_of(32) || !width.is_multiple_of(heads * 16) {
            return Err(mismatch("emb.type", "a multiple of 32 numbers, and of 16 a head", &width));
        }
        let mut positions = reader.floats("emb.pos", None)?;
        if positions.is_empty() || !positions.len().is_multiple_of(width) {
            return Err(mismatch("emb.pos", &format!("a multiple of {width} numbers"), &positions.len()));
        }
        for row in positions.chunks_exact_mut(width) {
            for (x, add) in row.iter_mut().zip(&type_row) {
                *x += add;
            }
        }
        let heads = Heads { count: heads, width: width / heads };
        let norm = reader.norm("emb.ln", width)?;
        let layers = (0..layers).map(|i| reader.layer(i, width, heads)).collect::<Result<_, _>>()?;
        Ok(Self { width, heads, positions, norm, layers })
    }
}

impl Reader<'_> {
    fn layer(&self, i: usize, width: usize, heads: Heads) -> Result<Layer, EngineError> {
        let matrix = |name: &str, outputs, inputs| self.raw(&format!("l{i}.{name}"), outputs, inputs);
        let mut joint = matrix("q", Some(width), width)?;
        let root = 1.0 / (heads.width as f32).sqrt();
        for x in joint.scales.iter_mut().chain(&mut joint.offsets) {
            *x *= root;
        }
        for name in ["k", "v"] {
            let part = matrix(name, Some(width), width)?;
            joint.weights.extend(part.weights);
            joint.scales.extend(part.scales);
            joint.offsets.extend(part.offsets);
        }
        let up = matrix("fi", None, width)?;
        let down = matrix("fo", Some(width), up.scales.len())?;
        Ok(Layer {
            joint: self.packed(&joint),
            attention_output: self.packed(&matrix("ao", Some(width), width)?),
            attention_norm: self.norm(&format!("l{i}.aln"), width)?,
            up: self.packed(&up),
            down: self.packed(&down),
            output_norm: self.norm(&format!("l{i}.oln"), width)?,
        })
    }

    fn packed(&self, raw: &Raw) -> Matrix {
        Matrix::pack(&raw.weights, &raw.scales, &raw.offsets, self.layout)
    }

    /// The matrix `name` of `inputs` and, where given, `outputs`.
    fn raw(&self, name: &str, outputs: Option<usize>, inputs: usize) -> Result<Raw, EngineError> {
        let weights = format!("{name}.w");
        let tensor = self.tensor(&weights, Dtype::I8)?;
        let outputs = outputs.unwrap_or_else(|| tensor.shape().first().copied().unwrap_or(0));
        if tensor.shape() != [outputs, inputs] || outputs == 0 || !outputs.is_multiple_of(32) {
            let expected = format!("of shape [{outputs}, {inputs}], multiples of 32");
            return Err(mismatch(&weights, &expected, &format!("of shape {:?}", tensor.shape())));
        }
        Ok(Raw {
            weights: tensor.data().iter().map(|b| b.cast_signed()).collect(),
            scales: self.floats(&format!("{name}.s"), Some(outputs))?,
            offsets: self.floats(&format!("{name}.b"), Some(outputs))?,
        })
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, EngineError> {
        let weight = self.floats(&format!("{name}.w"), Some(width))?;
        let bias = self.floats(&format!("{name}.b"), Some(width))?;
        Ok(Norm { weight, bias, eps: self.eps })
    }

    /// The finite numbers of the tensor `name`, `count` of them where that is given.
    fn floats(&self, name: &str, count: Option<usize>) -> Result<Vec<f32>, EngineError> {
        let tensor = self.tensor(name, Dtype::F32)?;
        let values: Vec<f32> = tensor.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        if let Some(count) = count.filter(|count| *count != values.len()) {
            return Err(mismatch(name, &format!("{count} numbers"), &values.len()));
        }
        match values.iter().find(|x| !x.is_finite()) {
            Some(x) => Err(mismatch(name, "of finite numbers", x)),
            None => Ok(values),
        }
    }

    fn tensor(&self, name: &str, dtype: Dtype) -> Result<TensorView<'_>, EngineError> {
        let tensor = self.file.tensor(name).map_err(|_| EngineError::Missing { name: name.to_owned() })?;
        if tensor.dtype() == dtype {
            Ok(tensor)
        } else {
            Err(mismatch(name, &format!("of {dtype:?}"), &format!("of {:?}", tensor.dtype())))
        }
    }
}

/// The metadata entry `name`, which `is_sound` must accept.
fn parsed<T: std::str::FromStr>(
    name: &str,
    value: Option<&str>,
    is_sound: impl Fn(&T) -> bool,
) -> Result<T, EngineError> {
    let found = value.and_then(|value| value.parse().ok()).filter(is_sound);
    found.ok_or_else(|| mismatch(&format!("metadata {name}"), "a number in range", &value.unwrap_or("missing")))
}

fn mismatch(name: &str, expected: &str, found: &dyn std::fmt::Display) -> EngineError {
    EngineError::Mismatch { name: name.to_owned(), expected: expected.to_owned(), found: found.to_string() }
}
