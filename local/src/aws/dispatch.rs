//! One port for three services: who a request is for stands in its headers.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use s3s::service::S3Service;

use super::sqs::Queues;

/// Most bytes of a call to SQS: its own bound.
const MESSAGE_BYTES: usize = 1024 * 1024;

#[derive(Debug, PartialEq, Eq)]
enum Service {
    DynamoDb,
    S3,
    Sqs,
}

/// Hands requests on to the service that they are for.
pub(crate) struct Dispatch {
    tables: SocketAddr,
    proxy: Client<HttpConnector, Body>,
    buckets: S3Service,
    queues: Arc<Queues>,
}

impl Dispatch {
    pub(crate) fn new(tables: SocketAddr, buckets: S3Service, queues: Arc<Queues>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            tables,
            proxy: Client::builder(TokioExecutor::new()).build(connector),
            buckets,
            queues,
        }
    }

    pub(crate) async fn answer(&self, request: Request) -> Response {
        match service_of(request.headers()) {
            Service::DynamoDb => self.to_tables(request).await,
            Service::S3 => self.to_buckets(request).await,
            Service::Sqs => self.to_queues(request).await,
        }
    }

    async fn to_queues(&self, request: Request) -> Response {
        let target = text(request.headers(), HeaderName::from_static("x-amz-target")).to_owned();
        let Some(operation) = target.strip_prefix("AmazonSQS.") else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        match to_bytes(request.into_body(), MESSAGE_BYTES).await {
            Ok(body) => self.queues.answer(operation, &body),
            Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    }

    /// The stand-in's router is private to its crate, so it serves a port of its own and this is a proxy for it. The
    /// rest of the request, its signature too, goes through as it is.
    async fn to_tables(&self, mut request: Request) -> Response {
        let path = request
            .uri()
            .path_and_query()
            .cloned()
            .unwrap_or_else(|| PathAndQuery::from_static("/"));
        let uri = Uri::builder()
            .scheme("http")
            .authority(self.tables.to_string())
            .path_and_query(path)
            .build();
        let Ok(uri) = uri else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        *request.uri_mut() = uri;
        match self.proxy.request(request).await {
            Ok(response) => response.map(Body::new),
            Err(_) => unavailable("dynamodb"),
        }
    }

    async fn to_buckets(&self, request: Request) -> Response {
        match self.buckets.call(request.map(s3s::Body::http_body_unsync)).await {
            Ok(response) => response.map(Body::new),
            Err(_) => unavailable("s3"),
        }
    }
}

/// 503 makes an SDK try again.
fn unavailable(service: &'static str) -> Response {
    tracing::error!(service, "a local AWS service does not answer");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// DynamoDB's and SQS's requests name their operation in `X-Amz-Target`; a signature names its service in the scope
/// (`Credential=<key>/<date>/<region>/<service>/aws4_request`). All else is S3, which has neither target nor path.
fn service_of(headers: &HeaderMap) -> Service {
    let target = text(headers, HeaderName::from_static("x-amz-target"));
    let scope = text(headers, header::AUTHORIZATION)
        .split_once("Credential=")
        .map_or("", |(_, rest)| rest);
    let service = scope.split(',').next().and_then(|scope| scope.split('/').nth(3));
    if target.starts_with("DynamoDB") || service == Some("dynamodb") {
        Service::DynamoDb
    } else if target.starts_with("AmazonSQS") || service == Some("sqs") {
        Service::Sqs
    } else {
        Service::S3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &str) -> Service {
        service_of(&HeaderMap::from_iter([(
            header::HeaderName::from_static(name),
            value.parse().unwrap(),
        )]))
    }

    #[test]
    fn services() {
        let signed = |service| {
            format!(
                "AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
            )
        };
        assert_eq!(of("x-amz-target", "DynamoDB_20120810.PutItem"), Service::DynamoDb);
        assert_eq!(
            of("x-amz-target", "DynamoDBStreams_20120810.ListStreams"),
            Service::DynamoDb
        );
        assert_eq!(of("authorization", &signed("dynamodb")), Service::DynamoDb);
        assert_eq!(of("x-amz-target", "AmazonSQS.SendMessage"), Service::Sqs);
        assert_eq!(of("authorization", &signed("sqs")), Service::Sqs);
        assert_eq!(of("authorization", &signed("s3")), Service::S3);
        assert_eq!(of("authorization", "Bearer dynamodb"), Service::S3);
        assert_eq!(service_of(&HeaderMap::new()), Service::S3);
    }
}
