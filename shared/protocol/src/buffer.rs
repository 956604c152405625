//! The buffer format: what a batch looks like between ingest and archive.
//!
//! One byte of version, then two zstd frames, each with its dictionary of that version and without the magic number
//! they all begin with; before the first its length in two bytes, little-endian. They hold the words and the numbers of
//! the batch (see [`Columns`]): meta, then events, with times and places as differences (see [`LastPlace`]). Session
//! and number are the item's key and are not repeated. A reader knows every version that a writer of this or the
//! release before may have written.

mod columns;

use std::cell::RefCell;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize, Serializer};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CParameter, MAGICNUMBER};

use crate::batch::Batch;
use crate::event::{Click, Event, EventDetail, Kind, Meta, Move, Scroll};
use crate::id::SessionId;

pub use columns::Columns;

/// The version that [`encode`] writes today: the first byte of every item.
pub const VERSION: u8 = 1;

/// Of 171 batches of 38 to 42 events from sites the dictionaries have never seen, the median item takes 937 bytes at
/// level 1, 935 at 3, 916 at 4, 909 at 6, 904 at 19, in 4, 5, 11, 29 and 160 µs. In one column it took 986, without
/// dictionaries 1050, as JSON with a dictionary 1376. Dictionaries larger than 8 KB of words and 1 KB of numbers made
/// it no smaller. Level 4 for words, since with it the median batch of 40 events and 6 KB of JSON comes under the 1,024
/// bytes of a write unit (1,011; 1,032 with both at 3), and level 1 for numbers, where level 4 gains four bytes for
/// three microseconds. Measured by `cargo run --release -p testgram-bench -- buffer`.
const WORDS_LEVEL: i32 = 4;
/// See [`WORDS_LEVEL`].
const NUMBERS_LEVEL: i32 = 1;

/// Most bytes a column may unpack to. A frame is 30 KB of JSON and the unpacked form is smaller; a larger claim is
/// damage.
const MAX_UNPACKED: usize = 256 * 1024;

/// What every zstd frame begins with: eight bytes of an item that need not be stored.
const MAGIC: [u8; 4] = MAGICNUMBER.to_le_bytes();

/// Trained, as the other, by `make dictionary` on generated traffic.
static WORDS: Dictionary = Dictionary {
    encoder: LazyLock::new(|| EncoderDictionary::copy(include_bytes!("buffer/words.v1.dict"), WORDS_LEVEL)),
    decoder: LazyLock::new(|| DecoderDictionary::copy(include_bytes!("buffer/words.v1.dict"))),
};
static NUMBERS: Dictionary = Dictionary {
    encoder: LazyLock::new(|| EncoderDictionary::copy(include_bytes!("buffer/numbers.v1.dict"), NUMBERS_LEVEL)),
    decoder: LazyLock::new(|| DecoderDictionary::copy(include_bytes!("buffer/numbers.v1.dict"))),
};

/// A zstd dictionary, made ready when first used.
struct Dictionary {
    encoder: LazyLock<EncoderDictionary<'static>>,
    decoder: LazyLock<DecoderDictionary<'static>>,
}

thread_local! {
    // A compression context is a few hundred kilobytes to set up; a Lambda has one thread that matters.
    static COMPRESSORS: RefCell<Option<Compressors>> = const { RefCell::new(None) };
}

struct Compressors {
    words: Compressor<'static>,
    numbers: Compressor<'static>,
}

/// A stored batch that cannot be read. Ours, always: nothing gets into the buffer but what [`encode`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Written by a version that this one does not know.
    #[error("unknown buffer version {0}")]
    UnknownVersion(u8),
    /// Not what [`encode`] writes: cut short, changed, or continued.
    #[error("damaged buffer item")]
    Damaged,
}

