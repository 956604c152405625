//! The responses of API Gateway to requests that it refuses.

use axum::{
    Json,
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::event::{ConnectionInfo, GatewayRequest};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// A handshake that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request is no WebSocket handshake: 400.
    NotAnUpgrade,
    /// The identity source is missing, or the authorizer failed with the message "Unauthorized".
    Unauthorized,
    /// The authorizer's policy does not allow the connect.
    Forbidden,
    /// The authorizer failed, or its response is no policy.
    AuthorizerFailed,
    /// `$connect` failed, or its response has no valid status.
    ConnectFailed,
    /// `$connect` did not answer within the integration timeout: 504.
    ConnectTimedOut,
    /// `$connect` answered with another status than 2xx.
    ConnectRefused(StatusCode),
    /// The stack is shutting down.
    ShuttingDown,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::NotAnUpgrade => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::AuthorizerFailed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ConnectFailed => StatusCode::BAD_GATEWAY,
            Self::ConnectTimedOut => StatusCode::GATEWAY_TIMEOUT,
            Self::ConnectRefused(status) => status,
            Self::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_type(self) -> &'static str {
        match self {
            Self::NotAnUpgrade => "BadRequestException",
            Self::Unauthorized => "UnauthorizedException",
            Self::Forbidden | Self::ConnectRefused(_) => "ForbiddenException",
            Self::AuthorizerFailed => "AuthorizerConfigurationException",
            Self::ConnectFailed | Self::ConnectTimedOut => "InternalServerErrorException",
            Self::ShuttingDown => "ServiceUnavailableException",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::NotAnUpgrade => "Bad Request",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::AuthorizerFailed | Self::ConnectFailed => "Internal server error",
            Self::ConnectTimedOut => "Endpoint request timed out",
            Self::ConnectRefused(status) => status.canonical_reason().unwrap_or("Forbidden"),
            Self::ShuttingDown => "Service Unavailable",
        }
    }

    /// The response, which names the connection and request for the logs, as in AWS.
    pub(crate) fn response(self, info: &ConnectionInfo, request: &GatewayRequest<'_>) -> Response {
        let body = json!({"message": self.message(), "connectionId": info.connection_id, "requestId": request.id});
        (self.status(), [(ERROR_TYPE, self.error_type())], Json(body)).into_response()
    }
}

/// An error of the `@connections` API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ManagementError {
    /// The request has no signature: 403.
    Unsigned,
    /// The connection is not, or no longer, open.
    Gone,
    /// The message has more than 128 KB: 413.
    TooLarge,
    /// Not UTF-8: what goes to a client is text.
    NotText,
}

impl IntoResponse for ManagementError {
    fn into_response(self) -> Response {
        let (status, error_type, message) = match self {
            Self::Unsigned => (
                StatusCode::FORBIDDEN,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
            Self::Gone => (StatusCode::GONE, "GoneException", "Gone"),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "PayloadTooLargeException",
                "Message too long",
            ),
            Self::NotText => (
                StatusCode::BAD_REQUEST,
                "BadRequestException",
                "The message is not UTF-8",
            ),
        };
        (status, [(ERROR_TYPE, error_type)], Json(json!({"message": message}))).into_response()
    }
}
