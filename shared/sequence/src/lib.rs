//! Sequences of symbols: counts that merge, a threshold on distinct sessions, and a predictor made of both.
//!
//! Symbols go in and symbols come out: nothing here knows a page, an element or an event. Pure: no IO, no clock, no
//! AWS.
//!
//! # Rooms
//!
//! An arrow points from what is used to what uses it.
//!
//! ```text
//! alphabet, math, varint ─► counts ─► predict ─► release ─► learn
//!                                                   │         │
//!                                                   ▼         ▼
//!                                               predictor ─► fidelity, simulate ─► corpus
//! ```
//!
//! 1. [`Evidence`] is folded from the sessions of one partition: [`Counts`] of what followed which [`context`], with
//!    the number of distinct sessions behind each, and a [`Sample`] of whole sessions, the smallest by hash. Both are
//!    made of integers and sets, so evidence merges exactly, in any order.
//! 2. [`fn@learn`] applies the threshold: nothing that fewer than k distinct sessions did is in the [`Model`]. What
//!    needs whole sessions (personas, weights) is learned from the sample.
//! 3. [`Predictor`] reads a model and says, symbol by symbol, how likely each next one is; [`simulate`] draws sessions
//!    from it, and [`fidelity`] measures it on sessions it has not seen.
//!
//! The same evidence gives the same model, byte for byte: fixed orders, fixed seeds, and no function of the platform's
//! mathematics library.
//!
//! # Example
//!
//! ```
//! use testgram_sequence::{Alphabet, END, Evidence, Predictor, SAMPLE, LearnSettings, learn};
//!
//! let alphabet = Alphabet::from(["buy", "item", "list"].map(str::to_owned).to_vec());
//! let session = ["list", "item", "buy"].map(|name| alphabet.symbol(name).unwrap_or(END));
//! let mut evidence = Evidence::new(alphabet, SAMPLE);
//! evidence.extend((0..20).map(|hash| (hash, session)));
//!
//! let learned = learn(&evidence, LearnSettings::default());
//! let predictor = learned.model.as_ref().map(Predictor::new).ok_or("fewer than k sessions")?;
//! let mut walk = predictor.walk();
//! for symbol in session {
//!     assert_eq!(walk.rank(symbol), 0, "no symbol is likelier");
//!     walk.push(symbol);
//! }
//! assert_eq!(walk.rank(END), 0);
//! # Ok::<(), &str>(())
//! ```

mod alphabet;
pub mod corpus;
mod counts;
pub mod fidelity;
mod learn;
pub mod math;
mod predict;
mod predictor;
mod release;
pub mod simulate;
pub mod varint;

pub use alphabet::{Alphabet, END, MOST, START, Symbol};
pub use counts::context;
pub use counts::count::count;
pub use counts::evidence::{Evidence, SAMPLE};
pub use counts::sample::{LONGEST_SAMPLED, Sample, Sampled};
pub use counts::table::{Counts, Next};
pub use fidelity::Fidelity;
pub use learn::{LearnSettings, Learned, learn};
pub use predict::backoff::Smoothing;
pub use predict::mixture::Mixing;
pub use predictor::{Predictor, Walk};
pub use release::model::{
    Context, Continuation, Level, Model, Named, Persona, PersonaStep, Suppressed, SymbolCount, Weights,
};
pub use release::noise::{Noise, reach};
pub use release::threshold::{Published, Threshold};
