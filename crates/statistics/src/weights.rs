//! Weighted mentions.

/// How many equally weighted mentions carry as much as these: `(Σw)² / Σw²` (L. Kish, *Survey Sampling*, 1965, §11.7).
/// 0 for no weight at all, and never more than their number.
pub fn effective_n(weights: &[f64]) -> f64 {
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    if squares > 0.0 { weights.iter().sum::<f64>().powi(2) / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_count_fully_and_one_heavy_author_counts_once() {
        assert!((effective_n(&[0.2; 50]) - 50.0).abs() < 1e-9);
        assert!((effective_n(&[1.0, 1e-9, 1e-9]) - 1.0).abs() < 1e-6);
        assert!(effective_n(&[]).abs() < f64::EPSILON);
    }
}
