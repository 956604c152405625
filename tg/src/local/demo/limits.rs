//! Every bound of the shop's memory. Where a store is full, what was not used for longest goes.

use std::num::NonZeroUsize;

/// How many of each thing are kept.
pub(super) const CARTS: NonZeroUsize = at_least_one(10_000);
pub(super) const USERS: NonZeroUsize = at_least_one(1_000);
pub(super) const TOKENS: NonZeroUsize = at_least_one(10_000);
pub(super) const ORDERS: NonZeroUsize = at_least_one(10_000);

/// How many of each thing one owner may have.
pub(super) const LINES: usize = 40;
pub(super) const WISHES: usize = 60;
pub(super) const ADDRESSES: usize = 20;
pub(super) const ORDERS_OF_ONE: usize = 200;
pub(super) const REVIEWS_OF_ONE: usize = 100;

/// How many of one thing a line may hold.
pub(super) const QUANTITY: u32 = 12;

/// Bodies of the API, and those with a file, which is counted and let go.
pub(super) const BODY: usize = 32 * 1024;
pub(super) const UPLOAD: usize = 1024 * 1024;

/// Characters of a text.
pub(super) const NAME: usize = 80;
pub(super) const EMAIL: usize = 254;
pub(super) const NOTE: usize = 500;
pub(super) const REVIEW: usize = 2_000;
pub(super) const QUERY: usize = 100;

const fn at_least_one(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}
