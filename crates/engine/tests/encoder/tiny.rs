//! A small encoder with random weights, as a file and as numbers.

use std::collections::HashMap;

use safetensors::{Dtype, tensor::TensorView};

/// Its sizes and the seed of its weights.
#[derive(Clone, Copy)]
pub(crate) struct Tiny {
    pub(crate) width: usize,
    pub(crate) heads: usize,
    pub(crate) layers: usize,
    pub(crate) inner: usize,
    pub(crate) positions: usize,
    pub(crate) seed: u64,
}

/// Names of matrices of bytes, with outputs and inputs.
type Matrices = Vec<(String, [usize; 2])>;
/// Names of runs of floats, with their length.
type Vectors = Vec<(String, usize)>;

/// Numbers that look random: −1 to 1, the same for the same seed.
fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

impl Tiny {
    /// Word embeddings of `tokens` tokens.
    pub(crate) fn embeddings(&self, tokens: usize, seed: u64) -> Vec<f32> {
        noise(tokens * self.width, seed)
    }

    /// Names and shapes of the matrices of a layer.
    fn matrices(&self) -> [(&'static str, usize, usize); 6] {
        let Self { width, inner, .. } = *self;
        let square = |name| (name, width, width);
        [square("q"), square("k"), square("v"), square("ao"), ("fi", inner, width), ("fo", width, inner)]
    }

    fn seed_of(&self, name: &str) -> u64 {
        name.bytes().fold(self.seed, |seed, byte| seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte))
    }

    /// The bytes of the matrix `name`.
    pub(crate) fn bytes(&self, name: &str, count: usize) -> Vec<i8> {
        noise(count, self.seed_of(name)).iter().map(|x| (x * 127.0) as i8).collect()
    }

    /// The floats of the tensor `name`: scales give weights of a usual size, norms are near 1.
    pub(crate) fn floats(&self, name: &str, count: usize) -> Vec<f32> {
        let noise = noise(count, self.seed_of(name));
        let shape: fn(f32) -> f32 = match name.rsplit_once('.') {
            Some((_, "s")) => |x| 0.002 + 0.001 * x,
            Some((_, "w")) => |x| 1.0 + 0.2 * x,
            _ => |x| 0.1 * x,
        };
        noise.into_iter().map(shape).collect()
    }

    /// Every tensor's name and size.
    fn names(&self) -> (Matrices, Vectors) {
        let mut floats = vec![("emb.pos".to_owned(), self.positions * self.width), ("emb.type".to_owned(), self.width)];
        let mut norms = vec!["emb.ln".to_owned()];
        let mut bytes = Vec::new();
        for layer in 0..self.layers {
            for (name, outputs, inputs) in self.matrices() {
                bytes.push((format!("l{layer}.{name}.w"), [outputs, inputs]));
                floats.extend(["s", "b"].map(|end| (format!("l{layer}.{name}.{end}"), outputs)));
            }
            norms.extend(["aln", "oln"].map(|name| format!("l{layer}.{name}")));
        }
        floats.extend(norms.iter().flat_map(|name| ["w", "b"].map(|end| (format!("{name}.{end}"), self.width))));
        (bytes, floats)
    }

    /// The file.
    pub(crate) fn file(&self) -> Vec<u8> {
        self.file_without("")
    }

    /// The file, one tensor left out.
    pub(crate) fn file_without(&self, missing: &str) -> Vec<u8> {
        let (bytes, floats) = self.names();
        let mut parts: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        for (name, shape) in bytes {
            let data = self.bytes(&name, shape[0] * shape[1]).iter().map(|b| b.cast_unsigned()).collect();
            parts.push((name, Dtype::I8, shape.to_vec(), data));
        }
        for (name, count) in floats {
            let data = self.floats(&name, count).iter().flat_map(|x| x.to_le_bytes()).collect();
            parts.push((name, Dtype::F32, vec![count], data));
        }
        let kept = parts.iter().filter(|(name, ..)| name != missing);
        let views = kept.map(|(name, dtype, shape, data)| {
            (name.as_str(), TensorView::new(*dtype, shape.clone(), data).expect("the shape is the data's"))
        });
        let numbers = [("layers", self.layers.to_string()), ("heads", self.heads.to_string()), ("eps", "1e-12".into())];
        let metadata: HashMap<String, String> = numbers.map(|(name, value)| (name.to_owned(), value)).into();
        safetensors::serialize(views, Some(metadata)).expect("the tensors can be written")
    }
}
