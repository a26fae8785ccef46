//! What Prometheus reads. Steps count with the macros of the `metrics` crate where things happen; what a database
//! knows (queues, ages) is set as gauges when somebody asks.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::TelemetryError;

/// Bounds of every histogram of seconds, from a lookup by key to a slow night.
const SECONDS: [f64; 12] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];

/// The metrics of this process.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts to collect for the whole process.
    pub fn install() -> Result<Self, TelemetryError> {
        let failed = |error: metrics_exporter_prometheus::BuildError| TelemetryError::Metrics(Box::new(error));
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .map_err(failed)?;
        builder.install_recorder().map(Self).map_err(failed)
    }

    /// Everything collected so far in the Prometheus text format.
    pub fn text(&self) -> String {
        self.tidy();
        self.0.render()
    }

    /// Sums up what was measured since the last time; where nobody asks for the text, the parts would only pile up.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }
}
