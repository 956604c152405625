//! What every function's `main` needs, and only that: the region guard, the SDK's configuration, logs, metrics, the
//! clock and the loop that serves events.
//!
//! ```text
//! start ─► aws, logs, metrics, region        serve        event        clock
//! ```
//!
//! It knows AWS as a place to run in; it knows nothing of tenants, tables or the protocol.
//!
//! ```
//! use testgram_runtime::region;
//!
//! assert_eq!(region::check(Some("us-west-2")), Ok("us-west-2"));
//! assert!(region::check(Some("eu-west-1")).is_err(), "data stays in the United States");
//! ```

pub mod aws;
pub mod clock;
mod event;
pub mod logs;
pub mod metrics;
pub mod region;
mod serve;
mod start;

pub use event::lenient;
pub use lambda_runtime::Error;
pub use serve::{Diagnostic, Panicked, serve, shielded, try_serve};
pub use start::{Start, StartError, sdk, start};
