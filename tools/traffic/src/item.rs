//! What a packed batch costs in DynamoDB.

/// A key of the length that keys have: tenant and world of twelve digits, a window, a shard.
const PK: &str = "t0123456789ab#w0123456789ab#5870123#3";
/// Session, number, fingerprint.
const SK: usize = 16 + 4 + 4;
/// Names of the four attributes: `pk`, `sk`, `b`, `x`.
const NAMES: usize = 2 + 2 + 1 + 1;
/// A number of ten digits: a byte for two digits, one for the exponent, one more counted for safety.
const EXPIRES: usize = 5 + 1 + 1;

/// Bytes of an item beside the packed batch. All count, names included.
pub const OVERHEAD: usize = PK.len() + SK + NAMES + EXPIRES;

/// What one write unit holds, bytes.
pub const WRITE_UNIT: usize = 1024;

/// Bytes of an item with a batch of `packed` bytes.
#[must_use]
pub const fn bytes(packed: usize) -> usize {
    OVERHEAD + packed
}

/// Write units to put it.
#[must_use]
pub const fn write_units(packed: usize) -> usize {
    bytes(packed).div_ceil(WRITE_UNIT)
}
