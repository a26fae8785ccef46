//! The same encoder in plain single precision, nothing rounded but the weights.

use super::tiny::Tiny;

/// Contextual vectors of texts of `lengths` tokens.
pub(crate) fn reference(tiny: &Tiny, embeddings: &[f32], lengths: &[usize]) -> Vec<f32> {
    let mut start = 0;
    let mut out = Vec::new();
    for length in lengths {
        let end = start + length * tiny.width;
        out.extend(text(tiny, &embeddings[start..end]));
        start = end;
    }
    out
}

fn text(tiny: &Tiny, embeddings: &[f32]) -> Vec<f32> {
    let width = tiny.width;
    let (positions, kind) = (tiny.floats("emb.pos", tiny.positions * width), tiny.floats("emb.type", width));
    let mut x: Vec<f32> = embeddings.iter().zip(&positions).map(|(x, p)| x + p).collect();
    for row in x.chunks_exact_mut(width) {
        for (x, kind) in row.iter_mut().zip(&kind) {
            *x += kind;
        }
    }
    let mut x = norm(tiny, "emb.ln", &x);
    for layer in 0..tiny.layers {
        let through = |name: &str, x: &[f32], inputs: usize, outputs: usize| {
            linear(tiny, &format!("l{layer}.{name}"), x, inputs, outputs)
        };
        let [q, k, v] = ["q", "k", "v"].map(|name| through(name, &x, width, width));
        let mixed = through("ao", &attention(tiny, &q, &k, &v), width, width);
        x = norm(tiny, &format!("l{layer}.aln"), &sum(&x, &mixed));
        let mut inner = through("fi", &x, width, tiny.inner);
        for x in &mut inner {
            *x *= 0.5 * (1.0 + erf(*x / 2.0_f32.sqrt()));
        }
        let down = through("fo", &inner, tiny.inner, width);
        x = norm(tiny, &format!("l{layer}.oln"), &sum(&x, &down));
    }
    x
}

fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn linear(tiny: &Tiny, name: &str, x: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    let weights = tiny.bytes(&format!("{name}.w"), inputs * outputs);
    let scales = tiny.floats(&format!("{name}.s"), outputs);
    let offsets = tiny.floats(&format!("{name}.b"), outputs);
    let output = |row: &[f32], o: usize| {
        let weights = &weights[o * inputs..(o + 1) * inputs];
        row.iter().zip(weights).map(|(x, w)| x * f32::from(*w)).sum::<f32>() * scales[o] + offsets[o]
    };
    let output = &output;
    x.chunks_exact(inputs).flat_map(|row| (0..outputs).map(move |o| output(row, o))).collect()
}

fn norm(tiny: &Tiny, name: &str, x: &[f32]) -> Vec<f32> {
    let weight = tiny.floats(&format!("{name}.w"), tiny.width);
    let bias = tiny.floats(&format!("{name}.b"), tiny.width);
    let mut out = Vec::with_capacity(x.len());
    for row in x.chunks_exact(tiny.width) {
        let mean = row.iter().sum::<f32>() / row.len() as f32;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / row.len() as f32;
        let parts = row.iter().zip(weight.iter().zip(&bias));
        out.extend(parts.map(|(x, (weight, bias))| (x - mean) / (variance + 1e-12).sqrt() * weight + bias));
    }
    out
}

fn attention(tiny: &Tiny, q: &[f32], k: &[f32], v: &[f32]) -> Vec<f32> {
    let (width, head) = (tiny.width, tiny.width / tiny.heads);
    let tokens = q.len() / width;
    let mut out = vec![0.0; q.len()];
    for token in 0..tokens {
        for start in (0..width).step_by(head) {
            let part = |x: &[f32], token: usize| x[token * width + start..token * width + start + head].to_vec();
            let query = part(q, token);
            let dot = |key: usize| query.iter().zip(part(k, key)).map(|(q, k)| q * k).sum::<f32>();
            let shares: Vec<f32> = (0..tokens).map(|key| (dot(key) / (head as f32).sqrt()).exp()).collect();
            let total: f32 = shares.iter().sum();
            for (key, share) in shares.iter().enumerate() {
                for (i, v) in part(v, key).iter().enumerate() {
                    out[token * width + start + i] += share / total * v;
                }
            }
        }
    }
    out
}

/// The error function by its Taylor series, good enough where GELU still bends.
fn erf(x: f32) -> f32 {
    let x = f64::from(x.clamp(-4.0, 4.0));
    let (mut term, mut sum) = (x, x);
    for n in 1..120 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    (sum * std::f64::consts::FRAC_2_SQRT_PI) as f32
}
