//! What was measured, beside what it is measured against.

use serde::Serialize;

use crate::Failure;

/// All figures of a run. `main` collects it, `output` prints it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The machine's load averages before and after: figures taken on a busy machine are only indicative.
    pub(crate) load_before: String,
    pub(crate) load_after: String,
    pub(crate) sections: Vec<Section>,
}

/// One measurement: a table of figures.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
    /// How it was measured, as far as a reader must know.
    pub(crate) notes: Vec<String>,
    /// Why there are no figures, if there are none.
    pub(crate) failure: Option<String>,
}

/// One figure, in `unit`.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// The peer or limit that it is compared with, and its figure in the same unit.
    pub(crate) beside: Option<(String, f64)>,
    pub(crate) ratio: Option<f64>,
    pub(crate) aim: Option<Aim>,
}

/// What a figure should be. One that is not says so in the table; nothing fails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    /// Its ratio to the peer is at most this.
    RatioAtMost(f64),
    /// Its ratio to the peer is at least this.
    RatioAtLeast(f64),
    /// The figure itself is at most this.
    AtMost(f64),
}

impl Report {
    /// A report without sections; takes the load average before the run.
    pub(crate) fn begin() -> Self {
        Self {
            load_before: load_average(),
            ..Self::default()
        }
    }

    /// Adds a measurement.
    pub(crate) fn add(&mut self, section: Section) {
        self.sections.push(section);
    }

    /// Takes the load average after the run.
    pub(crate) fn end(&mut self) {
        self.load_after = load_average();
    }

    /// Fails if something could not be measured. A figure that misses its aim is no failure.
    pub(crate) fn whole(&self) -> Result<(), Failure> {
        let failed = self.sections.iter().filter(|section| section.failure.is_some()).count();
        if failed == 0 {
            Ok(())
        } else {
            Err(format!("{failed} of the measurements could not be taken").into())
        }
    }
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

impl Section {
    /// A section without rows.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            rows: Vec::new(),
            notes: Vec::new(),
            failure: None,
        }
    }

    /// A section that could not be measured.
    pub(crate) fn failed(name: &str, failure: &dyn std::error::Error) -> Self {
        Self {
            failure: Some(failure.to_string()),
            ..Self::new(name)
        }
    }

    /// Adds a figure.
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds a line on how to read the figures.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl Row {
    /// A figure without a peer.
    pub(crate) fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            what: what.into(),
            value,
            unit,
            beside: None,
            ratio: None,
            aim: None,
        }
    }

    /// Sets a peer beside it, with the ratio of the two.
    pub(crate) fn beside(self, peer: impl Into<String>, value: f64) -> Self {
        let ratio = self.value / value;
        self.beside_at(peer, value, ratio)
    }

    /// As [`Row::beside`], where the ratio was measured better than by dividing.
    pub(crate) fn beside_at(mut self, peer: impl Into<String>, value: f64, ratio: f64) -> Self {
        self.beside = Some((peer.into(), value));
        self.ratio = Some(ratio);
        self
    }

    /// Sets its aim.
    pub(crate) fn aim(mut self, aim: Aim) -> Self {
        self.aim = Some(aim);
        self
    }

    /// Whether it meets its aim; `None` without one.
    pub(crate) fn holds(&self) -> Option<bool> {
        Some(match self.aim? {
            Aim::RatioAtMost(most) => self.ratio? <= most,
            Aim::RatioAtLeast(least) => self.ratio? >= least,
            Aim::AtMost(most) => self.value <= most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_holds_up_to_its_limit() {
        let row = || Row::new("x", 4.0, "ms").beside("y", 2.0);
        assert_eq!(row().holds(), None);
        assert_eq!(row().aim(Aim::RatioAtMost(2.0)).holds(), Some(true));
        assert_eq!(row().aim(Aim::RatioAtLeast(2.1)).holds(), Some(false));
        assert_eq!(row().aim(Aim::AtMost(3.9)).holds(), Some(false));
    }
}
