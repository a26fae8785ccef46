//! What loading the model costs: wall and processor time, from files that are in the page cache.
//!
//! `cargo run --release -p moodline-model --example load [FOLDER] [TIMES]`

use std::{fs, path::PathBuf, time::Instant};

use moodline_model::{LocalModel, ModelOptions, find_model};

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = find_model(arguments.next().map(PathBuf::from).as_deref())?;
    let times: u32 = arguments.next().map_or(Ok(5), |times| times.parse())?;
    for self_test in [false, true] {
        let options = ModelOptions { self_test, ..ModelOptions::default() };
        drop(LocalModel::load(&folder, &options)?);
        let (began, busy) = (Instant::now(), processor_seconds()?);
        for _ in 0..times {
            drop(LocalModel::load(&folder, &options)?);
        }
        let each = |seconds: f64| seconds / f64::from(times);
        println!(
            "{} self-test: {:.2} s, {:.2} s of processor",
            if self_test { "with" } else { "without" },
            each(began.elapsed().as_secs_f64()),
            each(processor_seconds()? - busy),
        );
    }
    Ok(())
}

/// Processor time of this process so far (`proc_pid_stat(5)`: user and system, in hundredths of a second).
fn processor_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: Result<Vec<f64>, _> = after_name.split(' ').skip(11).take(2).map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / 100.0)
}
