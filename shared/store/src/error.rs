//! What can go wrong with the store, told apart by what a caller can do about it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A failed call. Holds nothing of what was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Asked to slow down; nothing happened.
    #[error("the store asked to slow down")]
    Throttled,
    /// No answer, or one of the store's own failures; whether it happened is unknown.
    #[error("the store did not answer")]
    Unavailable,
    /// The store refused: a missing table, a missing right, an item it does not take. Sending again will not help.
    #[error("the store refused")]
    Refused,
    /// Somebody else has it.
    #[error("it is taken")]
    Taken,
    /// An item does not have the form we write.
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
    // Somebody else was writing the same item.
    "TransactionConflictException",
    "TransactionCanceledException",
];

impl StoreError {
    /// Its stable word.
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

    /// Sorts an error of the SDK by what can be done about it, and logs its code, which is all of it that is safe to log.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, action: &'static str) -> Self {
        let code = error.code().unwrap_or_default();
        let sorted = match error {
            SdkError::ServiceError(_) if SLOW_DOWN.contains(&code) => Self::Throttled,
            SdkError::ServiceError(_)
                if matches!(
                    code,
                    "InternalServerError" | "ServiceUnavailable" | "InternalFailure" | ""
                ) =>
            {
                Self::Unavailable
            }
            SdkError::ServiceError(_) => Self::Refused,
            SdkError::ConstructionFailure(_) => Self::Refused,
            _ => Self::Unavailable,
        };
        tracing::warn!(action, code, outcome = %sorted, "store call failed");
        sorted
    }
}

/// What DynamoDB says where a condition does not hold.
const CONDITION: &str = "ConditionalCheckFailedException";

/// Whether the condition of a write held; what it is there for has then been done by somebody else.
pub(crate) fn holds<T, E: ProvideErrorMetadata, R>(
    written: Result<T, SdkError<E, R>>,
    action: &'static str,
) -> Result<bool, StoreError> {
    match written {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some(CONDITION) => Ok(false),
        Err(error) => Err(StoreError::of(&error, action)),
    }
}
