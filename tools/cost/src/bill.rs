//! A month of the stack in template.yaml, priced.

use testgram_store::bucket::layout::PARTS;
use testgram_store::key::{BUFFER_SECONDS, INDEX_SHARDS, SHARDS, WINDOW_SECONDS};

use crate::measured::Measured;
use crate::prices::{self as at, Price};

/// How many sessions there are, of how many worlds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) sessions_a_day: f64,
    pub(crate) worlds: f64,
}

/// A line of the bill.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// The AWS service.
    pub(crate) service: &'static str,
    /// What it is paid for.
    pub(crate) what: &'static str,
    /// How much is used in a month, in the price's unit.
    pub(crate) quantity: f64,
    pub(crate) price: Price,
    /// Whether it is the same however many sessions there are.
    pub(crate) fixed: bool,
}

impl Term {
    pub(crate) fn usd(&self) -> f64 {
        self.quantity / self.price.per * self.price.usd
    }
}

/// Days of a month.
pub(crate) const DAYS: f64 = 30.0;
const GB: f64 = 1e9;

/// Figures that were measured outside of this run, or cannot be measured without AWS. Times are billed milliseconds of
/// Lambda.
mod assumed {
    /// Milliseconds of ingest for a batch at 256 MB: 3 to 4 ms from event to answer against the emulator (tests/stack
    /// prints it), with a part of a processor instead of one, and DynamoDB's single milliseconds.
    pub(super) const BATCH_MS: f64 = 12.0;
    /// Of authorizer, `$connect` and `$disconnect` together.
    pub(super) const CONNECTION_MS: f64 = 30.0;
    /// Of the script function.
    pub(super) const SCRIPT_MS: f64 = 8.0;
    /// Minutes for which browsers keep the script: the `max-age` of the function's answer.
    pub(super) const SCRIPT_MINUTES: f64 = 5.0;
    /// Bytes of the script, compressed (`make bench`), and of an acknowledgement.
    pub(super) const SCRIPT_BYTES: f64 = 20_700.0;
    pub(super) const ACK_BYTES: f64 = 160.0;
    /// Milliseconds of a dispatch: sixteen queries after one another.
    pub(super) const DISPATCH_MS: f64 = 150.0;
    /// Of a task of the archive beside its events.
    pub(super) const TASK_MS: f64 = 250.0;
    /// Milliseconds of the archive's worker for an event.
    pub(super) const ARCHIVE_EVENT_MS: f64 = 0.01;
    /// Milliseconds of the builder for an event: two passes at 0.5 million a second and thread (`make bench`, fold).
    pub(super) const FOLD_EVENT_MS: f64 = 0.002;
    /// Milliseconds of learning from an action, up to 500,000 of them: 55 s in all (docs/performance.md).
    pub(super) const LEARN_ACTION_MS: f64 = 0.11;
    pub(super) const LEARNED_ACTIONS: f64 = 500_000.0;
    /// Milliseconds until S3 answers.
    pub(super) const S3_MS: f64 = 25.0;
    /// Bytes of log a batch: an EMF line, whose length tests/stack prints, and one of the access log.
    pub(super) const BATCH_LOG: f64 = 750.0;
    /// Bytes of log a connection: three functions' lines and two of the access log.
    pub(super) const CONNECTION_LOG: f64 = 1_200.0;
    /// Days that worlds keep: the default of `retention_days`.
    pub(super) const RETENTION_DAYS: f64 = 365.0;
    /// Builds a day: the default of `BuildRate`.
    pub(super) const BUILDS: f64 = 24.0;
    /// Metrics that the functions' lines make, with the words that are seen in a month.
    pub(super) const METRICS: f64 = 55.0;
    /// Of the gateways, detailed: five routes, some six figures each.
    pub(super) const GATEWAY_METRICS: f64 = 30.0;
    /// KMS is asked a few times in five minutes for each table by each function, and for the bucket.
    pub(super) const KMS_REQUESTS_A_DAY: f64 = 10_000.0;
}

/// Memory of the functions in template.yaml, MB; a test holds the two together.
mod memory {
    pub(super) const FRONT: u32 = 256;
    pub(super) const ARCHIVE: u32 = 1_769;
    pub(super) const BUILDER: u32 = 3_008;
}

