//! Overlapping windows over a long text.

use std::ops::Range;

/// One stretch of tokens the encoder sees at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// The tokens in it.
    pub(crate) tokens: Range<usize>,
    /// Those whose vectors are taken from this window: the ones it sees farther from a cut than its neighbours do.
    pub(crate) keep: Range<usize>,
}

/// Windows of at most `capacity` tokens over `count`, each sharing at least `overlap` with the one before.
///
/// The last window is full, too, so that the end of a text is read with as much before it as any other part.
/// `overlap` must be less than `capacity`.
pub(crate) fn windows(count: usize, capacity: usize, overlap: usize) -> Vec<Window> {
    let stride = capacity.saturating_sub(overlap).max(1);
    let mut found: Vec<Window> = Vec::with_capacity(count / stride + 1);
    let mut start = 0;
    loop {
        let last = start + capacity >= count;
        let start_here = if last { count.saturating_sub(capacity) } else { start };
        let tokens = start_here..count.min(start_here + capacity);
        let keep_from = found.last_mut().map_or(0, |before| {
            let middle = usize::midpoint(tokens.start, before.tokens.end);
            before.keep.end = middle;
            middle
        });
        found.push(Window { keep: keep_from..tokens.end, tokens });
        if last {
            return found;
        }
        start += stride;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_is_one_window() {
        assert_eq!(windows(5, 10, 4), vec![Window { tokens: 0..5, keep: 0..5 }]);
        assert_eq!(windows(0, 10, 4), vec![Window { tokens: 0..0, keep: 0..0 }]);
    }

    #[test]
    fn the_shared_part_is_halved_and_the_last_window_is_full() {
        let expected = [(0..10, 0..8), (6..16, 8..13), (10..20, 13..20)];
        let expected: Vec<Window> = expected.map(|(tokens, keep)| Window { tokens, keep }).into();
        assert_eq!(windows(20, 10, 4), expected);
    }

    proptest! {
        #[test]
        fn every_token_is_kept_exactly_once_and_away_from_the_cuts(
            count in 0..3000_usize, capacity in 8..256_usize, share in 0.0..0.5_f64,
        ) {
            let overlap = (capacity as f64 * share) as usize;
            let found = windows(count, capacity, overlap);
            let mut next = 0;
            for window in &found {
                prop_assert!(window.tokens.len() <= capacity);
                prop_assert_eq!(window.keep.start, next);
                prop_assert!(window.tokens.start <= window.keep.start && window.keep.end <= window.tokens.end);
                if window.tokens.start > 0 {
                    prop_assert!(window.keep.start - window.tokens.start >= overlap / 2);
                }
                if window.tokens.end < count {
                    prop_assert!(window.tokens.end - window.keep.end >= overlap / 2);
                }
                next = window.keep.end;
            }
            prop_assert_eq!(next, count);
        }
    }
}
