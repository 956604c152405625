//! A Lambda function as API Gateway sees it: a JSON event in, a JSON response or a function error out.

use std::{fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A running invocation: the future of its response.
pub type Invocation<'a> = Pin<Box<dyn Future<Output = Result<Value, FunctionError>> + Send + 'a>>;

/// What a function that failed answers with: Lambda's `{errorType, errorMessage}`.
///
/// The message is for the gateway's own decisions (`Unauthorized`); it is never sent to a client and never logged,
/// since it may hold content. `Debug` therefore shows the type only.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// The kind of error, as Lambda names it.
    pub error_type: String,
    /// The error's text: it may hold content, so it is neither sent nor logged.
    pub error_message: String,
}

impl FunctionError {
    /// An error of a type with a message.
    pub fn new(error_type: impl Into<String>, error_message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.into(),
            error_message: error_message.into(),
        }
    }
}

impl From<lambda_runtime::Diagnostic> for FunctionError {
    fn from(diagnostic: lambda_runtime::Diagnostic) -> Self {
        Self::new(diagnostic.error_type, diagnostic.error_message)
    }
}

impl fmt::Debug for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionError")
            .field("error_type", &self.error_type)
            .finish_non_exhaustive()
    }
}

/// A Lambda function, as API Gateway, the scheduler and Step Functions call it. [`from_fn`] and [`typed`] make one.
pub trait Function: Send + Sync + 'static {
    /// Runs the function once. A panic is answered as Lambda's runtime answers it: a function error.
    fn invoke(&self, event: Value) -> Invocation<'_>;
}

/// A function made of an async closure over the raw JSON event.
pub fn from_fn<F, Fut>(handler: F) -> Arc<dyn Function>
where
    F: Fn(Value) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, FunctionError>> + Send + 'static,
{
    Arc::new(Closure(handler))
}

/// A function made of a typed handler: the event and the response pass through JSON, as they do in AWS.
pub fn typed<E, R, X, F, Fut>(handler: F) -> Arc<dyn Function>
where
    E: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
    X: Into<FunctionError> + Send + 'static,
    F: Fn(E) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, X>> + Send + 'static,
{
    Arc::new(Typed {
        handler,
        types: PhantomData::<fn(E) -> (R, X)>,
    })
}

/// A function that is not there: every invocation fails, so that a half-wired stack admits no connection.
pub fn unavailable(name: &'static str) -> Arc<dyn Function> {
    from_fn(move |_| async move {
        Err(FunctionError::new(
            "FunctionUnavailable",
            format!("{name} is not connected"),
        ))
    })
}

struct Closure<F>(F);

impl<F, Fut> Function for Closure<F>
where
    F: Fn(Value) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, FunctionError>> + Send + 'static,
{
    fn invoke(&self, event: Value) -> Invocation<'_> {
        Box::pin((self.0)(event))
    }
}

struct Typed<F, E, R, X> {
    handler: F,
    types: PhantomData<fn(E) -> (R, X)>,
}

impl<E, R, X, F, Fut> Function for Typed<F, E, R, X>
where
    E: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
    X: Into<FunctionError> + Send + 'static,
    F: Fn(E) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, X>> + Send + 'static,
{
    fn invoke(&self, event: Value) -> Invocation<'_> {
        Box::pin(async move {
            // serde's message may quote the event, so only the fact is reported.
            let event = serde_json::from_value(event)
                .map_err(|_| FunctionError::new("EventNotUnderstood", "the event has another shape"))?;
            let response = (self.handler)(event).await.map_err(Into::into)?;
            serde_json::to_value(response)
                .map_err(|_| FunctionError::new("ResponseNotJson", "the response cannot be written as JSON"))
        })
    }
}
