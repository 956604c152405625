//! How a function starts: logs, region guard, SDK configuration, settings.

use aws_config::SdkConfig;

use crate::aws::{self, TlsError};
use crate::logs;
use crate::metrics::{NAMESPACE, Sink};
use crate::region::{self, RefusedRegion};

/// What [`start`] gives a function's `main` to make its state from.
#[derive(Debug)]
pub struct Start {
    /// The SDK's configuration, for the clients of the store.
    pub aws: SdkConfig,
    /// Where metric lines go, in the namespace of the stack.
    pub metrics: Sink,
}

/// Why a function refuses to start. Lambda shows the text in the function's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The region is not one of the United States.
    #[error(transparent)]
    Region(#[from] RefusedRegion),
    /// The compiled-in root certificates cannot be read: a broken build.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// An endpoint would be reached without encryption, and is not on this machine.
    #[error("{0} names an endpoint without encryption: use https or wss, or an address of loopback")]
    NotEncrypted(&'static str),
    /// A setting is missing or empty.
    #[error("the environment variable {0} is missing: the template sets it")]
    Missing(&'static str),
}

/// Sets up logs, checks the region, and configures the SDK. Call once, first thing in `main`.
///
/// # Errors
/// [`StartError`] if the function must not start. It has been logged.
pub async fn start() -> Result<Start, StartError> {
    logs::init(variable("RUST_LOG").as_deref());
    logs::quiet_panics();
    let started = configure().await;
    if let Err(error) = &started {
        tracing::error!(%error, "refusing to start");
    }
    started
}

/// The environment variables by which the SDK finds a service elsewhere.
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

/// The SDK's configuration by the environment, as functions have it: a region of the United States, and nothing without
/// encryption beyond loopback.
///
/// # Errors
/// [`StartError::Region`], [`StartError::NotEncrypted`] or [`StartError::Tls`].
pub async fn sdk() -> Result<SdkConfig, StartError> {
    let region = region::check(variable("AWS_REGION").as_deref())?;
    for name in ENDPOINTS {
        if variable(name).is_some_and(|url| !is_private(&url, "https://", "http://")) {
            return Err(StartError::NotEncrypted(name));
        }
    }
    Ok(aws::config(region).await?)
}

/// Whether `url` has the scheme `encrypted`, or the scheme `plain` and a host of loopback.
fn is_private(url: &str, encrypted: &str, plain: &str) -> bool {
    let authority = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    // User information can make an address look like another host.
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
    /// A required setting: an environment variable that is not empty.
    ///
    /// # Errors
    /// [`StartError::Missing`] if it is not set. It has been logged.
    pub fn setting(&self, name: &'static str) -> Result<String, StartError> {
        let value = variable(name).filter(|value| !value.is_empty());
        value
            .ok_or(StartError::Missing(name))
            .inspect_err(|error| tracing::error!(%error, "refusing to start"))
    }

    /// A required setting that is a WebSocket's address without a query: encrypted, or on this machine.
    ///
    /// # Errors
    /// [`StartError::Missing`] if it is not set, [`StartError::NotEncrypted`] if it is no such address. It has been
    /// logged.
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
}
