//! Scratch.
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use std::{fs, path::Path, time::Instant};
use moodline_model::{Classifier, LocalModel, ModelOptions, Text};
fn cpu() -> f64 { let s = fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (f[11].parse::<f64>().unwrap()+f[12].parse::<f64>().unwrap())/100.0 }
fn hwm(k: &str) -> String { fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with(k)).unwrap().to_string() }
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let texts: Vec<String> = serde_json::from_str(&fs::read_to_string(&a[1]).unwrap()).unwrap();
    let n: usize = a[2].parse().unwrap();
    for dir in &a[3..] {
        for threads in [1, 2] {
            let began = Instant::now();
            let mut m = LocalModel::load(Path::new(dir), &ModelOptions { threads, ..Default::default() }).unwrap();
            let load = began.elapsed();
            println!("{dir} loaded in {load:?}; {} {}", hwm("VmRSS"), hwm("VmHWM"));
            let asked: Vec<Text<'_>> = texts[..n].iter().map(|t| t.as_str().into()).collect();
            m.classify(&asked[..32]).unwrap();
            let (began, c0) = (Instant::now(), cpu());
            for part in asked.chunks(256) { m.classify(part).unwrap(); }
            let (s, c) = (began.elapsed().as_secs_f64(), cpu() - c0);
            println!("  {threads} threads: {:.0} texts/s wall, {:.0} texts per cpu second; {} {}", n as f64 / s, n as f64 / c, hwm("VmRSS"), hwm("VmHWM"));
            let mut l: Vec<f64> = (0..40).map(|_| { let b = Instant::now(); m.classify(&["The delivery was really fast, but the box was crushed.".into()]).unwrap(); b.elapsed().as_secs_f64()*1e3 }).collect();
            l.sort_by(|a,b| a.total_cmp(b)); println!("  one short text: median {:.2} ms, best {:.2}", l[20], l[0]);
        }
    }
}
