//! The local stack behind `tg up`: API Gateway's two fronts, Lambda, the scheduler, Step Functions, DynamoDB, S3 and
//! SQS on loopback, over one data folder.
//!
//! It runs the very same handlers that run in Lambda. They get JSON events and SDK clients, as in AWS, and do not know
//! that this crate exists. It may not know any rule of the product: a rule that lives here is a rule that production
//! does not have.
//!
//! ```text
//! function, ids, instant ← invoke ← gateway, http_api      events to functions, as API Gateway calls them
//! data_folder, guard ← front ← aws                         the stand-ins that SDK clients talk to
//! aws, worlds ← stores                                     clients of them, and what a fresh folder starts with
//! function ← state_machine ← scheduler                     what calls functions without a request
//! all of them ← handlers ← stack                           the one place where handlers meet the stand-ins
//! ```
//!
//! A function is a JSON event in and a JSON response out. Here a made-up build function is run through the order of
//! steps that Step Functions gives it in AWS:
//!
//! ```
//! use serde_json::json;
//! use testgram_local::{function, state_machine};
//!
//! let build = function::from_fn(|event| async move {
//!     Ok(match event["step"].as_str() {
//!         Some("publish") => json!({"version": "1"}),
//!         _ => json!({"build": {"world": "shop"}, "partitions": []}),
//!     })
//! });
//! let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! let published = runtime.block_on(state_machine::world(&build, json!({"world": "shop"}), &|_| ()));
//! assert_eq!(published.ok(), Some(json!({"version": "1"})));
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod aws;
pub mod data_folder;
pub mod front;
pub mod function;
pub mod gateway;
pub(crate) mod guard;
pub mod handlers;
pub mod http_api;
mod ids;
mod instant;
mod invoke;
pub mod scheduler;
pub mod stack;
pub mod state_machine;
pub mod stores;
pub mod worlds;
