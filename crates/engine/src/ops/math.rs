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

/// x·Φ(x), Φ being the normal distribution function: the exact GELU. Error under 4·10⁻⁷ · max(1, |x|).
#[inline(always)]
pub(crate) fn gelu<L: Lanes>(l: L, x: L::F) -> L::F {
    let half = l.mul(x, l.splat(0.5));
    l.mul_add(half, erf(l, l.mul(x, l.splat(std::f32::consts::FRAC_1_SQRT_2))), half)
}

/// The error function as a quotient of polynomials in x², from Eigen's `generic_fast_erf_float`; |x| is cut at 4,
/// beyond which it is 1 in single precision. Error under 5·10⁻⁷.
#[inline(always)]
pub(crate) fn erf<L: Lanes>(l: L, x: L::F) -> L::F {
    let x = l.max(l.min(x, l.splat(4.0)), l.splat(-4.0));
    let square = l.mul(x, x);
    let mut p = l.splat(-2.726_142_3e-10);
    for c in [2.770_681_4e-8, -2.101_024e-6, -5.692_506_4e-5, -7.349_906_3e-4, -2.954_6e-3, -1.609_603_3e-2] {
        p = l.mul_add(p, square, l.splat(c));
    }
    let mut q = l.splat(-1.456_607_2e-5);
    for c in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329_2e-3, -1.426_473_9e-2] {
        q = l.mul_add(q, square, l.splat(c));
    }
    l.div(l.mul(x, p), q)
}
