//! The `@connections` API.

use serde_json::json;

use super::double::{Running, start};

const SIGNED: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/execute-api/aws4_request",
);

async fn manage(api: &Running, method: &str, id: &str, body: &str) -> (u16, String, serde_json::Value) {
    let id = id.replace('=', "%3D");
    api.http(method, &format!("/ws/@connections/{id}"), &[SIGNED], body)
        .await
}

#[tokio::test]
async fn post_reaches_the_client() {
    let api = start().await;
    let mut client = api.client().await;
    let id = client.id().await;
    assert_eq!(manage(&api, "POST", &id, "hello").await.0, 200);
    assert_eq!(client.text().await, "hello");
    // Not percent-encoded, as some HTTP clients send it.
    assert_eq!(
        api.http("POST", &format!("/ws/@connections/{id}"), &[SIGNED], "again")
            .await
            .0,
        200
    );
    assert_eq!(client.text().await, "again");
}

#[tokio::test]
async fn get_tells_what_is_known() {
    let api = start().await;
    let mut client = api.client().await;
    let id = client.id().await;
    let (status, _, body) = manage(&api, "GET", &id, "").await;
    assert_eq!(status, 200);
    assert_eq!(body["identity"], json!({"sourceIp": "127.0.0.1"}));
    let time = |name: &str| body[name].as_str().unwrap().to_owned();
    assert!(time("connectedAt").ends_with('Z') && time("lastActiveAt") >= time("connectedAt"));
}

#[tokio::test]
async fn delete_closes_and_after_that_all_is_gone() {
    let api = start().await;
    let mut client = api.client().await;
    let id = client.id().await;
    assert_eq!(manage(&api, "DELETE", &id, "").await.0, 204);
    assert_eq!(client.closed().await.0, 1000);
    assert_eq!(
        api.disconnected().await,
        (1000, "Connection Closed Normally".to_owned())
    );
    for method in ["POST", "GET", "DELETE"] {
        let (status, error_type, _) = manage(&api, method, &id, "").await;
        assert_eq!((status, error_type.as_str()), (410, "GoneException"), "{method}");
    }
}

#[tokio::test]
async fn a_client_that_left_is_gone() {
    let api = start().await;
    let mut client = api.client().await;
    let id = client.id().await;
    drop(client);
    api.disconnected().await;
    assert_eq!(manage(&api, "POST", &id, "hello").await.0, 410);
    assert_eq!(manage(&api, "POST", "JC1dgf9yoAMCK-g=", "hello").await.0, 410);
}

#[tokio::test]
async fn unsigned_requests_are_refused() {
    let api = start().await;
    let mut client = api.client().await;
    let id = client.id().await;
    for headers in [&[][..], &[("authorization", "Bearer x")][..]] {
        for method in ["POST", "GET", "DELETE"] {
            let (status, error_type, body) = api.http(method, &format!("/ws/@connections/{id}"), headers, "x").await;
            assert_eq!(
                (status, error_type.as_str()),
                (403, "MissingAuthenticationTokenException")
            );
            assert_eq!(body["message"], "Missing Authentication Token");
        }
    }
    client.id().await; // still there
}

#[tokio::test]
async fn payloads_are_bounded() {
    let api = start().await;
    let mut client = api.client().await;
    let id = client.id().await;
    let (status, error_type, _) = manage(&api, "POST", &id, &"x".repeat(128 * 1024 + 1)).await;
    assert_eq!((status, error_type.as_str()), (413, "PayloadTooLargeException"));
    assert_eq!(manage(&api, "POST", &id, &"x".repeat(128 * 1024)).await.0, 200);
    assert_eq!(client.text().await.len(), 128 * 1024);
}
