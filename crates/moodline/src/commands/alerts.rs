//! `moodline alerts`: what is out of the ordinary, and what people do about it.

use anyhow::{Result, bail};
use moodline_alerts::map_episodes;
use moodline_api::{
    ask::{alerts, digest, mentions::posted},
    body::{self, AlertQuote, AlertShown},
};
use moodline_store::AlertTriage;
use moodline_types::{
    Alert, AlertEpisode, AlertId, AlertKind, AlertQuery, AlertStatus, AlertSubject, AlertTier, Clock,
};

use super::{
    Context,
    map::read_measured,
    mentions::cell,
    watch::{last_complete_day, watch_nights, watch_sources},
};
use crate::{
    cli::{AlertJudgeArgs, AlertListArgs, AlertTriageArgs, AlertsCommand, ListFormat, ShowFormat},
    output::{Output, number, shorten, terminal_width},
    wire::App,
};

pub(super) async fn run(command: AlertsCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    match command {
        AlertsCommand::List(args) => list(&args, &app).await,
        AlertsCommand::Show { alert, format } => show(alert, format, &app).await,
        AlertsCommand::Ack(args) => triage(args, AlertStatus::Acknowledged, &app).await,
        AlertsCommand::Close(args) => triage(args, AlertStatus::Closed, &app).await,
        AlertsCommand::Digest(args) => super::digest::run(&args, &app).await,
        AlertsCommand::Judge(args) => judge(&args, &app).await,
    }
}

/// Refuses names that do not exist: an empty list would say that all is well.
async fn query(args: &AlertListArgs, app: &App) -> Result<AlertQuery> {
    if let Some(id) = &args.map {
        let loaded = read_measured(app, id, None).await?.loaded;
        let map = &loaded.map;
        if let Some(touchpoint) = args.touchpoint.as_ref().filter(|id| map.touchpoint(id).is_none()) {
            let known: Vec<&str> = map.touchpoints().map(|(_, t)| t.id.as_str()).collect();
            bail!("map {id} has no touchpoint `{touchpoint}`; it has {}", known.join(", "));
        }
    }
    Ok(AlertQuery {
        ids: Vec::new(),
        map: args.map.clone(),
        touchpoint: args.touchpoint.clone(),
        source: args.source.clone(),
        kinds: args.kind.clone(),
        tier: args.tier,
        statuses: args.status.clone(),
        going_on: (!args.all).then_some(true),
        since: posted(args.since.as_deref(), None, None, app.clock.now())?.since,
        limit: args.limit,
    })
}

async fn list(args: &AlertListArgs, app: &App) -> Result<()> {
    let query = query(args, app).await?;
    let alerts = app.store.alerts(&query).await?;
    let mut out = Output::new();
    match args.format {
        ListFormat::Table => {
            table(&mut out, &alerts)?;
            let total = app.store.count_alerts(&query).await?;
            let which = if args.all { "" } else { " that go on; --all lists those that are over as well" };
            out.line(if alerts.is_empty() {
                format!("no alerts{which}")
            } else {
                format!("{} of {total}{which}", alerts.len())
            })?;
        }
        ListFormat::Json => out.line(serde_json::to_string_pretty(&alerts)?)?,
        ListFormat::Jsonl => {
            for alert in &alerts {
                out.line(serde_json::to_string(alert)?)?;
            }
        }
        ListFormat::Csv => csv(&mut out, &alerts)?,
    }
    Ok(out.flush()?)
}

/// Where it is: `online-bank/fees`, or the source.
pub(super) fn place(episode: &AlertEpisode) -> String {
    match &episode.subject {
        AlertSubject::Touchpoint { map, touchpoint, .. } => format!("{map}/{touchpoint}"),
        AlertSubject::Source { source } => format!("source {source}"),
    }
}

/// From when to when, e.g. `2026-05-02 – 2026-05-07`.
fn days(episode: &AlertEpisode) -> String {
    match episode.ended_day {
        Some(ended) => format!("{} – {ended}", episode.from_day),
        None => format!("since {}", episode.from_day),
    }
}

fn table(out: &mut Output, alerts: &[Alert]) -> std::io::Result<()> {
    let mut table = out.new_table(&["Alert", "Tier", "Kind", "At", "Days", "Status", "What"]);
    let width = usize::from(terminal_width()).saturating_sub(80).max(40);
    for Alert { id, episode, status, .. } in alerts {
        table.add_row([
            number(id),
            comfy_table::Cell::new(episode.tier),
            comfy_table::Cell::new(episode.kind),
            comfy_table::Cell::new(place(episode)),
            comfy_table::Cell::new(days(episode)),
            comfy_table::Cell::new(status),
            comfy_table::Cell::new(shorten(&episode.detail, width * 3)),
        ]);
    }
    if alerts.is_empty() { Ok(()) } else { out.table(&table) }
}

