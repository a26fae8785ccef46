//! `moodline demo`: the whole job on mentions that come with moodline.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{Days, NaiveDate, NaiveTime, Utc};
use moodline_maps::template;
use moodline_types::{LayerNode, LayerState, MapId, MentionOrder, MentionQuery, SentimentLabel, TouchpointFilter};
use serde::Deserialize;
use serde_json::json;

use super::{Context, Refresh, map::read_measured, mentions};
use crate::{
    cli::DemoArgs,
    output::Output,
    settings::{self, BadSettings},
    wire::App,
};

/// One example business: its map and what people say about it.
pub(super) struct Sample {
    /// Id of the map, and name of the files.
    pub(super) id: &'static str,
    /// JSON Lines: id, `days_ago`, time, lang, source, author, rating, text, and what a careful reader would say.
    pub(super) mentions: &'static str,
}

/// The bundled businesses.
pub(super) const SAMPLES: [Sample; 3] = [
    Sample { id: "online-bank", mentions: include_str!("../../../../config/demo/online-bank.jsonl") },
    Sample { id: "fashion-retailer", mentions: include_str!("../../../../config/demo/fashion-retailer.jsonl") },
    Sample { id: "fitness-app", mentions: include_str!("../../../../config/demo/fitness-app.jsonl") },
];

/// Marks a folder as made by the demo, so that a second demo may replace it.
const MARK: &str = ".moodline-demo";

/// One bundled mention.
#[derive(Debug, Deserialize)]
struct SampleMention {
    id: String,
    days_ago: u64,
    time: String,
    lang: String,
    source: String,
    author: String,
    #[serde(default)]
    rating: Option<f32>,
    text: String,
}

pub(super) async fn run(args: DemoArgs, context: &Context) -> Result<()> {
    let began = Instant::now();
    let today = Utc::now().date_naive();
    let dir = args.dir.as_path();
    prepare(dir, today)?;
    let loaded = settings::load(Some(&dir.join("moodline.toml")))?;
    context.log(&loaded.settings.log, false, None)?;
    let app = App::open(loaded, context.drain.clone(), context.progress).await?;
    let mut out = Output::new();
    out.line("moodline demo: an online bank, a fashion retailer and a fitness app, as 90 days of mentions see them")?;
    out.line("(the mentions were written for this demo; the model and everything else are the real thing)")?;
    out.gap()?;
    out.flush()?;
    app.register_maps().await?;
    let model = app.model().await?;
    let refresh = Refresh { as_of: Some(today), ..Refresh::default() };
    let failed = refresh
        .run(&app, &model, &mut |line| {
            out.line(line)?;
            out.flush()
        })
        .await?;
    if failed > 0 {
        bail!("{failed} of the demo's sources could not be read");
    }
    for sample in &SAMPLES {
        let map: MapId = sample.id.parse()?;
        out.gap()?;
        show(&app, &map, &args.names, &mut out).await?;
        out.flush()?;
    }
    tail(dir, &app, began, &mut out).await?;
    Ok(out.flush()?)
}

/// The curve, and the mentions of the worst touchpoint.
async fn show(app: &App, map: &MapId, names: &str, out: &mut Output) -> Result<()> {
    let measured = read_measured(app, map, None).await?;
    super::map::table(&measured.view(names, None), out)?;
    // The worst by the pessimistic end of its interval, never by the bare mean.
    let worst = measured
        .headline()
        .filter(|layer| layer.state == LayerState::Ok && matches!(layer.node, LayerNode::Touchpoint(..)))
        .filter_map(|layer| layer.high.map(|high| (high, layer)))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, layer)) = worst else { return Ok(()) };
    let LayerNode::Touchpoint(_, touchpoint) = &layer.node else { return Ok(()) };
    let name = measured.loaded.map.touchpoint(touchpoint).map_or("", |(_, t)| t.name.in_language(names));
    out.gap()?;
    out.heading(&format!("What people dislike most: {name} ({touchpoint})"))?;
    let rows = app
        .store
        .find_mentions(&MentionQuery {
            map: Some(map.clone()),
            touchpoint: Some(TouchpointFilter::Is(touchpoint.clone())),
            sentiment: Some(SentimentLabel::Negative),
            since: Some(layer.window.from.and_time(NaiveTime::MIN).and_utc()),
            order: MentionOrder::Severity,
            limit: 5,
            ..MentionQuery::default()
        })
        .await?
        .rows;
    mentions::table(out, &rows)?;
    Ok(())
}

