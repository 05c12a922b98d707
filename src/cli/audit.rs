//! `audit verify`: whether the audit log is as it was written.

use crate::audit::{self, anchor, verify};
use crate::boot::{Boot, BootError};
use crate::config::ConfigError;
use crate::db;
use crate::error::Error;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Check that no entry was changed, deleted, moved or slipped in, and that the end was not cut off.
    Verify {
        /// File with anchors; without it the one that the settings name.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
}

/// Seals what is not sealed yet, walks the chain and says what is wrong; exit code 1 if anything is.
///
/// # Errors
/// When the database does not answer, or the file of anchors cannot be read.
pub fn run(boot: &Boot, action: &AuditAction) -> Result<ExitCode, BootError> {
    let AuditAction::Verify { anchor } = action;
    let app = &boot.app;
    let file = anchor.as_ref().or(app.config.audit_anchor.as_ref());
    let anchors = file.map(|file| {
        anchor::read(file).map_err(|error| {
            ConfigError::new("HEARBACK_AUDIT_ANCHOR", format!("{} cannot be read: {error}", file.display()))
        })
    });
    let anchors = anchors.transpose()?.unwrap_or_default();
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    while db::transaction(&mut connection, |connection| audit::seal(connection, &app.keys))? > 0 {}
    let report = db::snapshot(&mut connection, |connection| verify::verify(connection, &app.keys, &anchors))?;
    for fault in &report.faults {
        println!("{fault}");
    }
    let (sealed, of, fitting) = (report.sealed, anchors.len() - report.anchors_gone, report.anchors);
    if report.faults.is_empty() {
        println!("{sealed} entries are as they were written; {fitting} of {of} anchors fit");
        if report.cut_at > 0 {
            println!(
                "the first {} went when their time was over, with {} anchors",
                report.cut_at, report.anchors_gone
            );
        }
        if report.forgotten > 0 {
            println!("of {} the details went with the erasure of a person", report.forgotten);
        }
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("hearback: the audit log was tampered with, or a part of the database was lost");
    Ok(ExitCode::FAILURE)
}
