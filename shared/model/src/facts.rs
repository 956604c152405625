//! What sessions are counted for beside what follows what: pages, times, forms, calls, errors, devices.
//!
//! All of it is one thing, a [`tally`]: a fact, in how many distinct sessions it held, and how often. Facts about what
//! the catalog numbers are a `u64` ([`fact`]); facts about words that visitors bring along (errors, keys of bodies,
//! languages) are text. Times and other quantities are facts about a bucket ([`histogram`]). So everything merges in
//! the same way, exactly, and everything is published through the same threshold.
//!
//! `histogram` ← `fact` ← `tally`; `text`, `steps`, `visit`; all of them ← `fold` ← `partial`

pub(crate) mod fact;
pub(crate) mod fold;
pub(crate) mod histogram;
pub(crate) mod partial;
pub(crate) mod steps;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod visit;
