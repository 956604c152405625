//! The pair of numbers that all counts are published as.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In how many distinct sessions, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tallied {
    /// At least so many distinct sessions.
    pub support: u64,
    /// How often.
    pub count: u64,
}
