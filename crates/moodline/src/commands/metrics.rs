//! `moodline metrics`: what surveys and counters say, beside what the text says.

mod import;
mod read;
mod show;

use anyhow::Result;

use self::read::Entered;
pub(crate) use self::show::metrics;
pub(super) use self::{
    read::{Figures, figures},
    show::table_of,
};
use super::Context;
use crate::cli::MetricsCommand;

pub(super) async fn run(command: MetricsCommand, context: &Context) -> Result<()> {
    match command {
        MetricsCommand::Import(args) => import::run(&args, context).await,
        MetricsCommand::Show(args) => show::run(args, context).await,
    }
}
