//! What is named: pages, elements, endpoints, forms and actions, as the wire calls them and as a world's sessions have
//! them in common.
//!
//! `sampling_key`, `memo`, `form` ← `inventory` ← `catalog` ← `lookup`

pub(crate) mod catalog;
pub(crate) mod inventory;
pub(crate) mod lookup;
pub(crate) mod memo;
pub(crate) mod sampling_key;
