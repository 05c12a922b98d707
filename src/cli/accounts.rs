//! `user` and `key`.

use crate::accounts::keys;
use crate::accounts::links::{self, Colleague};
use crate::accounts::oidc::binding;
use crate::accounts::{Role, Scope};
use crate::boot::{Boot, BootError};
use crate::error::Error;
use crate::mail::EmailAddress;
use crate::{db, people};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

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
    /// Bind an account to somebody at the sign-in service, where it vouches for no mail address.
    Bind {
        /// Address of the account.
        #[arg(long)]
        email: String,
        /// The service's name for the person (`sub`).
        #[arg(long)]
        subject: String,
    },
    /// Release an account from whoever it is bound to at the sign-in service, and end its sessions.
    Release {
        /// Address of the account.
        #[arg(long)]
        email: String,
    },
}

/// What to do with keys.
#[derive(Debug, clap::Subcommand)]
pub enum KeyAction {
    /// Make a key and print it once.
    Add {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do; several times or by commas.
        #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
        scope: Vec<Scope>,
    },
}

/// Does what is asked for an account.
///
/// # Errors
/// When it cannot be done; the sentence says why.
pub fn user(boot: &Boot, action: UserAction) -> Result<(), BootError> {
    match action {
        add @ UserAction::Add { .. } => user_add(boot, add),
        UserAction::Bind { email, subject } => {
            let oidc = boot.app.config.oidc.as_ref();
            let issuer =
                oidc.ok_or_else(|| Error::conflict("Set HEARBACK_OIDC_ISSUER first."))?.issuer.as_str();
            in_transaction(boot, |connection, now| binding::bind(connection, &email, (issuer, &subject), now))
        }
        UserAction::Release { email } => {
            in_transaction(boot, |connection, now| binding::release(connection, &email, now))
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

/// Makes an account and prints the link.
fn user_add(boot: &Boot, action: UserAction) -> Result<(), BootError> {
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

/// Makes a key and prints it.
///
/// # Errors
/// When name or scopes do not fit.
pub fn key(boot: &Boot, action: KeyAction) -> Result<(), BootError> {
    let KeyAction::Add { name, scope } = action;
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    let key = db::transaction(&mut connection, |connection| keys::add(connection, &name, &scope, now))?;
    println!("{key}");
    eprintln!("hearback: keep the key now; it cannot be shown again");
    Ok(())
}