async fn tail(dir: &Path, app: &App, began: Instant, out: &mut Output) -> Result<()> {
    let mentions = app.store.mention_count().await?;
    let config = dir.join("moodline.toml");
    let config = config.display();
    out.gap()?;
    let memory = super::bench::peak_memory_mib().map(|mib| format!(", {mib:.0} MiB at most")).unwrap_or_default();
    out.line(format!("{mentions} mentions in {:.1} s{memory}", began.elapsed().as_secs_f64()))?;
    out.line(format!("database  {}", dir.join("moodline.db").display()))?;
    out.line(format!("settings  {config}"))?;
    out.gap()?;
    out.line("try next:")?;
    let program = std::env::args().next().unwrap_or_else(|| "moodline".to_owned());
    for command in [
        "mentions --map online-bank --touchpoint transfers --sentiment negative --since 14d".to_owned(),
        "map show fashion-retailer --names zh-Hans".to_owned(),
        format!("map export fitness-app --format svg --output {}", dir.join("fitness-app.svg").display()),
        "mentions --map fitness-app --flagged --sort severity --format jsonl".to_owned(),
    ] {
        out.line(format!("  {program} --config {config} {command}"))?;
    }
    out.line(format!("  {program} init my-company     for your own map and sources"))?;
    Ok(())
}

/// Writes settings, maps and mentions. A folder that is not an earlier demo's is left alone.
fn prepare(dir: &Path, today: NaiveDate) -> Result<()> {
    let mark = dir.join(MARK);
    let occupied = dir.exists() && dir.read_dir().with_context(|| unreadable(dir))?.next().is_some();
    if occupied && !mark.exists() {
        return Err(BadSettings(format!(
            "{} exists and was not made by the demo: name another folder with --dir",
            dir.display()
        ))
        .into());
    }
    for folder in ["maps", "mentions"] {
        let folder = dir.join(folder);
        fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    }
    write(&mark, "made by `moodline demo`; replaced by the next one\n")?;
    for database in ["moodline.db", "moodline.db-wal", "moodline.db-shm"] {
        let path = dir.join(database);
        if path.exists() {
            fs::remove_file(&path).with_context(|| format!("could not remove {}", path.display()))?;
        }
    }
    let mut settings = String::from(SETTINGS);
    for sample in &SAMPLES {
        // One database, three businesses: each map takes its own source only.
        let takes = format!("\nsources = [\"{}\"]\nname = ", sample.id);
        let map = template(sample.id)?.text.replacen("\nname = ", &takes, 1);
        write(&dir.join("maps").join(format!("{}.toml", sample.id)), &map)?;
        let file = dir.join("mentions").join(format!("{}.jsonl", sample.id));
        write(&file, &dated(sample, today)?)?;
        settings.push_str(&source_settings(sample.id));
    }
    write(&dir.join("moodline.toml"), &settings)
}

const SETTINGS: &str = "\
# Written by `moodline demo`. Every key is explained in the file that `moodline init` writes.

[maps]
paths = [\"maps\"]

[layers]
# The mentions cover 90 days: the last half is held against the first.
window_days = 45
";

fn source_settings(id: &str) -> String {
    format!("\n[[sources.files]]\nid = \"{id}\"\npath = \"mentions/{id}.jsonl\"\nrating_scale = [1, 5]\n")
}

/// The mentions of a sample with dates that end today.
fn dated(sample: &Sample, today: NaiveDate) -> Result<String> {
    let mut lines = String::new();
    for (index, line) in sample.mentions.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("bundled mentions of {}, line {}", sample.id, index + 1);
        let mention: SampleMention = serde_json::from_str(line).with_context(place)?;
        let time = NaiveTime::parse_from_str(&mention.time, "%H:%M").with_context(place)?;
        let day = today.checked_sub_days(Days::new(mention.days_ago)).with_context(place)?;
        // What was said "today" was said before now, whenever the demo runs.
        let posted = day.and_time(time).and_utc().min(Utc::now());
        let mut object = json!({
            "id": mention.id, "time": posted, "language": mention.lang, "author": mention.author,
            "text": mention.text, "url": format!("https://{}.example/{}/{}", sample.id, mention.source, mention.id),
        });
        if let (Some(rating), Some(object)) = (mention.rating, object.as_object_mut()) {
            object.insert("rating".to_owned(), json!(rating));
        }
        lines.push_str(&object.to_string());
        lines.push('\n');
    }
    Ok(lines)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}

fn unreadable(dir: &Path) -> String {
    format!("could not look into {}", dir.display())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_samples_are_what_the_readme_says() {
        let today = NaiveDate::from_ymd_opt(2026, 5, 31).unwrap();
        let mut ids = HashSet::new();
        let mut languages = HashSet::new();
        for sample in &SAMPLES {
            for line in sample.mentions.lines() {
                let mention: SampleMention = serde_json::from_str(line).unwrap();
                assert!(mention.days_ago < 90, "{}", mention.id);
                assert!(ids.insert(mention.id));
                languages.insert(mention.lang);
            }
            assert!(!dated(sample, today).unwrap().is_empty());
        }
        assert!(ids.len() >= 400, "{} mentions", ids.len());
        for language in ["zh-Hans", "zh-Hant", "en", "ja", "es"] {
            assert!(languages.contains(language), "{language} is missing");
        }
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "precious").unwrap();
        let error = prepare(dir.path(), Utc::now().date_naive()).unwrap_err();
        assert!(error.to_string().contains("--dir"), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
