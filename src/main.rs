//! The program `hearback`. Results go to standard output, everything else to standard error.

use std::process::ExitCode;

fn main() -> ExitCode {
    hearback::cli::main()
}
