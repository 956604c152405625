//! CloudWatch metrics in the embedded metric format: a JSON line in the log from which CloudWatch makes metrics.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! One line holds everything about one message: its figures as metrics, the rest as searchable properties.

use std::fmt;
use std::io::Write as _;

use serde_json::{Map, Value, json};

/// The namespace of metrics if none is set. A deployed stack has a namespace of its own: two stacks in an account must
/// not add up.
pub const NAMESPACE: &str = "Testgram";

/// The unit of a metric. CloudWatch knows the variants by these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A count without a unit.
    Count,
    /// A size in bytes.
    Bytes,
    /// A duration in milliseconds.
    Milliseconds,
}

/// A metric line that is being put together. [`Sink::emit`] writes it.
#[derive(Debug)]
pub struct Line {
    dimensions: Vec<&'static str>,
    metrics: Vec<Value>,
    values: Map<String, Value>,
}

impl Line {
    /// A line whose metrics are grouped by `function`.
    #[must_use]
    pub fn new(function: &'static str) -> Self {
        let mut values = Map::new();
        values.insert("Function".to_owned(), function.into());
        Self {
            dimensions: vec!["Function"],
            metrics: Vec::new(),
            values,
        }
    }

    /// Groups the metrics by a further dimension. CloudWatch bills every distinct value as a metric of its own: stable
    /// words only.
    #[must_use]
    pub fn by(mut self, dimension: &'static str, word: &'static str) -> Self {
        self.dimensions.push(dimension);
        self.values.insert(dimension.to_owned(), word.into());
        self
    }

    /// Adds a metric with its value.
    #[must_use]
    pub fn metric(mut self, name: &'static str, unit: Unit, value: f64) -> Self {
        self.metrics.push(json!({ "Name": name, "Unit": format!("{unit:?}") }));
        self.values.insert(name.to_owned(), number(value));
        self
    }

    /// Adds a property: searchable, not a metric.
    #[must_use]
    pub fn property(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// The line as JSON, with its metrics in `namespace` at `now_ms` (milliseconds since 1970).
    ///
    /// ```
    /// use testgram_runtime::metrics::{Line, Unit};
    ///
    /// let line = Line::new("ingest").metric("Events", Unit::Count, 14.0).into_json("Testgram", 1_795_435_200_000);
    /// assert!(line.contains(r#""Events":14"#) && line.contains(r#""Function":"ingest""#));
    /// ```
    #[must_use]
    pub fn into_json(self, namespace: &str, now_ms: u64) -> String {
        let mut values = self.values;
        let set = json!({ "Namespace": namespace, "Dimensions": [self.dimensions], "Metrics": self.metrics });
        values.insert(
            "_aws".to_owned(),
            json!({ "Timestamp": now_ms, "CloudWatchMetrics": [set] }),
        );
        Value::Object(values).to_string()
    }
}

/// Whole numbers without a fraction, others to a thousandth: lines are billed by the byte.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Value::from(value as i64)
    } else {
        Value::from((value * 1000.0).round() / 1000.0)
    }
}

/// Where metric lines go.
pub struct Sink {
    namespace: String,
    write: Box<dyn Fn(&str) + Send + Sync>,
}

impl Sink {
    /// Lines go to standard output, which on Lambda is the log.
    #[must_use]
    pub fn stdout(namespace: String) -> Self {
        let write = |line: &str| {
            let mut out = std::io::stdout().lock();
            // A log that cannot be written is nothing a message should fail for.
            drop(writeln!(out, "{line}"));
        };
        Self {
            namespace,
            write: Box::new(write),
        }
    }

    /// Lines go to a function, for tests and local mode.
    #[must_use]
    pub fn to(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            namespace: NAMESPACE.to_owned(),
            write: Box::new(write),
        }
    }

    /// Writes a line, as of `now_ms` (milliseconds since 1970).
    pub fn emit(&self, line: Line, now_ms: u64) {
        (self.write)(&line.into_json(&self.namespace, now_ms));
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_each_metric_with_its_unit_and_value() {
        let line = Line::new("ingest")
            .by("Code", "bad_time")
            .metric("Rejected", Unit::Count, 2.0)
            .metric("Latency", Unit::Milliseconds, 1.234_56)
            .property("request_id", "r-1")
            .into_json("Testgram/prod", 1_700_000_000_000);
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            read,
            json!({
                "_aws": { "Timestamp": 1_700_000_000_000_u64, "CloudWatchMetrics": [{
                    "Namespace": "Testgram/prod", "Dimensions": [["Function", "Code"]],
                    "Metrics": [{ "Name": "Rejected", "Unit": "Count" }, { "Name": "Latency", "Unit": "Milliseconds" }]
                }] },
                "Function": "ingest", "Code": "bad_time", "Rejected": 2, "Latency": 1.235, "request_id": "r-1"
            })
        );
    }
}
