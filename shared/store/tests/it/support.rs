//! A stack of stand-ins in this process, and batches to put into it.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use http_body_util::BodyExt as _;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use testgram_protocol::batch::{Arrival, Batch};
use testgram_protocol::buffer;
use testgram_protocol::event::Collected;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;
use testgram_store::Tables;
use testgram_store::bucket::{Bucket, KmsKeys};
use testgram_store::key::Fingerprint;
use testgram_store::repository::admin::AdminRepository;
use testgram_store::repository::archive::ArchiveRepository;
use testgram_store::repository::authorizer::AuthorizerRepository;
use testgram_store::repository::build::BuildRepository;
use testgram_store::repository::ingest::IngestRepository;
use testgram_store::repository::script::ScriptRepository;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// 23 November 2026, noon.
pub(crate) const NOON: u64 = 1_795_435_200_000;
const ACCESS_KEY: &str = "local";

/// Tables and a bucket of a test's own.
pub(crate) struct Aws {
    pub(crate) dynamodb: Client,
    pub(crate) tables: Tables,
    pub(crate) bucket: Bucket,
    pub(crate) s3: aws_sdk_s3::Client,
    /// The headers of every object that was put, by its key.
    pub(crate) puts: Arc<Mutex<BTreeMap<String, http::HeaderMap>>>,
    _folder: tempfile::TempDir,
}

impl Aws {
    /// With its tables and bucket.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let puts = Arc::default();
        let s3 = s3(folder.path(), Arc::clone(&puts));
        let keys = KmsKeys::of("alias/testgram/test/".to_owned());
        let aws = Self {
            dynamodb: dynamodb_at(dynoxide().await),
            tables: Tables::under("test"),
            bucket: Bucket::new(s3.clone(), BUCKET.to_owned(), keys),
            s3,
            puts,
            _folder: folder,
        };
        aws.admin().create_tables().await.unwrap();
        aws.bucket.create().await.unwrap();
        aws
    }

    pub(crate) fn admin(&self) -> AdminRepository {
        AdminRepository::new(self.dynamodb.clone(), self.tables.clone())
    }

    pub(crate) fn authorizer(&self) -> AuthorizerRepository {
        AuthorizerRepository::new(self.dynamodb.clone(), self.tables.clone())
    }

    pub(crate) fn script(&self) -> ScriptRepository {
        ScriptRepository::new(self.dynamodb.clone(), self.tables.clone())
    }

    pub(crate) fn ingest(&self) -> IngestRepository {
        IngestRepository::new(self.dynamodb.clone(), self.tables.clone())
    }

    pub(crate) fn archive(&self) -> ArchiveRepository {
        ArchiveRepository::new(self.dynamodb.clone(), self.tables.clone(), self.bucket.clone())
    }

    pub(crate) fn build(&self) -> BuildRepository {
        BuildRepository::new(self.dynamodb.clone(), self.tables.clone(), self.bucket.clone())
    }

    /// Makes `acme/shop` with a key and settings.
    pub(crate) async fn shop(&self, settings: &str) {
        let settings = Settings::read(settings).unwrap();
        let admin = self.admin();
        admin
            .put_world(&acme(), &shop(), &key("shopkey"), Some(&settings))
            .await
            .unwrap();
    }

    /// Every item of a table, in no order.
    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            #[expect(clippy::disallowed_methods, reason = "a test looks at everything")]
            let scan = self.dynamodb.scan();
            let page = scan
                .table_name(table)
                .set_exclusive_start_key(from)
                .send()
                .await
                .unwrap();
            items.extend(page.items().to_vec());
            from = page.last_evaluated_key;
            if from.is_none() {
                return items;
            }
        }
    }

    pub(crate) async fn put_item(&self, table: &str, item: impl IntoIterator<Item = (&str, AttributeValue)>) {
        let item = item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let put = self.dynamodb.put_item().table_name(table).set_item(Some(item));
        put.send().await.unwrap();
    }

    pub(crate) async fn put_object(&self, key: &str, bytes: &'static [u8]) {
        let put = self.s3.put_object().bucket(BUCKET).key(key);
        put.body(ByteStream::from_static(bytes)).send().await.unwrap();
    }

    /// The keys of all objects, in order.
    pub(crate) async fn objects(&self) -> Vec<String> {
        let listed = self.s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        listed
            .contents()
            .iter()
            .map(|object| object.key().unwrap().to_owned())
            .collect()
    }
}

const BUCKET: &str = "test-archive";

/// dynoxide in memory, on a port of its own, as long as the test runs.
async fn dynoxide() -> SocketAddr {
    let database = dynoxide::Database::memory().unwrap();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    address
}

