//! Each step of each kernel against the portable one and against double precision.

use proptest::prelude::*;

use super::{
    AttentionScratch, Finish, Heads, Norm,
    math::{exp, gelu},
};
use crate::{
    Kernel,
    kernel::Steps,
    matrix::Matrix,
    rows::{ByteRows, Rounding, RowsRef},
    simd::{LANES, portable::Portable},
};

/// Numbers that look random: −1 to 1, the same for the same seed.
pub(super) fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn kernels() -> impl Iterator<Item = (Kernel, Steps)> {
    Kernel::ALL.into_iter().filter_map(|kernel| Steps::of(kernel).map(|steps| (kernel, steps)))
}

/// `erf` by its Taylor series and, far out, 1.
fn exact_erf(x: f64) -> f64 {
    if x.abs() > 5.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

/// The largest error of `f` against `exact` over `from..to`, by `error`.
fn worst(
    f: impl Fn([f32; LANES]) -> [f32; LANES],
    exact: impl Fn(f64) -> f64,
    error: impl Fn(f64, f64) -> f64,
    (from, to): (f32, f32),
) -> f64 {
    let steps = 40_000;
    let x = |i: usize| from + (to - from) * i as f32 / steps as f32;
    let blocks = (0..steps).step_by(LANES).map(|start| std::array::from_fn(|lane| x(start + lane)));
    let errors = blocks.flat_map(|x| f(x).into_iter().zip(x).collect::<Vec<_>>());
    errors.map(|(found, x)| error(f64::from(found), exact(f64::from(x)))).fold(0.0, f64::max)
}

#[test]
fn exp_and_gelu_are_as_close_as_they_say() {
    let relative = |found: f64, exact: f64| ((found - exact) / exact).abs();
    let absolute = |found: f64, exact: f64| (found - exact).abs();
    let l = Portable;
    let of_exp = worst(|x| exp(l, x), f64::exp, relative, (-87.0, 88.0));
    assert!(of_exp < 3e-7, "{of_exp}");
    let exact_gelu = |x: f64| x * 0.5 * (1.0 + exact_erf(x * std::f64::consts::FRAC_1_SQRT_2));
    let scaled = |found: f64, exact: f64| (found - exact).abs() / exact.abs().max(1.0);
    let of_gelu = worst(|x| gelu(l, x), exact_gelu, scaled, (-4.5, 1000.0));
    assert!(of_gelu < 4e-5, "{of_gelu}");
    let of_small = worst(|x| gelu(l, x), exact_gelu, absolute, (-4.5, 4.5));
    assert!(of_small < 4.5 * 4e-5, "{of_small}");
    let of_negative = worst(|x| gelu(l, x), exact_gelu, absolute, (-50.0, 0.0));
    assert!(of_negative < 50.0 * 4e-5, "{of_negative}");
}

#[test]
fn an_exponential_of_almost_nothing_is_almost_nothing() {
    for x in exp(Portable, [f32::MIN; LANES]) {
        assert!((0.0..1e-37).contains(&x), "{x}");
    }
}

/// Outputs of `steps` for `rows` rows of bytes with nothing done after the products but the zero point.
fn products(steps: Steps, bytes: &[u8], zeros: &[i32], weights: &[i8], outputs: usize) -> Vec<f32> {
    let matrix = Matrix::pack(weights, &vec![1.0; outputs], &vec![0.0; outputs], steps.layout());
    let roundings: Vec<Rounding> = zeros.iter().map(|zero| Rounding { scale: 1.0, zero: *zero }).collect();
    let mut out = vec![f32::NAN; zeros.len() * outputs];
    let rows = RowsRef { width: matrix.inputs, bytes, roundings: &roundings };
    steps.linear(rows, &matrix, Finish::Plain, &mut out);
    out
}

fn exact_products(bytes: &[u8], zeros: &[i32], weights: &[i8], outputs: usize) -> Vec<f32> {
    let inputs = weights.len() / outputs;
    let rows = bytes.chunks_exact(inputs).zip(zeros);
    let dot = |row: &[u8], zero: i32, weights: &[i8]| -> i32 {
        row.iter().zip(weights).map(|(x, w)| (i32::from(*x) - zero) * i32::from(*w)).sum()
    };
    rows.flat_map(|(row, zero)| weights.chunks_exact(inputs).map(move |w| dot(row, *zero, w) as f32)).collect()
}

#[test]
fn the_largest_sums_are_exact() {
    let (rows, inputs, outputs) = (7, 3072, 96);
    for (byte, weight) in [(255, 127), (255, -128), (0, -128)] {
        let (bytes, weights) = (vec![byte; rows * inputs], vec![weight; inputs * outputs]);
        let zeros: Vec<i32> = (0..rows as i32).map(|row| row * 42).collect();
        for (kernel, steps) in kernels() {
            let found = products(steps, &bytes, &zeros, &weights, outputs);
            assert_eq!(found, exact_products(&bytes, &zeros, &weights, outputs), "{kernel}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn products_are_exact_for_every_shape(
        rows in 0..20_usize, inputs in 1..12_usize, outputs in 1..12_usize, seed in any::<u64>(),
    ) {
        let (inputs, outputs) = (inputs * 32, outputs * 32);
        let bytes: Vec<u8> = noise(rows * inputs, seed).iter().map(|x| (x * 127.5 + 127.5) as u8).collect();
        let weights: Vec<i8> = noise(inputs * outputs, !seed).iter().map(|x| (x * 128.0) as i8).collect();
        let zeros: Vec<i32> = noise(rows, seed ^ 1).iter().map(|x| (x * 127.5 + 127.5) as i32).collect();
        let exact = exact_products(&bytes, &zeros, &weights, outputs);
        for (kernel, steps) in kernels() {
            prop_assert_eq!(&products(steps, &bytes, &zeros, &weights, outputs), &exact, "{}", kernel);
        }
    }

    #[test]
    fn a_rounded_row_is_off_by_half_a_step_at_most(
        pieces in 1..8_usize, size in -30..30_i32, shift in -2.0..2.0_f32, seed in any::<u64>(),
    ) {
        let width = pieces * 16;
        let x: Vec<f32> = noise(width, seed).iter().map(|x| (x + shift) * 2.0_f32.powi(size)).collect();
        for (kernel, steps) in kernels() {
            let mut out = ByteRows::default();
            steps.quantise(&x, &mut out.reset(1, width));
            let row = out.all();
            let Rounding { scale, zero } = row.roundings[0];
            prop_assert!((0..=255).contains(&zero));
            for (x, byte) in x.iter().zip(row.bytes) {
                let back = scale * (i32::from(*byte) - zero) as f32;
                prop_assert!((back - x).abs() <= 0.501 * scale + x.abs() * 1e-5, "{}: {} for {}", kernel, back, x);
            }
        }
    }

    #[test]
    fn attention_is_that_of_double_precision(
        tokens in 1..70_usize, count in 1..4_usize, pieces in 1..4_usize, size in -3..5_i32, seed in any::<u64>(),
    ) {
        let heads = Heads { count, width: pieces * 16 };
        let hidden = heads.count * heads.width;
        let joint: Vec<f32> = noise(tokens * 3 * hidden, seed).iter().map(|x| x * 2.0_f32.powi(size)).collect();
        let exact = exact_attention(&joint, heads);
        let rounded: Vec<f32> = joint.iter().map(|x| as_half(*x)).collect();
        let exact_of_rounded = exact_attention(&rounded, heads);
        for (kernel, steps) in kernels() {
            let mut out = vec![f32::NAN; tokens * hidden];
            steps.attention(&joint, heads, &mut AttentionScratch::default(), &mut out);
            // Tiles take bf16: rounded shares add 2⁻⁹ of the largest value, and a little for their sum.
            let by_halves = kernel == Kernel::Amx && heads.width.is_multiple_of(32);
            let (exact, more) = if by_halves { (&exact_of_rounded, 2.2e-3 * 2.0_f64.powi(size)) } else { (&exact, 0.0) };
            for (found, exact) in out.iter().zip(exact) {
                let tolerance = more + 2e-5 * 2.0_f64.powi(size).max(1.0).powi(3);
                prop_assert!((f64::from(*found) - exact).abs() < tolerance, "{}: {} for {}", kernel, found, exact);
            }
        }
    }

    #[test]
    fn a_layer_norm_is_that_of_double_precision(
        rows in 1..5_usize, pieces in 1..50_usize, size in -8..12_i32, shift in -3.0..3.0_f32, seed in any::<u64>(),
    ) {
        let width = pieces * 16;
        let scaled = |seed| noise(rows * width, seed).iter().map(|x| (x + shift) * 2.0_f32.powi(size)).collect::<Vec<_>>();
        let (x, added) = (scaled(seed), scaled(!seed));
        let norm = Norm { weight: noise(width, seed ^ 2), bias: noise(width, seed ^ 3), eps: 1e-5 };
        for (kernel, steps) in kernels() {
            let (mut found, mut out) = (x.clone(), ByteRows::default());
            steps.normalise(&mut found, &added, &norm, &mut out.reset(rows, width));
            for ((found, x), added) in found.chunks(width).zip(x.chunks(width)).zip(added.chunks(width)) {
                for (found, exact) in found.iter().zip(exact_norm(x, added, &norm)) {
                    prop_assert!((f64::from(*found) - exact).abs() < 1e-4, "{}: {} for {}", kernel, found, exact);
                }
            }
            let mut again = ByteRows::default();
            steps.quantise(&found, &mut again.reset(rows, width));
            prop_assert_eq!(out.all().bytes, again.all().bytes);
            prop_assert_eq!(out.all().roundings, again.all().roundings);
        }
    }
}

#[test]
fn rows_without_numbers_break_nothing() {
    for (_, steps) in kernels() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, 0.0] {
            let mut out = ByteRows::default();
            let mut x = vec![odd; 64];
            x[3] = -odd;
            steps.quantise(&x, &mut out.reset(2, 32));
            assert!(out.all().roundings.iter().all(|r| (0..=255).contains(&r.zero)));
        }
    }
}

#[test]
fn a_row_of_zeros_stays_one() {
    for (_, steps) in kernels() {
        let mut out = ByteRows::default();
        steps.quantise(&[0.0; 32], &mut out.reset(1, 32));
        let row = out.all();
        assert!(row.bytes.iter().all(|byte| i32::from(*byte) == row.roundings[0].zero));
    }
}

/// The nearest bf16, ties to even.
fn as_half(x: f32) -> f32 {
    let bits = x.to_bits();
    f32::from_bits((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff_0000)
}

fn exact_attention(joint: &[f32], heads: Heads) -> Vec<f64> {
    let hidden = heads.count * heads.width;
    let rows: Vec<&[f32]> = joint.chunks_exact(3 * hidden).collect();
    let mut out = vec![0.0; rows.len() * hidden];
    for (token, query) in rows.iter().enumerate() {
        for head in 0..heads.count {
            let at = |part: usize| part * hidden + head * heads.width..part * hidden + (head + 1) * heads.width;
            let dot = |key: &[f32]| -> f64 {
                query[at(0)].iter().zip(&key[at(1)]).map(|(q, k)| f64::from(*q) * f64::from(*k)).sum()
            };
            let scores: Vec<f64> = rows.iter().map(|key| dot(key)).collect();
            let largest = scores.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = scores.iter().map(|score| (score - largest).exp()).sum();
            for (score, value) in scores.iter().zip(&rows) {
                let share = (score - largest).exp() / sum;
                for (out, v) in out[token * hidden..][at(0)].iter_mut().zip(&value[at(2)]) {
                    *out += share * f64::from(*v);
                }
            }
        }
    }
    out
}

fn exact_norm(x: &[f32], added: &[f32], norm: &Norm) -> Vec<f64> {
    let both: Vec<f64> = x.iter().zip(added).map(|(x, added)| f64::from(*x) + f64::from(*added)).collect();
    let mean = both.iter().sum::<f64>() / both.len() as f64;
    let variance = both.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / both.len() as f64;
    let inverse = 1.0 / (variance + f64::from(norm.eps)).sqrt();
    let parts = both.iter().zip(norm.weight.iter().zip(&norm.bias));
    parts.map(|(x, (weight, bias))| (x - mean) * inverse * f64::from(*weight) + f64::from(*bias)).collect()
}
