//! The script as browsers get it.

use std::collections::BTreeMap;
use std::io::Read as _;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use flate2::read::GzDecoder;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use testgram_protocol::settings::Settings;

use super::stack::{Stack, settings};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The settings in a script that is not compressed.
    fn settings(&self) -> Value {
        let text = self.text();
        let (_, settings) = text.split_at(text.find(r#"{"v":1,"key":"#).expect("settings"));
        let mut values = serde_json::Deserializer::from_str(settings).into_iter();
        values.next().unwrap().unwrap()
    }
}

async fn ask(stack: &Stack, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{}{path}", stack.front));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client: Client<_, Body> = Client::builder(TokioExecutor::new()).build_http();
    let (parts, body) = client
        .request(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
        .into_parts();
    assert_eq!(parts.headers.get("set-cookie"), None, "no cookies, ever");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

async fn get(stack: &Stack, path: &str) -> Answer {
    ask(stack, Method::GET, path, &[]).await
}

const DEMO: &str = "/js/world/demo.js";

#[tokio::test]
async fn the_script_has_its_headers_and_its_settings() {
    let stack = Stack::start();
    let answer = get(&stack, DEMO).await;
    let headers: BTreeMap<_, _> = answer
        .headers
        .keys()
        .map(|name| (name.as_str(), answer.header(name.as_str()).unwrap()))
        .collect();
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=300"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("access-control-allow-origin", "*"),
        ("vary", "Accept-Encoding"),
    ] {
        assert_eq!(headers.get(name), Some(&value), "{name}");
    }
    assert_eq!((answer.status, headers.get("content-encoding")), (StatusCode::OK, None));
    let sent = answer.settings();
    assert_eq!(sent["socket"], format!("ws://{}/ws", stack.front));
    assert_eq!(
        (&sent["key"], &sent["sample"], &sent["storage"]),
        (&json!("demo"), &json!(1), &json!("session"))
    );
    assert!(!answer.text().contains("__TESTGRAM__"));
    assert!(
        !answer.text().contains("127.0.0.1:*"),
        "who may connect is not published"
    );

    let head = ask(&stack, Method::HEAD, DEMO, &[]).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("etag"), answer.header("etag"));
    assert_eq!(
        head.header("content-length"),
        Some(answer.body.len().to_string().as_str())
    );
}

#[tokio::test]
async fn it_is_compressed_for_who_takes_it_and_sent_once() {
    let stack = Stack::start();
    let plain = get(&stack, DEMO).await;
    let packed = ask(
        &stack,
        Method::GET,
        DEMO,
        &[("accept-encoding", "gzip, deflate, br, zstd")],
    )
    .await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    GzDecoder::new(&*packed.body).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());
    assert!(packed.body.len() < plain.body.len());

    let (tag, packed_tag) = (plain.header("etag").unwrap(), packed.header("etag").unwrap());
    assert_ne!(tag, packed_tag, "other bytes, another tag");
    let weak = format!("W/{tag}");
    for known in [tag, &weak, "\"other\", *", &format!("\"x\", {tag}")] {
        let answer = ask(&stack, Method::GET, DEMO, &[("if-none-match", known)]).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::NOT_MODIFIED, 0),
            "{known}"
        );
        assert_eq!(
            (answer.header("etag"), answer.header("cache-control")),
            (Some(tag), Some("public, max-age=300"))
        );
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
    }
    for other in ["\"x\"", packed_tag] {
        let answer = ask(&stack, Method::GET, DEMO, &[("if-none-match", other)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{other}");
    }
}

#[tokio::test]
async fn a_world_that_takes_nothing_gets_a_script_that_does_nothing() {
    let stack = Stack::start();
    stack
        .world("acme", "paused", "pausedkey", &settings(json!({"paused": true})))
        .await;
    stack
        .world("acme", "eu", "eukey", &settings(json!({"eu_visitors": true})))
        .await;
    stack.world("acme", "odd", "oddkey", &settings(json!({}))).await;
    unreadable(&stack, "acme", "odd").await;
    for (key, word) in [
        ("pausedkey", "world_paused"),
        ("eukey", "agreement_missing"),
        ("oddkey", "settings_unreadable"),
    ] {
        let answer = ask(
            &stack,
            Method::GET,
            &format!("/js/world/{key}.js"),
            &[("accept-encoding", "gzip")],
        )
        .await;
        assert_eq!(
            (answer.status, answer.text()),
            (StatusCode::OK, format!("/* testgram: {word} */\n"))
        );
        assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    }
}

/// As a newer version might write it.
async fn unreadable(stack: &Stack, tenant: &str, world: &str) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let update = stack.dynamodb().update_item().table_name("testgram-control");
    update
        .key("pk", AttributeValue::S(tenant.to_owned()))
        .key("sk", AttributeValue::S(format!("world#{world}")))
        .update_expression("SET settings = :settings")
        .expression_attribute_values(":settings", AttributeValue::S(r#"{"forbid_all":true}"#.to_owned()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_404_and_other_methods_are_405() {
    let stack = Stack::start();
    for path in [
        "/js/world/nobodyhasthis.js",
        "/js/world/demo",
        "/js/world/.js",
        "/js/world/demo.js.map",
        "/js/world/de%6Do.js",
    ] {
        let answer = get(&stack, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            answer.text(),
            "/* testgram: unknown_key */\n",
            "malformed and unknown look the same"
        );
        assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    }
    for path in ["/js/world/a/b.js", "/js/demo.js", "/js/world/"] {
        assert_eq!(get(&stack, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = ask(&stack, method.clone(), DEMO, &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    }
}

#[tokio::test]
async fn each_setting_arrives_in_the_script() {
    let set = json!({
        "off": ["move"], "digests": false, "labels": false, "storage": "none", "gpc": false, "dnt": false, "autostart": false,
        "sample": 0.5, "masked": [".x<y"], "ignored": ["#chat"], "ignored_domains": ["*.ads.example"], "url_rules": ["/u/:name/**"],
        "sensitive": ["nickname"], "retention_days": 30, "k": 17, "epsilon": 0.5, "monthly_events": 123_456
    });
    let worlds = json!([{"tenant": "acme", "world": "shop", "key": "shopkey", "settings": {"eu_visitors": false}}]);
    let stack = Stack::start_with(&worlds);
    stack.world("acme", "other", "otherkey", &settings(set)).await;
    let answer = get(&stack, "/js/world/otherkey.js").await;
    let mut sent = answer.settings();
    let salt = sent["salt"].take();
    assert!(salt.as_str().unwrap().len() == 64, "{salt}");
    sent.as_object_mut().unwrap().remove("salt");
    assert_eq!(
        sent,
        json!({
            "v": 1, "key": "otherkey", "socket": format!("ws://{}/ws", stack.front), "off": ["move"], "digests": false, "labels": false,
            "storage": "none", "gpc": false, "dnt": false, "autostart": false, "sample": 0.5, "mask": [".x<y"], "ignore": ["#chat"],
            "domains": ["*.ads.example"], "urls": ["/u/:name/**"], "sensitive": ["nickname"]
        })
    );
    assert!(!answer.text().contains(".x<y"), "nothing can end a script element");
    for kept in ["123456", "\"k\"", "epsilon", "127.0.0.1:*"] {
        let settings = answer.text().split_once(r#""off""#).unwrap().1.to_owned();
        assert!(!settings.contains(kept), "{kept} is published");
    }
    let other = get(&stack, "/js/world/shopkey.js").await.settings();
    assert_ne!(other["salt"], salt, "a salt is one world's");
}

#[tokio::test]
async fn a_salt_is_made_once_and_kept_for_ever() {
    let worlds = json!([{"tenant": "acme", "world": "shop", "key": "shopkey", "settings": {"eu_visitors": false}}]);
    let stack = Stack::start_with(&worlds);
    let salts = async |stack: &Stack, key: &str| {
        let demo = get(stack, DEMO).await.settings()["salt"].clone();
        (
            demo,
            get(stack, &format!("/js/world/{key}.js")).await.settings()["salt"].clone(),
        )
    };
    let before = salts(&stack, "shopkey").await;
    assert_ne!(before.0, before.1);
    // The same file again, and then other settings and another key.
    let stack = stack.kill_and_restart();
    assert_eq!(salts(&stack, "shopkey").await, before);
    stack
        .world("acme", "shop", "newkey", &settings(json!({"off": ["move"]})))
        .await;
    assert_eq!(salts(&stack, "newkey").await, before);
}

/// A folder of before there were salts.
#[tokio::test]
async fn a_demo_world_without_a_salt_gets_one_and_keeps_its_settings() {
    use aws_sdk_dynamodb::types::AttributeValue;
    let stack = Stack::start();
    stack
        .world("demo", "demo", "demo", &settings(json!({"off": ["api"]})))
        .await;
    let update = stack.dynamodb().update_item().table_name("testgram-control");
    update
        .key("pk", AttributeValue::S("demo".to_owned()))
        .key("sk", AttributeValue::S("world#demo".to_owned()))
        .update_expression("REMOVE salt")
        .send()
        .await
        .unwrap();
    assert_eq!(get(&stack, DEMO).await.text(), "/* testgram: settings_unreadable */\n");
    let stack = stack.kill_and_restart();
    let sent = get(&stack, DEMO).await.settings();
    assert_eq!(
        (sent["salt"].as_str().unwrap().len(), &sent["off"]),
        (64, &json!(["api"]))
    );
}

#[tokio::test]
async fn the_worlds_of_a_file_let_in_and_are_served() {
    let open: Settings = settings(json!({}));
    let worlds = json!([
        {"tenant": "acme", "world": "shop", "key": "shopkey", "settings": open},
        {"tenant": "other", "world": "shop", "key": "otherkey", "settings": {}},
    ]);
    let stack = Stack::start_with(&worlds);
    drop(stack.client_of("shopkey").await);
    drop(stack.client().await);
    assert_eq!(
        get(&stack, "/js/world/otherkey.js").await.text(),
        "/* testgram: agreement_missing */\n"
    );
}
