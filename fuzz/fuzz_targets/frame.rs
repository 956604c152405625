//! Any bytes, as a frame and as a buffer item. What must hold is in `shared/protocol/tests/common/invariants.rs`.
#![no_main]

#[path = "../../shared/protocol/tests/common/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::hold(bytes));
