//! The demo shop under `/demo/`: a stand-in for a customer's site, with pages, an API and a few faults to trip over. What
//! is there is told in `demo/README.md`.
//!
//! It is a site like any other: it knows nothing of Testgram but the script tag in its pages, and Testgram knows nothing
//! of it. Its state is in memory, bounded, and gone when the process ends. Nothing that came in is logged.

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
mod reviews;
mod state;

use std::sync::Arc;

use axum::Router;

use self::{catalogue::Catalogue, state::Shop};

pub use files::DemoError;

/// The shop's routes, all under `/demo`.
///
/// # Errors
/// When a file that the shop is made of is missing or is not what it should be.
pub fn router() -> Result<Router, DemoError> {
    let catalogue = Arc::new(Catalogue::load()?);
    let shop = Arc::new(Shop::open(Arc::clone(&catalogue))?);
    Ok(pages::router(Arc::clone(&catalogue))
        .merge(images::router(catalogue))
        .merge(api::router(shop)))
}
