//! Reading events of AWS without trusting their form: serde's own error would quote what was sent, and end up in the
//! log and in the function's error.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "lenient")]`: a value that does not have the expected form is read as
/// missing.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Event {
///     #[serde(default, deserialize_with = "testgram_runtime::lenient")]
///     status: Option<u16>,
/// }
/// let event: Event = serde_json::from_str(r#"{"status": "not a number"}"#).unwrap();
/// assert_eq!(event.status, None);
/// ```
///
/// # Errors
/// Only if the event is not JSON.
pub fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).ok())
}
