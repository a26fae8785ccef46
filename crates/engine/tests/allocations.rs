//! What the engine asks of the allocator.

#![allow(unsafe_code, reason = "an allocator that counts")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use moodline_engine::{Engine, Kernel};

use crate::tiny::Tiny;

#[path = "encoder/tiny.rs"]
mod tiny;

thread_local! {
    /// How often this thread has asked for memory.
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps to what `alloc` asks of it.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to what `dealloc` asks of it.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps to what `realloc` asks of it.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_batch_no_larger_than_one_before_allocates_nothing() {
    let tiny = Tiny { width: 64, heads: 2, layers: 2, inner: 128, positions: 40, seed: 5 };
    let batches: Vec<Vec<usize>> = vec![vec![40; 9], vec![1, 7, 40, 0, 12], vec![3], vec![], vec![40; 9]];
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_supported()) {
        let mut engine = Engine::load_for(kernel, &tiny.file(), 1).unwrap();
        for (number, lengths) in batches.iter().enumerate() {
            let x = tiny.embeddings(lengths.iter().sum(), number as u64);
            let before = ASKED.get();
            engine.encode(&x, lengths).unwrap();
            let asked = ASKED.get() - before;
            assert!((asked > 0) == (number == 0), "{kernel}: batch {number} allocated {asked} times");
        }
    }
}