fn csv(out: &mut Output, alerts: &[Alert]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "id",
        "tier",
        "kind",
        "at",
        "from_day",
        "last_day",
        "ended_day",
        "status",
        "observed",
        "n",
        "expected",
        "change",
        "change_low",
        "change_high",
        "probability",
        "adjusted",
        "power",
        "detail",
    ])?;
    for Alert { id, episode, status, .. } in alerts {
        let figure = |of: fn(&moodline_types::AlertFigures) -> f64| {
            episode.figures.as_ref().map(|figures| format!("{:.4}", of(figures))).unwrap_or_default()
        };
        writer.write_record([
            id.to_string(),
            episode.tier.to_string(),
            episode.kind.to_string(),
            place(episode),
            episode.from_day.to_string(),
            episode.last_day.to_string(),
            episode.ended_day.map(|day| day.to_string()).unwrap_or_default(),
            status.to_string(),
            episode.figures.map(|figures| figures.observed.to_string()).unwrap_or_default(),
            episode.figures.map(|figures| figures.n.to_string()).unwrap_or_default(),
            figure(|f| f.expected),
            figure(|f| f.change),
            figure(|f| f.change_low),
            figure(|f| f.change_high),
            figure(|f| f.probability),
            figure(|f| f.adjusted),
            figure(|f| f.power),
            cell(&episode.detail),
        ])?;
    }
    std::io::Write::write_all(out, &writer.into_inner()?)?;
    Ok(())
}

async fn show(id: AlertId, format: ShowFormat, app: &App) -> Result<()> {
    let shown = digest::shown(app.store.as_ref(), id).await?;
    let mut out = Output::new();
    if format == ShowFormat::Json {
        out.json(&shown)?;
        return Ok(out.flush()?);
    }
    let AlertShown { alert: body::Alert(alert), themes, quotes } = &shown;
    let Alert { episode, status, actor, note, .. } = alert;
    out.heading(&format!("{} {} {}: {}", episode.tier, alert.id, episode.kind, place(episode)))?;
    out.line(format!("{}; {status}", days(episode)))?;
    if let (Some(actor), note) = (actor, note) {
        let note = note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        out.line(format!("{actor}{note}"))?;
    }
    out.line(&episode.detail)?;
    if !themes.is_empty() {
        out.line(format!("themes: {}", digest::told_themes(themes, episode.mentions.len())))?;
    }
    if !quotes.is_empty() {
        out.gap()?;
        out.heading("The mentions that moved it")?;
        quote(&mut out, quotes, "  ")?;
    }
    Ok(out.flush()?)
}

fn quote(out: &mut Output, mentions: &[AlertQuote], indent: &str) -> std::io::Result<()> {
    let width = usize::from(terminal_width()).saturating_sub(16).max(40);
    for mention in mentions {
        let title = mention.title.as_deref().map(|title| format!("{title}: ")).unwrap_or_default();
        let text = shorten(&format!("{title}{}", mention.text), width);
        out.line(format!("{indent}{:>8}  {text}", mention.mention))?;
    }
    Ok(())
}

async fn triage(args: AlertTriageArgs, status: AlertStatus, app: &App) -> Result<()> {
    let AlertTriageArgs { alerts: ids, note, actor, format } = args;
    let triage = AlertTriage { status, note, actor };
    let changed = alerts::triage_all(app.store.as_ref(), &ids, &triage, app.clock.now()).await?;
    let mut out = Output::new();
    match format {
        ShowFormat::Json => out.json(&changed)?,
        ShowFormat::Table => out.line(match ids.as_slice() {
            [one] => format!("alert {one} is {status}"),
            many => format!("{} alerts are {status}", many.len()),
        })?,
    }
    Ok(out.flush()?)
}

async fn judge(args: &AlertJudgeArgs, app: &App) -> Result<()> {
    if args.as_of.is_some_and(|day| day > last_complete_day(app)) {
        bail!("--as-of: the last complete day (UTC) is {}", last_complete_day(app));
    }
    app.register_maps().await?;
    let mut out = Output::new();
    let mut seen = Vec::new();
    for map in app.map_ids(&args.map).await? {
        let Some(day) = args.as_of else {
            let said = watch_nights(app, &map, None).await?.unwrap_or_else(|| "alerts are switched off".to_owned());
            out.line(format!("{map}: {said}"))?;
            continue;
        };
        let episodes = map_episodes(app.store.as_ref(), &map, &app.loaded.settings.alerts, day).await?;
        seen.extend(episodes.into_iter().filter(|episode| !(is_brief(episode) && args.format == ShowFormat::Table)));
    }
    if args.as_of.is_none() {
        if let (true, Some(said)) = (args.map.is_empty(), watch_sources(app).await?) {
            out.line(format!("sources: {said}"))?;
        }
        return Ok(out.flush()?);
    }
    if args.format == ShowFormat::Json {
        out.line(serde_json::to_string_pretty(&seen)?)?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["Tier", "Kind", "At", "Days", "What"]);
    for episode in &seen {
        table.add_row([
            episode.tier.to_string(),
            episode.kind.to_string(),
            place(episode),
            days(episode),
            episode.detail.clone(),
        ]);
    }
    out.table(&table)?;
    out.line(
        "as the settings are now, over the five weeks before; nothing was stored; watches of one day are in JSON",
    )?;
    Ok(out.flush()?)
}

/// A watch that is over: expected every other night, and many in five weeks.
fn is_brief(episode: &AlertEpisode) -> bool {
    episode.tier == AlertTier::Watch && !episode.is_going_on()
}

/// Whether it is of a map in use, or of a source.
pub(super) fn concerns(episode: &AlertEpisode, maps: &[moodline_types::MapId]) -> bool {
    match &episode.subject {
        AlertSubject::Touchpoint { map, .. } => maps.contains(map),
        AlertSubject::Source { .. } => episode.kind == AlertKind::Source,
    }
}
