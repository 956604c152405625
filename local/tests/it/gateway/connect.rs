//! `$connect`: the authorizer, the integration, and every way to be refused.

use std::time::Duration;

use serde_json::{Value, json};
use testgram_local::{function::FunctionError, gateway::Limits};
use tokio_tungstenite::{connect_async, tungstenite::client::IntoClientRequest};

use super::double::{Answer, allow, start, start_with};

const DEMO: &str = "/ws?world=demo&v=1";

#[tokio::test]
async fn the_authorizer_gets_the_request() {
    let api = start().await;
    let mut request = format!("ws://{}{DEMO}", api.address).into_client_request().unwrap();
    request
        .headers_mut()
        .insert("origin", "https://shop.example".parse().unwrap());
    request.headers_mut().insert("user-agent", "test/1".parse().unwrap());
    connect_async(request).await.unwrap();
    let event = api.asked.lock().unwrap()[0].clone();
    assert_eq!(event["type"], "REQUEST");
    assert_eq!(
        event["methodArn"],
        "arn:aws:execute-api:us-east-1:000000000000:local/ws/$connect"
    );
    assert_eq!(event["headers"]["Origin"], "https://shop.example");
    assert_eq!(event["multiValueHeaders"]["Origin"], json!(["https://shop.example"]));
    assert_eq!(event["queryStringParameters"], json!({"world": "demo", "v": "1"}));
    assert_eq!(
        event["multiValueQueryStringParameters"],
        json!({"world": ["demo"], "v": ["1"]})
    );
    assert!(event["stageVariables"].is_null());
    let context = event["requestContext"].as_object().unwrap();
    assert_eq!(context["routeKey"], "$connect");
    assert_eq!(context["eventType"], "CONNECT");
    assert_eq!(context["messageDirection"], "IN");
    assert_eq!(context["stage"], "ws");
    assert_eq!(context["apiId"], "local");
    assert_eq!(context["domainName"], api.address.to_string());
    assert_eq!(
        context["identity"],
        json!({"sourceIp": "127.0.0.1", "userAgent": "test/1"})
    );
    assert!(context["connectionId"].as_str().unwrap().ends_with('='));
    assert!(context["connectedAt"].is_i64() && context["requestTimeEpoch"].is_i64());
    assert!(context["requestTime"].as_str().unwrap().ends_with(" +0000"));
    assert!(context["requestId"].is_string() && context["extendedRequestId"].is_string());
    assert!(!context.contains_key("authorizer"));
}

#[tokio::test]
async fn the_integration_gets_the_context_as_strings_on_every_event() {
    let api = start().await;
    let mut client = api.client().await;
    client.id().await;
    client.socket.close(None).await.unwrap();
    for event_type in ["CONNECT", "MESSAGE", "DISCONNECT"] {
        let event = &api.events(event_type, 1).await[0];
        let authorizer = json!({"principalId": "world", "tenant": "t1", "k": "5", "eu": "true"});
        assert_eq!(event["requestContext"]["authorizer"], authorizer, "{event_type}");
        assert_eq!(event["isBase64Encoded"], false);
    }
    let (came, went) = (api.events("CONNECT", 1).await, api.events("DISCONNECT", 1).await);
    assert_eq!(came[0]["queryStringParameters"]["world"], "demo");
    let id = |event: &Value| event["requestContext"]["connectionId"].clone();
    assert_eq!(id(&came[0]), id(&went[0]));
}

