//! `person`: what a customer may ask for. Whoever has the server's shell may do it; it is in the audit log.

use crate::about_person::{employee, erase, export, find_customer};
use crate::answering::queries::staff::find_of_visit;
use crate::answering::withdraw;
use crate::audit::Actor;
use crate::boot::{Boot, BootError};
use crate::db;
use crate::error::{Error, Kind};
use crate::retention::hold;
use crate::visits::queries::person::find_by_id;
use std::io::Write;
use std::path::PathBuf;

/// What to do for a person.
#[derive(Debug, clap::Subcommand)]
pub enum PersonAction {
    /// Write everything we hold about a customer or an employee as JSON.
    Export {
        /// Id of the customer in the system that sends visits, or the one in the address of their page.
        #[arg(long, required_unless_present = "employee", conflicts_with = "employee")]
        customer: Option<String>,
        /// Id of the employee in the system that sends visits.
        #[arg(long)]
        employee: Option<String>,
        /// Write to this file instead of standard output.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Erase a customer: what names them goes, statistics stay. It cannot be undone.
    Erase {
        /// Id of the customer in the system that sends visits, or the one in the address of their page.
        #[arg(long)]
        customer: String,
    },
    /// Take a customer's answer back: it leaves every score. It cannot be undone.
    Withdraw {
        /// Id of the visit that it is about.
        #[arg(long)]
        visit: String,
        /// How the customer asked for it.
        #[arg(long)]
        reason: String,
    },
}

/// Does it.
///
/// # Errors
/// When there is no such customer or answer, the database does not answer, or the file cannot be written.
pub fn run(boot: &Boot, action: PersonAction) -> Result<(), BootError> {
    let (app, now) = (&boot.app, boot.app.clock.now());
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    match action {
        PersonAction::Export { customer, employee, out } => {
            let everything = if let Some(id) = employee {
                let id = employee::find_employee(&mut connection, &id)?;
                employee::export(&mut connection, app, id, Actor::Shell)?
            } else {
                db::transaction(&mut connection, |connection| {
                    let customer = find_customer(connection, &customer.unwrap_or_default())?;
                    export::export(connection, app, customer, Actor::Shell)
                })?
            };
            let mut text = serde_json::to_vec_pretty(&everything).map_err(Error::internal)?;
            text.push(b'\n');
            let written = match &out {
                Some(path) => std::fs::write(path, text),
                None => std::io::stdout().write_all(&text),
            };
            written.map_err(|error| {
                Error::new(Kind::Internal, format!("The file could not be written: {error}."))
            })?;
        }
        PersonAction::Erase { customer } => {
            let erased = db::transaction(&mut connection, |connection| {
                let customer = find_customer(connection, &customer)?;
                erase::erase(connection, app, customer, Actor::Shell)
            })?;
            println!("erased files    {}", erased.files);
            println!("visits kept     {}", erased.visits);
            println!("letters removed {}", erased.letters);
        }
        PersonAction::Withdraw { visit, reason } => {
            db::transaction(&mut connection, |connection| {
                let visit = find_by_id(connection, &visit)?.ok_or_else(|| Error::not_found("visit"))?;
                let response =
                    find_of_visit(connection, visit)?.ok_or_else(|| Error::not_found("response"))?;
                hold::check_free(connection, &[], &[visit])?;
                withdraw::withdraw(connection, response.0, &reason, Actor::Shell, now)
            })?;
            println!("taken back");
        }
    }
    Ok(())
}
