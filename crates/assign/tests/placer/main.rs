//! Where opinions end up and why, said of one small map.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod clauses;
mod mentions;

use std::collections::HashMap;

use moodline_assign::{AssignConfig, Calibration, Placer};
use moodline_maps::{JourneyMap, parse_map};
use moodline_types::Embedding;

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"

[[personas]]
id = "student"
name = "Student"
keywords = ["campus", "宿舍"]

[[personas]]
id = "parent"
name = "Parent"
keywords = ["my kids", "宝宝"]

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "card"
name = "Card"
description = { en = "the card", zh-Hans = "卡" }
keywords = ["信用卡", "card"]

[[stages.touchpoints]]
id = "repayment"
name = "Repayment"
description = "paying back"
keywords = ["信用卡还款", "还款"]

[[stages]]
id = "use"
name = "Use"

[[stages.touchpoints]]
id = "support"
name = "Support"
description = "asking for help"
keywords = ["客服", "support"]
examples = ["nobody picks up the phone"]

[[stages.touchpoints]]
id = "returns"
name = "Returns"
examples = ["sending things back"]
"#;

/// The texts of the map, each an axis of its own.
const AXES: [&str; 6] =
    ["the card", "卡", "paying back", "asking for help", "nobody picks up the phone", "sending things back"];

fn map() -> JourneyMap {
    parse_map("shop.toml", MAP).unwrap().map
}

/// A vector whose cosine to each named axis is about the weight given, as long as the squares sum to at most 1.
fn near(weights: &[(&str, f32)]) -> Embedding {
    let mut values = [0.0_f32; AXES.len() + 1];
    for (text, weight) in weights {
        values[AXES.iter().position(|axis| axis == text).unwrap()] = *weight;
    }
    values[AXES.len()] = (1.0 - weights.iter().map(|(_, weight)| weight * weight).sum::<f32>()).max(0.0).sqrt();
    Embedding::from_f32(&values)
}

fn nowhere() -> Embedding {
    near(&[])
}

fn placer() -> Placer {
    let vectors: HashMap<String, Embedding> =
        AXES.iter().map(|text| ((*text).to_owned(), near(&[(text, 1.0)]))).collect();
    let calibration = Calibration { unassigned_below: 0.3, similarity_temperature: 0.05 };
    Placer::new(&map(), &vectors, calibration, &AssignConfig::default())
}
