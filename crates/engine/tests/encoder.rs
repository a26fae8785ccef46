//! The whole engine on small random encoders: against single precision, across kernels, batches and threads.

mod encoder {
    pub(crate) mod reference;
    pub(crate) mod tiny;
}

use encoder::{reference::reference, tiny::Tiny};
use moodline_engine::{Engine, EngineError, Kernel};
use proptest::prelude::*;

const SMALL: Tiny = Tiny { width: 64, heads: 2, layers: 2, inner: 96, positions: 40, seed: 1 };

fn kernels() -> impl Iterator<Item = Kernel> {
    Kernel::ALL.into_iter().filter(|kernel| kernel.is_supported())
}

fn engine(tiny: &Tiny, kernel: Kernel, threads: usize) -> Engine {
    Engine::load_for(kernel, &tiny.file(), threads).expect("the processor has the kernel and the file is whole")
}

fn furthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn every_kernel_is_near_single_precision() {
    for tiny in [
        SMALL,
        Tiny { width: 32, heads: 2, layers: 1, inner: 32, positions: 8, seed: 2 },
        Tiny { width: 96, heads: 3, layers: 3, inner: 224, positions: 16, seed: 3 },
        Tiny { width: 384, heads: 12, layers: 1, inner: 1536, positions: 80, seed: 4 },
        Tiny { width: 768, heads: 12, layers: 1, inner: 128, positions: 8, seed: 5 },
    ] {
        let lengths = [1, tiny.positions, 5, 0, 2];
        let x = tiny.embeddings(lengths.iter().sum(), 7);
        let exact = reference(&tiny, &x, &lengths);
        let spread = (exact.iter().map(|x| x * x).sum::<f32>() / exact.len() as f32).sqrt();
        for kernel in kernels() {
            let mut engine = engine(&tiny, kernel, 1);
            let found = engine.encode(&x, &lengths).unwrap();
            let squares: f32 = found.iter().zip(&exact).map(|(a, b)| (a - b) * (a - b)).sum();
            let off = (squares / exact.len() as f32).sqrt();
            assert!(off < 0.03 * spread, "{kernel}, width {}: {off} off where numbers are {spread}", tiny.width);
        }
    }
}

/// Kernels round floats differently, and now and then a byte falls the other way: it then is off by one step in 255 of
/// one input of a row. AMX rounds what goes into attention as well.
#[test]
fn kernels_agree_within_a_step() {
    let lengths = [3, 40, 17, 1];
    let x = SMALL.embeddings(61, 9);
    let portable = engine(&SMALL, Kernel::Portable, 1).encode(&x, &lengths).unwrap().to_vec();
    for kernel in kernels() {
        let off = furthest(engine(&SMALL, kernel, 1).encode(&x, &lengths).unwrap(), &portable);
        let tolerance = if kernel == Kernel::Amx { 0.1 } else { 0.03 };
        assert!(off < tolerance, "{kernel}: {off}");
    }
}

#[test]
fn a_batch_that_does_not_add_up_is_refused() {
    let mut engine = engine(&SMALL, Kernel::Portable, 1);
    assert_eq!(engine.encode(&[0.0; 65], &[1]).unwrap_err().to_string(), "65 numbers were given for 1 tokens of 64");
    assert!(matches!(engine.encode(&[], &[usize::MAX, 1]), Err(EngineError::BatchSize { .. })));
    let long = vec![0.0; 41 * 64];
    let error = engine.encode(&long, &[41]).unwrap_err();
    assert_eq!(error.to_string(), "a text of 41 tokens is longer than the 40 positions of the weights");
    assert!(engine.encode(&[], &[]).unwrap().is_empty());
    assert!(engine.encode(&[], &[0, 0]).unwrap().is_empty());
}

#[test]
fn weights_that_do_not_fit_are_named() {
    for (name, message) in
        [("l1.fo.w", "the weights have no tensor l1.fo.w"), ("emb.type", "the weights have no tensor emb.type")]
    {
        let error = Engine::load(&SMALL.file_without(name), 1).err().unwrap();
        assert_eq!(error.to_string(), message);
    }
    let error = Engine::load(&Tiny { width: 48, ..SMALL }.file(), 1).err().unwrap();
    assert_eq!(error.to_string(), "emb.type of the weights is 48, expected a multiple of 32 numbers, and of 16 a head");
    let error = Engine::load(&Tiny { heads: 0, ..SMALL }.file(), 1).err().unwrap();
    assert_eq!(error.to_string(), "metadata heads of the weights is 0, expected a number in range");
    assert!(matches!(Engine::load(b"weights", 1), Err(EngineError::Format(_))));
}

#[test]
fn what_is_no_number_stays_with_its_text() {
    let lengths = [4, 3];
    let mut x = SMALL.embeddings(7, 3);
    for kernel in kernels() {
        let mut engine = engine(&SMALL, kernel, 2);
        let sound = engine.encode(&x, &lengths).unwrap().to_vec();
        for odd in [f32::NAN, f32::INFINITY, f32::MAX] {
            let kept = std::mem::replace(&mut x[5], odd);
            let found = engine.encode(&x, &lengths).unwrap();
            assert_eq!(found[4 * 64..], sound[4 * 64..], "{kernel}");
            x[5] = kept;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neighbours_and_threads_change_not_a_bit(
        lengths in prop::collection::vec(0..40_usize, 1..24), threads in 1..5_usize, seed in any::<u64>(),
    ) {
        let x = SMALL.embeddings(lengths.iter().sum(), seed);
        for kernel in kernels() {
            let (mut alone, mut together) = (engine(&SMALL, kernel, 1), engine(&SMALL, kernel, threads));
            let mut shared = engine(&SMALL, kernel, threads);
            let all = together.encode(&x, &lengths).unwrap();
            let mut start = 0;
            for length in &lengths {
                let rows = start..start + length * SMALL.width;
                start = rows.end;
                prop_assert_eq!(alone.encode(&x[rows.clone()], &[*length]).unwrap(), &all[rows.clone()], "{}", kernel);
                let found = shared.encode(&x[rows.clone()], &[*length]).unwrap();
                prop_assert_eq!(found, &all[rows], "{} on all threads", kernel);
            }
        }
    }

    #[test]
    fn no_file_breaks_the_reader(cut in 0.0..1.0_f64, at in 0.0..1.0_f64, byte in any::<u8>()) {
        let mut file = SMALL.file();
        file.truncate((file.len() as f64 * cut) as usize);
        prop_assert!(Engine::load(&file, 1).is_err());
        let mut file = SMALL.file();
        let at = (4000.0 * at) as usize;
        file[at] = byte;
        let _ = Engine::load(&file, 1);
    }
}
