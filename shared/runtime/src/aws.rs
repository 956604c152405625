//! The SDK's configuration: one HTTP client, compiled-in roots, short time-outs, credentials from the environment.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

/// Amazon Trust Services' five roots, which sign every AWS endpoint (<https://www.amazontrust.com/repository/>). Five
/// instead of the 150 of a browser: less to trust, and none of the file reads that cost a client some 45 ms.
const ROOTS: &[u8] = include_bytes!("../roots/amazon-trust-services.pem");

/// A message waits for its write at most this long; the client keeps the batch and sends it again. Well below the
/// gateway's 29 s, and above DynamoDB's worst ordinary second.
const OPERATION: Duration = Duration::from_secs(4);
/// One attempt of it. DynamoDB answers in single milliseconds; a slow attempt is better repeated on another host.
const ATTEMPT: Duration = Duration::from_millis(1_500);
/// Reaching an endpoint of the same region.
const CONNECT: Duration = Duration::from_millis(1_000);

/// The SDK's configuration for `region`. `AWS_ENDPOINT_URL` is honoured, as by every AWS tool.
///
/// # Errors
/// [`TlsError`] if the compiled-in roots cannot be read.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub async fn config(region: &'static str) -> Result<SdkConfig, TlsError> {
    let tls = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(ROOTS))
        .build()
        .map_err(|_| TlsError)?;
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .http_client(http)
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .timeout_config(timeouts)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(50)),
        );
    Ok(config.load().await)
}

/// The compiled-in roots cannot be read: a broken build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compiled-in root certificates could not be read")]
pub struct TlsError;
