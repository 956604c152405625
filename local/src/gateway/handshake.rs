//! `$connect`: from the HTTP request to an open connection, or to a refusal.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use hyper::upgrade::OnUpgrade;
use serde_json::{Map, Value};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{
    connection,
    event::{ConnectionInfo, GatewayRequest, Http},
    policy::{self, Decision},
    refusal::Refusal,
    state::Gateway,
};
use crate::invoke::{InvokeError, ProxyResponse, invoke};

/// The error message by which an authorizer asks for a 401. Every other error is a 500: also "unauthorized", also
/// "Unauthorized.".
const UNAUTHORIZED: &str = "Unauthorized";

/// `GET /ws`: answers 101 and spawns the connection, or refuses.
pub(crate) async fn connect(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let upgrade = Upgrade::take(&mut request);
    let http = Http::new(request.uri(), request.headers(), peer);
    let mut info = ConnectionInfo::new(request.headers(), peer);
    match open(&gateway, upgrade, &http, &mut info).await {
        Ok((upgrade, subprotocol)) => {
            let response = upgrade.response(subprotocol);
            tracing::debug!(connection = info.connection_id, "connected");
            connection::spawn(&gateway, Arc::new(info), upgrade.socket);
            response
        }
        Err(refusal) => {
            tracing::info!(connection = info.connection_id, refusal = ?refusal, "connect refused");
            refusal.response(&info, &GatewayRequest::new(&gateway.inner.api, &info))
        }
    }
}

async fn open(
    gateway: &Gateway,
    upgrade: Option<Upgrade>,
    http: &Http,
    info: &mut ConnectionInfo,
) -> Result<(Upgrade, Option<HeaderValue>), Refusal> {
    let upgrade = upgrade.ok_or(Refusal::NotAnUpgrade)?;
    if gateway.inner.stopping.is_cancelled() {
        return Err(Refusal::ShuttingDown);
    }
    if http.query(&gateway.inner.api.identity_source).is_none_or(str::is_empty) {
        return Err(Refusal::Unauthorized);
    }
    info.authorizer = Some(authorize(gateway, http, info).await?);
    let subprotocol = integrate(gateway, http, info).await?;
    Ok((upgrade, subprotocol))
}

/// Asks the authorizer; gives the context that later events carry.
async fn authorize(gateway: &Gateway, http: &Http, info: &ConnectionInfo) -> Result<Map<String, Value>, Refusal> {
    let inner = &gateway.inner;
    let event = GatewayRequest::new(&inner.api, info).authorizer(http);
    let answer = match invoke(
        &inner.tasks,
        &inner.routes.authorizer,
        event,
        inner.limits.integration_timeout,
    )
    .await
    {
        Ok(answer) => answer,
        Err(InvokeError::Function(error)) if error.error_message == UNAUTHORIZED => return Err(Refusal::Unauthorized),
        Err(failure) => {
            tracing::warn!(
                connection = info.connection_id,
                failure = failure.word(),
                "authorizer failed"
            );
            return Err(Refusal::AuthorizerFailed);
        }
    };
    match policy::decide(answer, &inner.api.connect_arn(), inner.limits.authorizer_result_bytes) {
        Decision::Allow(context) => Ok(context),
        Decision::Deny => Err(Refusal::Forbidden),
        Decision::Malformed(reason) => {
            tracing::warn!(connection = info.connection_id, reason, "authorizer's answer refused");
            Err(Refusal::AuthorizerFailed)
        }
    }
}

/// Calls the `$connect` integration; gives the subprotocol that it chose.
async fn integrate(gateway: &Gateway, http: &Http, info: &ConnectionInfo) -> Result<Option<HeaderValue>, Refusal> {
    let inner = &gateway.inner;
    let event = GatewayRequest::new(&inner.api, info).connect(http);
    let response = invoke(
        &inner.tasks,
        &inner.routes.connect,
        event,
        inner.limits.integration_timeout,
    )
    .await
    .and_then(ProxyResponse::read)
    .map_err(|failure| {
        tracing::warn!(
            connection = info.connection_id,
            failure = failure.word(),
            "$connect failed"
        );
        match failure {
            InvokeError::TimedOut => Refusal::ConnectTimedOut,
            _ => Refusal::ConnectFailed,
        }
    })?;
    match StatusCode::from_u16(response.status) {
        Ok(status) if status.is_success() => Ok(response
            .subprotocol
            .and_then(|chosen| HeaderValue::from_str(&chosen).ok())),
        // A status below 200 cannot end an HTTP request.
        Ok(status) if !status.is_informational() => Err(Refusal::ConnectRefused(status)),
        _ => Err(Refusal::ConnectFailed),
    }
}

/// A request that is a WebSocket handshake (RFC 6455, section 4.2.1).
struct Upgrade {
    accept: String,
    socket: OnUpgrade,
}

impl Upgrade {
    fn take(request: &mut Request) -> Option<Self> {
        let headers = request.headers();
        let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
        if !has_token(headers, &header::CONNECTION, "upgrade")
            || !has_token(headers, &header::UPGRADE, "websocket")
            || headers.get(header::SEC_WEBSOCKET_VERSION)?.as_bytes() != b"13"
        {
            return None;
        }
        let accept = derive_accept_key(key.as_bytes());
        let socket = request.extensions_mut().remove::<OnUpgrade>()?;
        Some(Self { accept, socket })
    }

    /// No extension is taken up: nothing says that API Gateway compresses.
    fn response(&self, subprotocol: Option<HeaderValue>) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accept) = HeaderValue::from_str(&self.accept) {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        if let Some(subprotocol) = subprotocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        response
    }
}

fn has_token(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
}
