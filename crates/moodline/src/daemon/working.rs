//! The loops that judge, place and keep house: at work whenever there is some.

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::Result;
use moodline_enrich::SharedModel;
use moodline_http::Backoff;
use moodline_store::WorkKind;
use moodline_types::Clock;
use tracing::{error, info};

use super::timing::LONGEST_SLEEP;
use crate::{
    commands::{judge, place, retain},
    wire::App,
};

/// How long the judging and placing loops rest when there is nothing to do.
pub(super) const IDLE: Duration = Duration::from_secs(5);

/// How often the service looks for work that dead processes left behind.
const HOUSEKEEPING: Duration = Duration::from_secs(30);

/// How often texts are looked at for their age, in rounds of [`HOUSEKEEPING`].
const RETENTION_ROUNDS: u32 = 120;

pub(super) async fn enrich_loop(app: Arc<App>, model: SharedModel) {
    let model = tokio::sync::Mutex::new(model);
    repeat(&app, "judge mentions", || async {
        let mut model = model.lock().await;
        // Another model was adopted while this one was at work: it is the one to judge with from now on.
        if let Some(adopted) = app.store.adopted_model().await?.filter(|adopted| adopted.id != model.profile().id) {
            info!(model.id = %adopted.id, "model {} was adopted", adopted.id);
            *model = app.model().await?;
        }
        judge(&app, &model).await.map(|outcome| outcome.mentions > 0)
    })
    .await;
}

pub(super) async fn assign_loop(app: Arc<App>) {
    repeat(&app, "place opinions", || async {
        let (mut moved, mut failed) = (false, Ok(()));
        for map in app.map_ids(&[]).await? {
            let now = app.clock.now();
            if app.store.backlog(WorkKind::Assign, map.as_str(), now).await?.ready == 0 {
                continue;
            }
            // One map that cannot be placed does not keep the others waiting.
            match place(&app, &map).await {
                Ok(outcome) => moved |= outcome.mentions > 0,
                Err(error) => failed = Err(error),
            }
        }
        failed.map(|()| moved)
    })
    .await;
}

/// Takes back what dead processes hold, and lets texts go that are too old.
pub(super) async fn house_loop(app: Arc<App>) {
    let mut round: u32 = 0;
    loop {
        app.pulse.beat("keep house");
        let guard = app.drain.guard();
        match app.store.free_work_of_the_dead().await {
            Ok(0) => {}
            Ok(freed) => info!(mention.count = freed, "{freed} mentions of a process that is gone are free again"),
            Err(error) => error!("could not look for work that was left behind: {error}"),
        }
        if round.is_multiple_of(RETENTION_ROUNDS)
            && let Err(error) = retain(&app).await
        {
            error!("could not drop old texts: {error:#}");
        }
        drop(guard);
        round = round.wrapping_add(1);
        if !app.drain.sleep(HOUSEKEEPING.min(LONGEST_SLEEP)).await {
            return;
        }
    }
}

/// Does `work` again and again: at once while it finds something, with a rest when it does not, with growing rests
/// while it fails.
async fn repeat<F>(app: &App, what: &str, work: impl Fn() -> F)
where
    F: Future<Output = Result<bool>>,
{
    let backoff = Backoff { first: IDLE, cap: Duration::from_mins(5) };
    let mut failures = 0;
    loop {
        app.pulse.beat(what);
        let guard = app.drain.guard();
        let result = work().await;
        drop(guard);
        let rest = match result {
            Ok(found) => {
                failures = 0;
                if found { Duration::ZERO } else { IDLE }
            }
            Err(error) => {
                failures += 1;
                let wait = backoff.delay(failures);
                error!(failures, "could not {what}: {error:#}; next try in {} s", wait.as_secs());
                wait
            }
        };
        if !app.drain.sleep(rest).await {
            return;
        }
    }
}
