//! What can go wrong with the store, sorted by what a caller can do about it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A failed call. Made from the SDK's errors; holds nothing of what was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// AWS asked to slow down, and nothing happened: the same call may succeed later.
    #[error("the store asked to slow down")]
    Throttled,
    /// No answer, or an internal failure of AWS. Whether the call took effect is unknown; repeating it may succeed.
    #[error("the store did not answer")]
    Unavailable,
    /// AWS refused: a missing table, a missing right, an item it does not take. Repeating the call will not help.
    #[error("the store refused")]
    Refused,
    /// Another world has the key that was asked for.
    #[error("it is taken")]
    Taken,
    /// What is stored does not have the form that this version writes.
    #[error("an item in the store is damaged")]
    Damaged,
}

/// Error codes with which AWS asks to slow down.
const SLOW_DOWN: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "SlowDown",
    // Another call was writing the same item.
    "TransactionConflictException",
    "TransactionCanceledException",
];

/// Error codes of AWS's own failures. An empty one is an answer that is none of AWS's.
const INTERNAL: &[&str] = &["InternalServerError", "ServiceUnavailable", "InternalFailure", ""];

/// The error code of a write whose condition does not hold.
const CONDITION: &str = "ConditionalCheckFailedException";

impl StoreError {
    /// The stable word for this error in logs, metrics and functions' errors.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Throttled => "store_throttled",
            Self::Unavailable => "store_unavailable",
            Self::Refused => "store_refused",
            Self::Taken => "store_taken",
            Self::Damaged => "store_damaged",
        }
    }

    /// Sorts an error of the SDK, and logs its code, which is all of it that is safe to log. `action` is the call's
    /// literal (table or service, colon, operation), from which tests/template reads the rights that a function needs.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, action: &'static str) -> Self {
        let code = error.code().unwrap_or_default();
        let sorted = match error {
            SdkError::ServiceError(_) if SLOW_DOWN.contains(&code) => Self::Throttled,
            SdkError::ServiceError(_) if INTERNAL.contains(&code) => Self::Unavailable,
            SdkError::ServiceError(_) | SdkError::ConstructionFailure(_) => Self::Refused,
            _ => Self::Unavailable,
        };
        tracing::warn!(action, code, outcome = %sorted, "store call failed");
        sorted
    }
}

/// The outcome of a call, its error sorted and logged. Every call of the SDK passes `action` where it is made.
pub(crate) fn done<T, E: ProvideErrorMetadata, R>(
    sent: Result<T, SdkError<E, R>>,
    action: &'static str,
) -> Result<T, StoreError> {
    sent.map_err(|error| StoreError::of(&error, action))
}

/// Whether the condition of a write held, and so whether the write took effect.
pub(crate) fn held<T, E: ProvideErrorMetadata, R>(
    sent: Result<T, SdkError<E, R>>,
    action: &'static str,
) -> Result<bool, StoreError> {
    match sent {
        Err(error) if error.code() == Some(CONDITION) => Ok(false),
        sent => done(sent, action).map(|_| true),
    }
}
