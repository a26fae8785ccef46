//! Many tests at once.

/// The adjusted p-values of these p-values, in their order: those up to q are the ones to report when at most a share q
/// of what is reported shall be false on average (Y. Benjamini, Y. Hochberg, *Journal of the Royal Statistical Society B*
/// 57, 1995).
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let tests = p_values.len() as f64;
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (place, index) in order.into_iter().enumerate() {
        least = least.min(p_values[index] * tests / (tests - place as f64));
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn adjusted_values_equal_those_computed_elsewhere() {
        // scipy 1.17.1: scipy.stats.false_discovery_control(p, method="bh").
        let adjusted = benjamini_hochberg(&P_VALUES);
        for (found, wanted) in adjusted.iter().zip(ADJUSTED) {
            assert!((found - wanted).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    const P_VALUES: [f64; 7] = [0.001, 0.02, 0.8, 0.03, 0.25, 0.004, 0.04];
    const ADJUSTED: [f64; 7] = [0.007, 0.046_666_666_666_666_67, 0.8, 0.0525, 0.291_666_666_666_666_7, 0.014, 0.056];

    proptest! {
        #[test]
        fn adjusting_keeps_the_order_and_never_lowers(p_values in proptest::collection::vec(0.0_f64..=1.0, 1..60)) {
            let adjusted = benjamini_hochberg(&p_values);
            for (i, p) in p_values.iter().enumerate() {
                prop_assert!(adjusted[i] >= *p - 1e-15 && adjusted[i] <= 1.0);
                for (j, q) in p_values.iter().enumerate() {
                    prop_assert!(p > q || adjusted[i] <= adjusted[j] + 1e-15);
                }
            }
        }
    }
}