impl DecodeError {
    /// Whether the next release wrote it: while a deployment is under way, or after one was taken back. The archiver
    /// leaves such an item and reads it again later.
    #[must_use]
    pub const fn is_of_next_version(self) -> bool {
        matches!(self, Self::UnknownVersion(version) if version == VERSION + 1)
    }
}

/// A batch that could not be encoded: the compressor failed, which is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compressor failed")]
pub struct EncodeError;

/// What [`Columns`] holds of a batch, as it is written: each event with the milliseconds since the one before.
#[derive(Serialize)]
struct PackedBatch<'a> {
    meta: Option<&'a Meta>,
    events: Vec<(i64, PackedEvent<'a>)>,
}

/// A [`PackedBatch`] as it is read, its places still differences.
#[derive(Deserialize)]
struct UnpackedBatch {
    meta: Option<Meta>,
    events: Vec<(i64, EventDetail)>,
}

/// Packs a batch that ingest is to store; [`decode`] reads it when the archiver takes it out again.
///
/// # Errors
/// [`EncodeError`] if the compressor fails; nothing in a batch can.
pub fn encode(batch: &Batch) -> Result<Vec<u8>, EncodeError> {
    let columns = columns(batch)?;
    COMPRESSORS.with_borrow_mut(|slot| {
        let compressors = match slot {
            Some(compressors) => compressors,
            None => slot.insert(compressors().map_err(|_| EncodeError)?),
        };
        let words = frame(&mut compressors.words, &columns.words)?;
        let numbers = frame(&mut compressors.numbers, &columns.numbers)?;
        let words_len = u16::try_from(words.len()).map_err(|_| EncodeError)?;
        Ok([&[VERSION], &words_len.to_le_bytes()[..], &words, &numbers].concat())
    })
}

/// Every byte that [`encode`] stores, before compression: where a test looks for what must not be there.
///
/// # Errors
/// As [`columns`].
pub fn unpacked(batch: &Batch) -> Result<Vec<u8>, EncodeError> {
    columns(batch).map(|columns| [columns.words, columns.numbers].concat())
}

/// The batch before compression: what the dictionaries are trained on.
///
/// # Errors
/// [`EncodeError`] if memory fails; nothing else in a batch can.
pub fn columns(batch: &Batch) -> Result<Columns, EncodeError> {
    let mut last = LastPlace::default();
    let events = batch
        .events()
        .iter()
        .map(|event| (last.step_to(event.t), last.pack(&event.detail)));
    let packed = PackedBatch {
        meta: batch.meta(),
        events: events.collect(),
    };
    Columns::of(&packed).map_err(|_| EncodeError)
}

fn compressors() -> std::io::Result<Compressors> {
    Ok(Compressors {
        words: compressor(&WORDS)?,
        numbers: compressor(&NUMBERS)?,
    })
}

