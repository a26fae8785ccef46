//! `moodline relabel`: a person's word against the machine's.

use anyhow::{Result, bail};
use moodline_maps::parse_map;
use moodline_store::NewOverride;
use moodline_types::{Clock, SentimentLabel};

use super::Context;
use crate::{cli::RelabelArgs, output::Output};

pub(super) async fn run(args: RelabelArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    if args.sentiment == Some(SentimentLabel::Unsure) {
        bail!("`unsure` is the model's word; a person says negative, neutral, positive or mixed");
    }
    let place = match (&args.map, &args.touchpoint, args.nowhere) {
        (Some(map), Some(touchpoint), _) => {
            app.map_ids(std::slice::from_ref(map)).await?;
            let records = app.store.maps().await?;
            let Some(record) = records.iter().find(|record| record.id == *map) else {
                bail!("there is no map `{map}`")
            };
            let loaded = parse_map(map.as_str(), &record.definition)?;
            let Some((stage, _)) = loaded.map.touchpoint(touchpoint) else {
                let known: Vec<&str> = loaded.map.touchpoints().map(|(_, t)| t.id.as_str()).collect();
                bail!("map {map} has no touchpoint `{touchpoint}`; it has {}", known.join(", "));
            };
            Some((map.clone(), Some((stage.id.clone(), touchpoint.clone()))))
        }
        (Some(map), None, true) => Some((map.clone(), None)),
        _ => None,
    };
    let relevant = match (args.irrelevant, args.relevant) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    };
    if args.sentiment.is_none() && place.is_none() && relevant.is_none() {
        bail!("say what is wrong: --sentiment, --map with --touchpoint or --nowhere, --irrelevant or --relevant");
    }
    let correction = NewOverride { sentiment: args.sentiment, place, relevant, actor: args.actor };
    app.store.add_override(args.opinion, &correction, app.clock.now()).await?;
    let mut out = Output::new();
    for map in app.map_ids(&[]).await? {
        // The correction holds; a map that cannot be placed now is placed with it later.
        if let Err(error) = super::steps::place(&app, &map).await {
            out.line(format!("{map}: not placed yet: {error:#}"))?;
        }
    }
    out.line(format!("opinion {} corrected; `moodline layers` draws the curve with it", args.opinion))?;
    Ok(out.flush()?)
}
