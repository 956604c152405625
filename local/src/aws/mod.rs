//! AWS on loopback: DynamoDB on SQLite, S3 on folders and SQS in memory, on one port, for unmodified SDKs.
//!
//! Kept in the data folder, except for the queues. A committed write survives `kill -9`; `dynamodb` says what a power
//! cut may take.
//!
//! ```text
//! credentials, error ← dynamodb, s3, sqs ← dispatch ← endpoint
//! ```

mod credentials;
mod dispatch;
mod dynamodb;
mod endpoint;
mod error;
mod s3;
pub(crate) mod sqs;

pub use credentials::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
pub use endpoint::Endpoint;
pub use error::AwsError;
