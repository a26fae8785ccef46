//! Which rows run together.

/// Groups rows of similar length so that rows × longest row stays within `budget` tokens; a row longer than the
/// budget runs alone. Gives indices into `lengths`, every one exactly once, shortest rows first.
pub(crate) fn batches(lengths: &[usize], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&row| lengths[row]);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for row in order {
        match groups.last_mut() {
            Some(group) if (group.len() + 1) * lengths[row] <= budget => group.push(row),
            _ => groups.push(vec![row]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_of_like_length_run_together() {
        assert_eq!(batches(&[9, 2, 8, 3, 30], 18), vec![vec![1, 3], vec![2, 0], vec![4]]);
        assert!(batches(&[], 18).is_empty());
    }

    proptest! {
        #[test]
        fn every_row_runs_once_within_the_budget(
            lengths in prop::collection::vec(1..300_usize, 0..200), budget in 1..4096_usize,
        ) {
            let groups = batches(&lengths, budget);
            for group in &groups {
                let longest = group.iter().map(|&row| lengths[row]).max().unwrap();
                prop_assert!(group.len() == 1 || group.len() * longest <= budget);
            }
            let mut seen = groups.concat();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..lengths.len()).collect::<Vec<_>>());
        }
    }
}
