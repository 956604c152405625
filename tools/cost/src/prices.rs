//! List prices of us-east-1 for on-demand use, in US dollars, without free tiers. Source and date stand beside each;
//! AWS changes them, and rarely upwards.

/// A price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Price {
    /// US dollars for `per` units.
    pub(crate) usd: f64,
    /// How many units cost that.
    pub(crate) per: f64,
    /// The unit.
    pub(crate) unit: &'static str,
    /// Where it was read, and when.
    pub(crate) seen: &'static str,
}

const fn price(usd: f64, per: f64, unit: &'static str, seen: &'static str) -> Price {
    Price { usd, per, unit, seen }
}

const M: f64 = 1e6;
/// For prices that were not read again.
const OLD: &str = "not read again for this table; unchanged for years";

pub(crate) const WEBSOCKET_MESSAGE: Price = price(1.0, M, "messages of 32 KB", "awsforengineers.com, 2025-05");
pub(crate) const WEBSOCKET_MINUTE: Price = price(0.25, M, "connection minutes", OLD);
pub(crate) const HTTP_REQUEST: Price = price(1.0, M, "requests", OLD);
pub(crate) const LAMBDA_REQUEST: Price = price(0.2, M, "requests", "AWS Lambda pricing, 2026-06");
pub(crate) const LAMBDA_ARM: Price = price(
    0.000_013_333_4,
    1.0,
    "GB-seconds on arm64",
    "AWS Lambda pricing, 2026-06",
);
pub(crate) const DYNAMODB_WRITE: Price = price(0.625, M, "write units", "airbyte.com 2025-07, jusdb.com 2025-08");
pub(crate) const DYNAMODB_READ: Price = price(0.125, M, "read units", "airbyte.com 2025-07, jusdb.com 2025-08");
pub(crate) const DYNAMODB_STORAGE: Price = price(0.25, 1.0, "GB-months", OLD);
pub(crate) const S3_PUT: Price = price(0.005, 1e3, "PUT and LIST requests", OLD);
pub(crate) const S3_GET: Price = price(0.0004, 1e3, "GET requests", OLD);
pub(crate) const S3_STORAGE: Price = price(0.023, 1.0, "GB-months", OLD);
pub(crate) const KMS_KEY: Price = price(1.0, 1.0, "key-months", "factualminds.com, 2026-06");
pub(crate) const KMS_REQUEST: Price = price(0.03, 1e4, "requests", "factualminds.com, 2026-06");
pub(crate) const SQS_REQUEST: Price = price(0.4, M, "requests", OLD);
pub(crate) const STATES: Price = price(
    0.025,
    1e3,
    "state transitions",
    "aws.amazon.com/step-functions/pricing, 2026",
);
pub(crate) const LOGS: Price = price(0.5, 1.0, "GB of logs", "duckbillgroup.com, 2025");
pub(crate) const TRANSFER: Price = price(0.09, 1.0, "GB to the internet", OLD);
pub(crate) const METRIC: Price = price(0.3, 1.0, "metric-months", OLD);
pub(crate) const ALARM: Price = price(0.1, 1.0, "alarm-months", OLD);
pub(crate) const DASHBOARD: Price = price(3.0, 1.0, "dashboard-months", OLD);
pub(crate) const SCHEDULE: Price = price(1.0, M, "schedule invocations", "cloudburn.io, 2026-03");
