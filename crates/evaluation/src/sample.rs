//! A part of the rows that stays the same from run to run.

use crate::{LabelledRow, bootstrap::mix};

/// At most `limit` of the rows, in their order: those whose texts have the lowest hashes. Which rows that are depends
/// neither on their order nor on the machine, and a smaller limit takes a part of a larger one's rows.
pub fn sample(mut rows: Vec<LabelledRow>, limit: usize) -> Vec<LabelledRow> {
    if rows.len() <= limit {
        return rows;
    }
    let mut hashes: Vec<(u64, usize)> = rows.iter().enumerate().map(|(at, row)| (hash(&row.text), at)).collect();
    hashes.sort_unstable();
    let mut keep = vec![false; rows.len()];
    for (_, at) in &hashes[..limit] {
        keep[*at] = true;
    }
    let mut kept = keep.into_iter();
    rows.retain(|_| kept.next().unwrap_or(false));
    rows
}

/// FNV-1a (G. Fowler, L. Noll, K. Vo), its bits spread.
fn hash(text: &str) -> u64 {
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(n: usize) -> Vec<LabelledRow> {
        (0..n).map(|i| LabelledRow { text: format!("row {i}"), ..LabelledRow::default() }).collect()
    }

    fn texts(rows: &[LabelledRow]) -> Vec<&str> {
        rows.iter().map(|row| row.text.as_str()).collect()
    }

    #[test]
    fn a_sample_does_not_depend_on_the_order_of_rows() {
        let forwards = sample(rows(100), 10);
        let mut backwards = rows(100);
        backwards.reverse();
        let mut backwards = sample(backwards, 10);
        backwards.reverse();
        assert_eq!(forwards.len(), 10);
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn a_smaller_sample_is_part_of_a_larger_one() {
        let (small, large) = (sample(rows(100), 5), sample(rows(100), 20));
        assert!(texts(&small).iter().all(|text| texts(&large).contains(text)));
        assert_eq!(sample(rows(3), 5).len(), 3);
    }
}
