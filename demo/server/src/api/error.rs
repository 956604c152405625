//! What the API answers when it does not do what it was asked. All words are our own: no answer repeats what came in.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::cart::CartError;

#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// Which fields of a form are wrong, and how.
    fields: Vec<(&'static str, &'static str)>,
}

impl ApiError {
    pub(super) const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here.");
    pub(super) const METHOD: Self = Self::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This cannot be done here.",
    );
    pub(super) const MALFORMED: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "malformed",
        "The request is not what it should be.",
    );
    pub(super) const TOO_LARGE: Self =
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large.");
    pub(super) const UNAUTHORIZED: Self = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Please sign in.");
    pub(super) const CREDENTIALS: Self = Self::new(
        StatusCode::UNAUTHORIZED,
        "invalid_credentials",
        "We do not know this e-mail address with this password.",
    );
    pub(super) const TAKEN: Self = Self::new(
        StatusCode::CONFLICT,
        "email_taken",
        "There is an account with this e-mail address.",
    );
    pub(super) const EMPTY_CART: Self = Self::new(StatusCode::CONFLICT, "empty_cart", "Your basket is empty.");
    pub(super) const TOO_MANY: Self = Self::new(StatusCode::CONFLICT, "too_many", "There is no room for another one.");
    pub(super) const PROMO_EXPIRED: Self = Self::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "promo_expired",
        "This code is no longer valid.",
    );
    pub(super) const PROMO_UNKNOWN: Self = Self::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "promo_unknown",
        "We do not know this code.",
    );
    pub(super) const INTERNAL: Self = Self::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Something went wrong on our side.",
    );
    pub(super) const DECLINED: Self = Self::new(
        StatusCode::PAYMENT_REQUIRED,
        "card_declined",
        "Your bank declined this card.",
    );
    pub(super) const NO_FUNDS: Self = Self::new(
        StatusCode::PAYMENT_REQUIRED,
        "insufficient_funds",
        "There is not enough money on this card.",
    );

    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            fields: Vec::new(),
        }
    }
}

impl From<CartError> for ApiError {
    fn from(error: CartError) -> Self {
        match error {
            CartError::Full => Self::TOO_MANY,
            CartError::OutOfStock => Self::new(
                StatusCode::CONFLICT,
                "out_of_stock",
                "We do not have that many of these.",
            ),
            CartError::UnknownChoice => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown_option",
                "Please choose one of each option.",
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let fields: Map<String, Value> = self
            .fields
            .into_iter()
            .map(|(field, code)| (field.to_owned(), json!({ "code": code })))
            .collect();
        let body = json!({ "error": { "code": self.code, "message": self.message, "fields": fields } });
        (self.status, Json(body)).into_response()
    }
}

/// Collects what is wrong with a form, so that one response names all of it.
#[derive(Debug, Default)]
pub(super) struct Check(Vec<(&'static str, &'static str)>);

impl Check {
    pub(super) fn field(mut self, good: bool, name: &'static str, code: &'static str) -> Self {
        if !good && self.0.iter().all(|(known, _)| *known != name) {
            self.0.push((name, code));
        }
        self
    }

    /// A text that must be there, up to so many characters.
    pub(super) fn text(self, text: &str, most: usize, name: &'static str) -> Self {
        self.field(!text.trim().is_empty(), name, "required")
            .optional(text, most, name)
    }

    /// A text that may be empty.
    pub(super) fn optional(self, text: &str, most: usize, name: &'static str) -> Self {
        self.field(text.chars().count() <= most, name, "too_long")
    }

    pub(super) fn email(self, text: &str, name: &'static str) -> Self {
        let good = text
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        self.text(text, crate::limits::EMAIL, name).field(good, name, "invalid")
    }

    pub(super) fn done(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut error = ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation_failed",
            "Please look at the marked fields.",
        );
        error.fields = self.0;
        Err(error)
    }
}
