//! Which API the gateway plays: the names in ARNs, contexts and paths.

/// The names by which API Gateway knows an API. [`Gateway`](super::Gateway) writes them into every event and ARN; the
/// defaults are those of the local stack.
#[derive(Debug, Clone)]
pub struct Api {
    /// The Region in ARNs.
    pub region: String,
    /// The account number in ARNs.
    pub account: String,
    /// `apiId` in ARNs and in the request context of events.
    pub api_id: String,
    /// The stage: the first part of every path, `/ws`.
    pub stage: String,
    /// The query parameter that is the authorizer's identity source: a request without it is refused before the
    /// authorizer is asked.
    pub identity_source: String,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            api_id: "local".into(),
            stage: "ws".into(),
            identity_source: "world".into(),
        }
    }
}

impl Api {
    /// `methodArn` of the authorizer's event: what its policy has to allow.
    pub(crate) fn connect_arn(&self) -> String {
        let Self {
            region,
            account,
            api_id,
            stage,
            ..
        } = self;
        format!("arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/$connect")
    }
}
