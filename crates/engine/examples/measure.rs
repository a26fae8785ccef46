//! Scratch measurement.
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use moodline_engine::{Engine, Kernel};
use std::{fs, time::Instant};
fn floats(p: &str) -> Vec<f32> {
    fs::read(p).unwrap().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}
fn cpu() -> f64 {
    let s = fs::read_to_string("/proc/self/schedstat").unwrap();
    let mut t = 0.0;
    for d in fs::read_dir("/proc/self/task").unwrap() {
        let _ = d;
    }
    t += s.split(" ").next().unwrap().parse::<f64>().unwrap() / 1e9;
    t
}
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let write = std::env::args().nth(2).is_some();
    let weights = fs::read(format!("{dir}/encoder.safetensors")).unwrap();
    let emb = floats(&format!("{dir}/emb.f32"));
    let lengths: Vec<usize> =
        fs::read_to_string(format!("{dir}/lengths.txt")).unwrap().lines().map(|l| l.parse().unwrap()).collect();
    let tokens: usize = lengths.iter().sum();
    println!("{} texts, {} tokens", lengths.len(), tokens);
    for kernel in Kernel::ALL.into_iter().rev() {
        if !kernel.is_supported() || (write && kernel == Kernel::Portable) {
            continue;
        }
        if let Ok(k) = std::env::var("ONLY") {
            if k != kernel.as_str() {
                continue;
            }
        }
        for threads in [1, 2] {
            if let Ok(k) = std::env::var("THREADS") {
                if k != threads.to_string() {
                    continue;
                }
            }
            let mut e = Engine::load_for(kernel, &weights, threads).unwrap();
            let n = if kernel == Kernel::Portable { 128 } else { lengths.len() };
            let t: usize = lengths[..n].iter().sum();
            e.encode(&emb[..lengths[..n.min(64)].iter().sum::<usize>() * 384], &lengths[..n.min(64)]).unwrap();
            let mut best = f64::MAX;
            let mut bestcpu = f64::MAX;
            let reps = if kernel == Kernel::Portable { 1 } else { 3 };
            for _ in 0..reps {
                let c0 = cpu();
                let began = Instant::now();
                let out = e.encode(&emb[..t * 384], &lengths[..n]).unwrap();
                let s = began.elapsed().as_secs_f64();
                let cpu = cpu() - c0;
                if cpu < bestcpu {
                    bestcpu = cpu;
                }
                best = best.min(s);
                if write && threads == 1 {
                    let b: Vec<u8> = out.iter().flat_map(|x| x.to_le_bytes()).collect();
                    fs::write(format!("{dir}/hidden.{kernel}.f32"), b).unwrap();
                }
            }
            let s = best;
            println!(
                "{kernel} {threads} threads: cpu {:.0} texts/s/core, wall {:.0} texts/s {:.0} tokens/s, {:.1} GMAC/s",
                n as f64 / bestcpu,
                n as f64 / s,
                t as f64 / s,
                t as f64 * 21.23e6 / s / 1e9
            );
        }
    }
}
