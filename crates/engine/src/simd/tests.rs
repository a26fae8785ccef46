//! Every implementor against plain arithmetic, and against the portable one.

#![expect(clippy::float_cmp, reason = "what is exact is compared exactly")]

#[cfg(target_arch = "x86_64")]
use super::{
    Dot, Quad,
    avx2::{Avx2, AvxVnni},
    avx512::Avx512,
};
#[cfg(target_arch = "aarch64")]
use super::{Dot, Quad, neon::Neon};
use super::{LANES, Lanes, portable::Portable};

/// Runs a check on every implementor this processor has.
macro_rules! on_all {
    ($check:ident) => {
        $check(Portable);
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(token) = Avx2::detect() {
                $check(token);
            }
            if let Some(token) = Avx512::detect() {
                $check(token);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(token) = Neon::detect() {
            $check(token);
        }
    };
}

fn lanes(f: impl Fn(usize) -> f32) -> [f32; LANES] {
    std::array::from_fn(f)
}

fn bytes_of<L: Lanes>(l: L, x: [f32; LANES]) -> [u8; LANES] {
    let mut out = [7; LANES];
    l.store_bytes(l.load(&x), &mut out);
    out
}

#[test]
fn bytes_are_the_nearest_and_stay_in_range() {
    fn check<L: Lanes>(l: L) {
        let odd = [-1e30, -0.6, -0.5, 0.4, 0.5, 1.5, 2.5, 3.5, 254.4, 254.5, 255.0, 255.6, 1e30, f32::NAN, 17.0, -0.0];
        assert_eq!(bytes_of(l, odd), [0, 0, 0, 0, 0, 2, 2, 4, 254, 254, 255, 255, 255, 0, 17, 0]);
        let rising = lanes(|i| i as f32 * 16.0 + 0.1);
        assert_eq!(bytes_of(l, rising), std::array::from_fn(|i| i as u8 * 16), "lanes keep their order");
    }
    on_all!(check);
}

#[test]
fn lanes_are_added_in_one_order_everywhere() {
    fn check<L: Lanes>(l: L) {
        let x = lanes(|i| (i as f32 * 12.9898).sin() * 1000.0);
        assert_eq!(l.sum(l.load(&x)).to_bits(), Portable.sum(x).to_bits());
        assert_eq!((l.largest(l.load(&x)), l.smallest(l.load(&x))), (Portable.largest(x), Portable.smallest(x)));
    }
    on_all!(check);
}

#[test]
fn powers_of_two_and_rounding_are_exact() {
    fn check<L: Lanes>(l: L) {
        let mut out = [0.0; LANES];
        l.store(l.exp2(l.load(&lanes(|i| i as f32 * 16.0 - 126.0))), &mut out);
        assert_eq!(out, lanes(|i| 2.0_f32.powi(i as i32 * 16 - 126)));
        l.store(l.round(l.load(&lanes(|i| i as f32 * 0.5 - 4.0))), &mut out);
        assert_eq!(out, lanes(|i| (i as f32 * 0.5 - 4.0).round_ties_even()));
    }
    on_all!(check);
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[test]
fn dot_products_keep_every_bit() {
    fn check<D: Dot>(d: D) {
        // The largest products of either sign beside each other: where sums of pairs were cut at 16 bits, it would show.
        for (input, weight) in [(255_u8, 127_i8), (255, -128), (1, -1), (128, 64)] {
            let quad = Quad(std::array::from_fn(|i| if i % 3 == 0 { weight } else { weight.wrapping_neg().max(-127) }));
            let inputs = [input, input.wrapping_sub(1), 255, 0];
            let start = std::array::from_fn(|i| i as i32 * 1000);
            let found = d.dot(d.scaled(&start, -3), d.inputs(inputs), d.weights(&quad));
            let mut out = [0.0; LANES];
            d.floats().store(d.to_floats(found), &mut out);
            let expected = |lane: usize| {
                let products =
                    inputs.iter().zip(&quad.0[4 * lane..]).map(|(x, w)| (i32::from(*x) - D::LESS) * i32::from(*w));
                products.sum::<i32>() - 3 * start[lane]
            };
            assert_eq!(out, lanes(|lane| expected(lane) as f32));
        }
    }
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(d) = Avx2::detect() {
            check(d);
        }
        if let Some(d) = AvxVnni::detect() {
            check(d);
        }
        if let Some(d) = Avx512::detect() {
            check(d);
        }
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(d) = Neon::detect() {
        check(d);
    }
}
