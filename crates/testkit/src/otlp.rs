//! What a collector reads out of the requests it is sent.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
};
use prost::Message as _;

/// A span as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSpan {
    /// What the process is called.
    pub service: String,
    /// What was done.
    pub name: String,
    /// Id of the span, and of the one it is a step of; empty for none.
    pub id: Vec<u8>,
    /// See `id`.
    pub parent: Vec<u8>,
    /// Whether it failed.
    pub failed: bool,
    /// Its attributes, each as text.
    pub attributes: BTreeMap<String, String>,
}

/// The spans of one request.
///
/// # Panics
/// Where `body` is not protobuf of OTLP.
pub fn sent_spans(body: &[u8]) -> Vec<SentSpan> {
    let request = ExportTraceServiceRequest::decode(body).expect("a request of OTLP");
    let mut spans = Vec::new();
    for process in request.resource_spans {
        let about = texts(process.resource.map(|resource| resource.attributes).unwrap_or_default());
        let service = about.get("service.name").cloned().unwrap_or_default();
        for span in process.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            assert!(span.events.is_empty(), "events are the log's: {:?}", span.events);
            spans.push(SentSpan {
                service: service.clone(),
                name: span.name,
                id: span.span_id,
                parent: span.parent_span_id,
                failed: span.status.is_some_and(|status| status.code == 2), // STATUS_CODE_ERROR
                attributes: texts(span.attributes),
            });
        }
    }
    spans
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    };
    attributes.into_iter().map(|pair| (pair.key, text(pair.value.and_then(|value| value.value)))).collect()
}
