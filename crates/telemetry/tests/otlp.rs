//! Which spans reach a collector, and that one which is away costs nothing but spans.

#![cfg(feature = "otel")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use moodline_telemetry::{Courier, CourierError, TelemetryConfig, Traces, traced};
use moodline_types::{SPANS, SecretText};
use tracing::{field::Empty, info, info_span};
use tracing_subscriber::layer::SubscriberExt as _;

/// A request as it would have been posted.
#[derive(Debug, Clone)]
struct Posted {
    address: String,
    headers: Vec<(String, SecretText)>,
    body: Vec<u8>,
}

impl Posted {
    /// Whether the body, in which texts lie as they are, has this one.
    fn holds(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }
}

/// Keeps what it is to carry, or fails.
#[derive(Debug, Clone)]
struct FakeCourier {
    posted: Arc<Mutex<Vec<Posted>>>,
    arrives: bool,
}

impl FakeCourier {
    fn new(arrives: bool) -> Self {
        Self { posted: Arc::default(), arrives }
    }

    fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }
}

#[async_trait]
impl Courier for FakeCourier {
    async fn post(
        &self,
        address: &str,
        headers: Vec<(String, SecretText)>,
        body: Vec<u8>,
    ) -> Result<u16, CourierError> {
        self.posted.lock().unwrap().push(Posted { address: address.to_owned(), headers, body });
        if self.arrives { Ok(200) } else { Err("the collector is away".into()) }
    }
}

fn config(sample_ratio: f64) -> TelemetryConfig {
    TelemetryConfig { endpoint: Some("http://collector.example:4318/".to_owned()), sample_ratio, ..Default::default() }
}

fn traces(config: &TelemetryConfig, courier: &FakeCourier) -> Traces {
    let headers = vec![("x-tenant".to_owned(), SecretText::new("shop-7"))];
    Traces::new(config, headers, courier.clone()).unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_jobs_are_sent_and_nothing_else() {
    let courier = FakeCourier::new(true);
    let traces = traces(&config(1.0), &courier);
    let subscriber = tracing_subscriber::registry().with(traces.layer());
    tracing::subscriber::with_default(subscriber, || {
        info_span!(target: SPANS, "fetch", source.id = "forum", mention.count = 3_i64).in_scope(|| {
            info!("an event of the log: Mei wrote of her card");
            info_span!("inner", password = "of another library").in_scope(|| ());
        });
    });
    tokio::task::block_in_place(|| traces.finish()).unwrap();
    let posted = courier.posted();
    assert_eq!(posted.len(), 1);
    assert_eq!(posted[0].address, "http://collector.example:4318/v1/traces");
    assert!(posted[0].headers.iter().any(|(name, value)| name == "x-tenant" && value.reveal() == "shop-7"));
    for there in ["fetch", "source.id", "forum", "mention.count", "service.name", "moodline"] {
        assert!(posted[0].holds(there), "{there}");
    }
    for kept in ["Mei", "inner", "password", "of another library"] {
        assert!(!posted[0].holds(kept), "{kept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_that_cannot_be_sent_hold_nobody_up() {
    let courier = FakeCourier::new(false);
    let traces = traces(&config(1.0), &courier);
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
    // Far more than the queue holds.
    for at in 0..10_000_i64 {
        let span = info_span!(target: SPANS, "fetch", otel.status_code = Empty, mention.count = at);
        let done: Result<i64, ()> = traced(span, async { Ok(at) }).await;
        assert_eq!(done, Ok(at));
    }
    assert!(traces.lost() > 0, "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_are_sent_for_the_share_of_traces_that_was_asked_for() {
    let courier = FakeCourier::new(true);
    let traces = traces(&config(0.0), &courier);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(traces.layer()), || {
        info_span!(target: SPANS, "fetch").in_scope(|| ());
    });
    tokio::task::block_in_place(|| traces.finish()).unwrap();
    assert!(courier.posted().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_go_nowhere_unless_a_collector_is_named() {
    let courier = FakeCourier::new(true);
    assert!(Traces::new(&TelemetryConfig::default(), Vec::new(), courier).unwrap().is_none());
}
