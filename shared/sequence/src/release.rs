//! What is published: numbers that at least k distinct sessions are behind, with noise.
//!
//! `noise`; `model`

pub(crate) mod model;
pub(crate) mod noise;
