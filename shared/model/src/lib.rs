//! What a visitor does next: counts that merge, a threshold on distinct sessions, and a predictor made of both.
//!
//! Pure: no IO, no clock, no AWS. The way of the data, top to bottom:
//!
//! 1. [`Evidence`] is folded from the sessions of one partition: [`Counts`] of what followed which [`context`], with the number of
//!    distinct sessions behind each, and a [`Sample`] of whole sessions, the smallest by hash. Both are made of integers
//!    and sets, so evidence merges exactly, in any order.
//! 2. [`fn@learn`] applies the threshold: nothing that fewer than k distinct sessions did is in the [`Model`]. What needs whole
//!    sessions (personas, mixing weights) is learned from the sample.
//! 3. [`Predictor`] reads a model and says, symbol by symbol, how likely each next one is; [`simulate`] draws sessions from it
//!    and [`fidelity`] measures it on sessions it has not seen.
//!
//! The same evidence gives the same model, byte for byte: fixed orders, fixed seeds, and no function of the platform's
//! mathematics library.

mod alphabet;
mod bytes;
mod candidates;
mod catalog;
pub mod context;
pub mod corpus;
mod counting;
mod counts;
pub mod document;
mod evidence;
mod experts;
pub mod fidelity;
mod inventory;
mod key;
mod known;
mod learn;
mod leave_out;
mod math;
mod mixing;
mod model;
mod noise;
mod partial;
mod personas;
mod predictor;
pub mod publish;
mod rows;
mod sample;
pub mod simulate;
mod stats;
mod steps;
pub mod summary;

pub use alphabet::{Alphabet, END, MOST, START, Symbol};
pub use catalog::{
    Action, Catalog, ElementEntry, ElementId, EndpointEntry, EndpointId, PageEntry, PageId, Unnamed, Verb, With,
};
pub use counts::{Counts, Next};
pub use document::Document;
pub use evidence::{Evidence, SAMPLE};
pub use fidelity::Fidelity;
pub use inventory::{Inventory, MOST_BYTES, MOST_OF_A_SESSION, WITNESSES};
pub use learn::{Settings, learn};
pub use mixing::Mixing;
pub use model::{Context, Model, Published, VERSION, Withheld};
pub use noise::Noise;
pub use partial::Partial;
pub use personas::Persona;
pub use predictor::{Predictor, Walk};
pub use publish::publish;
pub use rows::Smoothing;
pub use sample::{LONGEST_SAMPLED, Sample, Sampled};
pub use steps::{EVENTS_OF_A_SESSION, Step, steps};
pub use summary::{Summary, summary};
