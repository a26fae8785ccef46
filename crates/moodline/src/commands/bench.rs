//! `moodline bench`: how fast the model is on this machine.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context as _, Result, bail};
use indicatif::ProgressBar;
use moodline_enrich::SharedModel;
use moodline_model::engine_kernel;
use serde_json::{Value, json};

use super::{Context, demo::SAMPLES};
use crate::{
    cli::{BenchArgs, ShowFormat},
    output::{Output, number},
    settings::{Settings, load},
    wire::load_model,
};

/// Texts judged one by one for the latency figures.
const SINGLES: usize = 200;

/// Texts judged together, as `enrich` does.
const BATCH: usize = 256;

/// Classes of length by which throughput is shown: up to so many characters.
const BUCKETS: [usize; 4] = [20, 60, 200, usize::MAX];

pub(super) async fn run(args: BenchArgs, context: &Context) -> Result<()> {
    let (settings, base) = match load(context.cli.config.as_deref()) {
        Ok(loaded) => (loaded.settings, loaded.base),
        Err(error) if context.cli.config.is_some() => return Err(error.into()),
        Err(_) => (Settings::default(), Path::new(".").to_owned()),
    };
    context.log(&settings.log, false, None)?;
    let began = Instant::now();
    let model = load_model(&settings.model, &base).await?;
    let load_ms = began.elapsed().as_secs_f64() * 1000.0;

    let pool = match &args.file {
        Some(file) => read_texts(file)?,
        None => SAMPLES.iter().flat_map(|sample| sample_texts(sample.mentions)).collect(),
    };
    if pool.is_empty() {
        bail!("there are no texts to measure with");
    }
    let texts: Vec<String> = pool.iter().cycle().take(args.texts as usize).cloned().collect();
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();

    // The first call pays for caches and thread starts; it is not what a service sees.
    model.classify(vec![(texts[0].clone(), None)]).await?;
    let mut singles = Vec::with_capacity(SINGLES);
    for text in texts.iter().take(SINGLES) {
        let began = Instant::now();
        model.classify(vec![(text.clone(), None)]).await?;
        singles.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    singles.sort_by(f64::total_cmp);

    let bar = context.progress.bar(2 * texts.len() as u64, "bench");
    let (opinions, seconds) = judged(&model, &texts, &bar).await?;
    let mut buckets = Vec::new();
    let mut from = 0;
    for to in BUCKETS {
        let is_in = |text: &&String| (from..=to).contains(&text.chars().count());
        let own: Vec<String> = texts.iter().filter(is_in).cloned().collect();
        if !own.is_empty() {
            let (_, seconds) = judged(&model, &own, &bar).await?;
            buckets.push(Bucket { from, to, texts: own.len(), per_second: own.len() as f64 / seconds });
        }
        from = to.saturating_add(1);
    }
    bar.finish_and_clear();

    let percentile = |share: f64| singles[((singles.len() - 1) as f64 * share).round() as usize];
    let figures = [
        ("texts", texts.len() as f64, 0),
        ("characters_per_text", characters as f64 / texts.len() as f64, 1),
        ("opinions", opinions as f64, 0),
        ("texts_per_second", texts.len() as f64 / seconds, 1),
        ("characters_per_second", characters as f64 / seconds, 0),
        ("single_text_ms_median", percentile(0.5), 2),
        ("single_text_ms_p95", percentile(0.95), 2),
        ("single_text_ms_p99", percentile(0.99), 2),
        ("load_ms", load_ms, 0),
        ("peak_memory_mib", peak_memory_mib().unwrap_or(f64::NAN), 0),
    ];
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        let mut object = serde_json::Map::new();
        object.insert("model".to_owned(), json!(model.profile().id));
        object.insert("kernel".to_owned(), json!(engine_kernel()));
        for (name, value, _) in figures {
            object.insert(name.to_owned(), if value.is_finite() { json!(value) } else { Value::Null });
        }
        let of = |bucket: &Bucket| {
            let Bucket { texts, per_second, .. } = bucket;
            json!({"characters": bucket.characters(), "texts": texts, "texts_per_second": per_second})
        };
        object.insert("by_length".to_owned(), buckets.iter().map(of).collect());
        serde_json::to_writer_pretty(&mut out, &object).map_err(std::io::Error::from)?;
        out.gap()?;
        return Ok(out.flush()?);
    }
    let kernel = engine_kernel().unwrap_or("unknown");
    out.heading(&format!("{} on this machine, kernel {kernel}", model.profile().id))?;
    let mut table = out.new_table(&["Figure", "Value"]);
    for (name, value, decimals) in figures {
        let shown = if value.is_finite() { format!("{value:.decimals$}") } else { "unknown".to_owned() };
        table.add_row([comfy_table::Cell::new(name.replace('_', " ")), number(shown)]);
    }
    out.table(&table)?;
    out.gap()?;
    let mut table = out.new_table(&["Characters", "Texts", "Texts per second"]);
    for bucket in &buckets {
        let (texts, speed) = (bucket.texts.to_string(), format!("{:.1}", bucket.per_second));
        table.add_row([comfy_table::Cell::new(bucket.characters()), number(texts), number(speed)]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}

/// Texts of one class of length.
struct Bucket {
    from: usize,
    to: usize,
    texts: usize,
    per_second: f64,
}

impl Bucket {
    fn characters(&self) -> String {
        if self.to == usize::MAX { format!("{} and more", self.from) } else { format!("{} to {}", self.from, self.to) }
    }
}

/// Judges `texts` in batches: opinions found, and the seconds it took.
async fn judged(model: &SharedModel, texts: &[String], bar: &ProgressBar) -> Result<(usize, f64)> {
    let (mut opinions, mut seconds) = (0, 0.0);
    for chunk in texts.chunks(BATCH) {
        let batch: Vec<_> = chunk.iter().map(|text| (text.clone(), None)).collect();
        let began = Instant::now();
        let verdicts = model.classify(batch).await?;
        seconds += began.elapsed().as_secs_f64();
        opinions += verdicts.iter().map(|verdict| verdict.opinions.len()).sum::<usize>();
        bar.inc(chunk.len() as u64);
    }
    Ok((opinions, seconds))
}

/// Texts of a file: one a line, or `text` of JSON Lines.
fn read_texts(file: &Path) -> Result<Vec<String>> {
    let content = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(sample_texts(&content))
}

fn sample_texts(content: &str) -> Vec<String> {
    content
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(object)) => object.get("text").and_then(Value::as_str).unwrap_or(line).to_owned(),
            _ => line.to_owned(),
        })
        .collect()
}

/// Highest resident memory of this process so far; `None` where the system does not say.
pub(super) fn peak_memory_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
