//! The buffer format: what a batch looks like between ingest and archive.
//!
//! One byte of version, then a zstd frame (with that version's dictionary) over [postcard](https://postcard.jamesmunns.com/wire-format)
//! of the batch: meta, then events with times and places as differences (see [`Near`]). Session and number are the item's key
//! and are not repeated. A reader knows every version that a writer of this or the release before may have written.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::CParameter;

use crate::batch::Batch;
use crate::event::{Event, Meta, What};
use crate::id::SessionId;

/// The version written today.
pub const VERSION: u8 = 1;

/// Trained by `make dictionary` on generated traffic; see there for what it was trained on and measured with.
static DICTIONARY: &[u8] = include_bytes!("buffer.v1.dict");

/// Chosen by `make bench`: the last level that still fits the ingest budget.
const LEVEL: i32 = 3;

/// Most bytes a batch may unpack to. A frame is 30 KB of JSON and the packed form is smaller; a larger claim is damage.
const MAX_UNPACKED: usize = 256 * 1024;

static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    // A compression context is a few hundred kilobytes to set up; a Lambda has one thread that matters.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// A stored batch that cannot be read. Ours, always: nothing gets into the buffer but what [`encode`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Written by a version that this one does not know.
    #[error("unknown buffer version {0}")]
    UnknownVersion(u8),
    /// Damaged.
    #[error("damaged buffer item")]
    Damaged,
}

/// A batch that could not be encoded: the compressor failed, which is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compressor failed")]
pub struct EncodeError;

#[derive(Serialize)]
struct Written<'a> {
    meta: Option<&'a Meta>,
    events: Vec<(i64, Cow<'a, What>)>,
}

#[derive(Deserialize)]
struct Read {
    meta: Option<Meta>,
    events: Vec<(i64, What)>,
}

/// Packs a batch.
///
/// # Errors
/// Only if the compressor fails.
pub fn encode(batch: &Batch) -> Result<Vec<u8>, EncodeError> {
    let unpacked = unpacked(batch)?;
    let mut out = Vec::with_capacity(1 + zstd::zstd_safe::compress_bound(unpacked.len()));
    out.push(VERSION);
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(compressor().map_err(|_| EncodeError)?),
        };
        let mut behind_version = std::io::Cursor::new(&mut out);
        behind_version.set_position(1);
        compressor.compress_to_buffer(&unpacked, &mut behind_version).map_err(|_| EncodeError)
    })?;
    Ok(out)
}

/// The bytes before compression: what the dictionary is trained on.
///
/// # Errors
/// Only if memory fails.
pub fn unpacked(batch: &Batch) -> Result<Vec<u8>, EncodeError> {
    let mut near = Near::default();
    let events = batch.events().iter().map(|event| (near.step(event.t), near.told(&event.what)));
    let written = Written { meta: batch.meta(), events: events.collect() };
    postcard::to_stdvec(&written).map_err(|_| EncodeError)
}

fn compressor() -> std::io::Result<Compressor<'static>> {
    let mut compressor = Compressor::with_prepared_dictionary(&ENCODER)?;
    // The version names the dictionary and DynamoDB guards the bytes: eight bytes saved.
    compressor.set_parameter(CParameter::DictIdFlag(false))?;
    compressor.set_parameter(CParameter::ChecksumFlag(false))?;
    Ok(compressor)
}

/// Unpacks a batch that was stored under `session` and `seq`.
///
/// # Errors
/// If it is damaged or of a version from the future.
pub fn decode(session: SessionId, seq: u32, packed: &[u8]) -> Result<Batch, DecodeError> {
    let (version, body) = packed.split_first().ok_or(DecodeError::Damaged)?;
    if *version != VERSION {
        return Err(DecodeError::UnknownVersion(*version));
    }
    let mut decompressor = Decompressor::with_prepared_dictionary(&DECODER).map_err(|_| DecodeError::Damaged)?;
    let unpacked = decompressor.decompress(body, MAX_UNPACKED).map_err(|_| DecodeError::Damaged)?;
    let (read, rest) = postcard::take_from_bytes::<Read>(&unpacked).map_err(|_| DecodeError::Damaged)?;
    let mut near = Near::default();
    let events = read.events.into_iter().map(|(step, mut what)| {
        let t = near.after(step).ok_or(DecodeError::Damaged)?;
        near.restore(&mut what);
        Ok(Event { t, what })
    });
    let events = events.collect::<Result<Vec<_>, _>>()?;
    if rest.is_empty() { Ok(Batch::restored(session, seq, read.meta, events)) } else { Err(DecodeError::Damaged) }
}

