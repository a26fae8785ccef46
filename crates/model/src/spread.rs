//! Work on many items over a few threads.

use std::thread;

/// Items below which another thread costs more than it brings.
const LEAST: usize = 8;

/// `f` of each of `items`, in order, on up to `threads` threads.
pub(crate) fn spread<T: Send, R: Send>(items: Vec<T>, threads: usize, f: impl Fn(T) -> R + Sync) -> Vec<R> {
    let share = items.len().div_ceil(threads.max(1)).max(LEAST);
    if items.len() <= share {
        return items.into_iter().map(f).collect();
    }
    let (count, f) = (items.len(), &f);
    let mut items = items.into_iter();
    let own: Vec<T> = items.by_ref().take(share).collect();
    thread::scope(|scope| {
        let mut helpers = Vec::new();
        loop {
            let part: Vec<T> = items.by_ref().take(share).collect();
            if part.is_empty() {
                break;
            }
            helpers.push(scope.spawn(move || part.into_iter().map(f).collect::<Vec<R>>()));
        }
        let mut found = Vec::with_capacity(count);
        found.extend(own.into_iter().map(f));
        for helper in helpers {
            found.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_whatever_the_threads() {
        for count in [0, 1, 7, 8, 9, 100] {
            for threads in [0, 1, 2, 3, 64] {
                let found = spread((0..count).collect(), threads, |x: usize| x * x);
                assert_eq!(found, (0..count).map(|x| x * x).collect::<Vec<_>>(), "{count} on {threads}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "item 60")]
    fn a_panic_of_a_helper_goes_on() {
        spread((0..64).collect(), 2, |x: usize| assert!(x < 60, "item {x}"));
    }
}