fn compressor(dictionary: &'static Dictionary) -> std::io::Result<Compressor<'static>> {
    let mut compressor = Compressor::with_prepared_dictionary(&dictionary.encoder)?;
    // The version names the dictionary and DynamoDB guards the bytes: sixteen bytes saved.
    compressor.set_parameter(CParameter::DictIdFlag(false))?;
    compressor.set_parameter(CParameter::ChecksumFlag(false))?;
    Ok(compressor)
}

fn frame(compressor: &mut Compressor<'_>, column: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let frame = compressor.compress(column).map_err(|_| EncodeError)?;
    frame.strip_prefix(&MAGIC).map(<[u8]>::to_vec).ok_or(EncodeError)
}

/// Unpacks a batch that was stored under `session` and `seq`.
///
/// # Errors
/// [`DecodeError::UnknownVersion`] if its first byte names another version than [`VERSION`]; else
/// [`DecodeError::Damaged`] if it is not just what [`encode`] writes.
pub fn decode(session: SessionId, seq: u32, packed: &[u8]) -> Result<Batch, DecodeError> {
    let (version, body) = packed.split_first().ok_or(DecodeError::Damaged)?;
    if *version != VERSION {
        return Err(DecodeError::UnknownVersion(*version));
    }
    let (words_len, frames) = body.split_first_chunk().ok_or(DecodeError::Damaged)?;
    let (words, numbers) = frames
        .split_at_checked(usize::from(u16::from_le_bytes(*words_len)))
        .ok_or(DecodeError::Damaged)?;
    let columns = Columns {
        words: unframe(&WORDS, words)?,
        numbers: unframe(&NUMBERS, numbers)?,
    };
    let unpacked: UnpackedBatch = columns.value().map_err(|_| DecodeError::Damaged)?;
    let mut last = LastPlace::default();
    let events = unpacked.events.into_iter().map(|(step, mut detail)| {
        let t = last.after(step).ok_or(DecodeError::Damaged)?;
        last.unpack(&mut detail);
        Ok(Event { t, detail })
    });
    Ok(Batch::restored(
        session,
        seq,
        unpacked.meta,
        events.collect::<Result<_, _>>()?,
    ))
}

fn unframe(dictionary: &'static Dictionary, frame: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut decompressor =
        Decompressor::with_prepared_dictionary(&dictionary.decoder).map_err(|_| DecodeError::Damaged)?;
    decompressor
        .decompress(&[&MAGIC, frame].concat(), MAX_UNPACKED)
        .map_err(|_| DecodeError::Damaged)
}

/// Where and when the last event left off. A number is stored as its difference from what was near, which is smaller
/// or, for pointers that click where they stopped, nothing: some fifty bytes of a typical batch, which no compressor
/// would find.
#[derive(Default)]
struct LastPlace {
    t: u32,
    pointer: (u16, u16),
    scroll: u32,
    max: u32,
}

impl LastPlace {
    fn step_to(&mut self, t: u32) -> i64 {
        i64::from(t) - i64::from(std::mem::replace(&mut self.t, t))
    }

    /// The time `step` after the last; `None` if there is no such time.
    fn after(&mut self, step: i64) -> Option<u32> {
        self.t = u32::try_from(i64::from(self.t).checked_add(step)?).ok()?;
        Some(self.t)
    }

    /// The event as it is written, its places as differences from here; and moves on to where it leads.
    fn pack<'a>(&mut self, detail: &'a EventDetail) -> PackedEvent<'a> {
        match detail {
            EventDetail::Click(click) => PackedEvent::Click(click, self.pass_pointer((click.x, click.y), Delta::pack)),
            EventDetail::Move(stretch) => {
                let start = self.pass_pointer((stretch.x, stretch.y), Delta::pack);
                self.follow(stretch);
                PackedEvent::Move(stretch, start)
            }
            EventDetail::Scroll(scroll) => {
                PackedEvent::Scroll(scroll, self.pass_scroll((scroll.y, scroll.max), Delta::pack))
            }
            _ => PackedEvent::Whole(detail),
        }
    }

    /// Undoes [`LastPlace::pack`].
    fn unpack(&mut self, detail: &mut EventDetail) {
        match detail {
            EventDetail::Click(click) => (click.x, click.y) = self.pass_pointer((click.x, click.y), Delta::unpack),
            EventDetail::Move(stretch) => {
                (stretch.x, stretch.y) = self.pass_pointer((stretch.x, stretch.y), Delta::unpack);
                self.follow(stretch);
            }
            EventDetail::Scroll(scroll) => {
                (scroll.y, scroll.max) = self.pass_scroll((scroll.y, scroll.max), Delta::unpack)
            }
            _ => {}
        }
    }

    fn pass_pointer(&mut self, mut place: (u16, u16), direction: fn(&mut u16, &mut u16)) -> (u16, u16) {
        direction(&mut place.0, &mut self.pointer.0);
        direction(&mut place.1, &mut self.pointer.1);
        place
    }

    fn pass_scroll(&mut self, mut place: (u32, u32), direction: fn(&mut u32, &mut u32)) -> (u32, u32) {
        direction(&mut place.0, &mut self.scroll);
        direction(&mut place.1, &mut self.max);
        place
    }

    /// To where a pointer's path ends.
    fn follow(&mut self, stretch: &Move) {
        let (x, y) = &mut self.pointer;
        for (_, right, down) in stretch.path.items() {
            *x = x.wrapping_add_signed(*right);
            *y = y.wrapping_add_signed(*down);
        }
    }
}

