//! The spans of jobs, and the way of spans to the collector.

use std::future::Future;

use anyhow::{Context as _, Result};
use moodline_ingest::FetchOutcome;
use moodline_telemetry::{TelemetryConfig, Traces, traced};
use moodline_types::{MapId, ModelId, SPANS, SecretText, SourceId};
use tracing::{Span, field::Empty, info_span};

use crate::settings::{BadSettings, LoadedSettings};

/// Reads a source within a span of its own.
pub(crate) async fn fetch<E>(
    source: &SourceId,
    reading: impl Future<Output = Result<FetchOutcome, E>>,
) -> Result<FetchOutcome, E> {
    let span = info_span!(
        target: SPANS, "fetch", otel.status_code = Empty, source.id = %source, mention.count = Empty, row.rejected = Empty
    );
    let result = traced(span.clone(), reading).await;
    if let Ok(outcome) = &result {
        let changes = outcome.changes;
        span.record("mention.count", (changes.added + changes.revised) as i64);
        span.record("row.rejected", changes.rejected as i64);
    }
    result
}

/// The span of all steps one after the other.
pub(crate) fn refresh() -> Span {
    info_span!(target: SPANS, "refresh", otel.status_code = Empty)
}

/// The span of judging what waits for a model; `mention.count` is for whoever knows it in the end.
pub(crate) fn enrich(model: &ModelId) -> Span {
    info_span!(target: SPANS, "enrich", otel.status_code = Empty, model.id = %model, mention.count = Empty)
}

/// The span of a step of one map.
pub(crate) fn of_map(step: &'static str, map: &MapId) -> Span {
    info_span!(
        target: SPANS, "map", otel.name = step, otel.status_code = Empty, map.id = %map, mention.count = Empty
    )
}

/// The way of this process's spans to the collector of the settings; `None` where none is named.
pub(crate) fn start(loaded: &LoadedSettings) -> Result<Option<Traces>> {
    let config = &loaded.settings.telemetry;
    let mut headers = Vec::new();
    for (name, secret) in &config.headers {
        let value = secret.resolve(&loaded.base).with_context(|| format!("telemetry.headers.{name} cannot be had"))?;
        headers.push((name.clone(), value));
    }
    to_collector(config, headers).map_err(|error| error.context(BadSettings(loaded.file.display().to_string())))
}

#[cfg(not(feature = "otel"))]
fn to_collector(config: &TelemetryConfig, _: Vec<(String, SecretText)>) -> Result<Option<Traces>> {
    match &config.endpoint {
        None => Ok(None),
        Some(_) => Err(BadSettings(
            "`telemetry.endpoint` is set, and this moodline was built without traces; build it with `--features otel`"
                .to_owned(),
        )
        .into()),
    }
}

#[cfg(feature = "otel")]
fn to_collector(config: &TelemetryConfig, headers: Vec<(String, SecretText)>) -> Result<Option<Traces>> {
    Ok(Traces::new(config, headers, courier::Post::new()?)?)
}

#[cfg(feature = "otel")]
mod courier {
    use anyhow::{Context as _, Result};
    use async_trait::async_trait;
    use moodline_http::{HttpClient, HttpConfig, Request};
    use moodline_telemetry::{Courier, CourierError};
    use moodline_types::{Interval, SecretText};
    use url::Url;

    /// Posts to the collector with a client of its own: it is ours, wherever it is, and needs no manners.
    #[derive(Debug)]
    pub(super) struct Post(HttpClient);

    impl Post {
        pub(super) fn new() -> Result<Self> {
            let config = HttpConfig {
                allow_private_addresses: true,
                min_interval: Interval::from_secs(0),
                timeout: Interval::from_secs(10),
                connect_timeout: Interval::from_secs(3),
                ..HttpConfig::default()
            };
            Ok(Self(HttpClient::new(&config).context("could not set up HTTP for traces")?))
        }
    }

    #[async_trait]
    impl Courier for Post {
        async fn post(
            &self,
            address: &str,
            headers: Vec<(String, SecretText)>,
            body: Vec<u8>,
        ) -> Result<u16, CourierError> {
            let mut request = Request::post(Url::parse(address)?).body("application/x-protobuf", body);
            for (name, value) in headers {
                request = request.secret_header(&name, value);
            }
            match self.0.send(&request).await {
                Ok(answer) => Ok(answer.status),
                Err(error) => error.status().ok_or_else(|| error.into()),
            }
        }
    }
}
