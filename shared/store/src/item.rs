//! DynamoDB items: attribute values in both directions, so that no repository spells them out.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::StoreError;
use crate::tables::attribute;

/// An item, or the key of one: attributes by name.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A string.
pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A whole number, which DynamoDB takes as text.
pub(crate) fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Bytes.
pub(crate) fn b(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// A time to live: the second, since 1970, that is `seconds` after `from_ms`. DynamoDB deletes the item some time after
/// it.
pub(crate) fn expiry(from_ms: u64, seconds: u64) -> AttributeValue {
    n(from_ms / 1000 + seconds)
}

/// The key of an item whose sort key is a string: every item but a batch.
pub(crate) fn key(partition: impl Into<String>, sort: impl Into<String>) -> Item {
    HashMap::from([
        (attribute::PK.to_owned(), s(partition)),
        (attribute::SK.to_owned(), s(sort)),
    ])
}

/// A string of an item. [`StoreError::Damaged`] if it is missing or no string.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or(StoreError::Damaged)
}

/// A whole number of an item; `None` if it is missing. [`StoreError::Damaged`] if it is no whole number.
pub(crate) fn number(item: &Item, name: &str) -> Result<Option<u64>, StoreError> {
    let Some(value) = item.get(name) else { return Ok(None) };
    let digits = value.as_n().map_err(|_| StoreError::Damaged)?;
    digits.parse().map(Some).map_err(|_| StoreError::Damaged)
}

/// Bytes of an item; `None` if they are missing or of another type.
pub(crate) fn bytes<'a>(item: &'a Item, name: &str) -> Option<&'a [u8]> {
    Some(item.get(name)?.as_b().ok()?.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_back_and_others_are_damage() {
        let item = Item::from([
            ("text".to_owned(), s("acme")),
            ("number".to_owned(), n(7)),
            ("bytes".to_owned(), b([1, 2])),
            ("negative".to_owned(), AttributeValue::N("-1".to_owned())),
        ]);
        assert_eq!(text(&item, "text"), Ok("acme"));
        assert_eq!(text(&item, "number"), Err(StoreError::Damaged));
        assert_eq!(text(&item, "missing"), Err(StoreError::Damaged));
        assert_eq!(number(&item, "number"), Ok(Some(7)));
        assert_eq!(number(&item, "missing"), Ok(None));
        for odd in ["text", "bytes", "negative"] {
            assert_eq!(number(&item, odd), Err(StoreError::Damaged), "{odd}");
        }
        assert_eq!(bytes(&item, "bytes"), Some(&[1, 2][..]));
        assert_eq!(bytes(&item, "text"), None);
    }

    #[test]
    fn an_item_expires_in_seconds() {
        assert_eq!(expiry(1_999, 3), n(4));
    }
}
