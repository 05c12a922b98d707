//! `user`.

use crate::accounts::Role;
use crate::accounts::links::{self, Colleague};
use crate::accounts::oidc::binding;
use crate::accounts::{manage, queries};
use crate::audit::Actor;
use crate::boot::{Boot, BootError};
use crate::error::Error;
use crate::mail::EmailAddress;
use crate::web::format::moment;
use crate::{db, people};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

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
    /// List all accounts.
    List,
    /// Disable an account: its sessions and links end at once.
    Disable(Whose),
    /// Enable an account again.
    Enable(Whose),
    /// Take the second factor of somebody off who has lost the device.
    ResetSecondFactor(Whose),
    /// Bind an account to somebody at the sign-in service, where it vouches for no mail address.
    Bind {
        /// Whose account.
        #[command(flatten)]
        whose: Whose,
        /// The service's name for the person (`sub`).
        #[arg(long)]
        subject: String,
    },
    /// Release an account from whoever it is bound to at the sign-in service, and end its sessions.
    Release(Whose),
}

/// Names an account.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// Address to sign in with.
    #[arg(long)]
    email: String,
}

/// Looks after accounts.
///
/// # Errors
/// When the address is malformed or unknown, or the employee or team is unknown.
pub fn user(boot: &Boot, action: UserAction) -> Result<(), BootError> {
    match action {
        UserAction::Add { .. } => add(boot, action),
        UserAction::List => list(boot),
        UserAction::Disable(whose) => act(boot, &whose, |connection, id, now| {
            manage::disable(connection, id, Actor::Shell, now)?;
            Ok("disabled; every session has ended")
        }),
        UserAction::Enable(whose) => act(boot, &whose, |connection, id, now| {
            manage::enable(connection, id, Actor::Shell, now)?;
            Ok("enabled")
        }),
        UserAction::ResetSecondFactor(whose) => act(boot, &whose, |connection, id, now| {
            let had = manage::reset_second_factor(connection, id, Actor::Shell, now)?;
            Ok(if had { "the second factor is taken off" } else { "there was no second factor" })
        }),
        UserAction::Bind { whose, subject } => {
            let oidc = boot.app.config.oidc.as_ref();
            let issuer =
                oidc.ok_or_else(|| Error::conflict("Set HEARBACK_OIDC_ISSUER first."))?.issuer.as_str();
            in_transaction(boot, |connection, now| {
                binding::bind(connection, &whose.email, (issuer, &subject), now)
            })
        }
        UserAction::Release(whose) => {
            in_transaction(boot, |connection, now| binding::release(connection, &whose.email, now))
        }
    }
}

fn in_transaction(
    boot: &Boot,
    work: impl FnOnce(&mut PgConnection, DateTime<Utc>) -> Result<(), Error>,
) -> Result<(), BootError> {
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    Ok(db::transaction(&mut connection, |connection| work(connection, now))?)
}

/// Does something with an account that is there, and says what.
fn act(
    boot: &Boot,
    whose: &Whose,
    work: impl FnOnce(&mut PgConnection, Uuid, DateTime<Utc>) -> Result<&'static str, Error>,
) -> Result<(), BootError> {
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    let done = db::transaction(&mut connection, |connection| {
        let account = queries::find_account(connection, whose.email.trim())?;
        let account = account.ok_or_else(|| Error::not_found("account"))?;
        work(connection, account.id, now)
    })?;
    eprintln!("hearback: {}: {done}", whose.email.trim());
    Ok(())
}

/// Prints one line for each account: address, role, second factor, state, last seen.
fn list(boot: &Boot) -> Result<(), BootError> {
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    let zone = boot.app.config.organisation.time_zone;
    for row in queries::manage::list_accounts(&mut connection)? {
        let factor = if row.second_factor_at.is_some() { "second factor" } else { "password alone" };
        let state = match (row.disabled_at, row.has_password) {
            (Some(_), _) => "disabled",
            (None, true) => "open",
            (None, false) => "invited",
        };
        let seen = row.seen_at.map_or_else(|| "never seen".to_owned(), |at| moment(at, zone));
        println!("{}\t{}\t{factor}\t{state}\t{seen}", row.email, row.role);
    }
    Ok(())
}

/// Makes an account and prints the link.
fn add(boot: &Boot, action: UserAction) -> Result<(), BootError> {
    let UserAction::Add { email, role, name, employee, team } = action else { return Ok(()) };
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
