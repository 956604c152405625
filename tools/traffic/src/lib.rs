//! Realistic v1 traffic from made-up users of made-up sites, the same again for the same seed.
//!
//! The buffer's dictionaries are trained on it, sizes are measured with it, and tests and benchmarks feed on it. It knows the wire
//! format as a client does, by writing JSON: nothing here can reach into the types it is meant to test. What the real snippet sent
//! from the demo shop is in [`recorded`], behind the same [`Session`].
//!
//! The sites the dictionaries are trained on and those it is measured on share no words but those of the web at large.

mod batches;
mod dice;
pub mod dictionary;
mod form;
pub mod item;
mod pointer;
pub mod recorded;
mod site;
mod sites;
mod typical;
mod user;
mod visit;

use testgram_protocol::batch::Arrival;
use testgram_protocol::event::Collected;
use testgram_protocol::id::SessionId;

use crate::dice::Dice;
pub use crate::site::Site;
use crate::visit::Visit;

/// A time to begin at: 2026-11-02 14:00 UTC.
pub const SOME_TIME_MS: u64 = 1_793_628_000_000;

/// All sites and their users.
#[derive(Debug)]
pub struct Traffic {
    seed: u64,
    training: Vec<Site>,
    held_out: Vec<Site>,
}

/// A session as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its ULID.
    pub id: String,
    /// When it began, milliseconds since 1970.
    pub started_ms: u64,
    /// Its batches in order; number 0 has the `meta`.
    pub batches: Vec<Sent>,
}

/// A batch and when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// How many events are in it.
    pub events: usize,
    /// The text frame.
    pub frame: String,
}

impl Sent {
    /// Its arrival at a server that collects every kind, with no time spent on the way.
    #[must_use]
    pub const fn arrival(&self) -> Arrival {
        Arrival {
            received_ms: self.at_ms,
            kinds: Collected::ALL,
        }
    }
}

/// A site and what its visitors send.
#[derive(Debug, Clone, Copy)]
pub struct Visitors<'a> {
    seed: u64,
    site: &'a Site,
}

impl Traffic {
    /// All sites; what their visitors do follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let read = |sites: &[(&'static str, &'static str)]| {
            sites.iter().map(|(name, text)| Site::read(name, text).0).collect()
        };
        Self {
            seed,
            training: read(sites::TRAINING),
            held_out: read(sites::HELD_OUT),
        }
    }

    /// The sites that the dictionaries are trained on.
    pub fn training(&self) -> impl Iterator<Item = Visitors<'_>> {
        self.training.iter().map(|site| Visitors { seed: self.seed, site })
    }

    /// The sites that it has never seen.
    pub fn held_out(&self) -> impl Iterator<Item = Visitors<'_>> {
        self.held_out.iter().map(|site| Visitors { seed: self.seed, site })
    }

    /// Every site, by number; the numbers go round.
    #[must_use]
    pub fn site(&self, number: usize) -> Option<Visitors<'_>> {
        let count = self.training.len() + self.held_out.len();
        self.training().chain(self.held_out()).nth(number.checked_rem(count)?)
    }

    /// Batches of about 40 events and 6 KB of JSON, of sites that the dictionaries have never seen.
    #[must_use]
    pub fn typical_batches(&self) -> Vec<Sent> {
        typical::batches(self)
    }

    /// The middle one of [`Traffic::typical_batches`]: for benchmarks.
    #[must_use]
    pub fn typical_batch(&self) -> Option<Sent> {
        typical::batch(self)
    }
}

impl Visitors<'_> {
    /// The site's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.site.name
    }

    /// Session `number` of this site, as it would be had it begun at `started_ms`.
    #[must_use]
    pub fn session(&self, number: u64, started_ms: u64) -> Session {
        let mut dice = Dice::for_part(self.seed, self.site.name, number);
        let id = SessionId::from_parts(started_ms, dice.u128() & ((1 << 80) - 1)).expose();
        let user = user::any(&mut dice);
        Visit::new(dice, self.site, user, id, started_ms).run()
    }

    /// The first `count` sessions, half a minute apart, from [`SOME_TIME_MS`] on.
    pub fn sessions(self, count: u64) -> impl Iterator<Item = Session> {
        (0..count).map(move |number| self.session(number, SOME_TIME_MS + number * 30_000))
    }
}