/// Where and when the last event left off. A number is stored as its difference from what was near, which is smaller or, for
/// pointers that click where they stopped, nothing: some fifty bytes of a typical batch, which no compressor would find.
#[derive(Default)]
struct Near {
    t: u32,
    pointer: (u16, u16),
    scroll: u32,
    max: u32,
}

impl Near {
    fn step(&mut self, t: u32) -> i64 {
        i64::from(t) - i64::from(std::mem::replace(&mut self.t, t))
    }

    /// The time `step` after the last; `None` if there is no such time.
    fn after(&mut self, step: i64) -> Option<u32> {
        self.t = u32::try_from(i64::from(self.t).checked_add(step)?).ok()?;
        Some(self.t)
    }

    fn told<'a>(&mut self, what: &'a What) -> Cow<'a, What> {
        let mut told = Cow::Borrowed(what);
        if matches!(what, What::Click(_) | What::Move(_) | What::Scroll(_)) {
            self.pass(told.to_mut(), Number::told, Number::told);
        }
        told
    }

    fn restore(&mut self, what: &mut What) {
        self.pass(what, Number::restore, Number::restore);
    }

    /// Applies one of the two directions to the places of an event, and remembers them.
    fn pass(&mut self, what: &mut What, short: fn(&mut u16, &mut u16), long: fn(&mut u32, &mut u32)) {
        let (x, y) = &mut self.pointer;
        match what {
            What::Click(click) => {
                short(&mut click.x, x);
                short(&mut click.y, y);
            }
            What::Move(stretch) => {
                short(&mut stretch.x, x);
                short(&mut stretch.y, y);
                for (_, right, down) in stretch.path.items() {
                    *x = x.wrapping_add_signed(*right);
                    *y = y.wrapping_add_signed(*down);
                }
            }
            What::Scroll(scroll) => {
                long(&mut scroll.y, &mut self.scroll);
                long(&mut scroll.max, &mut self.max);
            }
            _ => {}
        }
    }
}

/// A number as its difference from one nearby, folded so that small differences of either sign are small numbers. It wraps, so
/// that every number comes back, whatever stood nearby.
trait Number {
    /// Makes the value the difference from `near`, and `near` the value.
    fn told(value: &mut Self, near: &mut Self);
    /// Undoes [`Number::told`].
    fn restore(told: &mut Self, near: &mut Self);
}

macro_rules! number {
    ($unsigned:ty) => {
        impl Number for $unsigned {
            fn told(value: &mut Self, near: &mut Self) {
                let step = value.wrapping_sub(std::mem::replace(near, *value)).cast_signed();
                *value = ((step << 1) ^ (step >> (Self::BITS - 1))).cast_unsigned();
            }

            fn restore(told: &mut Self, near: &mut Self) {
                let step = (*told >> 1) ^ (*told & 1).wrapping_neg();
                *near = near.wrapping_add(step);
                *told = *near;
            }
        }
    };
}

number!(u16);
number!(u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_comes_back_whatever_stood_nearby() {
        for near in [0_u16, 1, 700, 32_767, 32_768, u16::MAX] {
            for value in [0_u16, 1, 699, 701, 32_767, 32_768, u16::MAX] {
                let (mut told, mut before, mut after) = (value, near, near);
                Number::told(&mut told, &mut before);
                Number::restore(&mut told, &mut after);
                assert_eq!((told, before, after), (value, value, value), "{value} near {near}");
            }
        }
    }

    #[test]
    fn small_differences_are_small_numbers() {
        for (value, told) in [(500_u32, 0), (499, 1), (501, 2), (436, 127), (564, 128)] {
            let (mut number, mut near) = (value, 500);
            Number::told(&mut number, &mut near);
            assert_eq!((number, near), (told, value));
        }
    }
}
