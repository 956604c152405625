//! What sessions are counted for beside what follows what: pages, times, forms, calls, errors, devices.
//!
//! All of it is one thing, a [`tally`]: a fact, in how many distinct sessions it held, and how often. Facts about what the
//! catalog numbers are a `u64` ([`fact`]); facts about words that visitors bring along (errors, keys of bodies, languages) are
//! text. Times and other quantities are facts about a bucket ([`scale`]). So everything merges in the same way, exactly, and
//! everything is published through the same gate.

pub(crate) mod fact;
pub(crate) mod fold;
pub(crate) mod scale;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod visit;
