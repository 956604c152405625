//! The whole ingest path as its users see it: a real `tg up` process, real WebSocket clients, and what then is in the
//! store.

mod archive;
mod batches;
mod client;
mod connect;
mod durability;
mod frames;
mod lake;
mod limits;
mod models;
mod proxy;
mod samples;
mod script;
mod stack;
mod tenancy;
