//! `tg`: the only place where SDK clients are made, as in each Lambda function's own `main`.

use std::process::ExitCode;

use testgram_local::stores;
use testgram_tg::cli;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), |aws| stores::clients(&aws.url()))
}
