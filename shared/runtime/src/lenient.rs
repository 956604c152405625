//! Reading events of AWS without trusting their form: serde's own complaint would quote what was sent, and end up in the log and
//! in the function's error.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "…")]`: whatever does not have the expected form is taken for missing.
///
/// # Errors
/// Only if the event is not JSON.
pub fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).ok())
}
