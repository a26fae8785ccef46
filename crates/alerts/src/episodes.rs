//! Nights one after the other: where an episode begins, goes on and ends.

use moodline_maps::Sensitivity;
use moodline_types::{AlertFigures, AlertKind, AlertTier};

use crate::{
    AlertsConfig, Series,
    night::{LeftOut, Night, Verdict, judge},
};

/// One stretch of a series during which a touchpoint was out of the ordinary; days are numbers of the series.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// The touchpoint, by its number in the series.
    pub place: usize,
    /// What is out of the ordinary.
    pub kind: AlertKind,
    /// The loudest it has been.
    pub tier: AlertTier,
    /// The first day.
    pub from: usize,
    /// The last day that was out of the ordinary.
    pub last: usize,
    /// The day it was found to be over.
    pub ended: Option<usize>,
    /// The figures of the last day.
    pub figures: AlertFigures,
    /// The days that were out of the ordinary.
    out: Vec<usize>,
    /// Days back in the ordinary, one after the other.
    calm: u32,
    /// Days out of it, one after the other.
    running: u32,
}

impl Episode {
    fn began(place: usize, kind: AlertKind, day: usize, figures: AlertFigures) -> Self {
        let tier = AlertTier::Watch;
        Self { place, kind, tier, from: day, last: day, ended: None, figures, out: Vec::new(), calm: 0, running: 0 }
    }

    /// Number of days that were out of the ordinary.
    pub fn nights_out(&self) -> usize {
        self.out.len()
    }

    /// Whether its days teach nothing of the ordinary: an alert's, until what it tells has become the ordinary.
    fn leaves_out(&self, kind: AlertKind, place: usize, day: usize) -> bool {
        self.kind == kind && self.place == place && self.tier == AlertTier::Alert && self.out.contains(&day)
    }
}

/// Every episode of a series, in the order of their beginning, as the night after its last day sees them.
///
/// Nights are judged from `first` on. The days of alerts are left out of the history that later days are held against;
/// so an alert does not end because its own days have become the measure. The result follows from the series and the
/// settings alone: a night judged twice, late or after others gives the same.
pub fn episodes(series: &Series, first: usize, config: &AlertsConfig, sensitivity: &[Sensitivity]) -> Vec<Episode> {
    let mut known = Known(Vec::new());
    for day in first..series.days() {
        let Night { negative, volume, drift } = judge(series, day, config, sensitivity, &known);
        for (kind, verdicts) in
            [(AlertKind::Negative, negative), (AlertKind::Volume, volume), (AlertKind::Drift, drift)]
        {
            for (place, verdict) in verdicts.into_iter().enumerate() {
                known.go_on(place, kind, day, verdict, config);
            }
        }
    }
    known.0
}

struct Known(Vec<Episode>);

impl LeftOut for Known {
    fn negative(&self, place: usize, day: usize) -> bool {
        self.0.iter().any(|episode| episode.leaves_out(AlertKind::Negative, place, day))
    }

    fn volume(&self, place: usize, day: usize) -> bool {
        self.0.iter().any(|episode| episode.leaves_out(AlertKind::Volume, place, day))
    }
}

impl Known {
    fn go_on(&mut self, place: usize, kind: AlertKind, day: usize, verdict: Verdict, config: &AlertsConfig) {
        let latest = self.0.iter_mut().rev().find(|episode| episode.place == place && episode.kind == kind);
        // Over, and for longer than the cooldown: the next one is another.
        let latest = latest.filter(|episode| {
            episode.ended.is_none_or(|ended| day - ended <= config.cooldown_days as usize && !episode.out.is_empty())
        });
        match (verdict, latest) {
            (Verdict::Out { alert, figures }, Some(episode)) => out(episode, day, alert, figures),
            (Verdict::Out { alert, figures }, None) => {
                let mut episode = Episode::began(place, kind, day, figures);
                out(&mut episode, day, alert, figures);
                self.0.push(episode);
            }
            (verdict, Some(episode)) if episode.ended.is_none() => {
                if verdict == Verdict::Calm {
                    episode.calm += 1;
                    episode.running = 0;
                }
                let enough = if episode.tier == AlertTier::Alert { config.calm_days } else { 1 };
                if episode.calm >= enough || day - episode.last >= config.longest_days as usize {
                    episode.ended = Some(day);
                }
            }
            _ => {}
        }
        self.end_the_new_ordinary(place, kind, day, config);
    }

    /// What has gone on for so long is no longer out of the ordinary: its days may teach.
    fn end_the_new_ordinary(&mut self, place: usize, kind: AlertKind, day: usize, config: &AlertsConfig) {
        let going_on =
            |episode: &&mut Episode| episode.place == place && episode.kind == kind && episode.ended.is_none();
        if let Some(episode) = self.0.iter_mut().rev().find(going_on)
            && day - episode.from >= config.longest_days as usize
        {
            episode.ended = Some(day);
            episode.out.clear();
        }
    }
}

