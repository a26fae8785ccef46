//! `moodline map heads`: what people's corrections taught a map.

use anyhow::Result;
use comfy_table::Cell;
use moodline_api::ask::maps;
use moodline_assign::LEAST_CORRECTIONS;
use moodline_types::MapId;

use crate::{
    cli::ShowFormat,
    commands::Context,
    output::{Output, number},
};

pub(super) async fn run(map: &MapId, format: ShowFormat, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let heads = maps::heads(app.store.as_ref(), map).await?;
    let mut out = Output::new();
    if format == ShowFormat::Json {
        out.json(&heads)?;
        return Ok(out.flush()?);
    }
    if heads.is_empty() {
        out.line(format!(
            "nobody has placed an opinion on {map} yet: `moodline relabel OPINION --map {map} --touchpoint T`"
        ))?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&[
        "Touchpoint",
        "Corrections",
        "Elsewhere",
        "F1 without",
        "F1 with",
        "95 % of the rise",
        "In use",
    ]);
    for head in &heads {
        let share = |of: fn(&moodline_api::body::Fit) -> f64| {
            head.fit.as_ref().map_or_else(|| "–".to_owned(), |fit| format!("{:.2}", of(fit)))
        };
        let rise = head.fit.as_ref().map_or_else(|| "–".to_owned(), |fit| format!("{:+.2}..{:+.2}", fit.low, fit.high));
        let in_use = match (&head.fit, head.in_use) {
            (None, _) if head.corrections < LEAST_CORRECTIONS as u64 => format!("no: {LEAST_CORRECTIONS} are needed"),
            (None, _) => "no: none elsewhere to compare with".to_owned(),
            (Some(_), true) => format!("head {}", head.version),
            (Some(_), false) => "no: it may not help".to_owned(),
        };
        table.add_row([
            Cell::new(&head.touchpoint),
            number(head.corrections),
            number(head.others),
            Cell::new(share(|fit| fit.without)),
            Cell::new(share(|fit| fit.with)),
            Cell::new(rise),
            Cell::new(in_use),
        ]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}
