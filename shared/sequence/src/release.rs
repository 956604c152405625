//! What is published: numbers that at least k distinct sessions are behind, with noise.
//!
//! `noise` ← `threshold` ← `model`

pub(crate) mod model;
pub(crate) mod noise;
pub(crate) mod threshold;
