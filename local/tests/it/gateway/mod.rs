//! The gateway against a real WebSocket client, with a test double behind it.

mod connect;
mod double;
mod ends;
mod management;
mod messages;
mod shutdown;
