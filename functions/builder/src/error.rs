//! Why a step fails.

use testgram_store::StoreError;

/// Why a step failed. Its text is a stable word, which the log and the state machine's history show. The state machine
/// tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// A call of the store failed.
    #[error("{}", .0.word())]
    Store(#[from] StoreError),
    /// There is no such world, or no longer.
    #[error("no_such_world")]
    NoSuchWorld,
    /// The world has no secret for sampling and noise: put its settings again.
    #[error("no_secret")]
    NoSecret,
    /// What an earlier step kept is gone, or cannot be read.
    #[error("step_missing")]
    StepMissing,
}

impl From<StepError> for testgram_runtime::Diagnostic {
    fn from(error: StepError) -> Self {
        Self {
            error_type: "StepError".to_owned(),
            error_message: error.to_string(),
        }
    }
}
