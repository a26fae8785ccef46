//! The colour of a mood: orange to grey to blue, which every kind of colour vision tells apart.

/// Orange and blue of the Okabe–Ito palette, darkened to 4.5:1 on white, and the grey between them.
const NEGATIVE: [f64; 3] = [196.0, 72.0, 0.0];
const EVEN: [f64; 3] = [138.0, 143.0, 152.0];
const POSITIVE: [f64; 3] = [0.0, 104.0, 170.0];

/// Net sentiment at which the colour is full: beyond it only the height tells.
const FULL_AT: f64 = 0.6;

/// The colour of a net sentiment, as `#rrggbb`.
pub(super) fn mood(net: f64) -> String {
    let end = if net < 0.0 { NEGATIVE } else { POSITIVE };
    let share = (net.abs() / FULL_AT).clamp(0.0, 1.0);
    let channel = |i: usize| (EVEN[i] + (end[i] - EVEN[i]) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_the_palette() {
        assert_eq!(mood(-1.0), "#c44800");
        assert_eq!(mood(0.0), "#8a8f98");
        assert_eq!(mood(0.6), "#0068aa");
    }
}
