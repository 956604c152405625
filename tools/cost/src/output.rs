//! The bill, for people and for programs.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use crate::bill::{DAYS, Scale, Term, bill};
use crate::measured::Measured;

/// A month's bill.
pub(crate) struct Month {
    scale: Scale,
    million_events: f64,
    terms: Vec<Term>,
}

impl Month {
    pub(crate) fn of(scale: Scale, one: &Measured) -> Self {
        Self {
            scale,
            million_events: scale.sessions_a_day * DAYS * one.events / 1e6,
            terms: bill(scale, one),
        }
    }

    fn usd(&self) -> f64 {
        self.terms.iter().map(Term::usd).sum()
    }

    pub(crate) fn usd_per_million_events(&self) -> f64 {
        self.usd() / self.million_events
    }

    /// The line that costs most.
    fn dearest(&self) -> Option<&Term> {
        self.terms.iter().max_by(|one, other| one.usd().total_cmp(&other.usd()))
    }

    fn json(&self) -> Value {
        let lines = self.terms.iter().map(|term| {
            json!({
                "service": term.service, "what": term.what, "quantity": term.quantity, "unit": term.price.unit, "usd": term.usd(),
                "price": term.price.usd, "price_per": term.price.per, "price_seen": term.price.seen, "fixed": term.fixed,
            })
        });
        json!({
            "sessions_a_day": self.scale.sessions_a_day, "worlds": self.scale.worlds, "million_events": self.million_events,
            "usd": self.usd(), "usd_per_million_events": self.usd_per_million_events(),
            "dearest": self.dearest().map(|term| term.what), "lines": lines.collect::<Vec<Value>>(),
        })
    }
}

/// All that is printed.
pub(crate) struct Report {
    pub(crate) recorded: Measured,
    pub(crate) full: Measured,
    /// Of recorded sessions, by size.
    pub(crate) months: Vec<Month>,
    /// Of the same sessions in full batches, at the largest size.
    pub(crate) full_month: Month,
}

impl Report {
    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let months: Vec<Value> = self.months.iter().map(Month::json).collect();
        json!({"recorded": self.recorded, "full_batches": self.full, "months": months, "month_of_full_batches": self.full_month.json()})
    }

    /// For people.
    ///
    /// # Errors
    /// Never: it writes to a string.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut out = String::new();
        out.push_str(
            "List prices of us-east-1 in US dollars, arm64; without free tiers, volume discounts and taxes.\n\n",
        );
        writeln!(
            out,
            "Measured on {:.0} recorded sessions: {:.0} events in {:.1} batches, {:.1} of them sent twice, over {:.1} minutes; {:.1} bytes an\n\
             event in the archive.",
            self.recorded.sessions,
            self.recorded.events,
            self.recorded.batches,
            self.recorded.again,
            self.recorded.minutes,
            self.recorded.archived_bytes
        )?;
        for (name, one) in [("recorded", &self.recorded), ("full", &self.full)] {
            writeln!(
                out,
                "A {name} batch: {:.1} events, {:.0} bytes as sent, {:.0} as stored, {:.2} write units.",
                one.events / one.batches,
                one.frame_bytes,
                one.item_bytes,
                one.write_units
            )?;
        }
        out.push('\n');
        self.million(&mut out)?;
        out.push('\n');
        self.monthly(&mut out)?;
        out.push_str(
            "\nNot counted: a recount of all partitions when the catalog's rules change; the first two yearly rotations of a key ($1 a month more\n\
             each); exports; what is read by hand.\n",
        );
        Ok(out)
    }

    /// What a million events cost where there are so many that nothing else counts.
    fn million(&self, out: &mut String) -> fmt::Result {
        let Some(largest) = self.months.last() else {
            return Ok(());
        };
        writeln!(
            out,
            "{:<56}{:>12}{:>12}",
            "A million events, in batches:", "recorded", "full"
        )?;
        for (recorded, full) in largest.terms.iter().zip(&self.full_month.terms) {
            let costs = [
                recorded.usd() / largest.million_events,
                full.usd() / self.full_month.million_events,
            ];
            // Less than a thousandth of a cent is nothing.
            if costs.iter().any(|cost| *cost >= 1e-5) {
                let name = format!("{}: {}", recorded.service, recorded.what);
                writeln!(out, "  {name:<54}{:>12.5}{:>12.5}", costs[0], costs[1])?;
            }
        }
        let months = [largest, &self.full_month];
        write!(out, "  {:<54}", "all of it")?;
        for month in months {
            write!(out, "{:>12.3}", month.usd_per_million_events())?;
        }
        writeln!(out)
    }

    /// What a stack costs in a month.
    fn monthly(&self, out: &mut String) -> fmt::Result {
        let mut row = |name: &str, figure: &dyn Fn(&Month) -> String| {
            write!(out, "{name:<56}")?;
            for month in &self.months {
                write!(out, "{:>12}", figure(month))?;
            }
            writeln!(out)
        };
        row("A month, recorded sessions a day:", &|month| {
            short(month.scale.sessions_a_day)
        })?;
        row("  worlds", &|month| short(month.scale.worlds))?;
        row("  million events", &|month| format!("{:.1}", month.million_events))?;
        let lines = self.months.first().map_or(&[][..], |month| &month.terms);
        for (line, term) in lines.iter().enumerate() {
            let name = format!("  {}: {}", term.service, term.what);
            row(&name, &|month| {
                month
                    .terms
                    .get(line)
                    .map_or_else(String::new, |term| format!("{:.2}", term.usd()))
            })?;
        }
        row("  all of it", &|month| format!("{:.2}", month.usd()))?;
        row("  a million events", &|month| {
            format!("{:.3}", month.usd_per_million_events())
        })?;
        row("  the dearest line's share", &|month| {
            month
                .dearest()
                .map_or_else(String::new, |term| format!("{:.0} %", 100.0 * term.usd() / month.usd()))
        })?;
        for month in &self.months {
            if let Some(term) = month.dearest() {
                let size = short(month.scale.sessions_a_day);
                writeln!(out, "  dearest at {size} a day: {}, {}", term.service, term.what)?;
            }
        }
        Ok(())
    }
}

fn short(number: f64) -> String {
    match number {
        n if n >= 1e6 => format!("{:.0} M", n / 1e6),
        n if n >= 1e3 => format!("{:.0} k", n / 1e3),
        n => format!("{n:.0}"),
    }
}
