//! The demo: a shop under `/demo/` to be watched, and the traffic that was recorded from it. `demo/README.md` says what
//! the shop has.
//!
//! The shop is a site like any other, with pages, an API and a few faults to trip over. It knows nothing of Testgram
//! but the script tag in its pages, and Testgram knows nothing of it. Its state is in memory, bounded, and gone when
//! the process ends. Nothing that came in is logged. [`replay`] stands beside it and does know Testgram: it sends the
//! recording through the socket.
//!
//! ```text
//! files, limits, names, money, rating ← catalogue ← reviews, people ← cart ← order ← state ← api
//! catalogue ← pages ← images
//! replay
//! ```
//!
//! ```
//! let shop: axum::Router = testgram_demo::router()?;
//! assert!(shop.has_routes());
//! # Ok::<(), testgram_demo::DemoError>(())
//! ```

mod api;
mod cart;
mod catalogue;
mod files;
mod images;
mod limits;
mod money;
mod names;
mod order;
mod pages;
mod people;
mod rating;
pub mod replay;
mod reviews;
mod state;

use std::sync::Arc;

use axum::Router;

use self::{catalogue::Catalogue, state::Shop};

pub use files::DemoError;

/// The shop's routes, all under `/demo`. `tg up` merges them into its front.
///
/// # Errors
/// [`DemoError`] when a file that the shop is made of is missing or is not what it should be.
pub fn router() -> Result<Router, DemoError> {
    let catalogue = Arc::new(Catalogue::load()?);
    let shop = Arc::new(Shop::open(Arc::clone(&catalogue))?);
    Ok(pages::router(Arc::clone(&catalogue))
        .merge(images::router(catalogue))
        .merge(api::router(shop)))
}