/// An event as it is written: what [`EventDetail`] derives, with other places. A copy to change them in would cost an
/// allocation for each of its strings, a third of the time to encode.
enum PackedEvent<'a> {
    Whole(&'a EventDetail),
    /// With `(x, y)`.
    Click(&'a Click, (u16, u16)),
    /// With `(x, y)`.
    Move(&'a Move, (u16, u16)),
    /// With `(y, max)`.
    Scroll(&'a Scroll, (u32, u32)),
}

impl Serialize for PackedEvent<'_> {
    /// Fields in the order of their structs, which is all that postcard knows of them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NAME: &str = "EventDetail";
        match *self {
            Self::Whole(detail) => detail.serialize(serializer),
            Self::Click(click, (x, y)) => {
                let Click {
                    el,
                    x: _,
                    y: _,
                    button,
                    count,
                } = click;
                serializer.serialize_newtype_variant(NAME, Kind::Click as u32, "Click", &(el, x, y, button, count))
            }
            Self::Move(stretch, (x, y)) => {
                let Move { x: _, y: _, path } = stretch;
                serializer.serialize_newtype_variant(NAME, Kind::Move as u32, "Move", &(x, y, path))
            }
            Self::Scroll(scroll, (y, max)) => {
                let Scroll {
                    y: _,
                    x,
                    max: _,
                    ms,
                    el,
                } = scroll;
                serializer.serialize_newtype_variant(NAME, Kind::Scroll as u32, "Scroll", &(y, x, max, ms, el))
            }
        }
    }
}

/// A number as its difference from one nearby, folded so that small differences of either sign are small numbers. It
/// wraps, so that every number comes back, whatever stood nearby.
trait Delta {
    /// Makes the value the difference from `near`, and `near` the value.
    fn pack(value: &mut Self, near: &mut Self);
    /// Undoes [`Delta::pack`].
    fn unpack(step: &mut Self, near: &mut Self);
}

macro_rules! delta {
    ($unsigned:ty) => {
        impl Delta for $unsigned {
            fn pack(value: &mut Self, near: &mut Self) {
                let step = value.wrapping_sub(std::mem::replace(near, *value)).cast_signed();
                *value = ((step << 1) ^ (step >> (Self::BITS - 1))).cast_unsigned();
            }

            fn unpack(step: &mut Self, near: &mut Self) {
                let difference = (*step >> 1) ^ (*step & 1).wrapping_neg();
                *near = near.wrapping_add(difference);
                *step = *near;
            }
        }
    };
}

delta!(u16);
delta!(u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_comes_back_whatever_stood_nearby() {
        for near in [0_u16, 1, 700, 32_767, 32_768, u16::MAX] {
            for value in [0_u16, 1, 699, 701, 32_767, 32_768, u16::MAX] {
                let (mut step, mut before, mut after) = (value, near, near);
                Delta::pack(&mut step, &mut before);
                Delta::unpack(&mut step, &mut after);
                assert_eq!((step, before, after), (value, value, value), "{value} near {near}");
            }
        }
    }

    #[test]
    fn small_differences_are_small_numbers() {
        for (value, step) in [(500_u32, 0), (499, 1), (501, 2), (436, 127), (564, 128)] {
            let (mut number, mut near) = (value, 500);
            Delta::pack(&mut number, &mut near);
            assert_eq!((number, near), (step, value));
        }
    }
}
