//! Traces to a collector, by OTLP over HTTP in protobuf.
//!
//! Ended spans wait in a bounded queue for a thread of their own that sends them in batches. A collector that is away or
//! slow costs spans, never time: what does not fit, and what could not be sent within the time allowed, is counted as
//! `moodline_lost_spans_total`, and the log says when that begins and when it is over.

use std::{
    env,
    error::Error,
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use metrics::counter;
use moodline_types::{SPANS, SecretText, error_chain};
use opentelemetry::{Context, KeyValue, trace::TracerProvider as _};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter as OtlpExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{
        BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, Span, SpanData, SpanExporter, SpanProcessor,
    },
};
use tokio::runtime::Handle;
use tracing::{
    Subscriber, info,
    span::{Attributes, Id},
    warn,
};
use tracing_subscriber::{
    filter::filter_fn,
    layer::{self, Layer},
    registry::LookupSpan,
};

use crate::{TelemetryConfig, TelemetryError};

/// Spans that wait to be sent at most, unless `OTEL_BSP_MAX_QUEUE_SIZE` says otherwise (the specification's default).
const QUEUE: usize = 2048;
/// How long the last spans are given at the end of the process.
const LAST_SPANS: Duration = Duration::from_secs(3);
/// How long spans that are about to end are waited for.
const LAST_ENDS: Duration = Duration::from_millis(500);
/// Either names the collector in the environment.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// What could not be sent because of something other than the collector's answer.
pub type CourierError = Box<dyn Error + Send + Sync>;

/// Carries requests to the collector; the binary says how.
#[async_trait]
pub trait Courier: fmt::Debug + Send + Sync + 'static {
    /// Posts `body` to `address` with these headers; the status of the answer. Gives up in its own time.
    async fn post(&self, address: &str, headers: Vec<(String, SecretText)>, body: Vec<u8>)
    -> Result<u16, CourierError>;
}

/// Where the spans of this process go.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    tally: Arc<Tally>,
}

/// The traces of this process, once they are set up.
static INSTALLED: OnceLock<Traces> = OnceLock::new();

impl Traces {
    /// Traces to the collector of the environment or the settings; `None` where neither names one, or the environment
    /// switches them off. `headers` are those of the settings. Must be called inside a Tokio runtime, which carries the
    /// requests.
    ///
    /// # Errors
    /// [`TelemetryError::Traces`] where the address or a variable cannot be used.
    pub fn new(
        config: &TelemetryConfig,
        headers: Vec<(String, SecretText)>,
        courier: impl Courier,
    ) -> Result<Option<Self>, TelemetryError> {
        let is_set = |name: &str| env::var(name).is_ok_and(|value| !value.trim().is_empty());
        let says = |name: &str, what: &str| env::var(name).is_ok_and(|value| value.trim().eq_ignore_ascii_case(what));
        let from_environment = ENDPOINTS.into_iter().any(is_set);
        let off = says("OTEL_SDK_DISABLED", "true") || says("OTEL_TRACES_EXPORTER", "none");
        if off || !(from_environment || config.endpoint.is_some()) {
            return Ok(None);
        }
        let tally = Arc::new(Tally::default());
        let client = Client { courier: Arc::new(courier), runtime: Handle::current(), tally: Arc::clone(&tally) };
        let mut exporter = OtlpExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_headers(headers.into_iter().map(|(name, value)| (name, value.reveal().to_owned())).collect());
        if let Some(base) = config.endpoint.as_deref().filter(|_| !from_environment) {
            exporter = exporter.with_endpoint(format!("{}/v1/traces", base.trim_end_matches('/')));
        }
        let exporter = exporter.build().map_err(|error| TelemetryError::Traces(error.into()))?;
        let exporter = Watched { exporter, tally: Arc::clone(&tally) };
        let queue = env::var("OTEL_BSP_MAX_QUEUE_SIZE").ok().and_then(|size| size.trim().parse().ok()).unwrap_or(QUEUE);
        // One more than is let in, so that none is dropped uncounted.
        let batches = BatchConfigBuilder::default().with_max_queue_size(queue + 1).build();
        let batches = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let mut provider = SdkTracerProvider::builder()
            .with_span_processor(Bounded { batches, queue, tally: Arc::clone(&tally) })
            .with_resource(resource(config));
        if !is_set("OTEL_TRACES_SAMPLER") {
            let share = Sampler::TraceIdRatioBased(config.sample_ratio);
            provider = provider.with_sampler(Sampler::ParentBased(Box::new(share)));
        }
        Ok(Some(Self { provider: provider.build(), tally }))
    }

