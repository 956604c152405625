//! What is logged of a message: figures, stable words, and its tenant and world. Nothing of its content.

use testgram_protocol::batch::{Lost, Parsed, Refused};
use testgram_protocol::reason::{Fault, Outcome, Reason, Tally};
use testgram_runtime::clock::Stopwatch;
use testgram_runtime::metrics::{Line, Sink, Unit};

use crate::caller::Caller;
use crate::wire::Request;

/// The report on one message.
#[derive(Debug)]
pub(crate) struct Report {
    began: Stopwatch,
    request_id: String,
    tenant: String,
    world: String,
    tally: Tally,
    refused: Option<Refused>,
    meta_rejected: Option<Reason>,
    lost: Lost,
    lost_rejected: bool,
    pub(crate) bytes_in: usize,
    pub(crate) bytes_stored: usize,
    pub(crate) units: f64,
}

impl Report {
    pub(crate) fn new(request: &Request) -> Self {
        Self {
            began: Stopwatch::start(),
            request_id: request.request_id().to_owned(),
            tenant: String::new(),
            world: String::new(),
            tally: Tally::default(),
            refused: None,
            meta_rejected: None,
            lost: Lost::default(),
            lost_rejected: false,
            bytes_in: 0,
            bytes_stored: 0,
            units: 0.0,
        }
    }

    /// Names tenant and world. They are ids of customers, not of visitors: an operator must see which world is in
    /// trouble.
    pub(crate) fn of(&mut self, caller: &Caller) {
        caller.tenant.expose().clone_into(&mut self.tenant);
        caller.world.expose().clone_into(&mut self.world);
    }

    /// Counts the events that were rejected.
    pub(crate) fn rejected(&mut self, parsed: &Parsed) {
        for rejected in &parsed.rejected {
            self.tally.count(rejected.outcome, 1);
        }
        self.meta_rejected = parsed.meta_rejected;
    }

    /// Counts what was stored, and what the client reports that it lost before: only here, since a refused frame is
    /// sent again or counted by its client. At least once: a frame whose acknowledgement was lost comes twice.
    pub(crate) fn accepted(&mut self, parsed: &Parsed) {
        self.tally.count(Outcome::Accepted, parsed.batch.events().len());
        self.lost = parsed.lost;
        self.lost_rejected = parsed.lost_rejected.is_some();
    }

    /// Counts the events of a message that was refused as a whole.
    pub(crate) fn refused(&mut self, refused: Refused) {
        self.tally.count(Outcome::Refused(refused.code), refused.events);
        self.refused = Some(refused);
    }

    /// Writes one line for the message, and one for each word under which events were lost.
    pub(crate) fn emit(self, sink: &Sink, now_ms: u64) {
        for (word, fault, events) in self.tally.losses() {
            let line = Line::new("ingest").by("Code", word).by("Fault", fault.as_str());
            sink.emit(line.metric("EventsRejected", Unit::Count, events as f64), now_ms);
        }
        if let Some(reason) = self.meta_rejected {
            let line = Line::new("ingest").by("Code", reason.as_str());
            sink.emit(line.metric("MetaRejected", Unit::Count, 1.0), now_ms);
        }
        if let Some(refused) = self.refused {
            let line = Line::new("ingest")
                .by("Code", refused.code.as_str())
                .by("Fault", refused.code.fault().as_str());
            sink.emit(line.metric("MessagesRefused", Unit::Count, 1.0), now_ms);
            if refused.code.fault() == Fault::Server {
                tracing::warn!(
                    request_id = self.request_id,
                    tenant = self.tenant,
                    code = refused.code.as_str(),
                    "message refused"
                );
            }
        }
        let accepted = self.tally.of(Outcome::Accepted);
        let events = self.tally.total();
        tracing::debug!(
            request_id = self.request_id,
            tenant = self.tenant,
            events,
            accepted,
            "message"
        );
        let mut line = Line::new("ingest")
            .metric("Events", Unit::Count, events as f64)
            .metric("EventsAccepted", Unit::Count, accepted as f64)
            .metric("BytesIn", Unit::Bytes, self.bytes_in as f64)
            .metric("BytesStored", Unit::Bytes, self.bytes_stored as f64)
            .metric("WriteUnits", Unit::Count, self.units)
            .metric("Latency", Unit::Milliseconds, self.began.ms())
            .property("request_id", self.request_id)
            .property("tenant", self.tenant)
            .property("world", self.world);
        for (name, count) in [
            ("SnippetThrown", self.lost.thrown),
            ("SnippetRefused", self.lost.refused),
            ("SnippetQueue", self.lost.queue),
            ("SnippetLostRejected", u32::from(self.lost_rejected)),
        ] {
            // Most clients lose nothing, and lines are billed by the byte.
            if count > 0 {
                line = line.metric(name, Unit::Count, f64::from(count));
            }
        }
        sink.emit(line, now_ms);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use testgram_protocol::batch::{Arrival, Batch};
    use testgram_protocol::event::Collected;
    use testgram_protocol::reason::MessageCode;

    use super::*;
    use crate::emf;

    /// The lines of a report on a sample event; what `fill` adds to it.
    fn lines(fill: impl FnOnce(&mut Report, &Parsed)) -> Vec<String> {
        let event = include_str!("../../../events/ingest-batch-partial.json");
        let request: Request = serde_json::from_str(event).unwrap();
        let (received_ms, caller) = (request.received_ms().unwrap(), request.caller().unwrap());
        let arrival = Arrival {
            received_ms,
            kinds: Collected::ALL,
        };
        let parsed = Batch::parse(request.text().unwrap(), arrival).unwrap();
        let mut report = Report::new(&request);
        report.of(&caller);
        fill(&mut report, &parsed);
        let written = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&written);
        let sink = Sink::to(move |line| writer.lock().unwrap().push(line.to_owned()));
        report.emit(&sink, received_ms);
        let lines = written.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn cloudwatch_reads_every_line() {
        let accepted = lines(|report, parsed| {
            report.rejected(parsed);
            report.accepted(parsed);
            report.meta_rejected = Some(Reason::BadTime);
            report.lost.queue = 3;
        });
        let refused = lines(|report, parsed| {
            let refused = Refused {
                events: parsed.batch.events().len(),
                ..Refused::unread(MessageCode::Unavailable)
            };
            report.refused(refused);
        });
        // A line for the message, and one for each word under which events were lost.
        assert!(accepted.len() > 2 && refused.len() > 2, "{accepted:?} {refused:?}");
        accepted.iter().chain(&refused).for_each(|line| emf::check(line));
        let figures = |lines: &[String], name: &str| lines.iter().filter(|line| line.contains(name)).count();
        for name in ["EventsAccepted", "EventsRejected", "MetaRejected", "SnippetQueue"] {
            assert!(figures(&accepted, name) > 0, "{name}");
        }
        assert_eq!(figures(&refused, "MessagesRefused"), 1);
    }
}
