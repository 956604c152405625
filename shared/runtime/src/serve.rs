//! The loop of a function: an event in, an answer out, and no panic beyond its invocation.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use lambda_runtime::Diagnostic;

/// Serves a function that always answers: what goes wrong is an answer with a code, not a failed invocation. Returns
/// when the process is to end.
///
/// # Errors
/// If the Lambda runtime cannot be reached.
pub async fn serve<S, E, T, F>(state: S, handle: impl Fn(&'static S, E) -> F) -> Result<(), Error>
where
    S: Sync + 'static,
    E: DeserializeOwned,
    T: Serialize + Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let state = leaked(state);
    let invoke = |event: LambdaEvent<E>| shielded(handle(state, event.payload));
    lambda_runtime::run(service_fn(invoke)).await
}

/// Serves a function whose invocations may fail: the caller gets the error's [`Diagnostic`] and may try again. Returns
/// when the process is to end.
///
/// # Errors
/// If the Lambda runtime cannot be reached.
pub async fn try_serve<S, E, T, X, F>(state: S, handle: impl Fn(&'static S, E) -> F) -> Result<(), Error>
where
    S: Sync + 'static,
    E: DeserializeOwned,
    T: Serialize + Send + 'static,
    X: Into<Diagnostic> + Send + 'static,
    F: Future<Output = Result<T, X>> + Send + 'static,
{
    let state = leaked(state);
    let invoke = |event: LambdaEvent<E>| {
        let invocation = shielded(handle(state, event.payload));
        async move { invocation.await.map_err(Diagnostic::from)?.map_err(Into::into) }
    };
    lambda_runtime::run(service_fn(invoke)).await
}

/// The state of a process: invocations that run on their own task need it as long as the process lives.
fn leaked<S>(state: S) -> &'static S {
    Box::leak(Box::new(state))
}

/// Runs one invocation so that a panic in it ends it alone and takes nothing out with it: the runtime's own guard would
/// send the panic's text to the caller, and it may quote what was being worked on.
///
/// # Errors
/// [`Panicked`] if the invocation panicked; it says no more than that.
pub async fn shielded<T: Send + 'static>(invocation: impl Future<Output = T> + Send + 'static) -> Result<T, Panicked> {
    tokio::spawn(invocation).await.map_err(|_| Panicked)
}

/// An invocation panicked. The log has the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

impl From<Panicked> for Diagnostic {
    fn from(_: Panicked) -> Self {
        Self {
            error_type: "Internal".to_owned(),
            error_message: "internal error".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_invocation_and_says_nothing() {
        let secret = "jane@example.com".to_owned();
        let answer = shielded(async move { assert!(secret.is_empty(), "{secret}") }).await;
        assert_eq!(answer, Err(Panicked));
        assert_eq!(Diagnostic::from(Panicked).error_message, "internal error");
    }
}
