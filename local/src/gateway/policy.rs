//! Reads an authorizer's response as API Gateway does: evaluates the IAM policy for one `methodArn` and makes the
//! context that every later event carries.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The one action a WebSocket authorizer decides on.
const ACTION: &str = "execute-api:Invoke";

/// What an authorizer's response means for the handshake.
#[derive(Debug, PartialEq)]
pub(crate) enum Decision {
    /// Go on; the `authorizer` object of later events.
    Allow(Map<String, Value>),
    /// The policy does not allow the connect: 403.
    Deny,
    /// Not an answer that API Gateway accepts: 500.
    Malformed(&'static str),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerResponse {
    principal_id: String,
    policy_document: Policy,
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    statement: OneOrMany<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    // Present on some policies, evaluated by none of ours: see `matches`.
    not_action: Option<Value>,
    not_resource: Option<Value>,
    condition: Option<Value>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::Many(many) => many,
            Self::One(one) => std::slice::from_ref(one),
        }
    }
}

/// Decides on an authorizer's response for the connect of `method_arn`.
pub(crate) fn decide(answer: Value, method_arn: &str, max_bytes: usize) -> Decision {
    if answer.to_string().len() > max_bytes {
        return Decision::Malformed("the result is over 8 KB");
    }
    let Ok(answer) = serde_json::from_value::<AuthorizerResponse>(answer) else {
        return Decision::Malformed("no principalId and policyDocument of the right shape");
    };
    if !allows(answer.policy_document.statement.as_slice(), method_arn) {
        return Decision::Deny;
    }
    match stringified(answer.context.unwrap_or_default()) {
        Some(mut context) => {
            context.insert("principalId".into(), Value::String(answer.principal_id));
            Decision::Allow(context)
        }
        None => Decision::Malformed("a context value is neither string, number nor boolean"),
    }
}

/// An explicit deny wins; without an explicit allow nothing is allowed.
fn allows(statements: &[Statement], method_arn: &str) -> bool {
    let has = |effect| statements.iter().any(|s| s.effect == effect && matches(s, method_arn));
    !has(Effect::Deny) && has(Effect::Allow)
}

/// Whether a statement applies to this connect. One with a part that is not evaluated here is taken to apply where it
/// denies and not to apply where it allows, so that a mistake shows as a refusal.
fn matches(statement: &Statement, method_arn: &str) -> bool {
    if statement.not_action.is_some() || statement.not_resource.is_some() || statement.condition.is_some() {
        return statement.effect == Effect::Deny;
    }
    let any = |patterns: &Option<OneOrMany<String>>, test: &dyn Fn(&str) -> bool| {
        patterns.as_ref().is_some_and(|p| p.as_slice().iter().any(|p| test(p)))
    };
    any(&statement.action, &|p| {
        glob(&p.to_ascii_lowercase(), &ACTION.to_ascii_lowercase())
    }) && any(&statement.resource, &|p| arn_matches(p, method_arn))
}

/// A wildcard does not reach across the colons of an ARN, save in its last part, which has none.
fn arn_matches(pattern: &str, arn: &str) -> bool {
    const PARTS: usize = 6;
    if pattern == "*" {
        return true;
    }
    let patterns: Vec<&str> = pattern.splitn(PARTS, ':').collect();
    let parts: Vec<&str> = arn.splitn(PARTS, ':').collect();
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| glob(pattern, part))
}

/// IAM's wildcards: `*` for any run of characters, `?` for one.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.as_bytes() {
        [] => text.is_empty(),
        [b'*', rest @ ..] => {
            let rest = pattern.get(pattern.len() - rest.len()..).unwrap_or_default();
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| glob(rest, text.get(at..).unwrap_or_default()))
        }
        _ => {
            let (mut pattern, mut text) = (pattern.chars(), text.chars());
            match (pattern.next(), text.next()) {
                (Some('?'), Some(_)) => glob(pattern.as_str(), text.as_str()),
                (Some(a), Some(b)) if a == b => glob(pattern.as_str(), text.as_str()),
                _ => false,
            }
        }
    }
}

