//! `evaluate`: an evaluation as table, JSON, CSV, workbook or page.

use crate::audit::{self, Actor};
use crate::boot::{Boot, BootError};
use crate::db;
use crate::error::Error;
use crate::evaluations::model::EvaluationEnvelope;
use crate::evaluations::{Selection, evaluate};
use crate::reports::{csv, html, table, xlsx};
use chrono::NaiveDate;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// What to evaluate and how to write it.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// First visit date, included, such as 2026-01-01.
    #[arg(long)]
    from: NaiveDate,
    /// Last visit date, included.
    #[arg(long)]
    to: NaiveDate,
    /// Only employees of this team.
    #[arg(long)]
    team: Option<String>,
    /// How to write it.
    #[arg(long, default_value = "table", value_parser = ["table", "json", "csv", "xlsx", "html"])]
    format: String,
    /// Write to this file instead of standard output.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Also what is otherwise hidden; for checking the method. It is audited.
    #[arg(long)]
    all_estimates: bool,
}

/// Evaluates and writes.
///
/// # Errors
/// When the database does not answer or the file cannot be written.
pub fn run(boot: &Boot, options: &Options) -> Result<(), BootError> {
    let selection = Selection {
        from: options.from,
        to: options.to,
        team: options.team.clone(),
        employee: None,
        all_estimates: options.all_estimates,
    };
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    let evaluation = evaluate(&mut connection, &selection, now)?;
    db::transaction(&mut connection, |connection| {
        let detail =
            json!({ "from": options.from, "to": options.to, "all_estimates": options.all_estimates });
        audit::record(connection, now, Actor::Shell, "evaluations.read", "evaluations", detail)
    })?;
    let bytes = match options.format.as_str() {
        "csv" => csv::write(&evaluation)?,
        "html" => html::write(&evaluation)?,
        "xlsx" => xlsx::write(&evaluation)?,
        "json" => {
            let mut text =
                serde_json::to_vec_pretty(&EvaluationEnvelope { evaluation }).map_err(Error::internal)?;
            text.push(b'\n');
            text
        }
        _ => table::write(&evaluation).into_bytes(),
    };
    if options.all_estimates {
        eprintln!(
            "hearback: all estimates are shown, also those that are hidden from readers; this is in the audit log"
        );
    }
    let written = match &options.out {
        Some(path) => std::fs::write(path, bytes),
        None => std::io::stdout().write_all(&bytes),
    };
    written.map_err(|error| {
        Error::new(crate::error::Kind::Internal, format!("The evaluation could not be written: {error}."))
            .into()
    })
}
