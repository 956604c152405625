//! The limits of an API Gateway WebSocket API. None of the AWS ones can be raised there; here they are fields so that
//! a test need not wait two hours.
//!
//! Source:
//! docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html

use std::time::Duration;

/// What one connection may do, and for how long.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest payload of one frame. AWS: 32 KB.
    pub frame_bytes: usize,
    /// The largest message, over all its frames and through `@connections`. AWS: 128 KB.
    pub message_bytes: usize,
    /// How long a connection may live without a message either way. AWS: 10 minutes. Pings do not count.
    pub idle: Duration,
    /// How long a connection may live at all. AWS: 2 hours.
    pub lifetime: Duration,
    /// How long a function may take to answer. AWS: at most 29 seconds.
    pub integration_timeout: Duration,
    /// The largest result of an authorizer, as JSON. AWS: 8 KB.
    pub authorizer_result_bytes: usize,
    /// Invocations of one connection that may run at once. AWS is bounded by the account's concurrency (1,000); here
    /// the next message waits in the socket, so that one client cannot take the machine.
    pub invocations_per_connection: usize,
    /// How long a client may take to accept what is written to it. Ours: AWS says nothing.
    pub write_timeout: Duration,
    /// How long to wait for the client's half of a closing handshake. Ours.
    pub close_grace: Duration,
    /// How long a shutdown waits for invocations that run. Ours.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 32 * 1024,
            message_bytes: 128 * 1024,
            idle: Duration::from_secs(10 * 60),
            lifetime: Duration::from_secs(2 * 60 * 60),
            integration_timeout: Duration::from_secs(29),
            authorizer_result_bytes: 8 * 1024,
            invocations_per_connection: 32,
            write_timeout: Duration::from_secs(10),
            close_grace: Duration::from_secs(2),
            shutdown_grace: Duration::from_secs(5),
        }
    }
}
