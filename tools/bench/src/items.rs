//! How large a stored batch is, and what it costs to put.

use testgram_fixtures::{SentBatch, item};
use testgram_protocol::buffer;

use crate::figures::{Aim, Row, Section};
use crate::timing::quantile;
use crate::{Failure, sample};

/// Measures the typical batch, and all of the held-out traffic.
pub(crate) fn measure() -> Result<Section, Failure> {
    let mut section = Section::new("Items, as DynamoDB counts them");
    let typical = packed(&sample::typical()?)?;
    let limit = ("one write unit", item::WRITE_UNIT as f64);
    section.row(Row::new("the typical batch", item::bytes(typical) as f64, "bytes").beside(limit.0, limit.1));
    section.row(Row::new("  write units", item::write_units(typical) as f64, "").aim(Aim::AtMost(1.0)));
    let all = sample::held_out();
    for (what, events) in [("38 to 42 events", 38..=42), ("every batch", 1..=500)] {
        let of_size: Vec<&SentBatch> = all.iter().filter(|sent| events.contains(&sent.events)).collect();
        let sizes = of_size
            .iter()
            .map(|sent| packed(sent).map(item::bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let one_unit = sizes.iter().filter(|bytes| **bytes <= item::WRITE_UNIT).count();
        let sizes: Vec<f64> = sizes.into_iter().map(|bytes| bytes as f64).collect();
        for (name, part) in [("median", 0.5), ("p90", 0.9)] {
            section.row(Row::new(format!("{what}, {name}"), quantile(&sizes, part), "bytes").beside(limit.0, limit.1));
        }
        section.row(Row::new(
            format!("{what}, in one unit"),
            100.0 * one_unit as f64 / sizes.len() as f64,
            "%",
        ));
    }
    section.note("Sites that the dictionary has never seen. Keys, attribute names and the expiry are counted.");
    Ok(section)
}

fn packed(sent: &SentBatch) -> Result<usize, Failure> {
    Ok(buffer::encode(&sent.accepted()?)?.len())
}
