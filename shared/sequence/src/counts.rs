//! What followed which context, how often, and in how many distinct sessions. Made of integers and sets, so that it merges exactly.
//!
//! `context` ← `table` ← `count`, `sample` ← `evidence`

pub mod context;
pub mod count;
pub mod evidence;
pub mod sample;
pub mod table;
