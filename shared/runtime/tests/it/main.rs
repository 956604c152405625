//! Metric lines against the specification of their format.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails should fail loudly"
)]

mod emf;

use std::sync::mpsc;

use testgram_runtime::metrics::{Line, NAMESPACE, Sink, Unit};

const NOW_MS: u64 = 1_795_435_200_000;

#[test]
fn lines_are_what_cloudwatch_reads() {
    let line = || Line::new("ingest").metric("Events", Unit::Count, 14.0);
    emf::check(&line().into_json(NAMESPACE, NOW_MS));
    emf::check(&line().into_json("Testgram/prod", NOW_MS));
    let full = line()
        .by("Code", "bad_time")
        .by("Fault", "server")
        .metric("BytesIn", Unit::Bytes, 1e15)
        .metric("Latency", Unit::Milliseconds, 0.000_1)
        .metric("WriteUnits", Unit::Count, 0.5)
        .property("request_id", "")
        .property("bytes", 7);
    emf::check(&full.into_json(NAMESPACE, NOW_MS));
}

#[test]
fn a_sink_writes_a_line_at_a_time() {
    let (sender, lines) = mpsc::channel();
    let sink = Sink::to(move |line| sender.send(line.to_owned()).unwrap());
    for events in [1.0, 2.0] {
        sink.emit(Line::new("ingest").metric("Events", Unit::Count, events), NOW_MS);
    }
    drop(sink);
    let lines: Vec<_> = lines.iter().collect();
    assert_eq!(lines.len(), 2);
    lines.iter().for_each(|line| emf::check(line));
}

#[test]
#[should_panic(expected = "is not of type")]
fn a_line_without_a_timestamp_is_refused() {
    let line = Line::new("ingest")
        .metric("Events", Unit::Count, 14.0)
        .into_json(NAMESPACE, NOW_MS);
    emf::check(&line.replace(&NOW_MS.to_string(), r#""now""#));
}

#[test]
#[should_panic(expected = "Events")]
fn a_metric_without_a_value_is_refused() {
    let line = Line::new("ingest").metric("Events", Unit::Count, f64::NAN);
    emf::check(&line.into_json(NAMESPACE, NOW_MS));
}
