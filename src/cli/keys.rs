//! `key`: make, list, rotate and revoke the keys of programs.

use crate::accounts::Scope;
use crate::accounts::keys::{self, Wanted};
use crate::accounts::queries::keys as queries;
use crate::audit::Actor;
use crate::boot::{Boot, BootError};
use crate::config::Network;
use crate::db;
use crate::error::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use diesel::PgConnection;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Make a key and print it once.
    Add {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do; several times or by commas.
        #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
        scope: Vec<Scope>,
        /// Networks from which alone it may be used, such as 10.0.0.0/8; several times or by commas.
        #[arg(long, num_args = 1.., value_delimiter = ',')]
        network: Vec<Network>,
        /// How long it works, such as 90d, or never.
        #[arg(long, value_name = "SPAN|never", default_value = "365d", value_parser = life)]
        expires: Life,
    },
    /// List all keys: what they may do, from where, when they were used last, when they end.
    List,
    /// Give a key a second secret and print it once; the old one ends after the overlap.
    Rotate {
        /// Id or name of the key.
        #[arg(value_name = "ID|NAME")]
        key: String,
        /// How long both secrets are good, at most 90d.
        #[arg(long, default_value = "24h", value_parser = keys::read_overlap)]
        overlap: TimeDelta,
    },
    /// End a key now.
    Revoke {
        /// Id or name of the key.
        #[arg(value_name = "ID|NAME")]
        key: String,
    },
}

/// How long a key works; None for ever.
#[derive(Debug, Clone, Copy)]
pub struct Life(Option<TimeDelta>);

fn life(text: &str) -> std::result::Result<Life, String> {
    keys::read_life(text).map(Life)
}

/// Does it.
///
/// # Errors
/// When name or scopes do not fit, or there is no such key.
pub fn run(boot: &Boot, action: KeyAction) -> std::result::Result<(), BootError> {
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    match action {
        KeyAction::Add { name, scope, network, expires } => {
            let wanted = Wanted { name, scopes: scope, networks: network, works_for: expires.0 };
            tell(&db::transaction(&mut connection, |connection| {
                keys::make(connection, &wanted, Actor::Shell, now)
            })?);
        }
        KeyAction::List => list(&mut connection, now)?,
        KeyAction::Rotate { key, overlap } => tell(&db::transaction(&mut connection, |connection| {
            let id = keys::find(connection, &key)?;
            keys::rotate(connection, id, overlap, Actor::Shell, now)
        })?),
        KeyAction::Revoke { key } => db::transaction(&mut connection, |connection| {
            let id = keys::find(connection, &key)?;
            keys::revoke(connection, id, Actor::Shell, now)
        })?,
    }
    Ok(())
}

fn tell(secret: &str) {
    println!("{secret}");
    eprintln!("hearback: keep the key now; it cannot be shown again");
}

/// One line a key, by tabs, so that other programs can read it.
fn list(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    println!("id\tname\tscopes\tnetworks\tmade\tlast_used\tends\tstate");
    for key in queries::list(connection)? {
        let scopes: Vec<&str> = key.scopes().iter().map(|scope| scope.as_str()).collect();
        let networks = key.network_words();
        let networks = if networks.is_empty() { "anywhere".to_owned() } else { networks.join(",") };
        let at =
            |at: Option<DateTime<Utc>>| at.map_or("never".to_owned(), |at| at.format("%FT%TZ").to_string());
        let state = match (key.revoked_at, key.expires_at) {
            (Some(_), _) => "revoked".to_owned(),
            (None, Some(end)) if end <= now => "ended".to_owned(),
            _ => match key.old_until.filter(|until| *until > now) {
                Some(until) => format!("two secrets until {}", at(Some(until))),
                None => "works".to_owned(),
            },
        };
        let (made, used, ends) = (at(Some(key.created_at)), at(key.last_used_at), at(key.expires_at));
        println!(
            "{}\t{}\t{}\t{networks}\t{made}\t{used}\t{ends}\t{state}",
            key.id,
            key.name,
            scopes.join(",")
        );
    }
    Ok(())
}