    /// Takes the spans of the process that are meant to be sent, and no events: what the log says stays in the log.
    pub fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.provider.tracer("moodline");
        let spans = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false);
        spans
            .and_then(Open(Arc::clone(&self.tally)))
            .with_filter(filter_fn(|of| of.is_span() && of.target() == SPANS))
            .boxed()
    }

    /// Sends what still waits, for at most three seconds, and waits a little for spans that are about to end: a database's
    /// thread lets go of the span it worked for only after it has answered. To be called outside of asynchronous code, while the runtime is
    /// up.
    ///
    /// # Errors
    /// [`TelemetryError::Unsent`] where that could not be done in time.
    pub fn finish(&self) -> Result<(), TelemetryError> {
        let began = Instant::now();
        while self.tally.open.load(Ordering::Relaxed) > 0 && began.elapsed() < LAST_ENDS {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.provider.shutdown_with_timeout(LAST_SPANS).map_err(|error| TelemetryError::Unsent(error.into()))
    }

    /// How many spans were lost since some last arrived.
    pub fn lost(&self) -> u64 {
        self.tally.lost.load(Ordering::Relaxed)
    }

    /// Keeps them for [`finish_traces`].
    pub(crate) fn keep(self) {
        // Only the log that was set up first has a layer, and there is only one.
        let _ = INSTALLED.set(self);
    }
}

/// Does [`Traces::finish`] for those of this process.
pub fn finish_traces() {
    if let Some(Err(error)) = INSTALLED.get().map(Traces::finish) {
        warn!("{}", error_chain(&error));
    }
}

/// What the collector knows of the process; the environment's word counts.
fn resource(config: &TelemetryConfig) -> Resource {
    let name = KeyValue::new("service.name", config.service_name.clone());
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let ours = Resource::builder_empty().with_attributes([name, version]).build();
    let mut builder = Resource::builder();
    let has_name = env::var("OTEL_SERVICE_NAME").is_ok_and(|name| !name.is_empty())
        || env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|all| all.contains("service.name="));
    for (key, value) in ours.iter() {
        if key.as_str() != "service.name" || !has_name {
            builder = builder.with_attribute(KeyValue::new(key.clone(), value.clone()));
        }
    }
    builder.build()
}

/// What waits and what was lost.
#[derive(Debug, Default)]
struct Tally {
    /// Spans that have begun and not ended.
    open: AtomicUsize,
    waiting: AtomicUsize,
    /// Spans lost since they last arrived.
    lost: AtomicU64,
    /// Why the last request failed.
    reason: Mutex<Option<String>>,
}

impl Tally {
    fn lose(&self, spans: u64, why: &str) {
        counter!("moodline_lost_spans_total").increment(spans);
        if self.lost.fetch_add(spans, Ordering::Relaxed) == 0 {
            warn!("spans are lost: {why}");
        }
    }

    fn arrived(&self) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            info!("spans arrive again; {lost} were lost meanwhile");
        }
    }

    fn reason(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the spans under way.
struct Open(Arc<Tally>);

impl<S: Subscriber> Layer<S> for Open {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: layer::Context<'_, S>) {
        self.0.open.fetch_add(1, Ordering::Relaxed);
    }

    fn on_close(&self, _: Id, _: layer::Context<'_, S>) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lets no more spans in than the queue holds.
#[derive(Debug)]
struct Bounded {
    batches: BatchSpanProcessor,
    queue: usize,
    tally: Arc<Tally>,
}

impl SpanProcessor for Bounded {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batches.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if self.tally.waiting.fetch_add(1, Ordering::Relaxed) < self.queue {
            self.batches.on_end(span);
        } else {
            self.tally.waiting.fetch_sub(1, Ordering::Relaxed);
            self.tally.lose(1, "the collector does not keep up and the queue is full");
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

/// Sends batches and counts those that were lost.
#[derive(Debug)]
struct Watched {
    exporter: OtlpExporter,
    tally: Arc<Tally>,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let result = self.exporter.export(batch).await;
        self.tally.waiting.fetch_sub(spans, Ordering::Relaxed);
        match &result {
            Ok(()) => self.tally.arrived(),
            Err(error) => {
                let reason = self.tally.reason().take().unwrap_or_else(|| error_chain(error));
                self.tally.lose(spans as u64, &reason);
            }
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Hands requests from the exporter's thread to the runtime.
#[derive(Debug)]
struct Client<C> {
    courier: Arc<C>,
    runtime: Handle,
    tally: Arc<Tally>,
}

#[async_trait]
impl<C: Courier> HttpClient for Client<C> {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let text = |value: &[u8]| SecretText::new(String::from_utf8_lossy(value));
        // The content type comes with the body.
        let headers = parts.headers.iter().filter(|(name, _)| name.as_str() != "content-type");
        let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
        let (courier, address) = (Arc::clone(&self.courier), parts.uri.to_string());
        let sending = self.runtime.spawn(async move { courier.post(&address, headers, body.into()).await });
        let answer = match sending.await {
            Ok(answer) => answer,
            Err(lost) => Err(lost.into()),
        };
        match answer {
            Ok(status) => {
                if !(200..300).contains(&status) {
                    *self.tally.reason() = Some(format!("the collector answered {status}"));
                }
                Ok(Response::builder().status(status).body(Bytes::new())?)
            }
            Err(error) => {
                *self.tally.reason() = Some(error_chain(&*error));
                Err(error)
            }
        }
    }
}
