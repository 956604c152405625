//! The event and the answer of an HTTP API (payload 2.0), as far as they are used. Everything is optional: an event
//! that lacks something is answered with 404, and does not fail.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use testgram_runtime::lenient;

/// A request of the HTTP API.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    #[serde(deserialize_with = "lenient")]
    raw_path: Option<String>,
    #[serde(deserialize_with = "lenient")]
    headers: Option<HashMap<String, String>>,
    #[serde(deserialize_with = "lenient")]
    request_context: Option<RequestContext>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    #[serde(deserialize_with = "lenient")]
    request_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    stage: Option<String>,
    #[serde(deserialize_with = "lenient")]
    http: Option<Http>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Http {
    #[serde(deserialize_with = "lenient")]
    method: Option<String>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request")
    }
}

impl Request {
    /// The path below the stage. A stage other than `$default` is a prefix of the path.
    pub(crate) fn path(&self) -> &str {
        let path = self.raw_path.as_deref().unwrap_or_default();
        let stage = self.context().and_then(|context| context.stage.as_deref());
        let below = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
        below.filter(|below| below.starts_with('/')).unwrap_or(path)
    }

    pub(crate) fn method(&self) -> &str {
        let http = self.context().and_then(|context| context.http.as_ref());
        http.and_then(|http| http.method.as_deref()).unwrap_or_default()
    }

    /// A header. API Gateway writes names in lower case and joins what came twice.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.as_ref()?.get(name).map(String::as_str)
    }

    pub(crate) fn request_id(&self) -> &str {
        self.context()
            .and_then(|context| context.request_id.as_deref())
            .unwrap_or_default()
    }

    const fn context(&self) -> Option<&RequestContext> {
        self.request_context.as_ref()
    }
}

/// An answer of the HTTP API.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status_code: u16,
    headers: BTreeMap<&'static str, Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

impl Response {
    /// An answer without a body, with the headers that all answers have: any page may load a script and see its status,
    /// and browsers take it for nothing else.
    pub(crate) fn new(status_code: u16) -> Self {
        let headers = [
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("x-content-type-options", "nosniff"),
        ];
        Self {
            status_code,
            headers: headers.map(|(name, value)| (name, value.into())).into(),
            body: None,
            is_base64_encoded: false,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn body(mut self, body: String, is_base64_encoded: bool) -> Self {
        self.body = Some(body);
        self.is_base64_encoded = is_base64_encoded;
        self
    }

    pub(crate) fn drop_body(&mut self) {
        self.body = None;
    }

    /// The length of the body as the gateway takes it, bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.body.as_ref().map_or(0, String::len)
    }
}
