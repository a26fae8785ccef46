//! What the intervals promise, simulated: the true value lies inside 93 to 97 times in a hundred.

use moodline_statistics::{
    Index, Outcomes, Prior, Shares, Weighted, estimate_prior_strength, index_difference, newcombe_difference,
    posterior, wilson,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

const STAGE: Shares = Shares { negative: 0.30, neutral: 0.20, positive: 0.50 };

/// A gamma draw of this shape (G. Marsaglia, W. W. Tsang, ACM TOMS 26, 2000).
fn gamma(shape: f64, rng: &mut StdRng) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, rng) * rng.random::<f64>().powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let normal =
            (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt() * (std::f64::consts::TAU * rng.random::<f64>()).cos();
        let v = (1.0 + normal / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && (1.0 - rng.random::<f64>()).ln() < 0.5 * normal * normal + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// True shares of a touchpoint that scatters around its stage with strength `k`.
fn touchpoint(k: f64, rng: &mut StdRng) -> Shares {
    let [a, b, c] = [STAGE.negative, STAGE.neutral, STAGE.positive].map(|s| gamma(k * s, rng));
    let sum = a + b + c;
    Shares { negative: a / sum, neutral: b / sum, positive: c / sum }
}

fn sample(shares: Shares, n: usize, rng: &mut StdRng) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for _ in 0..n {
        let draw = rng.random::<f64>();
        if draw < shares.negative {
            outcomes.negative += 1.0;
        } else if draw < shares.negative + shares.neutral {
            outcomes.neutral += 1.0;
        } else {
            outcomes.positive += 1.0;
        }
    }
    outcomes
}

fn net(shares: Shares) -> f64 {
    shares.positive - shares.negative
}

fn covers(index: &Index, truth: f64) -> bool {
    (index.low..=index.high).contains(&truth)
}

fn assert_coverage(what: &str, hits: u32, tries: u32) {
    let coverage = f64::from(hits) / f64::from(tries);
    assert!((0.93..=0.97).contains(&coverage), "{what}: {coverage:.3}");
}

#[test]
fn the_interval_shrunk_to_its_stage_covers_at_any_size() {
    let mut rng = StdRng::seed_from_u64(1);
    for n in [1, 3, 5, 10, 30, 100] {
        let tries = 4000;
        let mut hits = 0;
        for _ in 0..tries {
            let truth = touchpoint(10.0, &mut rng);
            let index = posterior(sample(truth, n, &mut rng), &Prior { strength: 10.0, shares: STAGE }).index();
            hits += u32::from(covers(&index, net(truth)));
        }
        assert_coverage(&format!("n = {n}"), hits, tries);
    }
}

#[test]
fn the_interval_still_covers_when_stage_and_strength_are_estimated_from_the_same_data() {
    let mut rng = StdRng::seed_from_u64(2);
    for n in [3, 5, 10] {
        let (mut hits, mut tries) = (0, 0);
        for _ in 0..300 {
            let truths: Vec<Shares> = (0..14).map(|_| touchpoint(10.0, &mut rng)).collect();
            let groups: Vec<Outcomes> = truths.iter().map(|truth| sample(*truth, n, &mut rng)).collect();
            let k = estimate_prior_strength(&groups);
            let all = groups.iter().fold(Outcomes::default(), |sum, g| sum + *g);
            for (truth, group) in truths.iter().zip(&groups) {
                let prior = posterior(all - *group, &Prior::JEFFREYS).as_prior(k);
                hits += u32::from(covers(&posterior(*group, &prior).index(), net(*truth)));
                tries += 1;
            }
        }
        assert_coverage(&format!("estimated, n = {n}"), hits, tries);
    }
}

#[test]
fn the_difference_of_two_windows_covers() {
    let mut rng = StdRng::seed_from_u64(3);
    let prior = Prior { strength: 10.0, shares: STAGE };
    for (n, m) in [(3, 3), (5, 20), (10, 10), (60, 40)] {
        let tries = 4000;
        let mut hits = 0;
        for _ in 0..tries {
            let (now, before) = (touchpoint(10.0, &mut rng), touchpoint(10.0, &mut rng));
            let [a, b] =
                [(now, n), (before, m)].map(|(truth, n)| posterior(sample(truth, n, &mut rng), &prior).index());
            let d = index_difference(&a, &b);
            hits += u32::from((d.low..=d.high).contains(&(net(now) - net(before))));
        }
        assert_coverage(&format!("difference, n = {n} and {m}"), hits, tries);
    }
}

#[test]
fn the_strength_is_found_again() {
    let mut rng = StdRng::seed_from_u64(4);
    for k in [4.0, 10.0, 25.0] {
        let groups: Vec<Outcomes> = (0..200)
            .map(|_| {
                let truth = touchpoint(k, &mut rng);
                sample(truth, 40, &mut rng)
            })
            .collect();
        let found = estimate_prior_strength(&groups);
        assert!((0.7..1.4).contains(&(found / k)), "{k} was estimated as {found:.1}");
    }
}

#[test]
fn shares_and_their_differences_cover() {
    let mut rng = StdRng::seed_from_u64(5);
    let draw = |p: f64, n: u32, rng: &mut StdRng| (0..n).filter(|_| rng.random::<f64>() < p).count() as f64;
    let tries = 4000;
    let (mut one, mut two) = (0, 0);
    for _ in 0..tries {
        // Rates vary: at one fixed rate the few possible counts make coverage jump.
        let [p, q] = [0.05, 0.05].map(|edge| edge + 0.9 * rng.random::<f64>());
        let w = wilson(draw(p, 20, &mut rng), 20.0);
        one += u32::from((w.low..=w.high).contains(&p));
        let d = newcombe_difference((draw(p, 30, &mut rng), 30.0), (draw(q, 25, &mut rng), 25.0));
        two += u32::from((d.low..=d.high).contains(&(p - q)));
    }
    assert_coverage("Wilson", one, tries);
    assert_coverage("Newcombe", two, tries);
}

#[test]
fn counting_authors_keeps_the_promise_that_counting_mentions_breaks() {
    let mut rng = StdRng::seed_from_u64(6);
    let tries = 3000;
    let (mut once, mut each) = (0, 0);
    for _ in 0..tries {
        let truth = touchpoint(10.0, &mut rng);
        let (mut joined, mut all) = (Weighted::default(), Weighted::default());
        for author in 0..30 {
            let times = if author % 10 == 0 { 10 } else { 1 };
            let said = sample(truth, 1, &mut rng);
            for weighted in [&mut joined, &mut all] {
                weighted.add(said.scaled(times as f64), 1.0);
            }
            joined.join(&vec![(said, 1.0); times]);
        }
        let holds = |weighted: &Weighted| {
            covers(&posterior(weighted.effective(), &Prior { strength: 10.0, shares: STAGE }).index(), net(truth))
        };
        once += u32::from(holds(&joined));
        each += u32::from(holds(&all));
    }
    assert_coverage("one author once", once, tries);
    assert!(f64::from(each) / f64::from(tries) < 0.85, "counting every mention held {each} of {tries} times");
}
