//! What is measured against what the team believes and wants.

use anyhow::Result;
use comfy_table::Cell;
use moodline_api::body;
use moodline_maps::{AgainstTarget, Gap, MapView, Touchpoint, ranked_gaps};
use moodline_types::LayerState;

use super::{range, signed};
use crate::output::{Output, number};

/// Touchpoints named in each lane.
const NAMED: usize = 5;

/// On a map that is the future of another, every touchpoint of it as it stands today; nothing elsewhere.
pub(super) fn today(view: &MapView<'_>, out: &mut Output) -> Result<()> {
    let Some(today) = &view.today else { return Ok(()) };
    let drawn = match (today.run, today.window) {
        (Some(run), Some(window)) => format!("{} to {}, run {run}", window.from, window.to),
        _ => "not drawn yet: run `moodline refresh`".to_owned(),
    };
    out.heading(&format!("Today (map {}, {drawn}) against the targets of this map", today.map))?;
    let mut table = out.new_table(&["Touchpoint", "n", "Today", "95 %", "Target", "Gap", "95 %", "State"]);
    for AgainstTarget { touchpoint, layer, gap, .. } in view.against_targets() {
        let reached = gap.filter(|gap| gap.low >= 0.0).map(|_| "reached".to_owned());
        let state = if layer.state == LayerState::Ok { reached.unwrap_or_default() } else { layer.state.to_string() };
        table.add_row([
            Cell::new(view.say(&touchpoint.name)),
            number(layer.counts.n()),
            out.mood(signed(layer.net), layer.net),
            Cell::new(range(layer.low.zip(layer.high))),
            Cell::new(signed(touchpoint.target)),
            out.mood(gap.map_or_else(String::new, |gap| signed(Some(gap.net))), gap.map(|gap| gap.net)),
            Cell::new(range(gap.map(|gap| (gap.low, gap.high)))),
            Cell::new(state),
        ]);
    }
    out.table(&table)?;
    let is_new = |touchpoint: &&Touchpoint| today.layer(touchpoint).is_none();
    let new: Vec<&str> = view
        .map
        .touchpoints()
        .map(|(_, touchpoint)| touchpoint)
        .filter(is_new)
        .map(|new| view.say(&new.name))
        .collect();
    if !new.is_empty() && today.run.is_some() {
        out.line(format!("not part of the journey today: {}", new.join(", ")))?;
    }
    Ok(())
}

/// How the touchpoints of a future-state map stand today.
pub(super) fn against_targets(rows: &[body::AgainstTarget], out: &mut Output) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    out.heading(&format!("Today on map {} against the targets of this one", first.today_map))?;
    let mut table = out.new_table(&["Touchpoint", "Today's", "n", "Net", "95 %", "Target", "Gap", "95 %", "State"]);
    for row in rows {
        let gap = row.to_target.as_ref();
        table.add_row([
            Cell::new(&row.touchpoint),
            Cell::new(&row.today_touchpoint),
            number(row.n),
            out.mood(signed(row.net), row.net),
            Cell::new(range(row.low.zip(row.high))),
            Cell::new(signed(row.target)),
            out.mood(signed(gap.map(|gap| gap.net)), gap.map(|gap| gap.net)),
            Cell::new(range(gap.map(|gap| (gap.low, gap.high)))),
            Cell::new(row.state),
        ]);
    }
    Ok(out.table(&table)?)
}

/// Two lanes, each with the largest gap that is certain first; nothing where nobody set a level.
pub(super) fn lanes(view: &MapView<'_>, out: &mut Output) -> Result<()> {
    for (to_target, title, level) in
        [(false, "Measured against the team's own guess", "Guess"), (true, "Measured against the target", "Target")]
    {
        let gaps = ranked_gaps(view, to_target);
        if gaps.is_empty() {
            continue;
        }
        out.heading(title)?;
        let mut table = out.new_table(&["", "Touchpoint", level, "Measured", "Gap", "95 %"]);
        for (rank, (_, touchpoint, gap)) in gaps.iter().take(NAMED).enumerate() {
            let Gap { level, net, low, high } = *gap;
            table.add_row(vec![
                number(rank + 1),
                Cell::new(view.say(&touchpoint.name)),
                Cell::new(signed(Some(level))),
                Cell::new(signed(Some(level + net))),
                out.mood(signed(Some(net)), Some(net)),
                Cell::new(format!("{}..{}", signed(Some(low)), signed(Some(high)))),
            ]);
        }
        out.table(&table)?;
        if gaps.len() > NAMED {
            out.line(format!("… and {} more; `--format json` has all", gaps.len() - NAMED))?;
        }
    }
    Ok(())
}
