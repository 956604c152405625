//! The note that a world is to be built, now or once a day of its archive has left retention. Every note has a token of its own: a build takes back the one it has seen, and no other.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::id::{TenantId, WorldId};

use crate::error::StoreError;
use crate::key;
use crate::tables::{Tables, attribute};

/// Puts a note in the place of the one that may be there; once more if that met a transaction on it, which the SDK does not repeat.
pub(crate) async fn put(
    client: &Client,
    tables: &Tables,
    tenant: &TenantId,
    world: &WorldId,
) -> Result<(), StoreError> {
    let item = item(tenant, world)?;
    match put_once(client, tables, item.clone()).await {
        Err(StoreError::Throttled) => put_once(client, tables, item).await,
        done => done,
    }
}

async fn put_once(client: &Client, tables: &Tables, item: HashMap<String, AttributeValue>) -> Result<(), StoreError> {
    let put = client.put_item().table_name(&tables.control).set_item(Some(item));
    put.send()
        .await
        .map(|_| ())
        .map_err(|error| StoreError::of(&error, "control:PutItem"))
}

/// A note that is due now.
pub(crate) fn item(tenant: &TenantId, world: &WorldId) -> Result<HashMap<String, AttributeValue>, StoreError> {
    let item = [
        (attribute::PK, key::changed_partition(tenant, world)),
        (attribute::SK, key::changed_sort(tenant, world)),
        (attribute::TOKEN, token()?),
    ];
    Ok(item
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
        .into())
}

pub(crate) fn token() -> Result<String, StoreError> {
    let random = getrandom::u64().map_err(|_| StoreError::Refused)?;
    Ok(format!("{random:016x}"))
}