/// GB-seconds of so many milliseconds.
fn gb_seconds(ms: f64, memory: u32) -> f64 {
    ms / 1e3 * f64::from(memory) / 1_024.0
}

/// Alarms in template.yaml; a test holds the two together.
pub(crate) const ALARMS: f64 = 30.0;

/// The bill of a month.
pub(crate) fn bill(scale: Scale, one: &Measured) -> Vec<Term> {
    let mut terms = Vec::new();
    front(&mut terms, scale, one);
    archive(&mut terms, scale, one);
    builds(&mut terms, scale, one);
    standing(&mut terms, scale);
    terms
}

fn term(service: &'static str, what: &'static str, quantity: f64, price: Price) -> Term {
    Term {
        service,
        what,
        quantity,
        price,
        fixed: false,
    }
}

/// From the browser to the buffer: what every session costs.
fn front(terms: &mut Vec<Term>, scale: Scale, one: &Measured) {
    let sessions = scale.sessions_a_day * DAYS;
    // Each copy is a message, a call, a line of log and a write over the same item. No acknowledgement reaches a page
    // that has gone; the session's last is counted all the same.
    let batches = sessions * one.batches;
    let sent = batches + sessions * one.again;
    // The script opens a connection on every page that is loaded.
    let connections = sessions * one.loads;
    let scripts = sessions * (1.0 + one.minutes / assumed::SCRIPT_MINUTES).min(one.loads);
    let calls = sent + 3.0 * connections + scripts;
    let ms = sent * assumed::BATCH_MS + connections * assumed::CONNECTION_MS + scripts * assumed::SCRIPT_MS;
    let logs = sent * assumed::BATCH_LOG + (connections + scripts) * assumed::CONNECTION_LOG;
    let out = scripts * assumed::SCRIPT_BYTES + batches * assumed::ACK_BYTES;
    let kept_days = BUFFER_SECONDS as f64 / 86_400.0;
    terms.extend([
        term("API Gateway", "batches in", sent * one.steps, at::WEBSOCKET_MESSAGE),
        term("API Gateway", "acknowledgements out", batches, at::WEBSOCKET_MESSAGE),
        term(
            "API Gateway",
            "connections",
            sessions * one.minutes,
            at::WEBSOCKET_MINUTE,
        ),
        term("API Gateway", "scripts", scripts, at::HTTP_REQUEST),
        term(
            "Lambda",
            "calls of ingest, authorize, script",
            calls,
            at::LAMBDA_REQUEST,
        ),
        term(
            "Lambda",
            "time of ingest, authorize, script",
            gb_seconds(ms, memory::FRONT),
            at::LAMBDA_ARM,
        ),
        term(
            "DynamoDB",
            "batches written",
            sent * one.write_units,
            at::DYNAMODB_WRITE,
        ),
        term("DynamoDB", "connections written", connections * 2.0, at::DYNAMODB_WRITE),
        term("DynamoDB", "worlds looked up", connections + scripts, at::DYNAMODB_READ),
        term(
            "DynamoDB",
            "buffer kept",
            batches / DAYS * kept_days * one.item_bytes / GB,
            at::DYNAMODB_STORAGE,
        ),
        term("CloudWatch", "logs", logs / GB, at::LOGS),
        term("Transfer", "scripts and acknowledgements out", out / GB, at::TRANSFER),
    ]);
}

/// Windows a day in which a world has batches, and files that they become: sessions come by chance.
fn windows(scale: Scale, one: &Measured) -> (f64, f64) {
    let a_day = 86_400.0 / WINDOW_SECONDS as f64;
    let minutes = WINDOW_SECONDS as f64 / 60.0;
    let visits = scale.sessions_a_day / scale.worlds * (1.0 + one.minutes / minutes) / a_day;
    let parts = f64::from(PARTS);
    (
        a_day * (1.0 - (-visits).exp()),
        a_day * parts * (1.0 - (-visits / parts).exp()),
    )
}

