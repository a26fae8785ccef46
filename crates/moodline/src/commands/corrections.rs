//! `moodline corrections`: what people said against the machine.

use anyhow::Result;
use moodline_api::ask::corrections;
use moodline_types::MentionId;

use super::Context;
use crate::{
    cli::{CorrectionsArgs, ShowFormat},
    output::{Output, number, shorten},
};

pub(super) async fn run(args: &CorrectionsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let corrections = corrections::list(app.store.as_ref(), args.after.map(MentionId), args.limit).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&corrections)?;
        return Ok(out.flush()?);
    }
    let mut table =
        out.new_table(&["Mention", "When (UTC)", "Who", "Sentiment", "Map", "Touchpoint", "Counts", "Words"]);
    for one in &corrections {
        let nowhere = one.map.as_ref().map_or("–", |_| "nowhere");
        table.add_row([
            number(one.mention),
            comfy_table::Cell::new(one.at.format("%Y-%m-%d %H:%M")),
            comfy_table::Cell::new(&one.actor),
            comfy_table::Cell::new(one.sentiment.map_or("–", |sentiment| sentiment.as_str())),
            comfy_table::Cell::new(one.map.as_ref().map_or("–", |map| map.as_str())),
            comfy_table::Cell::new(one.touchpoint.as_ref().map_or(nowhere, |touchpoint| touchpoint.as_str())),
            comfy_table::Cell::new(one.relevant.map_or("–", |relevant| if relevant { "yes" } else { "no" })),
            comfy_table::Cell::new(shorten(&one.evidence, 60)),
        ]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}