fn dynamodb_at(address: SocketAddr) -> Client {
    dynamodb(
        &format!("http://{address}"),
        aws_smithy_http_client::Builder::new().build_http(),
    )
}

/// A client that tries once.
pub(crate) fn dynamodb(url: &str, http: SharedHttpClient) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http);
    Client::from_conf(config.build())
}

fn s3(folder: &std::path::Path, puts: Arc<Mutex<BTreeMap<String, http::HeaderMap>>>) -> aws_sdk_s3::Client {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, ACCESS_KEY));
    let connector = SharedHttpConnector::new(InProcessS3 {
        service: service.build(),
        puts,
    });
    s3_over(http_client_fn(move |_, _| connector.clone()))
}

/// A client that tries once.
pub(crate) fn s3_over(http: SharedHttpClient) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url("http://127.0.0.1:1")
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .force_path_style(true)
        .http_client(http);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// S3 without a socket: the SDK's request is handed to the service, signature and all.
#[derive(Debug)]
struct InProcessS3 {
    service: S3Service,
    puts: Arc<Mutex<BTreeMap<String, http::HeaderMap>>>,
}

impl HttpConnector for InProcessS3 {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.service.clone();
        let (mut head, body) = request.try_into_http1x().unwrap().into_parts();
        // The HTTP client's part.
        let host = head.uri.authority().unwrap().as_str().parse().unwrap();
        head.headers.entry(http::header::HOST).or_insert(host);
        if head.method == http::Method::PUT {
            let mut puts = self.puts.lock().unwrap();
            puts.insert(head.uri.path().to_owned(), head.headers.clone());
        }
        HttpConnectorFuture::new(async move {
            let sent = ByteStream::new(body).collect().await.unwrap().to_vec();
            let request = http::Request::from_parts(head, s3s::Body::from(sent));
            let (head, body) = service.call(request).await.unwrap().into_parts();
            let answered = body.collect().await.unwrap().to_bytes();
            let response = http::Response::from_parts(head, SdkBody::from(answered.to_vec()));
            Ok(HttpResponse::try_from(response).unwrap())
        })
    }
}

/// The bodies of the requests that were sent.
pub(crate) type Sent = Arc<Mutex<Vec<String>>>;

/// An HTTP client that answers each request with what `answer` makes of its body: a status and a body.
pub(crate) fn answering(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> (SharedHttpClient, Sent) {
    let sent = Sent::default();
    let connector = SharedHttpConnector::new(Answering(Arc::new(answer), Arc::clone(&sent)));
    (http_client_fn(move |_, _| connector.clone()), sent)
}

type Answer = Arc<dyn Fn(&str) -> (u16, String) + Send + Sync>;

struct Answering(Answer, Sent);

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answering")
    }
}

impl HttpConnector for Answering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let (status, answer) = (self.0)(&body);
        self.1.lock().unwrap().push(body);
        let status = http::StatusCode::from_u16(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.into(), SdkBody::from(answer))))
    }
}

pub(crate) fn acme() -> TenantId {
    TenantId::new("acme").unwrap()
}

pub(crate) fn shop() -> WorldId {
    WorldId::new("shop").unwrap()
}

pub(crate) fn key(text: &str) -> WorldKey {
    WorldKey::new(text).unwrap()
}

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().unwrap()
}

/// A frame with one click, in a session of its own by `nth`, and the batch in it.
pub(crate) fn frame(nth: u128, seq: u32) -> (String, Batch) {
    let session = testgram_protocol::id::SessionId::from_parts(NOON, nth).expose();
    let frame = format!(
        r#"{{"type":"batch","v":1,"session":"{session}","seq":{seq},"events":[[0,"viewport",{{"w":800,"h":600}}]]}}"#
    );
    let arrival = Arrival {
        received_ms: NOON,
        kinds: Collected::ALL,
    };
    let parsed = Batch::parse(&frame, arrival).unwrap();
    assert_eq!(parsed.batch.events().len(), 1);
    (frame, parsed.batch)
}

/// Puts a batch as ingest does, under the window of `received_ms`; `version` is the first byte of what is stored.
pub(crate) async fn put(aws: &Aws, tenant: &TenantId, nth: u128, received_ms: u64, version: u8) {
    let (frame, batch) = frame(nth, 0);
    let mut packed = buffer::encode(&batch).unwrap();
    packed[0] = version;
    let ingest = aws.ingest();
    let world = shop();
    ingest
        .world(tenant, &world)
        .put_batch(
            batch.session(),
            batch.seq(),
            Fingerprint::of(&frame),
            received_ms,
            packed,
        )
        .await
        .unwrap();
}
