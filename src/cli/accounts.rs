//! `user`.

use crate::accounts::Role;
use crate::accounts::links::{self, Colleague};
use crate::boot::{Boot, BootError};
use crate::error::Error;
use crate::mail::EmailAddress;
use crate::{db, people};

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum UserAction {
    /// Make an account, or a new link for one, and print a one-time link to set the password.
    Add {
        /// Address to sign in with.
        #[arg(long)]
        email: String,
        /// admin, hr, manager, caller or employee.
        #[arg(long)]
        role: Role,
        /// Name for pages; the part before the @ if left out.
        #[arg(long)]
        name: Option<String>,
        /// Id of the employee they are.
        #[arg(long)]
        employee: Option<String>,
        /// Name of the team that a manager sees.
        #[arg(long)]
        team: Option<String>,
    },
}

/// Makes an account and prints the link.
///
/// # Errors
/// When the address is malformed, or the employee or team is unknown.
pub fn user(boot: &Boot, action: UserAction) -> Result<(), BootError> {
    let UserAction::Add { email, role, name, employee, team } = action;
    let address =
        EmailAddress::parse(&email).map_err(|error| Error::invalid_field("--email", error.to_string()))?;
    if role == Role::Manager && team.is_none() {
        return Err(Error::invalid_field("--team", "a manager needs the team to see").into());
    }
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    let path = db::transaction(&mut connection, |connection| {
        let employee = match employee {
            Some(id) => Some(
                people::queries::find_employee(connection, &id)?
                    .ok_or_else(|| Error::not_found("employee"))?,
            ),
            None => None,
        };
        let team = match team {
            Some(name) => {
                if people::queries::find_team(connection, &name)?.is_none() {
                    eprintln!("hearback: the team {name} is new; visits that name it will fill it");
                }
                Some(people::queries::upsert_team(connection, &name)?)
            }
            None => None,
        };
        let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(&email).to_owned());
        let colleague = Colleague { email: address.as_str().to_owned(), name, role, employee, team };
        links::invite(connection, &colleague, now)
    })?;
    println!("{}", boot.app.config.http.link(&path));
    eprintln!("hearback: the link works once, for {} days", links::WORKS_FOR.num_days());
    Ok(())
}
