//! The request to build a world's model again: now, or when a day of its archive leaves retention. Each request has a
//! token of its own, so that a build deletes the request it has seen and no later one.

use aws_sdk_dynamodb::Client;
use testgram_protocol::id::{TenantId, WorldId};

use crate::error::{StoreError, done};
use crate::item::{self, Item};
use crate::key;
use crate::tables::{Tables, attribute};

/// Puts a request that takes effect now in the place of the one that may be there. Tries once more if the first try met
/// a transaction on it, which the SDK does not repeat.
pub(super) async fn put(
    client: &Client,
    tables: &Tables,
    tenant: &TenantId,
    world: &WorldId,
) -> Result<(), StoreError> {
    let request = item(tenant, world)?;
    match put_once(client, tables, request.clone()).await {
        Err(StoreError::Throttled) => put_once(client, tables, request).await,
        tried => tried,
    }
}

async fn put_once(client: &Client, tables: &Tables, request: Item) -> Result<(), StoreError> {
    let put = client.put_item().table_name(&tables.control).set_item(Some(request));
    done(put.send().await, "control:PutItem").map(drop)
}

/// The key of a world's request.
pub(super) fn key(tenant: &TenantId, world: &WorldId) -> Item {
    item::key(key::rebuild_partition(tenant, world), key::rebuild_sort(tenant, world))
}

/// A request that takes effect now, under a new token.
pub(super) fn item(tenant: &TenantId, world: &WorldId) -> Result<Item, StoreError> {
    let mut request = key(tenant, world);
    request.insert(attribute::TOKEN.to_owned(), item::s(token()?));
    Ok(request)
}

/// A new token. [`StoreError::Refused`] if the system has no random numbers.
pub(super) fn token() -> Result<String, StoreError> {
    let random = getrandom::u64().map_err(|_| StoreError::Refused)?;
    Ok(format!("{random:016x}"))
}