/// From the buffer to the archive.
fn archive(terms: &mut Vec<Term>, scale: Scale, one: &Measured) {
    let events = scale.sessions_a_day * DAYS * one.events;
    let batches = scale.sessions_a_day * DAYS * one.batches;
    let (windows, files) = windows(scale, one);
    let (windows, files) = (windows * scale.worlds * DAYS, files * scale.worlds * DAYS);
    let ms = windows * assumed::TASK_MS + files * assumed::S3_MS + events * assumed::ARCHIVE_EVENT_MS;
    // Strongly consistent, four kilobytes a unit; a query of nothing costs one, too.
    let read = batches * one.item_bytes / 4_096.0 + windows * f64::from(SHARDS) + windows;
    let kept = events * assumed::RETENTION_DAYS / DAYS * one.archived_bytes / GB;
    terms.extend([
        term("DynamoDB", "batches read by the archive", read, at::DYNAMODB_READ),
        // The pending-window marker, its deletion, the rebuild request; each instance of ingest puts the marker.
        term(
            "DynamoDB",
            "pending markers and rebuild requests",
            windows * 4.0,
            at::DYNAMODB_WRITE,
        ),
        term(
            "Lambda",
            "time of the archive's workers",
            gb_seconds(ms, memory::ARCHIVE),
            at::LAMBDA_ARM,
        ),
        // Sent, received, deleted; five in a call at best, one here.
        term("SQS", "tasks", windows * 3.0, at::SQS_REQUEST),
        term("S3", "files put", files, at::S3_PUT),
        term("S3", "archive kept", kept, at::S3_STORAGE),
    ]);
}

/// From the archive to models, each hour for every world that was visited.
fn builds(terms: &mut Vec<Term>, scale: Scale, one: &Measured) {
    let builds =
        assumed::BUILDS * DAYS * scale.worlds * (1.0 - (-scale.sessions_a_day / scale.worlds / assumed::BUILDS).exp());
    let parts = f64::from(PARTS);
    let (_, files) = windows(scale, one);
    let events_a_day = scale.sessions_a_day / scale.worlds * one.events;
    // Of today's files half are there on the average of a day's builds, and are read twice.
    let read_again = files / 2.0 * 2.0;
    // What is kept of every partition, for the catalog and for the model.
    let partials = assumed::RETENTION_DAYS * parts * 2.0;
    let listed = (files * assumed::RETENTION_DAYS / 1e3).ceil() + 8.0;
    let put = 3.0 + 2.0 * parts;
    let learned = (events_a_day * assumed::RETENTION_DAYS * one.actions / one.events).min(assumed::LEARNED_ACTIONS);
    let ms = events_a_day / 2.0 * assumed::FOLD_EVENT_MS
        + learned * assumed::LEARN_ACTION_MS
        + (read_again + partials + listed + put) * assumed::S3_MS;
    // Snapshot, catalog, publish, the end; two maps, of a state and an item a partition.
    let transitions = 5.0 + 2.0 * (1.0 + parts);
    terms.extend([
        term(
            "Lambda",
            "time of the builder",
            gb_seconds(builds * ms, memory::BUILDER),
            at::LAMBDA_ARM,
        ),
        term(
            "S3",
            "partials put and files listed",
            builds * (put + listed),
            at::S3_PUT,
        ),
        term(
            "S3",
            "files and partials read",
            builds * (read_again + partials),
            at::S3_GET,
        ),
        term("Step Functions", "steps", builds * transitions, at::STATES),
    ]);
}

