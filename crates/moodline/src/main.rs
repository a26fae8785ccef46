//! moodline: keeps the emotion curve of a customer journey map true to what customers really say.
//!
//! This crate is the command line and the service around the pipeline's crates. [`wire`] is the one file that names
//! concrete types; everything else sees traits.

mod cli;
mod commands;
mod daemon;
mod output;
mod progress;
mod pulse;
mod settings;
mod traces;
mod wire;

use std::process::ExitCode;

use clap::Parser;

use crate::{cli::Cli, settings::BadSettings};

/// Exit status for settings, maps or files that have to be changed first.
const BAD_SETTINGS: u8 = 64;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of our output went away (`moodline mentions | head`): nothing is wrong.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::report(&error);
            if error.chain().any(<dyn std::error::Error>::is::<BadSettings>) {
                ExitCode::from(BAD_SETTINGS)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

/// Writing to standard output fails with a plain I/O error; a pipe that breaks elsewhere (a lost database) is a cause
/// behind another error, and a failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
