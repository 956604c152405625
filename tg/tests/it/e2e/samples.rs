//! The sample events, each fed to its handler in the form API Gateway sends it, against real stores and failing ones.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Value, json};
use testgram_local::stores::{self, Stores};
use testgram_runtime::metrics::Sink;
use testgram_store::repository::authorizer::AuthorizerRepository;
use testgram_store::repository::ingest::IngestRepository;
use testgram_store::repository::script::ScriptRepository;
use tokio::net::TcpListener;

use super::stack::Stack;

pub(crate) fn sample(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

const NOON: u64 = 1_795_435_200_000; // 23 November 2026, as in the samples

type Lines = Arc<Mutex<Vec<Value>>>;

fn sink() -> (Sink, Lines) {
    let lines = Lines::default();
    let kept = Arc::clone(&lines);
    (
        Sink::to(move |line| kept.lock().unwrap().push(serde_json::from_str(line).unwrap())),
        lines,
    )
}

struct Ingesting {
    state: testgram_ingest::State,
    lines: Lines,
}

impl Ingesting {
    fn against(stores: Stores) -> Self {
        let (metrics, lines) = sink();
        Self {
            state: testgram_ingest::State::new(IngestRepository::new(stores.dynamodb, stores.tables), metrics, || NOON),
            lines,
        }
    }

    /// The response's status, and its body as JSON.
    async fn handle(&self, event: Value) -> (u64, Value) {
        let request = serde_json::from_value(event).unwrap();
        let response = serde_json::to_value(testgram_ingest::handle(&self.state, request).await).unwrap();
        let body = response["body"]
            .as_str()
            .map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
        (response["statusCode"].as_u64().unwrap(), body)
    }

    /// Events in by the last report, and events counted under each word.
    fn counted(&self) -> (u64, u64) {
        let lines = self.lines.lock().unwrap();
        let total = lines.iter().filter_map(|line| line["Events"].as_u64()).sum();
        let accepted: u64 = lines.iter().filter_map(|line| line["EventsAccepted"].as_u64()).sum();
        let rejected: u64 = lines.iter().filter_map(|line| line["EventsRejected"].as_u64()).sum();
        (total, accepted + rejected)
    }
}

#[tokio::test]
async fn every_route_of_ingest_answers_its_sample() {
    let stack = Stack::start();
    let ingest = Ingesting::against(stores::clients(&stack.aws));
    assert_eq!(ingest.handle(sample("ingest-connect")).await, (200, Value::Null));
    let (_, ack) = ingest.handle(sample("ingest-batch")).await;
    assert_eq!(
        (&ack["type"], &ack["accepted"], &ack["rejected"]),
        (&json!("ack"), &json!(14), &json!([])),
        "{ack}"
    );
    let (_, ack) = ingest.handle(sample("ingest-batch-partial")).await;
    let codes: Vec<_> = ack["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        (&ack["accepted"], codes),
        (&json!(2), vec!["looks_like_email", "digest_not_allowed"])
    );
    let (status, error) = ingest.handle(sample("ingest-default")).await;
    assert_eq!(
        (status, &error["code"], &error["retry"]),
        (200, &json!("unknown_type"), &json!(false))
    );
    assert_eq!(ingest.handle(sample("ingest-disconnect")).await, (200, Value::Null));
    assert_eq!(ingest.counted(), (18, 18), "every event under exactly one outcome");
    let log = ingest
        .lines
        .lock()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    for content in ["jane", "203.0.113.7", "Mozilla", "login-form", "01M844DZG0"] {
        assert!(!log.contains(content), "{content} stands in the log");
    }
}

#[tokio::test]
async fn a_message_without_the_authorizers_word_is_refused() {
    let stack = Stack::start();
    let ingest = Ingesting::against(stores::clients(&stack.aws));
    for damage in [
        json!(null),
        json!({}),
        json!({"tenant": "demo"}),
        json!({"tenant": "a#b", "world": "demo", "kinds": "1"}),
        json!({"tenant": "demo", "world": "demo"}),
    ] {
        let mut event = sample("ingest-batch");
        event["requestContext"]["authorizer"] = damage.clone();
        assert_eq!(ingest.handle(event).await.1["code"], "not_authorized", "{damage}");
        let mut event = sample("ingest-connect");
        event["requestContext"]["authorizer"] = damage;
        assert_eq!(ingest.handle(event).await.0, 403);
    }
    assert!(stack.stored("demo", "demo").await.is_empty());
}

#[tokio::test]
async fn the_authorizer_answers_its_sample_and_anything_else() {
    let stack = Stack::start();
    let (metrics, lines) = sink();
    let Stores { dynamodb, tables, .. } = stores::clients(&stack.aws);
    let state = testgram_authorize::State::new(AuthorizerRepository::new(dynamodb, tables), metrics, || NOON);
    let ask = async |event: Value| {
        let answer = testgram_authorize::handle(&state, serde_json::from_value(event).unwrap()).await;
        serde_json::to_value(answer).unwrap()
    };
    let allowed = ask(sample("authorize-connect")).await;
    let statement = &allowed["policyDocument"]["Statement"][0];
    assert_eq!(
        (&statement["Effect"], &statement["Resource"]),
        (&json!("Allow"), &sample("authorize-connect")["methodArn"])
    );
    assert_eq!(
        allowed["context"],
        json!({"tenant": "demo", "world": "demo", "kinds": "3221241855", "admitted": NOON.to_string()})
    );
    for odd in [
        json!({}),
        json!({"queryStringParameters": 7, "headers": []}),
        json!({"queryStringParameters": {"world": {"a": 1}}}),
    ] {
        let denied = ask(odd).await;
        assert_eq!(denied["policyDocument"]["Statement"][0]["Effect"], "Deny");
        assert_eq!(denied["context"], json!({"code": "unknown_key"}));
    }
    let mut nowhere = sample("authorize-connect");
    nowhere["headers"] = json!(null);
    let denied = ask(nowhere).await;
    assert_eq!(
        (
            &denied["policyDocument"]["Statement"][0]["Effect"],
            &denied["context"]["code"]
        ),
        (&json!("Deny"), &json!("origin_missing"))
    );
    let codes: Vec<_> = lines
        .lock()
        .unwrap()
        .iter()
        .map(|line| line["Code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        codes,
        [
            "admitted",
            "unknown_key",
            "unknown_key",
            "unknown_key",
            "origin_missing"
        ]
    );
}

struct Serving {
    state: testgram_script::State,
    lines: Lines,
}

impl Serving {
    fn against(stores: Stores) -> Self {
        let (metrics, lines) = sink();
        let worlds = ScriptRepository::new(stores.dynamodb, stores.tables);
        Self {
            state: testgram_script::State::new(worlds, "wss://host.example/prod".to_owned(), metrics, || NOON),
            lines,
        }
    }

    async fn handle(&self, event: Value) -> Value {
        let request = serde_json::from_value(event).unwrap();
        serde_json::to_value(testgram_script::handle(&self.state, request).await).unwrap()
    }

    fn codes(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        lines
            .iter()
            .map(|line| line["Code"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn the_script_answers_its_sample_and_anything_else() {
    let stack = Stack::start();
    let script = Serving::against(stores::clients(&stack.aws));
    let served = script.handle(sample("script-get")).await;
    assert_eq!(
        (
            &served["statusCode"],
            &served["isBase64Encoded"],
            &served["headers"]["content-encoding"]
        ),
        (&json!(200), &json!(true), &json!("gzip"))
    );
    assert!(served.get("cookies").is_none());
    let mut known = sample("script-get");
    known["headers"]["if-none-match"] = served["headers"]["etag"].clone();
    let unchanged = script.handle(known).await;
    assert_eq!((&unchanged["statusCode"], unchanged.get("body")), (&json!(304), None));
    // Behind a stage with a name, which stands in the path.
    let mut staged = sample("script-get");
    staged["requestContext"]["stage"] = json!("prod");
    staged["rawPath"] = json!("/prod/js/world/demo.js");
    assert_eq!(script.handle(staged).await["statusCode"], 200);
    for odd in [
        json!({}),
        json!({"rawPath": 7, "headers": [], "requestContext": "jane@example.com"}),
        json!({"rawPath": "/js/world/demo.js/jane@example.com", "requestContext": {"http": 1}}),
        json!({"rawPath": "/production/js/world/demo.js", "requestContext": {"stage": "prod", "http": {"method": "GET"}}}),
    ] {
        let answer = script.handle(odd).await;
        let status = answer["statusCode"].as_u64().unwrap();
        assert!(status == 404 || status == 405, "{answer}");
    }
    let log = script
        .lines
        .lock()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    for content in ["jane", "203.0.113.7", "Mozilla", "shop.example"] {
        assert!(!log.contains(content), "{content} stands in the log");
    }
    let codes = script.codes();
    assert_eq!(codes[..3], ["served", "served", "served"]);
    assert_eq!(
        codes[3..],
        ["not_found", "not_found", "method_not_allowed", "not_found"]
    );
}

/// Not a closed world: a browser that holds an older script may keep it.
#[tokio::test]
async fn a_store_that_fails_is_503_and_not_kept() {
    let (stores, _) = failing("testgram-control", 500, "InternalServerError").await;
    let script = Serving::against(stores);
    let answer = script.handle(sample("script-get")).await;
    assert_eq!(
        (
            &answer["statusCode"],
            &answer["headers"]["cache-control"],
            &answer["body"]
        ),
        (&json!(503), &json!("no-store"), &json!("/* testgram: unavailable */\n"))
    );
    assert_eq!(script.codes(), ["unavailable"]);
}

#[tokio::test]
async fn what_a_snippet_lost_is_counted_once_it_is_acknowledged() {
    let mut event = sample("ingest-batch");
    let mut frame: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    frame["lost"] = json!({"thrown": 2, "queue": 30});
    event["body"] = json!(frame.to_string());
    let counted = |ingest: &Ingesting, name: &str| -> Vec<u64> {
        let lines = ingest.lines.lock().unwrap();
        lines.iter().filter_map(|line| line[name].as_u64()).collect()
    };
    let failed = Ingesting::against(failing("testgram-events", 400, "ThrottlingException").await.0);
    assert_eq!(failed.handle(event.clone()).await.1["code"], "throttled");
    assert!(
        counted(&failed, "SnippetThrown").is_empty(),
        "it is sent again, and says it again"
    );
    let stack = Stack::start();
    let ingest = Ingesting::against(stores::clients(&stack.aws));
    assert_eq!(ingest.handle(event).await.1["type"], "ack");
    assert_eq!(counted(&ingest, "SnippetThrown"), [2]);
    assert_eq!(counted(&ingest, "SnippetQueue"), [30]);
    assert!(
        counted(&ingest, "SnippetRefused").is_empty(),
        "nothing is said of nothing"
    );
}

/// A DynamoDB that fails what is put into one table, and takes all others. With it, the tables that something was put
/// into.
async fn failing(table: &'static str, status: u16, error: &'static str) -> (Stores, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::<Mutex<Vec<Value>>>::default();
    let log = Arc::clone(&asked);
    let answer = move |request: Request, log: Arc<Mutex<Vec<Value>>>| async move {
        let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        log.lock().unwrap().push(body["TableName"].clone());
        let (status, answer) = if body["TableName"] == table {
            let kind = format!("com.amazonaws.dynamodb.v20120810#{error}");
            (
                status,
                json!({"__type": kind, "message": "the secret jane@example.com"}),
            )
        } else {
            (200, json!({}))
        };
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/x-amz-json-1.0");
        response.body(Body::from(answer.to_string())).unwrap()
    };
    let app = Router::new().fallback(move |request: Request| answer(request, Arc::clone(&log)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (stores::clients(&url), asked)
}

#[tokio::test]
async fn without_the_mark_nothing_is_stored_and_nothing_acknowledged() {
    let (stores, asked) = failing("testgram-control", 400, "ThrottlingException").await;
    let ingest = Ingesting::against(stores);
    let (_, reply) = ingest.handle(sample("ingest-batch")).await;
    assert_eq!(
        (reply["type"].as_str(), reply["code"].as_str()),
        (Some("error"), Some("throttled"))
    );
    assert!(
        asked.lock().unwrap().iter().all(|table| table == "testgram-control"),
        "no batch before its marker"
    );
}

#[tokio::test]
async fn an_old_admission_is_sent_back_to_the_authorizer_and_stores_nothing() {
    let stack = Stack::start();
    let ingest = Ingesting::against(stores::clients(&stack.aws));
    let mut event = sample("ingest-batch");
    let received = event["requestContext"]["requestTimeEpoch"].as_u64().unwrap();
    event["requestContext"]["authorizer"]["admitted"] = json!((received - 600_001).to_string());
    let (_, reply) = ingest.handle(event).await;
    assert_eq!(
        (reply["code"].as_str(), reply["retry"].as_bool()),
        (Some("reconnect"), Some(true))
    );
    assert_eq!(ingest.counted(), (14, 14));
    assert!(stack.stored("demo", "demo").await.is_empty());
}

/// What an integration gone wrong could send. Neither the answer nor an error may quote it.
#[tokio::test]
async fn an_event_of_another_form_is_refused_without_a_word_of_it() {
    let stack = Stack::start();
    let ingest = Ingesting::against(stores::clients(&stack.aws));
    for odd in [
        json!({}),
        json!({"requestContext": "jane@example.com"}),
        json!({"requestContext": {"requestTimeEpoch": "jane@example.com"}, "body": 4111}),
    ] {
        assert_eq!(ingest.handle(odd).await.1["code"], "not_authorized");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_told_as_a_retry_and_counted_as_ours() {
    for (status, error, code, retry) in [
        (400, "ProvisionedThroughputExceededException", "throttled", true),
        (400, "ThrottlingException", "throttled", true),
        (500, "InternalServerError", "unavailable", true),
        (400, "ResourceNotFoundException", "internal", true),
        (400, "AccessDeniedException", "internal", true),
    ] {
        let ingest = Ingesting::against(failing("testgram-events", status, error).await.0);
        let (http, reply) = ingest.handle(sample("ingest-batch-partial")).await;
        assert_eq!(
            (http, reply["type"].as_str(), reply["code"].as_str()),
            (200, Some("error"), Some(code)),
            "{error}"
        );
        assert_eq!(
            (&reply["retry"], reply["retry_after_ms"].is_u64(), &reply["seq"]),
            (&json!(retry), true, &json!(1))
        );
        assert_eq!(ingest.counted(), (4, 4), "{error}");
        let ours: u64 = ingest
            .lines
            .lock()
            .unwrap()
            .iter()
            .filter(|l| l["Fault"] == "server")
            .filter_map(|l| l["EventsRejected"].as_u64())
            .sum();
        assert_eq!(ours, 2, "the good events are our fault, the bad ones the client's");
        assert!(!reply.to_string().contains("secret"), "the store's words go no further");
    }
}
