//! `check`: says of each part whether it is in order, with secrets hidden.

use crate::accounts;
use crate::app::App;
use crate::boot;
use crate::config::{Config, SETTINGS, SecondFactor};
use crate::db;
use crate::mail::Connection;
use crate::mail::mailbox::Inbox;
use crate::telemetry;
use std::fmt::{Display, Write};
use std::process::ExitCode;

/// Lists every setting for `check --help`.
pub fn settings_help() -> String {
    let mut text = "Settings (environment variables):\n".to_owned();
    for setting in SETTINGS {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {}\n      {} (default: {}; example: {})",
            setting.name, setting.meaning, setting.default, setting.example
        );
    }
    text
}

/// Checks everything and exits with 1 when something is wrong.
pub fn run(config: &Config) -> ExitCode {
    let results = [
        told("settings", &Ok::<_, String>(settings(config))),
        told("secret", &Ok::<_, String>(secret(config))),
        told("database", &database(config)),
        told("letters", &App::templates(config).map(|_| "every letter renders with its sample".to_owned())),
        told("sender", &boot::check_sender(config).map(|()| config.mail.from.clone())),
        told("signature", &dkim(config)),
        told("sign-in", &Ok::<_, String>(second_factor(config))),
        told("log", &telemetry::check(&config.log).map(|()| config.log.clone())),
        told("mail", &mail(config)),
        told("bounces", &bounces(config)),
        told("sign-in", &sign_in(config)),
    ];
    if results.iter().all(|fine| *fine) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn told(part: &str, result: &Result<String, impl Display>) -> bool {
    match result {
        Ok(text) => println!("{part:<10} ok     {text}"),
        Err(error) => println!("{part:<10} WRONG  {error}"),
    }
    result.is_ok()
}

fn settings(config: &Config) -> String {
    let sending = &config.sending;
    format!(
        "{} at {}, data in {}, sending {}, delay {} min",
        config.organisation.name,
        config.http.public_url,
        config.data.display(),
        if sending.always_on { "on" } else { "off until switched on" },
        sending.delay.num_minutes(),
    )
}

fn secret(config: &Config) -> String {
    match &config.secret {
        Some(keys) => format!("ids {}, the first signs", keys.ids().collect::<Vec<_>>().join(", ")),
        None if config.database.url.is_some() => {
            "kept in the data folder; set HEARBACK_SECRET before a second machine uses this database"
                .to_owned()
        }
        None => "kept in the data folder".to_owned(),
    }
}

fn second_factor(config: &Config) -> String {
    match config.second_factor {
        SecondFactor::Required => "HR and administrators need a second factor".to_owned(),
        SecondFactor::Optional => "WARNING: a password alone opens every evaluation; set \
                                   HEARBACK_SECOND_FACTOR=required unless something else guards the sign-in"
            .to_owned(),
    }
}

fn database(config: &Config) -> Result<String, String> {
    let (url, postgres) = boot::open_database(config).map_err(|error| error.to_string())?;
    let mut connection = db::open(&url).map_err(|error| error.detail)?;
    let pending = db::migrate::pending(&mut connection).map_err(|error| error.detail)?;
    let which = match db::roles::who(&mut connection).map_err(|error| error.detail)? {
        _ if postgres.is_some() => "embedded".to_owned(),
        (name, true) => format!("DATABASE_URL, as {name}, who owns the tables"),
        (name, false) => format!("DATABASE_URL, as {name}, who owns no table"),
    };
    match pending.len() {
        0 => Ok(format!("{which}, up to date")),
        n => Ok(format!("{which}, {n} migrations pending; `hearback migrate` runs them")),
    }
}

fn dkim(config: &Config) -> Result<String, String> {
    let dkim = App::dkim(config).map_err(|error| error.to_string())?;
    Ok(dkim.map_or("none of ours; the relay may sign".to_owned(), |dkim| {
        format!("DKIM, with the public key at {} in DNS", dkim.record())
    }))
}

fn mail(config: &Config) -> Result<String, String> {
    let transport = App::transport(config).map_err(|error| error.to_string())?;
    super::run::block_on(async move {
        let opened = Connection::open(&transport).await;
        Ok(match opened {
            Ok(connection) => {
                connection.quit().await;
                Ok("mail can leave".to_owned())
            }
            Err(failure) => Err(format!("HEARBACK_MAIL_URL: {failure}")),
        })
    })
    .map_err(|error| error.to_string())?
}

fn bounces(config: &Config) -> Result<String, String> {
    let mailbox = boot::check_bounces(config).map_err(|error| error.to_string())?;
    let Some(url) = mailbox else {
        return Ok(match &config.mail.bounce_address {
            Some(_) => "the mail server gives them to `hearback bounce`".to_owned(),
            None => "not read; set HEARBACK_BOUNCE_ADDRESS".to_owned(),
        });
    };
    let authorities = App::authorities(config).map_err(|error| error.to_string())?;
    super::run::block_on(async move {
        Ok(match Inbox::open(&url, authorities).await {
            Ok(inbox) => {
                inbox.close().await;
                Ok(format!("read from {url}"))
            }
            Err(error) => Err(format!("HEARBACK_BOUNCE_MAILBOX: {error}")),
        })
    })
    .map_err(|error| error.to_string())?
}

fn sign_in(config: &Config) -> Result<String, String> {
    let Some(oidc) = &config.oidc else { return Ok("by password; no HEARBACK_OIDC_ISSUER".to_owned()) };
    accounts::oidc::look(oidc).map_err(|problem| format!("HEARBACK_OIDC_ISSUER: {problem}"))?;
    let back = config.http.link(accounts::oidc::CALLBACK);
    Ok(format!("by password and by {}, which must know {back}", oidc.issuer))
}
