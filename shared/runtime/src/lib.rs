//! What every function's `main` needs, and only that: the region guard, the SDK's configuration, logs, metrics and the clock.
//!
//! It knows AWS as a place to run in; it knows nothing of tenants, tables or the protocol.

pub mod aws;
pub mod clock;
mod lenient;
pub mod logs;
pub mod metrics;
pub mod region;
mod start;

pub use lenient::lenient;
pub use start::{Panicked, Start, StartError, sdk, shielded, start};
