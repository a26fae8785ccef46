//! How often the 95 % intervals hold the truth, and how far the figures are off: the tables of `docs/numbers.md`.
//!
//! `cargo run -p moodline-statistics --example coverage` simulates; with lines `group<TAB>label` (negative, neutral, mixed
//! or positive) on standard input it draws samples from those instead: what a group says as a whole is the truth, what a
//! small sample of it says is put to the test.

#![expect(clippy::print_stdout, reason = "an example prints its table")]

use std::{
    collections::BTreeMap,
    io::{IsTerminal, Read},
};

use moodline_statistics::{Outcomes, Prior, Weighted, estimate_prior_strength, index_difference, posterior};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Mentions at each touchpoint.
const SIZES: [usize; 5] = [3, 5, 10, 30, 100];
/// Maps drawn for each size.
const MAPS: usize = 400;
/// Least labels of a group whose whole is taken for the truth.
const WHOLE_FROM: usize = 300;

/// Shares of negative, neutral or mixed, and positive.
type Shares = [f64; 3];

fn main() {
    let mut text = String::new();
    if !std::io::stdin().is_terminal() {
        std::io::stdin().read_to_string(&mut text).expect("standard input can be read");
    }
    let mut rng = StdRng::seed_from_u64(20);
    let groups = groups(&text);
    let truths = |rng: &mut StdRng| match groups.as_slice() {
        [] => simulated(14, rng),
        groups => groups.to_vec(),
    };
    if groups.is_empty() {
        println!("Simulated: 14 touchpoints a map, their shares scattered about .30 / .20 / .50 with strength 10\n");
    } else {
        println!("Drawn again from {} groups of at least {WHOLE_FROM} labels each\n", groups.len());
    }
    println!("| n | normal interval: holds / RMSE | Dirichlet(½) | shrunk to the rest | change, shrunk |");
    println!("|---|---|---|---|---|");
    for n in SIZES {
        println!("| {n} | {} |", row(n, &truths, &mut rng).join(" | "));
    }
    println!("\nOne author in ten writes ten mentions of one mind, the others one each:\n");
    println!("| authors | every mention counts | one author counts once |");
    println!("|---|---|---|");
    for authors in [10, 30, 100] {
        let [all, once] = voices(authors, &truths, &mut rng);
        println!("| {authors} | {all} | {once} |");
    }
}

/// How often intervals held, and how far figures were off.
#[derive(Default)]
struct Score {
    held: usize,
    squares: f64,
    tries: usize,
}

impl Score {
    fn add(&mut self, truth: f64, (mean, low, high): (f64, f64, f64)) {
        self.tries += 1;
        self.held += usize::from((low..=high).contains(&truth));
        self.squares += (mean - truth).powi(2);
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tries = self.tries as f64;
        write!(f, "{:.1} % / {:.2}", 100.0 * self.held as f64 / tries, (self.squares / tries).sqrt())
    }
}

fn row(n: usize, truths: &impl Fn(&mut StdRng) -> Vec<Shares>, rng: &mut StdRng) -> Vec<String> {
    let [mut normal, mut plain, mut shrunk, mut change] = [(); 4].map(|()| Score::default());
    for _ in 0..MAPS {
        let truths = truths(rng);
        let [now, before] = [(); 2].map(|()| truths.iter().map(|shares| sample(shares, n, rng)).collect::<Vec<_>>());
        let k = estimate_prior_strength(&now);
        for (at, truth) in truths.iter().enumerate() {
            let net = truth[2] - truth[0];
            normal.add(net, wald(now[at]));
            let own = posterior(now[at], &Prior::JEFFREYS).index();
            plain.add(net, (own.mean, own.low, own.high));
            let [now, before] = [&now, &before].map(|all| {
                let rest = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, o)| *o);
                let rest = rest.fold(Outcomes::default(), |sum, o| sum + o);
                posterior(all[at], &posterior(rest, &Prior::JEFFREYS).as_prior(k)).index()
            });
            shrunk.add(net, (now.mean, now.low, now.high));
            let difference = index_difference(&now, &before);
            change.add(0.0, (difference.difference, difference.low, difference.high));
        }
    }
    [normal, plain, shrunk, change].map(|score| score.to_string()).to_vec()
}

/// Coverage where one author in ten writes ten mentions: counting each, and counting authors.
fn voices(authors: usize, truths: &impl Fn(&mut StdRng) -> Vec<Shares>, rng: &mut StdRng) -> [Score; 2] {
    let [mut all, mut once] = [(); 2].map(|()| Score::default());
    for _ in 0..MAPS {
        for truth in truths(rng) {
            let (mut each, mut joined) = (Weighted::default(), Weighted::default());
            for author in 0..authors {
                let times = if author % 10 == 0 { 10 } else { 1 };
                let said = sample(&truth, 1, rng);
                for weighted in [&mut each, &mut joined] {
                    weighted.add(said.scaled(times as f64), 1.0);
                }
                joined.join(&vec![(said, 1.0); times]);
            }
            for (score, weighted) in [(&mut all, each), (&mut once, joined)] {
                let index = posterior(weighted.effective(), &Prior::JEFFREYS).index();
                score.add(truth[2] - truth[0], (index.mean, index.low, index.high));
            }
        }
    }
    [all, once]
}

/// The interval that most tools show: mean ± 1.96 standard errors.
fn wald(said: Outcomes) -> (f64, f64, f64) {
    let n = said.total();
    let mean = (said.positive - said.negative) / n;
    let reach = 1.96 * (((said.positive + said.negative) / n - mean * mean).max(0.0) / n).sqrt();
    (mean, mean - reach, mean + reach)
}

fn sample(shares: &Shares, n: usize, rng: &mut StdRng) -> Outcomes {
    let mut said = Outcomes::default();
    for _ in 0..n {
        let draw = rng.random::<f64>();
        if draw < shares[0] {
            said.negative += 1.0;
        } else if draw < shares[0] + shares[1] {
            said.neutral += 1.0;
        } else {
            said.positive += 1.0;
        }
    }
    said
}

/// Shares scattered about .30 / .20 / .50 like draws from a Dirichlet distribution of strength 10, each a sum of
/// exponential draws (the shapes 3, 2 and 5 are whole).
fn simulated(touchpoints: usize, rng: &mut StdRng) -> Vec<Shares> {
    let mut gamma = |shape: usize| -> f64 { (0..shape).map(|_| -(1.0 - rng.random::<f64>()).ln()).sum() };
    let mut one = || {
        let drawn = [gamma(3), gamma(2), gamma(5)];
        let sum: f64 = drawn.iter().sum();
        drawn.map(|part| part / sum)
    };
    (0..touchpoints).map(|_| one()).collect()
}

/// The shares of every group with enough labels.
fn groups(text: &str) -> Vec<Shares> {
    let mut counts: BTreeMap<&str, [f64; 3]> = BTreeMap::new();
    for line in text.lines() {
        let Some((group, label)) = line.split_once('\t') else { continue };
        let place = match label.trim() {
            "negative" => 0,
            "neutral" | "mixed" => 1,
            "positive" => 2,
            _ => continue,
        };
        counts.entry(group).or_default()[place] += 1.0;
    }
    let wholes = counts.into_values().filter(|counts| counts.iter().sum::<f64>() >= WHOLE_FROM as f64);
    wholes.map(|counts| counts.map(|count| count / counts.iter().sum::<f64>())).collect()
}
