//! Exponential and GELU from polynomials.

use crate::simd::Lanes;

/// eˣ for x ≤ 88; below −87 the smallest normal number or so. Relative error under 3·10⁻⁷.
///
/// Cephes' `expf`: x = n·ln 2 + r, eʳ by a polynomial of degree 7, n into the exponent.
#[inline(always)]
pub(crate) fn exp<L: Lanes>(l: L, x: L::F) -> L::F {
    let x = l.max(x, l.splat(-87.0));
    let whole = l.round(l.mul(x, l.splat(std::f32::consts::LOG2_E)));
    // ln 2 in two parts, so that the product loses no digits.
    let r = l.mul_add(whole, l.splat(-0.693_359_4), x);
    let r = l.mul_add(whole, l.splat(2.121_944_4e-4), r);
    let mut p = l.splat(1.987_569_1e-4);
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = l.mul_add(p, r, l.splat(c));
    }
    let p = l.mul_add(l.mul(r, r), p, l.add(r, l.splat(1.0)));
    l.mul(p, l.exp2(whole))
}

/// x·Φ(x), Φ being the normal distribution function: the exact GELU. Error under 4·10⁻⁵ · max(1, |x|) (1.5·10⁻⁵ where products and sums are fused), a
/// small part of a step of the bytes it is rounded to.
///
/// Φ(x) = ½ + x·P(x²) on −4.5..=4.5, beyond which it counts as constant. P's ten coefficients make the largest error of
/// x·Φ(x) smallest (Lawson's iteration over least squares); no division, which would cost more than the whole polynomial.
#[inline(always)]
pub(crate) fn gelu<L: Lanes>(l: L, x: L::F) -> L::F {
    let near = l.max(l.min(x, l.splat(4.5)), l.splat(-4.5));
    let square = l.mul(near, near);
    let mut p = l.splat(-1.400_068_1e-12);
    for c in [
        1.697_304_5e-10,
        -9.193_752e-9,
        2.958_899_5e-7,
        -6.365_257_4e-6,
        9.787_138e-5,
        -1.122_678_5e-3,
        9.833_185e-3,
        -6.633_706e-2,
        0.398_883_8,
    ] {
        p = l.mul_add(p, square, l.splat(c));
    }
    l.mul(x, l.mul_add(near, p, l.splat(0.5)))
}
