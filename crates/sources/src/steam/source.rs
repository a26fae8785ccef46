//! Walks the two lists.

use std::time::Duration;

use async_trait::async_trait;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SourceId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Purchase, SteamConfig,
    parse::{self, Order},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, unexpected},
    walk::{Lanes, Marks, NewestFirst, Step, Taken, Walk},
};

/// Answers are kept by Steam for up to ten minutes.
const OVERLAP: Duration = Duration::from_hours(1);
/// Steam often claims an end too early, above all during sales: how often the same page is asked for again.
const RETRIES: u32 = 5;
/// Reviews by which the total may differ from what is listed.
const SLACK: u64 = 2;

#[derive(Debug)]
pub(super) struct SteamSource {
    config: SteamConfig,
    http: HttpClient,
    /// By creation and by change. Their names say what is asked, so that other settings begin anew.
    lists: [String; 2],
}

/// How far one list has been read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Reading {
    walk: NewestFirst,
    /// Of the walk under way: reviews met, and reviews there should be.
    met: u64,
    total: Option<u64>,
}

impl Walk for Reading {}

impl SteamSource {
    pub(super) fn new(config: SteamConfig, http: HttpClient) -> Self {
        let asked = format!("app {} {:?} {}", config.app_id, config.purchase, config.languages.join(","));
        let lists = ["recent", "updated"].map(|order| format!("{order}, {}", asked.trim_end()).to_lowercase());
        Self { config, http, lists }
    }

    async fn page(&self, order: Order, token: Option<&str>) -> Result<(Step, Option<u64>), SourceError> {
        let languages = if self.config.languages.is_empty() { vec!["all"] } else { Vec::new() };
        let languages = languages.into_iter().chain(self.config.languages.iter().map(String::as_str));
        let input = json!({
            "appid": self.config.app_id,
            "languages": languages.collect::<Vec<_>>(),
            "filter": match order { Order::Created => 1, Order::Updated => 2 },
            "review_type": 0,
            "purchase_type": match self.config.purchase {
                Purchase::Steam => 0,
                Purchase::All => 1,
                Purchase::Other => 2,
            },
            "num_per_page": 100,
            "cursor": token.unwrap_or("*"),
            // Otherwise Steam leaves out the very times when many are angry at once.
            "filter_offtopic_activity": false,
        });
        let request = Request::get(self.config.url.clone()).query("input_json", &input.to_string());
        let answer = self.http.send(&request).await.map_err(SourceError::from_http)?;
        let (mut step, total) = parse::parse(&answer.body, self.config.url.as_str(), self.config.app_id, order)
            .map_err(unexpected(request.url(), "Steam"))?;
        // The end is an empty page, or a cursor that leads back to itself.
        if step.items.is_empty() || step.next.as_deref() == token {
            step.next = None;
        }
        Ok((step, total))
    }
}

#[async_trait]
impl Source for SteamSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lists: Lanes<Reading> = Lanes::load(cursor, &self.config.id)?;
        let (name, mut reading) = lists.current(&self.lists);
        let order = if name == self.lists[0] { Order::Created } else { Order::Updated };
        let token = reading.walk.token().map(str::to_owned);
        if token.is_none() {
            (reading.met, reading.total) = (0, None);
        }
        let mut step = Step::default();
        for _ in 0..=RETRIES {
            let total;
            (step, total) = self.page(order, token.as_deref()).await?;
            reading.total = total.or(reading.total);
            if step.next.is_some() || reading.lacks(&step).is_none() {
                break;
            }
        }
        let never_read = !reading.walk.had_items() && token.is_none();
        if never_read && reading.total.is_none() && step.items.is_empty() && step.rejected.is_empty() {
            let reason = format!("Steam answered with nothing for app {}: is the number right?", self.config.app_id);
            return Err(SourceError::Other { reason, transient: true });
        }
        let lacks = reading.lacks(&step).filter(|_| step.next.is_none());
        reading.met += step.items.len() as u64;
        if lacks.is_some() && token.is_some() {
            // To the walk this is a page that leads back to itself: it tries again at the next fetch.
            step.next.clone_from(&token);
        }
        let marks = Marks::times(OVERLAP).back_to_days(self.config.history_days);
        let Taken { walk, mut page } = reading.walk.take(step, &marks.pages_per_fetch(self.config.pages_per_run));
        if let (Some(lacks), Some(note)) = (lacks, &mut page.note) {
            *note = format!("incomplete: Steam ended the list {lacks} reviews too early");
        }
        Ok(in_language(
            lists.take(&self.lists, Taken { walk: Reading { walk, ..reading }, page }),
            self.config.language.as_deref(),
        ))
    }
}

impl Reading {
    /// How many reviews are missing if the list ends with this page; `None` where that is within the usual.
    fn lacks(&self, step: &Step) -> Option<u64> {
        let met = self.met + step.items.len() as u64;
        self.total.and_then(|total| total.checked_sub(met)).filter(|lacks| *lacks > SLACK)
    }
}
