//! What is said of the next symbol: by each context, by personas, by the session itself, and by all of them together.
//!
//! `backoff` ← `candidates`, `personas` ← `experts` ← `mixture`

pub(crate) mod backoff;
pub(crate) mod candidates;
pub(crate) mod experts;
pub(crate) mod mixture;
pub(crate) mod personas;
