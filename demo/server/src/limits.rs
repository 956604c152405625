//! Every bound of the shop's memory. Where a store is full, what was not used for longest goes.

use std::num::NonZeroUsize;

/// How many of each thing are kept.
pub(crate) const CARTS: NonZeroUsize = at_least_one(10_000);
pub(crate) const USERS: NonZeroUsize = at_least_one(1_000);
pub(crate) const TOKENS: NonZeroUsize = at_least_one(10_000);
pub(crate) const ORDERS: NonZeroUsize = at_least_one(10_000);

/// How many of each thing one owner may have.
pub(crate) const LINES: usize = 40;
pub(crate) const WISHES: usize = 60;
pub(crate) const ADDRESSES: usize = 20;
pub(crate) const ORDERS_OF_ONE: usize = 200;
pub(crate) const REVIEWS_OF_ONE: usize = 100;

/// How many of one thing a line may hold.
pub(crate) const QUANTITY: u32 = 12;

/// Bodies of the API, and those with a file, which is counted and let go.
pub(crate) const BODY: usize = 32 * 1024;
pub(crate) const UPLOAD: usize = 1024 * 1024;

/// The most characters of a text that a visitor writes.
pub(crate) const NAME: usize = 80;
pub(crate) const EMAIL: usize = 254;
pub(crate) const NOTE: usize = 500;
pub(crate) const REVIEW: usize = 2_000;
pub(crate) const QUERY: usize = 100;

const fn at_least_one(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}