/// AWS hands context on as strings, and refuses what is not a scalar.
fn stringified(context: Map<String, Value>) -> Option<Map<String, Value>> {
    context
        .into_iter()
        .map(|(key, value)| match value {
            Value::String(text) => Some((key, Value::String(text))),
            Value::Number(_) | Value::Bool(_) => Some((key, Value::String(value.to_string()))),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:000000000000:local/ws/$connect";

    fn answer(effect: &str, resource: &Value) -> Value {
        json!({
            "principalId": "p",
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]
            }
        })
    }

    fn allowed(answer: Value) -> bool {
        matches!(decide(answer, ARN, 8192), Decision::Allow(_))
    }

    #[test]
    fn resources_that_match() {
        for resource in [
            json!(ARN),
            json!([ARN]),
            json!("*"),
            json!("arn:aws:execute-api:us-east-1:000000000000:local/ws/*"),
            json!("arn:aws:execute-api:us-east-1:000000000000:local/*"),
            json!("arn:aws:execute-api:*:*:*/ws/$connect"),
            json!("arn:aws:execute-api:us-east-1:00000000000?:local/*/$connect"),
        ] {
            assert!(allowed(answer("Allow", &resource)), "{resource}");
        }
    }

    #[test]
    fn resources_that_do_not_match() {
        for resource in [
            // A REST authorizer's stage/verb/path: aws-powertools/powertools-lambda-python#5800.
            json!("arn:aws:execute-api:us-east-1:000000000000:local/ws/*/*"),
            json!("arn:aws:execute-api:us-east-1:000000000000:local/prod/$connect"),
            json!("arn:aws:execute-api:us-west-2:000000000000:local/ws/$connect"),
            json!("arn:aws:execute-api:*"),
            json!("arn:aws:execute-api:us-east-1:000000000000:local/ws/$default"),
            json!([]),
        ] {
            assert_eq!(
                decide(answer("Allow", &resource), ARN, 8192),
                Decision::Deny,
                "{resource}"
            );
        }
    }

    #[test]
    fn deny_wins_and_actions_count() {
        assert!(!allowed(answer("Deny", &json!(ARN))));
        let both = json!({"principalId": "p", "policyDocument": {"Statement": [
            {"Action": "*", "Effect": "Allow", "Resource": ARN},
            {"Action": "execute-api:*", "Effect": "Deny", "Resource": ARN},
        ]}});
        assert!(!allowed(both));
        let other_action = json!({"principalId": "p", "policyDocument": {"Statement":
            {"Action": "execute-api:ManageConnections", "Effect": "Allow", "Resource": ARN}}});
        assert!(!allowed(other_action));
        let conditional = json!({"principalId": "p", "policyDocument": {"Statement":
            {"Action": "*", "Effect": "Allow", "Resource": ARN, "Condition": {}}}});
        assert!(!allowed(conditional));
    }

    #[test]
    fn context_becomes_strings() {
        let mut value = answer("Allow", &json!(ARN));
        value["context"] = json!({"tenant": "t", "k": 5, "eu": false, "rate": 0.5});
        let Decision::Allow(context) = decide(value, ARN, 8192) else {
            panic!("denied")
        };
        let expected = json!({"tenant": "t", "k": "5", "eu": "false", "rate": "0.5", "principalId": "p"});
        assert_eq!(Value::Object(context), expected);
    }

    #[test]
    fn malformed_answers() {
        let mut nested = answer("Allow", &json!(ARN));
        nested["context"] = json!({"settings": {"mouse": true}});
        let mut large = answer("Allow", &json!(ARN));
        large["context"] = json!({"settings": "x".repeat(8192)});
        let mut anonymous = answer("Allow", &json!(ARN));
        anonymous.as_object_mut().unwrap().remove("principalId");
        for value in [nested, large, anonymous, json!({}), Value::Null] {
            assert!(matches!(decide(value, ARN, 8192), Decision::Malformed(_)));
        }
    }
}
