//! What a person wants to see first of a document.
//!
//! `lines` ← `render`

mod lines;
mod render;

pub use lines::{EndpointLine, ErrorLine, FormLine, JourneyLine, PageLine, PersonaLine, Share, Summary, summary};
pub use render::render;
