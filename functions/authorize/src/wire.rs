//! The authorizer's event and answer, as far as they are used. Everything is optional, since gateways and emulators
//! differ: an event that lacks something is denied, and does not fail.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html>

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use testgram_protocol::reason::Refusal;
use testgram_runtime::lenient;

use crate::decide::Admission;

/// An authorizer event of type `REQUEST`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    #[serde(deserialize_with = "lenient")]
    method_arn: Option<String>,
    #[serde(deserialize_with = "lenient")]
    headers: Option<HashMap<String, String>>,
    #[serde(deserialize_with = "lenient")]
    query_string_parameters: Option<HashMap<String, String>>,
    #[serde(deserialize_with = "lenient")]
    request_context: Option<RequestContext>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    #[serde(deserialize_with = "lenient")]
    request_id: Option<String>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request")
    }
}

impl Request {
    pub(crate) fn world_key(&self) -> Option<&str> {
        self.query("world")
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.query("v")
    }

    /// The page's origin. Header names come in any case.
    pub(crate) fn origin(&self) -> Option<&str> {
        let headers = self.headers.as_ref()?;
        headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("origin"))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn request_id(&self) -> &str {
        self.request_context
            .as_ref()
            .and_then(|context| context.request_id.as_deref())
            .unwrap_or_default()
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name).map(String::as_str)
    }
}

/// The authorizer's answer: a policy, and the context that API Gateway hands to ingest.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    principal_id: &'static str,
    policy_document: PolicyDocument,
    context: HashMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDocument {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    /// Exactly the method's ARN: API Gateway answers 403 to a wildcard here.
    resource: String,
}

impl Response {
    pub(crate) fn allow(request: &Request, admission: &Admission) -> Self {
        let context = [
            ("tenant", admission.tenant.expose().to_owned()),
            ("world", admission.world.expose().to_owned()),
            ("kinds", admission.kinds.bits().to_string()),
            ("admitted", admission.admitted_ms.to_string()),
        ];
        Self::new("Allow", request, context.into())
    }

    /// A policy that denies. The code reaches the access log as `$context.authorizer.code`, and not the client.
    pub(crate) fn deny(request: &Request, refusal: Refusal) -> Self {
        Self::new("Deny", request, [("code", refusal.as_str().to_owned())].into())
    }

    fn new(effect: &'static str, request: &Request, context: HashMap<&'static str, String>) -> Self {
        let resource = request.method_arn.clone().unwrap_or_default();
        let statement = Statement {
            action: "execute-api:Invoke",
            effect,
            resource,
        };
        Self {
            principal_id: "snippet",
            policy_document: PolicyDocument {
                version: "2012-10-17",
                statement: [statement],
            },
            context,
        }
    }
}
