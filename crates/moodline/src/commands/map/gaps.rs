//! What is measured against what the team believes and wants.

use anyhow::Result;
use comfy_table::Cell;
use moodline_maps::{Gap, MapView, ranked_gaps};

use super::signed;
use crate::output::{Output, number};

/// Touchpoints named in each lane.
const NAMED: usize = 5;

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
