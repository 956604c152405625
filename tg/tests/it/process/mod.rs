//! `tg` as a process, as scripts and users call it: output, exit codes, signals, and a process that is killed.

mod cli;
mod crash;
mod support;
mod up;
