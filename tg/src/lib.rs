//! `tg`: the command line of Testgram.
//!
//! Each command is a file of [`cli`]: it reads its arguments, calls the crates that do the work, and prints the
//! outcome. What runs behind `tg up` is `testgram-local`; the shop behind `/demo/` is `testgram-demo`, which only a
//! build with the feature `demo` carries. It may not know any rule of the product: a rule that lives here is a rule
//! that production does not have.
//!
//! ```text
//! failure ← output, logging, progress, target ← archive, build, buffer, model, fidelity, world ← demo ← up ← cli
//! ```
//!
//! A command that fails exits with the code of its reason, and names the reason by a word that stays the same:
//!
//! ```
//! use testgram_tg::cli::FailureReason;
//!
//! assert_eq!((FailureReason::NoStack.exit_code(), FailureReason::NoStack.word()), (7, "no_stack"));
//! ```

pub mod cli;
