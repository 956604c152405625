//! The local stack: API Gateway's WebSocket front, DynamoDB and S3 on loopback, over one data folder.
//!
//! Nothing outside this module knows that it exists: handlers get events and SDK clients, as in AWS.

pub mod aws;
pub mod data;
pub mod demo;
pub mod front;
pub mod function;
pub mod functions;
pub mod gateway;
pub(crate) mod guard;
pub mod http_api;
pub mod machine;
pub mod replay;
pub mod schedules;
pub mod stack;
pub mod stores;
pub mod worlds;
