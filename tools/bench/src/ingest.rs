//! The CPU that ingest takes for a batch, beside a bare parse of the same text into the same types.

use testgram_fixtures::SentBatch;
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer;

use crate::figures::{Aim, Row, Section};
use crate::timing::{in_turns, median, median_ratio, work};
use crate::{Failure, mirror, sample};

const ROUNDS: usize = 120;
/// Batches of one contender in one round: a few milliseconds.
const BATCHES: usize = 64;
const AIM: Aim = Aim::RatioAtMost(2.0);

/// Measures the typical batch, and a mix of its like.
pub(crate) fn measure() -> Result<Section, Failure> {
    let typical = sample::typical()?;
    let title = format!(
        "Ingest, CPU of one batch: the typical one ({} events, {} bytes)",
        typical.events,
        typical.frame.len()
    );
    let mut section = Section::new(title);
    let many = sample::many();
    stages(&mut section, &[typical])?;
    section.note(format!(
        "The same for a mix of {} different batches of 38 to 42 events:",
        many.len()
    ));
    let mut mixed = Section::new("");
    stages(&mut mixed, &many)?;
    section.rows.extend(mixed.rows.into_iter().map(|row| Row {
        what: format!("mixed: {}", row.what),
        ..row
    }));
    section.notes = vec![
        "CPU time of one warm thread, contenders in turns, medians of rounds; freeing the result is part of each."
            .to_owned(),
        format!(
            "\"rules\" is parse and validate less the bare parse; \"mixed\" goes through {} different batches of 38 to 42 events.",
            many.len()
        ),
    ];
    Ok(section)
}

fn stages(section: &mut Section, samples: &[SentBatch]) -> Result<(), Failure> {
    let batches = samples.iter().map(SentBatch::accepted).collect::<Result<Vec<_>, _>>()?;
    for (sent, batch) in samples.iter().zip(&batches) {
        mirror::parse(&sent.frame)?;
        buffer::encode(batch)?;
    }
    let repeats = BATCHES.div_ceil(samples.len().max(1));
    let calls = samples.len() * repeats;
    let mut frames = [(); 3].map(|()| samples.iter().cycle());
    let mut parsed = [(); 2].map(|()| batches.iter().cycle());
    let [bare, parse, whole] = &mut frames;
    let [unpacked, encode] = &mut parsed;
    let mut contenders = [
        work(|| bare.next().map(|sent| mirror::parse(&sent.frame))),
        work(|| parse.next().map(|sent| Batch::parse(&sent.frame, sent.arrival()))),
        work(|| unpacked.next().map(buffer::unpacked)),
        work(|| encode.next().map(buffer::encode)),
        work(|| {
            let parsed = whole.next().map(|sent| Batch::parse(&sent.frame, sent.arrival()));
            parsed.and_then(Result::ok).map(|parsed| buffer::encode(&parsed.batch))
        }),
    ];
    let times = in_turns(&mut contenders, ROUNDS, calls);
    let [bare, parse, unpacked, encode, whole] = times.as_slice() else {
        return Err("a contender is missing".into());
    };
    let less = |a: &[f64], b: &[f64]| median(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>());
    let peer = "bare serde_json";
    let share = |what: &str, time: f64| Row::new(what, time, "us").beside(peer, median(bare));
    section.row(
        Row::new("all stages", median(whole), "us")
            .beside_at(peer, median(bare), median_ratio(whole, bare))
            .aim(AIM),
    );
    section.row(share("parse and validate", median(parse)));
    section.row(share("  of which rules", less(parse, bare)));
    section.row(share("encode", median(unpacked)));
    section.row(share("compress", less(encode, unpacked)));
    Ok(())
}
