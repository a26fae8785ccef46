//! `moodline events`: what is new, as JSON Lines.

use std::time::Duration;

use anyhow::Result;
use moodline_api::ask::events::{Reader, Seen};

use super::Context;
use crate::{cli::EventsArgs, output::Output};

/// How often the database is asked for news.
const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn run(args: &EventsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let store = app.store.as_ref();
    let seen = match &args.after {
        Some(id) => Seen::read(id)?,
        None if args.follow => Seen::now(store).await?,
        None => Seen::default(),
    };
    let (mut reader, mut out) = (Reader::new(seen), Output::new());
    loop {
        let news = reader.next(store).await?;
        out.json_lines(&news)?;
        out.flush()?;
        if news.is_empty() && !(args.follow && context.drain.sleep(EVERY).await) {
            return Ok(());
        }
    }
}