/// What a stack costs without a visitor.
fn standing(terms: &mut Vec<Term>, scale: Scale) {
    let minutes = DAYS * 24.0 * 60.0;
    let dispatches = gb_seconds(minutes * assumed::DISPATCH_MS, memory::ARCHIVE);
    // Lambda asks the queue with five at a time, each waiting for twenty seconds.
    let asking = minutes * 3.0 * 5.0;
    let fixed = |mut term: Term| {
        term.fixed = true;
        term
    };
    terms.push(term(
        "KMS",
        "tenants' keys, one a world here",
        scale.worlds,
        at::KMS_KEY,
    ));
    terms.extend(
        [
            term("KMS", "the stack's key", 1.0, at::KMS_KEY),
            term("KMS", "requests", assumed::KMS_REQUESTS_A_DAY * DAYS, at::KMS_REQUEST),
            term("Lambda", "time of the dispatcher", dispatches, at::LAMBDA_ARM),
            term(
                "DynamoDB",
                "pending markers queried",
                minutes * f64::from(INDEX_SHARDS) / 2.0,
                at::DYNAMODB_READ,
            ),
            term("SQS", "asking for tasks", asking, at::SQS_REQUEST),
            term(
                "Scheduler",
                "dispatches and builds",
                minutes + assumed::BUILDS * DAYS,
                at::SCHEDULE,
            ),
            term("CloudWatch", "metrics of the functions", assumed::METRICS, at::METRIC),
            term(
                "CloudWatch",
                "metrics of the gateways",
                assumed::GATEWAY_METRICS,
                at::METRIC,
            ),
            term("CloudWatch", "alarms", ALARMS, at::ALARM),
            term("CloudWatch", "dashboard", 1.0, at::DASHBOARD),
        ]
        .map(fixed),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures with which a bill can be checked on paper.
    const ONE: Measured = Measured {
        sessions: 1.0,
        events: 100.0,
        actions: 50.0,
        batches: 2.5,
        again: 0.5,
        frame_bytes: 6_000.0,
        steps: 1.0,
        item_bytes: 1_000.0,
        write_units: 1.0,
        archived_bytes: 10.0,
        minutes: 4.0,
        loads: 8.0,
    };

    fn usd(scale: Scale, what: &str) -> f64 {
        bill(scale, &ONE)
            .iter()
            .filter(|term| term.what == what)
            .map(Term::usd)
            .sum()
    }

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-6 * right.abs()
    }

    #[test]
    fn a_million_events_cost_what_the_price_lists_say() {
        // Ten thousand sessions a month: a million events in 25,000 batches, 5,000 of them sent twice.
        let scale = Scale {
            sessions_a_day: 10_000.0 / DAYS,
            worlds: 1.0,
        };
        assert!(close(usd(scale, "batches in"), 0.030));
        assert!(close(usd(scale, "acknowledgements out"), 0.025));
        assert!(close(usd(scale, "connections"), 0.01));
        assert!(close(usd(scale, "batches written"), 30_000.0 * 0.625e-6));
        // 25 MB a month, of which seven days are there.
        assert!(close(usd(scale, "buffer kept"), 0.025 * 7.0 / 30.0 * 0.25));
        // 8 connections a session, written and forgotten.
        assert!(close(usd(scale, "connections written"), 160_000.0 * 0.625e-6));
        // 30,000 batches, 240,000 calls about connections, 18,000 scripts.
        assert!(close(
            usd(scale, "calls of ingest, authorize, script"),
            288_000.0 * 0.2e-6
        ));
        // 30,000 × 12 ms, 80,000 × 30 ms, 18,000 × 8 ms at a quarter of a GB.
        assert!(close(
            usd(scale, "time of ingest, authorize, script"),
            2_904.0 * 0.25 * 0.000_013_333_4
        ));
        // 10 MB a month, of which a year is there.
        assert!(close(usd(scale, "archive kept"), 0.01 * 365.0 / 30.0 * 0.023));
    }

    #[test]
    fn a_busy_world_has_a_file_for_each_part_of_each_window_and_an_idle_one_none() {
        let scale = |sessions_a_day| Scale {
            sessions_a_day,
            worlds: 1.0,
        };
        let (most, files) = windows(scale(1e6), &ONE);
        assert!(close(most, 288.0) && close(files, 288.0 * 4.0));
        let (few, files) = windows(scale(1.0), &ONE);
        assert!(few < 2.0 && files < 2.0);
        let idle = bill(scale(0.0), &ONE);
        assert!(
            idle.iter()
                .all(|term| term.fixed || term.usd() == 0.0 || term.service == "KMS")
        );
    }

    #[test]
    fn alarms_are_counted_as_the_template_has_them() {
        let template = include_str!("../../../template.yaml");
        assert_eq!(template.matches("Type: AWS::CloudWatch::Alarm").count() as f64, ALARMS);
        for (memory, functions) in [(memory::FRONT, 3), (memory::ARCHIVE, 1), (memory::BUILDER, 1)] {
            let line = format!("MemorySize: {memory}");
            assert_eq!(template.matches(&line).count(), functions, "{line}");
        }
        assert!(assumed::BUILDS == 24.0 && template.contains("Default: rate(1 hour)"));
    }
}
