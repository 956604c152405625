//! `World > Settings`: what a world's owner has set, whether a page may come in under it, and what browsers get of it.
//! `docs/settings.md` is the page about them.
//!
//! Defaults are the safe ones. Each setting is a type that only a good value makes; so a bad one is refused with a
//! stable code when it is written, and closes the world where it is read.
//!
//! `text`, `number` ← `owner` ([`Settings`]) ← `client` ([`ClientSettings`])

mod client;
mod number;
mod owner;
mod text;

pub use client::ClientSettings;
pub use number::{Epsilon, Share, Within};
pub use owner::{BadSetting, Settings, Storage};
pub use text::{Date, Host, Name, Origin, Selector, UrlRule};
