//! `bounce`: takes in one mail that came back, for a pipe of the mail server.

use crate::boot::{Boot, BootError};
use crate::config::Config;
use crate::db;
use crate::delivery::bounces::{self, Incoming, Source, Taken};
use crate::error::Error;
use crate::mail::report::LONGEST;
use clap::Args;
use std::io::Read;
use std::process::ExitCode;

/// `EX_TEMPFAIL` of sysexits.h: the mail server keeps the message and tries again.
const TRY_AGAIN: u8 = 75;

/// Whom the mail is for.
#[derive(Debug, Args)]
pub struct Options {
    /// The address to which it was delivered, as the mail server knows it; else its headers are looked at.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    recipient: Option<String>,
}

/// Takes in the message on standard input. 0 when it is stored, whatever it was; 75 for everything that went wrong
/// with us, since any other code would make the mail server give the message up.
pub fn run(options: &Options) -> ExitCode {
    match take_in(options) {
        Ok(Taken::TooEarly) => {
            eprintln!("hearback: the sending of this letter is not recorded yet; try again");
            ExitCode::from(TRY_AGAIN)
        }
        Ok(taken) => {
            tracing::info!(?taken, "message that came back");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hearback: {error}");
            ExitCode::from(TRY_AGAIN)
        }
    }
}

fn take_in(options: &Options) -> Result<Taken, BootError> {
    let boot = Boot::start(Config::from_env()?)?;
    let (app, mut raw, mut input) = (&boot.app, Vec::new(), std::io::stdin().lock());
    let most = u64::try_from(LONGEST + 1).unwrap_or(u64::MAX);
    input.by_ref().take(most).read_to_end(&mut raw).map_err(Error::internal)?;
    // Whoever writes to us shall not be cut off, however long the message is.
    std::io::copy(&mut input, &mut std::io::sink()).map_err(Error::internal)?;
    let recipient = options.recipient.as_deref();
    let incoming = Incoming { raw: &raw, recipient, source: Source::Pipe, key: "-" };
    let now = app.clock.now();
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    let taken = db::transaction(&mut connection, |connection| {
        bounces::take_in(connection, &app.keys, &incoming, now)
    });
    Ok(taken?)
}