#[tokio::test]
async fn without_a_world_nobody_is_asked() {
    let api = start().await;
    for path in ["/ws", "/ws?world=", "/ws?v=1", "/ws?World=demo"] {
        let (status, error_type, body) = api.refused(path).await;
        assert_eq!((status, error_type.as_str()), (401, "UnauthorizedException"), "{path}");
        assert_eq!(body["message"], "Unauthorized");
    }
    assert!(api.asked.lock().unwrap().is_empty());
    assert!(api.called.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_authorizer_says_decides() {
    type Case = (fn(&Value) -> Answer, u16, &'static str);
    let cases: [Case; 9] = [
        (
            |_| Err(FunctionError::new("Error", "Unauthorized")),
            401,
            "Unauthorized",
        ),
        (
            |_| Err(FunctionError::new("Error", "unauthorized")),
            500,
            "Internal server error",
        ),
        (
            |_| Err(FunctionError::new("Unauthorized", "inner text")),
            500,
            "Internal server error",
        ),
        (|_| panic!("the double panics"), 500, "Internal server error"),
        (|_| Ok(json!({"isAuthorized": true})), 500, "Internal server error"),
        (
            |event| changed(event, |a| a["context"] = json!({"list": [1]})),
            500,
            "Internal server error",
        ),
        (
            |event| changed(event, |a| a["context"] = json!({"big": "x".repeat(8 * 1024)})),
            500,
            "Internal server error",
        ),
        (
            |event| changed(event, |a| statement(a)["Effect"] = json!("Deny")),
            403,
            "Forbidden",
        ),
        (
            |event| {
                changed(event, |a| {
                    statement(a)["Resource"] = json!("arn:aws:execute-api:us-east-1:000000000000:local/ws/*/*")
                })
            },
            403,
            "Forbidden",
        ),
    ];
    for (index, (authorizer, status, message)) in cases.into_iter().enumerate() {
        let api = start_with(Limits::default(), authorizer).await;
        let (found, _, body) = api.refused(DEMO).await;
        assert_eq!((found, &body["message"]), (status, &json!(message)), "case {index}");
        assert!(body["connectionId"].is_string() && body["requestId"].is_string());
        assert!(!body.to_string().contains("inner text"));
        assert!(api.called.lock().unwrap().is_empty(), "case {index} reached $connect");
    }
}

fn changed(event: &Value, change: fn(&mut Value)) -> Answer {
    let mut answer = allow(event)?;
    change(&mut answer);
    Ok(answer)
}

fn statement(answer: &mut Value) -> &mut Value {
    &mut answer["policyDocument"]["Statement"][0]
}

#[tokio::test]
async fn what_the_connect_route_answers_decides() {
    let limits = Limits {
        integration_timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let api = start_with(limits, allow).await;
    for (wanted, status) in [
        ("refuse", 418),
        ("fail", 502),
        ("panic", 502),
        ("malformed", 502),
        ("sleep", 504),
    ] {
        let (found, _, body) = api.refused(&format!("{DEMO}&connect={wanted}")).await;
        assert_eq!(found, status, "{wanted}");
        assert!(!body.to_string().contains("inner text"), "{body}");
    }
    assert!(
        api.called
            .lock()
            .unwrap()
            .iter()
            .all(|event| event["requestContext"]["eventType"] == "CONNECT")
    );
}

#[tokio::test]
async fn the_connect_route_chooses_the_subprotocol() {
    let api = start().await;
    let mut request = format!("ws://{}{DEMO}&connect=protocol", api.address)
        .into_client_request()
        .unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", "tg1".parse().unwrap());
    let (_, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "tg1");
    let (_, response) = connect_async(format!("ws://{}{DEMO}", api.address)).await.unwrap();
    assert!(!response.headers().contains_key("sec-websocket-protocol"));
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
}

#[tokio::test]
async fn other_paths_and_methods() {
    let api = start().await;
    assert_eq!(
        api.http("GET", "/health", &[], "").await,
        (200, String::new(), json!({"status": "ok"}))
    );
    assert_eq!(api.http("GET", "/nothing", &[], "").await.0, 404);
    assert_eq!(
        api.http("GET", "/nothing", &[], "").await.2,
        json!({"message": "Not Found"})
    );
    assert_eq!(api.http("GET", DEMO, &[], "").await.0, 400);
    assert_eq!(api.http("POST", DEMO, &[], "").await.0, 405);
}
