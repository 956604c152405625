//! What may stand in clear, and what becomes a placeholder. Pure functions, ASCII-minded, and closed by default: what
//! no rule recognises as structure is data.
//!
//! Each rule exists as a transform (what the snippet does to what it sees) and as a check (what the server does to what
//! it is sent). The check asks whether the transform would leave the text alone, so the two cannot drift apart.
//! `vectors/*.json` pins them for both languages.

pub mod digest;
pub mod element;
pub mod error;
pub mod token;
pub mod tree;
mod unsalted;
pub mod url;
pub mod value;
pub mod vocabulary;