fn out(episode: &mut Episode, day: usize, alert: bool, figures: AlertFigures) {
    episode.ended = None;
    episode.calm = 0;
    episode.running += 1;
    episode.last = day;
    episode.figures = figures;
    episode.out.push(day);
    if alert || episode.running >= 2 {
        episode.tier = AlertTier::Alert;
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::series::DayCounts;

    /// Seven touchpoints, 12 mentions a day, 4 negative; `odd` says what else touchpoint 0 has.
    fn series(days: usize, odd: impl Fn(usize) -> Option<DayCounts>) -> Series {
        let quiet = |i: usize| DayCounts { negative: 3 + (i as u64 * 7 % 3), n: 12, said: 12 + (i as u64 % 3) };
        let place = |place: usize| {
            let day = |i: usize| if place == 0 { odd(i) } else { None }.unwrap_or_else(|| quiet(i + 5 * place));
            (0..days).map(day).collect()
        };
        Series::new(NaiveDate::from_ymd_opt(2026, 1, 5).unwrap(), (0..7).map(place).collect())
    }

    fn found(series: &Series) -> Vec<Episode> {
        episodes(series, 56, &AlertsConfig::default(), &[Sensitivity::Normal; 7])
    }

    fn bad(negative: u64) -> DayCounts {
        DayCounts { negative, n: 12, said: 12 }
    }

    #[test]
    fn quiet_touchpoints_stay_quiet() {
        assert_eq!(found(&series(91, |_| None)), []);
    }

    #[test]
    fn one_bad_stretch_is_one_alert_that_ends_after_two_calm_days() {
        let stretch = series(91, |i| (70..=74).contains(&i).then(|| bad(11)));
        let episodes = found(&stretch);
        let [episode] = &episodes[..] else { panic!("{episodes:?}") };
        assert_eq!((episode.place, episode.kind, episode.tier), (0, AlertKind::Negative, AlertTier::Alert));
        assert_eq!((episode.from, episode.last, episode.ended), (70, 74, Some(76)));
        assert_eq!((episode.figures.observed, episode.figures.n), (11, 12));
        assert!(episode.figures.change_low > 0.2 && episode.figures.probability < 1e-3, "{:?}", episode.figures);
    }

    #[test]
    fn a_stretch_with_a_calm_day_or_a_short_pause_is_still_one() {
        let paused = series(91, |i| matches!(i, 70 | 71 | 74 | 75).then(|| bad(11)));
        let episodes = found(&paused);
        assert_eq!(episodes.len(), 1, "{episodes:?}");
        assert_eq!((episodes[0].from, episodes[0].last, episodes[0].ended), (70, 75, Some(77)));
        let twice = series(91, |i| matches!(i, 65 | 66 | 80 | 81).then(|| bad(11)));
        assert_eq!(found(&twice).len(), 2, "after the cooldown the next one is another");
    }

    #[test]
    fn what_stays_becomes_the_new_ordinary() {
        let stays = series(120, |i| (i >= 70).then(|| bad(11)));
        let episodes = found(&stays);
        let negative: Vec<&Episode> = episodes.iter().filter(|e| e.kind == AlertKind::Negative).collect();
        assert_eq!(negative.len(), 1, "{negative:?}");
        assert_eq!((negative[0].from, negative[0].ended), (70, Some(98)));
    }

    #[test]
    fn mentions_without_end_are_a_volume_and_not_a_mood() {
        let flood = series(91, |i| (i == 80).then_some(DayCounts { negative: 40, n: 120, said: 130 }));
        let episodes = found(&flood);
        assert_eq!(episodes.len(), 1, "{episodes:?}");
        assert_eq!((episodes[0].kind, episodes[0].figures.observed), (AlertKind::Volume, 130));
    }

    #[test]
    fn a_slow_rise_is_a_drift() {
        let rising = series(91, |i| Some(bad(3 + (i as u64).saturating_sub(60).div_ceil(8) + i as u64 % 2)));
        let episodes = found(&rising);
        assert!(episodes.iter().any(|e| e.kind == AlertKind::Drift && e.tier == AlertTier::Alert), "{episodes:?}");
    }

    #[test]
    fn the_night_before_saw_the_same() {
        let stretch = |days| series(days, |i| (70..=74).contains(&i).then(|| bad(11)));
        let known_at = |days: usize| {
            let found = found(&stretch(days));
            found.into_iter().map(|e| (e.from, e.last.min(71))).collect::<Vec<_>>()
        };
        assert_eq!(known_at(72), known_at(91));
    }

    #[test]
    fn a_touchpoint_that_is_off_is_never_judged() {
        let stretch = series(91, |i| (70..=74).contains(&i).then(|| bad(12)));
        let mut sensitivity = [Sensitivity::Normal; 7];
        sensitivity[0] = Sensitivity::Off;
        assert_eq!(episodes(&stretch, 56, &AlertsConfig::default(), &sensitivity), []);
    }
}
