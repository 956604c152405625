//! DynamoDB, S3, SQS and KMS: the only crate that names the data services of the AWS SDK.
//!
//! ```text
//! error ◄─ tables ◄─ item ◄─ repository::{world_record, rebuild_request} ◄─ repository::{authorizer, script, ingest,
//!            ▲                      ▲                                                    archive, build, admin}
//!           key  ◄─ bucket::layout ◄┴ bucket                        key ◄─ queue      bucket ◄─ tenant_key      cache
//! ```
//!
//! Each function has a least-privilege repository of its own: its methods are exactly the calls that the function's IAM
//! role grants, and tests/template holds the two together. What belongs to a tenant is reached through a handle that
//! already holds the tenant, so a call without one cannot be written. Nothing here scans.
//!
//! Every key is made in one place, and every key of a tenant starts with it:
//!
//! ```
//! use testgram_protocol::id::{SessionId, TenantId, WorldId};
//! use testgram_store::bucket::layout::{self, Partition};
//! use testgram_store::key::{self, Window};
//!
//! let (tenant, world) = (TenantId::new("acme").unwrap(), WorldId::new("shop").unwrap());
//! let received_ms = 1_795_435_200_000; // 23 November 2026, 12:00 UTC
//! let window = Window::at(received_ms);
//! assert_eq!(key::batch_partition(&tenant, &world, window, 3), "acme#shop#5984784#3");
//!
//! let session = SessionId::from_parts(received_ms, 7);
//! let partition = Partition::of(session);
//! assert_eq!(partition.date(), "2026-11-23");
//! let file = layout::events(&partition, window, 0xfeed);
//! assert_eq!(layout::partition_of(&file), Some(partition));
//! assert_eq!(layout::world(&tenant, &world), "tenant=acme/world=shop/");
//! ```

pub mod bucket;
pub mod cache;
mod error;
mod item;
pub mod key;
pub mod queue;
pub mod repository;
mod tables;
#[cfg(feature = "kms")]
pub mod tenant_key;

pub use error::StoreError;
pub use tables::{Tables, client};
