//! How a function starts.

use aws_config::SdkConfig;
use lambda_runtime::Diagnostic;

use crate::aws::{self, TlsError};
use crate::logs;
use crate::metrics::{NAMESPACE, Sink};
use crate::region::{self, RefusedRegion};

/// What a function's `main` gets to build its state from.
#[derive(Debug)]
pub struct Start {
    /// For clients.
    pub aws: SdkConfig,
    /// For metrics.
    pub metrics: Sink,
}

/// Why a function does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// Not a region of the United States.
    #[error(transparent)]
    Region(#[from] RefusedRegion),
    /// A broken build.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Something is to be reached without encryption, and not on this machine.
    #[error("the environment variable {0} names an address that is not encrypted, beyond loopback")]
    NotEncrypted(&'static str),
    /// A setting is missing.
    #[error("the environment variable {0} is missing")]
    Missing(&'static str),
}

/// Sets up logs, checks the region, and configures the SDK. Call once, first thing in `main`.
///
/// # Errors
/// Why the function must not start. The error has been logged.
pub async fn start() -> Result<Start, StartError> {
    logs::init(variable("RUST_LOG").as_deref());
    logs::quiet_panics();
    let started = configure().await;
    if let Err(error) = &started {
        tracing::error!(%error, "refusing to start");
    }
    started
}

/// Where the SDK may be told to find a service.
const ENDPOINTS: &[&str] = &[
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_SQS",
];

async fn configure() -> Result<Start, StartError> {
    Ok(Start {
        aws: sdk().await?,
        metrics: Sink::stdout(variable("TESTGRAM_METRICS").unwrap_or_else(|| NAMESPACE.to_owned())),
    })
}

/// The SDK's configuration by the environment, as functions have it: a region of the United States, and nothing without encryption beyond
/// loopback.
///
/// # Errors
/// Why there is none.
pub async fn sdk() -> Result<SdkConfig, StartError> {
    let region = region::check(variable("AWS_REGION").as_deref())?;
    for name in ENDPOINTS {
        if variable(name).is_some_and(|url| !is_private(&url, "https://", "http://")) {
            return Err(StartError::NotEncrypted(name));
        }
    }
    Ok(aws::config(region).await?)
}

/// Whether `url` is `encrypted`, or `plain` and of this machine.
fn is_private(url: &str, encrypted: &str, plain: &str) -> bool {
    let authority = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    // User info could make another host of it than it looks like.
    let is_plain_host = |authority: &str| !authority.is_empty() && !authority.contains('@');
    if let Some(rest) = url.strip_prefix(encrypted) {
        return is_plain_host(&authority(rest));
    }
    let Some(authority) = url.strip_prefix(plain).map(authority) else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => &authority,
    };
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

impl Start {
    /// A required setting.
    ///
    /// # Errors
    /// If it is not set; logged.
    pub fn setting(&self, name: &'static str) -> Result<String, StartError> {
        let value = variable(name).filter(|value| !value.is_empty());
        value
            .ok_or(StartError::Missing(name))
            .inspect_err(|error| tracing::error!(%error, "refusing to start"))
    }

    /// A required setting that is a WebSocket's address without a query: encrypted, or on this machine.
    ///
    /// # Errors
    /// If it is not set, or neither; logged.
    pub fn socket(&self, name: &'static str) -> Result<String, StartError> {
        let url = self.setting(name)?;
        if is_private(&url, "wss://", "ws://") && !url.contains(['?', '#']) {
            Ok(url)
        } else {
            let error = StartError::NotEncrypted(name);
            tracing::error!(%error, "refusing to start");
            Err(error)
        }
    }
}

/// Runs one invocation so that a panic in it ends it alone and takes nothing out with it: the runtime's own guard would send the
/// panic's text to the caller, and it may quote what was being worked on.
///
/// # Errors
/// [`Panicked`], which says no more than that.
pub async fn shielded<T: Send + 'static>(invocation: impl Future<Output = T> + Send + 'static) -> Result<T, Panicked> {
    tokio::spawn(invocation).await.map_err(|_| Panicked)
}

/// An invocation panicked. Where, stands in the log.
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

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a function reads its environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_encrypted_stays_on_this_machine() {
        let is_private = |url| is_private(url, "https://", "http://");
        for private in [
            "https://dynamodb.us-east-1.amazonaws.com",
            "http://127.0.0.1:4601",
            "http://localhost:4601/",
            "http://[::1]:4601",
            "http://127.0.0.1",
        ] {
            assert!(is_private(private), "{private}");
        }
        for open in [
            "http://dynamodb.us-east-1.amazonaws.com",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1:x@evil.example",
            "http://127.0.0.1@evil.example",
            "http://127.0.0.1:80@evil.example:80",
            "http://evil.example/127.0.0.1",
            "https://shop.example@evil.example",
            "https://",
            "ws://127.0.0.1:4600",
            "wss://shop.example",
            "ftp://127.0.0.1",
            "",
        ] {
            assert!(!is_private(open), "{open}");
        }
    }

    #[tokio::test]
    async fn a_panic_ends_its_invocation_and_says_nothing() {
        let secret = "jane@example.com".to_owned();
        let answer = shielded(async move { assert!(secret.is_empty(), "{secret}") }).await;
        assert_eq!(answer, Err(Panicked));
        assert_eq!(Diagnostic::from(Panicked).error_message, "internal error");
    }
}
