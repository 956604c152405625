//! The v1 protocol of Testgram: wire types, limits, validation, privacy rules and the buffer format.
//!
//! Pure: no IO, no clock, no AWS, no async. What is built here has passed the rules: a type that exists is valid
//! ("parse, don't validate"). Every string that came over the wire sits in a newtype whose only constructor applies its
//! rule, and none of them prints its content.
//!
//! A batch goes from [`batch::Batch::parse`] to [`buffer::encode`] to the store. The rules are in [`privacy`]; their
//! twin in TypeScript runs the same vector files (`vectors/*.json`).
//!
//! Each module uses those to its left only:
//!
//! ```text
//! calendar, id, limits, words ← reason ← list, strict, text ← privacy ← event ← session
//!                                                                             ← settings
//!                                                                             ← batch ← buffer, reply, schema
//! ```
//!
//! # Example
//!
//! ```
//! use testgram_protocol::batch::{Arrival, Batch};
//! use testgram_protocol::buffer;
//! use testgram_protocol::event::{Collected, Kind};
//! use testgram_protocol::reason::{Outcome, Reason};
//!
//! let frame = r#"{"type": "batch", "v": 1, "session": "01KSR0V6C08Z3J5K7M9N2P4Q6R", "seq": 0, "events": [
//!     [5, "page", {"url": "/cart", "cause": "load"}],
//!     [900, "page", {"url": "/users/jane", "cause": "push"}]
//! ]}"#;
//! let arrival = Arrival { received_ms: 1_780_000_000_000, kinds: Collected::ALL };
//! let parsed = Batch::parse(frame, arrival).expect("a good envelope");
//!
//! // The first event is taken. The second one names a person: it is refused for itself, with a reason for the reply.
//! assert_eq!(parsed.batch.events()[0].detail.kind(), Kind::Page);
//! assert_eq!(parsed.rejected[0].outcome, Outcome::Invalid(Reason::PersonInUrl));
//!
//! // What is stored reads back exactly.
//! let item = buffer::encode(&parsed.batch)?;
//! assert_eq!(buffer::decode(parsed.batch.session(), parsed.batch.seq(), &item)?, parsed.batch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod batch;
pub mod buffer;
pub mod calendar;
pub mod event;
pub mod id;
pub mod limits;
pub mod list;
pub mod privacy;
pub mod reason;
pub mod reply;
pub mod schema;
pub mod session;
pub mod settings;
mod strict;
mod text;
pub mod words;
