//! What a change did: before against after, and against what did not change.

use crate::{Z95, dice::Dice};

/// The standard normal quantile of a power of 80 %.
const Z80: f64 = 0.841_621_233_572_914_2;

/// Scores of −1, 0 or 1, added up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scores {
    /// How many were 1 less how many were −1.
    pub sum: f64,
    /// How many were 1 or −1.
    pub extreme: f64,
    /// How many there were.
    pub n: f64,
}

impl Scores {
    /// Their mean, −1 to 1; 0 for none.
    pub fn mean(&self) -> f64 {
        if self.n > 0.0 { self.sum / self.n } else { 0.0 }
    }

    /// Variance of one of them.
    fn variance(&self) -> f64 {
        if self.n > 0.0 { (self.extreme / self.n - self.mean().powi(2)).max(0.0) } else { 0.0 }
    }
}

impl std::ops::AddAssign for Scores {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.extreme += other.extreme;
        self.n += other.n;
    }
}

/// One day of what was changed and of what was not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EffectDay {
    /// 0 to 6.
    pub weekday: usize,
    /// Whether it lies after the change.
    pub after: bool,
    /// Where the change was made.
    pub own: Scores,
    /// Everywhere else: what would have happened anyway. Empty throughout where there is nothing else.
    pub controls: Scores,
}

/// A difference in differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// After minus before where the change was made, less the same of the controls; −4 to 4.
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The probability of one as large, either way, if the change had done nothing.
    pub probability: f64,
    /// After minus before where the change was made.
    pub own: f64,
    /// After minus before of the controls; 0 without controls.
    pub controls: f64,
}

/// Arrangements drawn.
const ARRANGEMENTS: u32 = 1999;

