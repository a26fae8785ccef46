//! One share out of n, and the difference of two.

use crate::{Difference, Z95, index::combine};

/// A share with its 95 % interval, all 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareInterval {
    /// Observed share; 0 without data.
    pub share: f64,
    /// Lower end: the pessimistic bound to rank by.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The share `hits / n` with Wilson's score interval (E. B. Wilson, *Journal of the American Statistical Association*
/// 22, 1927). Without data the interval is 0 to 1.
pub fn wilson(hits: f64, n: f64) -> ShareInterval {
    if n <= 0.0 {
        return ShareInterval { share: 0.0, low: 0.0, high: 1.0 };
    }
    let share = (hits / n).clamp(0.0, 1.0);
    let z2 = Z95 * Z95;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ShareInterval { share, low: (centre - reach).clamp(0.0, share), high: (centre + reach).clamp(share, 1.0) }
}

/// The difference of two independent shares `hits / n`, first minus second, with its interval from the two Wilson
/// intervals (R. G. Newcombe, *Statistics in Medicine* 17, 1998, method 10).
pub fn newcombe_difference(first: (f64, f64), second: (f64, f64)) -> Difference {
    let [a, b] = [first, second].map(|(hits, n)| wilson(hits, n));
    combine((a.share, a.low, a.high), (b.share, b.low, b.high))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wilson_matches_the_published_examples() {
        // Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
        for (hits, n, low, high) in
            [(81.0, 263.0, 0.2553, 0.3662), (15.0, 148.0, 0.0624, 0.1605), (1.0, 29.0, 0.0061, 0.1718)]
        {
            let w = wilson(hits, n);
            assert!((w.low - low).abs() < 5e-5 && (w.high - high).abs() < 5e-5, "{hits}/{n}: {w:?}");
        }
    }

    #[test]
    fn newcombe_matches_the_published_examples() {
        // Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10.
        let d = newcombe_difference((56.0, 70.0), (48.0, 80.0));
        assert!((d.difference - 0.2).abs() < 1e-9 && (d.low - 0.0524).abs() < 5e-5 && (d.high - 0.3339).abs() < 5e-5);
        let d = newcombe_difference((9.0, 10.0), (3.0, 10.0));
        assert!((d.low - 0.1705).abs() < 5e-5 && (d.high - 0.8090).abs() < 5e-5, "{d:?}");
    }

    #[test]
    fn no_data_means_anything_is_possible() {
        assert_eq!(wilson(0.0, 0.0), ShareInterval { share: 0.0, low: 0.0, high: 1.0 });
    }

    proptest! {
        #[test]
        fn a_share_lies_in_its_interval(hits in 0_u32..500, misses in 0_u32..500) {
            let w = wilson(f64::from(hits), f64::from(hits + misses));
            prop_assert!(0.0 <= w.low && w.low <= w.share && w.share <= w.high && w.high <= 1.0);
        }
    }
}
