//! How AWS's errors are sorted.

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use testgram_store::bucket::{Bucket, KmsKeys};
use testgram_store::key::Window;
use testgram_store::repository::archive::ArchiveRepository;
use testgram_store::repository::ingest::IngestRepository;
use testgram_store::{StoreError, Tables};

use crate::support::{NOON, acme, answering, dynamodb, s3_over, shop};

async fn put_marker(http: SharedHttpClient) -> Result<(), StoreError> {
    let ingest = IngestRepository::new(dynamodb("http://127.0.0.1:1", http), Tables::under("test"));
    ingest.world(&acme(), &shop()).put_marker(Window::at(NOON)).await
}

#[tokio::test]
async fn errors_are_sorted_by_what_a_caller_can_do() {
    use StoreError::{Refused, Throttled, Unavailable};
    for (status, code, sorted) in [
        (400, "ProvisionedThroughputExceededException", Throttled),
        (400, "ThrottlingException", Throttled),
        (400, "RequestLimitExceeded", Throttled),
        (400, "TransactionConflictException", Throttled),
        (400, "AccessDeniedException", Refused),
        (400, "ResourceNotFoundException", Refused),
        (400, "ValidationException", Refused),
        (500, "InternalServerError", Unavailable),
        (503, "ServiceUnavailable", Unavailable),
    ] {
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"m"}}"#);
        let (http, _) = answering(move |_| (status, body.clone()));
        assert_eq!(put_marker(http).await, Err(sorted), "{code}");
    }
    let (http, _) = answering(|_| (502, "<html>".to_owned()));
    assert_eq!(put_marker(http).await, Err(Unavailable), "no answer of AWS's");
    let lost = SharedHttpConnector::new(Lost);
    assert_eq!(
        put_marker(http_client_fn(move |_, _| lost.clone())).await,
        Err(Unavailable)
    );
}

/// A connection that breaks.
#[derive(Debug)]
struct Lost;

impl HttpConnector for Lost {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("gone".into())))
    }
}

#[tokio::test]
async fn the_bucket_sorts_its_errors_too() {
    use StoreError::{Refused, Throttled, Unavailable};
    for (status, code, sorted) in [
        (503, "SlowDown", Throttled),
        (403, "AccessDenied", Refused),
        (400, "KMS.DisabledException", Refused),
        (500, "InternalFailure", Unavailable),
    ] {
        let body = format!("<Error><Code>{code}</Code></Error>");
        let (http, _) = answering(move |_| (status, body.clone()));
        let keys = KmsKeys::of("alias/shared".to_owned());
        let bucket = Bucket::new(s3_over(http.clone()), "test".to_owned(), keys);
        let archive = ArchiveRepository::new(dynamodb("http://127.0.0.1:1", http), Tables::under("test"), bucket);
        let put = archive.world(&acme(), &shop()).quarantine(Window::at(NOON), &[]).await;
        assert_eq!(put, Err(sorted), "{code}");
    }
}

#[test]
fn words_are_stable() {
    use StoreError::{Damaged, Refused, Taken, Throttled, Unavailable};
    let words = [Throttled, Unavailable, Refused, Taken, Damaged].map(StoreError::word);
    assert_eq!(
        words,
        [
            "store_throttled",
            "store_unavailable",
            "store_refused",
            "store_taken",
            "store_damaged"
        ]
    );
}
