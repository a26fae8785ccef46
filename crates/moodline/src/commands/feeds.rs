//! `moodline sources discover` and `moodline sources import`: which feeds to read.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};
use moodline_http::HttpClient;
use moodline_sources::feeds::{Subscription, discover, same_address, subscriptions};
use moodline_types::{SourceId, counted};
use url::Url;

use crate::{
    output::Output,
    settings::{self, LoadedSettings},
};

/// Looks for the feeds of a site and shows what to write into the settings.
pub(super) async fn find(address: &str, http: &HttpClient) -> Result<()> {
    let with_scheme = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let url = Url::parse(&with_scheme).with_context(|| format!("`{address}` is not an address"))?;
    let found = discover(http, &url).await?;
    if found.is_empty() {
        bail!("{url} names no feed, and none answers at the usual places");
    }
    let mut out = Output::new();
    let mut taken: Vec<SourceId> = Vec::new();
    for feed in &found {
        let title = feed.title.clone().unwrap_or_default();
        match &feed.entries {
            Ok(entries) => {
                let id = Subscription { title, url: feed.url.clone() }.source_id(|id| taken.contains(id));
                let entries = if *entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
                out.line(format!("# {entries}\n{}", entry(&id, &feed.url)))?;
                taken.push(id);
            }
            Err(reason) => out.line(format!("# {} cannot be read: {reason}\n", feed.url))?,
        }
    }
    Ok(out.flush()?)
}

/// Adds the subscriptions of an OPML file to the settings.
pub(super) fn import(file: &Path, loaded: &LoadedSettings) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
    let found = subscriptions(&bytes).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut out = Output::new();
    for feed in &found.repeated {
        out.line(format!("left out: {} ({}) stands in the file twice", feed.url, feed.title))?;
    }
    for (title, address) in &found.unusable {
        out.line(format!("left out: `{address}` ({title}) is no address that can be fetched"))?;
    }
    let sources = &loaded.settings.sources;
    let mut taken: Vec<SourceId> = sources.entries().map(|entry| entry.id().clone()).collect();
    let mut written = String::new();
    for feed in &found.feeds {
        if let Some(known) = sources.feeds.iter().find(|known| same_address(&known.url, &feed.url)) {
            out.line(format!("left out: {} ({}) is source `{}` already", feed.url, feed.title, known.id))?;
            continue;
        }
        let id = feed.source_id(|id| taken.contains(id));
        let title: String = feed.title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        written.extend(["\n# ", &title, "\n", &entry(&id, &feed.url)]);
        out.line(format!("added `{id}`: {}", feed.url))?;
        taken.push(id);
    }
    if written.is_empty() {
        out.line("nothing to add")?;
        return Ok(out.flush()?);
    }
    append(&written, loaded)?;
    let (count, file) = (written.matches("[[sources.feeds]]").count(), loaded.file.display());
    out.line(format!("{} added to {file}", counted(count, "feed")))?;
    Ok(out.flush()?)
}

/// One feed as it stands in the settings.
fn entry(id: &SourceId, url: &Url) -> String {
    let url = url.as_str().replace('\\', "\\\\").replace('"', "\\\"");
    format!("[[sources.feeds]]\nid = \"{id}\"\nurl = \"{url}\"\n")
}

/// Adds to the end of the settings, once the whole is known to be readable: either all of it or nothing.
fn append(written: &str, loaded: &LoadedSettings) -> Result<()> {
    let before = fs::read_to_string(&loaded.file)?;
    let beside = loaded.file.with_extension("toml.new");
    fs::write(&beside, format!("{}\n{written}", before.trim_end()))?;
    let replaced = settings::load(Some(&beside))
        .context("the settings cannot be added to; write the feeds into them by hand")
        .and_then(|_| Ok(fs::set_permissions(&beside, fs::metadata(&loaded.file)?.permissions())?))
        .and_then(|()| {
            fs::rename(&beside, &loaded.file).with_context(|| format!("could not write {}", loaded.file.display()))
        });
    if replaced.is_err() {
        let _ = fs::remove_file(&beside);
    }
    replaced
}