/// The effect of a change (D. Card, A. B. Krueger, *American Economic Review* 84, 1994), with a permutation test and
/// interval. `None` where before or after is empty where the change was made, or of the controls in only one of them.
///
/// Had the change done nothing, any day could as well lie before or after it: each arrangement moves whole days, with all
/// that was said everywhere on them, between before and after, weekdays among themselves. So what makes the mentions of a
/// day alike, what is common to weekdays, and what befell all touchpoints at once stays in both sides of every
/// comparison. The difference is divided by its standard error in each arrangement, which keeps the test right where
/// before and after differ in number and variation (A. Janssen, *Statistics & Probability Letters* 36, 1997; E. Chung, J.
/// P. Romano, *Annals of Statistics* 41, 2013). The interval is symmetric and excludes 0 just where the probability is
/// below .05.
pub fn effect(days: &[EffectDay], seed: u64) -> Option<Effect> {
    let days: Vec<EffectDay> = days.iter().copied().filter(|day| day.own.n + day.controls.n > 0.0).collect();
    let mut after: Vec<bool> = days.iter().map(|day| day.after).collect();
    let observed = measure(&days, &after)?;
    let mut dice = Dice::new(seed);
    let places: Vec<Vec<usize>> =
        (0..7).map(|weekday| (0..days.len()).filter(|i| days[*i].weekday == weekday).collect()).collect();
    let mut ratios = Vec::with_capacity(ARRANGEMENTS as usize);
    for _ in 0..ARRANGEMENTS {
        for places in &places {
            for last in (1..places.len()).rev() {
                after.swap(places[last], places[dice.below(last + 1)]);
            }
        }
        if let Some(measured) = measure(&days, &after) {
            ratios.push(measured.ratio().abs());
        }
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = observed.ratio().abs();
    let as_large = ratios.len() - ratios.partition_point(|drawn| *drawn < ratio - 1e-12);
    let all = ratios.len() + 1;
    // Beyond it lie fewer than 5 % of all arrangements, the real one included; nowhere where there are too few of them.
    let rank = all - (all as f64 * 0.05).ceil() as usize;
    let critical = match ratios.get(rank) {
        // Days so alike that no arrangement differs: nothing but the finest error is left to go by.
        Some(ratio) if *ratio < 1e-9 => Z95,
        Some(ratio) => *ratio,
        None => f64::INFINITY,
    };
    let reach = critical * observed.error;
    Some(Effect {
        difference: observed.difference(),
        low: observed.difference() - reach,
        high: observed.difference() + reach,
        probability: (as_large + 1) as f64 / all as f64,
        own: observed.own,
        controls: observed.controls,
    })
}

/// The difference in differences divided by its standard error, without a test; `None` as for [`effect`].
pub fn effect_ratio(days: &[EffectDay]) -> Option<f64> {
    let after: Vec<bool> = days.iter().map(|day| day.after).collect();
    Some(measure(days, &after)?.ratio())
}

#[derive(Debug, Clone, Copy)]
struct Measured {
    own: f64,
    controls: f64,
    error: f64,
}

impl Measured {
    fn difference(self) -> f64 {
        self.own - self.controls
    }

    fn ratio(self) -> f64 {
        self.difference() / self.error
    }
}

/// The difference with its standard error, days as the units (W. G. Cochran, *Sampling Techniques*, 1977, §6.5: ratio of
/// two sums).
fn measure(days: &[EffectDay], after: &[bool]) -> Option<Measured> {
    let mut sums = [(Scores::default(), Scores::default()); 2];
    let mut number = [0.0; 2];
    for (day, after) in days.iter().zip(after) {
        let side = usize::from(*after);
        sums[side].0 += day.own;
        sums[side].1 += day.controls;
        number[side] += 1.0;
    }
    let has_controls = sums[0].1.n + sums[1].1.n > 0.0;
    if sums.iter().any(|(own, controls)| own.n == 0.0 || (has_controls && controls.n == 0.0)) {
        return None;
    }
    let mut squares = [0.0; 2];
    for (day, after) in days.iter().zip(after) {
        let side = usize::from(*after);
        let (own, controls) = sums[side];
        let part = |scores: &Scores, all: &Scores| {
            if all.n > 0.0 { (scores.sum - all.mean() * scores.n) / all.n } else { 0.0 }
        };
        squares[side] += (part(&day.own, &own) - part(&day.controls, &controls)).powi(2);
    }
    let spread: f64 = (0..2).map(|side| squares[side] * number[side] / (number[side] - 1.0_f64).max(1.0)).sum();
    let change = |which: fn(&(Scores, Scores)) -> Scores| which(&sums[1]).mean() - which(&sums[0]).mean();
    // Days that are all alike do not prove that nothing varies: no figure is surer than by one score.
    let finest: f64 = sums.iter().map(|(own, _)| own.n.powi(-2)).sum();
    let error = (spread + finest).sqrt();
    Some(Measured { own: change(|pair| pair.0), controls: change(|pair| pair.1), error })
}

/// The least change of the mean that `before` scores and `after` more would show four times out of five, at 5 % false
/// alarms; at most 2, the width of the scale. Scores of one day correlate by `rho`, a day has `a_day`.
pub fn detectable_change(before: &Scores, after_n: f64, rho: f64, a_day: f64) -> f64 {
    if before.n <= 0.0 || after_n <= 0.0 {
        return 2.0;
    }
    // A handful of like scores does not prove that all are alike.
    let variance = before.variance().max(0.25 / before.n.max(1.0)).max(0.05);
    let clustered = 1.0 + (a_day - 1.0).max(0.0) * rho;
    ((Z95 + Z80) * (variance * clustered * (1.0 / before.n + 1.0 / after_n)).sqrt()).min(2.0)
}

/// The change of the mean if the mix of sources had stayed as it is over both times together (direct standardisation: K. J.
/// Rothman, S. Greenland, T. L. Lash, *Modern Epidemiology*, 2008, ch. 4), over the sources with scores on both sides;
/// and how much the mix moved: the share of scores that would have to come from elsewhere, 0 to 1. `None` where no
/// source is on both sides. `sources` are (before, after) of each.
pub fn standardised_change(sources: &[(Scores, Scores)]) -> Option<(f64, f64)> {
    let all = sources.iter().fold((0.0, 0.0), |sum, (before, after)| (sum.0 + before.n, sum.1 + after.n));
    if all.0 <= 0.0 || all.1 <= 0.0 {
        return None;
    }
    let moved = sources.iter().map(|(before, after)| (before.n / all.0 - after.n / all.1).abs()).sum::<f64>() / 2.0;
    let both = sources.iter().filter(|(before, after)| before.n > 0.0 && after.n > 0.0);
    let (mut weight, mut change) = (0.0, 0.0);
    for (before, after) in both {
        let n = before.n + after.n;
        weight += n;
        change += n * (after.mean() - before.mean());
    }
    (weight > 0.0).then(|| (change / weight, moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(positive: f64, negative: f64, n: f64) -> Scores {
        Scores { sum: positive - negative, extreme: positive + negative, n }
    }

    /// Eight weeks, the change in their middle: `n` scores a day, net `own` before and `risen` more after.
    fn weeks(dice: &mut Dice, n: u32, risen: f64, shock: f64) -> Vec<EffectDay> {
        let draw = |dice: &mut Dice, n: u32, net: f64| {
            let positive = f64::midpoint(net, 0.8);
            let (mut good, mut bad) = (0.0, 0.0);
            for _ in 0..n {
                match dice.share() {
                    x if x < positive => good += 1.0,
                    x if x < 0.8 => bad += 1.0,
                    _ => {}
                }
            }
            scores(good, bad, f64::from(n))
        };
        let day = |i: usize, dice: &mut Dice| {
            let after = i >= 28;
            let (rise, shock) = if after { (risen, shock) } else { (0.0, 0.0) };
            let own = draw(dice, n, -0.2 + rise + shock);
            EffectDay { weekday: i % 7, after, own, controls: draw(dice, 10 * n, 0.1 + shock) }
        };
        (0..56).map(|i| day(i, dice)).collect()
    }

    #[test]
    fn a_planted_effect_is_found_and_what_befell_everything_is_none() {
        let mut dice = Dice::new(5);
        let planted: Vec<Effect> = (0..40).map(|i| effect(&weeks(&mut dice, 6, 0.4, 0.0), i).unwrap()).collect();
        let found = planted.iter().filter(|effect| effect.low > 0.0).count();
        let held = planted.iter().filter(|effect| (effect.low..effect.high).contains(&0.4)).count();
        assert!(found >= 34 && held >= 34, "{found} found, {held} intervals hold .4, of 40");
        let mean = planted.iter().map(|effect| effect.difference).sum::<f64>() / 40.0;
        assert!((mean - 0.4).abs() < 0.06, "{mean}");
        let shocks: Vec<Effect> = (0..40).map(|i| effect(&weeks(&mut dice, 6, 0.0, -0.4), i).unwrap()).collect();
        assert!(shocks.iter().all(|effect| effect.own < 0.0));
        assert!(shocks.iter().filter(|effect| effect.probability < 0.05).count() <= 6);
    }

    #[test]
    fn without_an_effect_one_in_twenty_is_found() {
        let mut dice = Dice::new(11);
        let quiet: Vec<Effect> = (0..100).map(|i| effect(&weeks(&mut dice, 4, 0.0, 0.0), i).unwrap()).collect();
        let found = quiet.iter().filter(|effect| effect.probability < 0.05).count();
        assert!((1..=12).contains(&found), "{found} of 100");
        for effect in &quiet {
            assert_eq!(effect.probability < 0.05, effect.low > 0.0 || effect.high < 0.0, "{effect:?}");
        }
    }

    #[test]
    fn nothing_to_compare_is_no_effect() {
        let day = |after, n| EffectDay { weekday: 1, after, own: scores(n, 0.0, n), controls: Scores::default() };
        assert_eq!(effect(&[day(false, 3.0), day(false, 2.0)], 1), None);
        let alike = effect(&[day(false, 3.0), day(true, 3.0)], 1).unwrap();
        assert!(alike.probability > 0.99 && alike.low < 0.0 && alike.high > 0.0, "{alike:?}");
        assert_eq!(effect(&[], 1), None);
    }

    #[test]
    fn twelve_mentions_show_half_a_point_at_the_least() {
        // Net 0 of half extremes: variance .5; 2.8 √(.5 (1/200 + 1/12)).
        let before = scores(50.0, 50.0, 200.0);
        let least = detectable_change(&before, 12.0, 0.0, 4.0);
        assert!((least - 0.588_6).abs() < 1e-3, "{least}");
        assert!(detectable_change(&before, 12.0, 0.1, 4.0) > least);
        assert!(detectable_change(&Scores::default(), 12.0, 0.0, 4.0) > 1.99);
    }

    #[test]
    fn a_moved_mix_of_sources_is_not_a_change() {
        // Both sources stay as they are; the angrier one grows.
        let shop = (scores(80.0, 20.0, 100.0), scores(40.0, 10.0, 50.0));
        let forum = (scores(10.0, 40.0, 50.0), scores(20.0, 80.0, 100.0));
        let (change, moved) = standardised_change(&[shop, forum]).unwrap();
        assert!(change.abs() < 1e-12 && (moved - 1.0 / 3.0).abs() < 1e-12, "{change} {moved}");
        assert_eq!(standardised_change(&[(scores(1.0, 0.0, 1.0), Scores::default())]), None);
    }
}
