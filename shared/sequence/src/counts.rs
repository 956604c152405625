//! What followed which context, how often, and in how many distinct sessions. Made of integers and sets, so that it
//! merges exactly.
//!
//! `context` ← `table` ← `count`, `sample` ← `evidence`

pub mod context;
pub(crate) mod count;
pub(crate) mod evidence;
pub(crate) mod sample;
pub(crate) mod table;
