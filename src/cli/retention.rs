//! `retention`: what is deleted when, and deleting it now.

use crate::audit::Actor;
use crate::boot::{Boot, BootError};
use crate::db;
use crate::error::Error;
use crate::retention::kinds::NOTES;
use crate::retention::plan::{self, Planned};
use crate::retention::queries::holds;
use crate::retention::run;
use crate::retention::tables::fixed;

/// What to do about retention.
#[derive(Debug, clap::Subcommand)]
pub enum RetentionAction {
    /// Say what is kept for how long, how much of it is over, and what is held.
    Plan,
    /// Delete what is over now, also in the first week.
    Run {
        /// Only say what would be deleted.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Does it.
///
/// # Errors
/// When the database does not answer; what is deleted stays deleted.
pub fn run(boot: &Boot, action: &RetentionAction) -> Result<(), BootError> {
    let app = &boot.app;
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    match action {
        RetentionAction::Plan => {
            let (planned, notes, held) = db::snapshot(&mut connection, |connection| {
                let planned = plan::plan(connection, app)?;
                let notes = plan::notes(connection, app)?;
                Ok((planned, notes, holds::list_standing(connection)?.len()))
            })?;
            print!("{}", table(&planned, notes));
            for one in fixed().into_iter().filter(|one| one.key != NOTES) {
                println!("{:<12} {:<14} {}", one.key, one.kept, one.what);
            }
            println!("legal holds that stand: {held}");
        }
        RetentionAction::Run { dry_run: true } => {
            let (planned, notes) = db::snapshot(&mut connection, |connection| {
                Ok((plan::plan(connection, app)?, plan::notes(connection, app)?))
            })?;
            for (key, count) in planned.iter().map(|one| (one.key, one.now)).chain([(NOTES, notes[0])]) {
                println!("{key:<12} {count:>9} would go");
            }
        }
        RetentionAction::Run { dry_run: false } => {
            let done = run::run(&mut connection, app, Actor::Shell, usize::MAX)?;
            for (key, rows) in done.deleted {
                println!("{key:<12} {rows:>9} gone");
            }
        }
    }
    Ok(())
}

fn table(planned: &[Planned], notes: [i64; 3]) -> String {
    use std::fmt::Write;
    let mut text =
        format!("{:<12} {:<14} {:>9} {:>9} {:>9}  what\n", "kind", "kept", "over now", "in 30 d", "in 90 d");
    let mut row = |key: &str, keep: &str, now: i64, ahead: [i64; 2], what: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{key:<12} {keep:<14} {now:>9} {:>9} {:>9}  {what}", ahead[0], ahead[1]);
    };
    for one in planned {
        row(one.key, &one.keep.to_string(), one.now, one.ahead, one.what);
    }
    row(NOTES, "own date", notes[0], [notes[1], notes[2]], "Notes about customers");
    text
}
