//! The commands. Results go to standard output, everything else to standard error; exit 0 is success, 1 says in
//! one sentence what is wrong.

mod accounts;
mod audit;
mod bounce;
mod check;
mod evaluate;
mod health;
mod import;
mod keys;
mod mail;
mod objections;
mod person;
mod processing;
mod recount;
mod retention;
pub mod run;
mod wave;
mod webhook;

use crate::boot::{Boot, BootError};
use crate::config::Config;
use crate::demo;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Customer satisfaction after each service visit: asks once, keeps the answers, and says how sure a number is.
#[derive(Debug, Parser)]
#[command(name = "hearback", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show everything on a fictitious company, in one process, with mails as files.
    Demo(demo::Options),
    /// Serve all pages and the API, and do the work.
    Serve {
        /// Serve only; another process works.
        #[arg(long)]
        no_worker: bool,
    },
    /// Do the work only: send, close, fold.
    Work,
    /// Bring the database up to date.
    Migrate,
    /// Say whether settings, database, mail relay and letters are in order.
    #[command(after_help = check::settings_help())]
    Check,
    /// Ask the server on this machine whether it is ready: for a container's health check.
    Health,
    /// Try the way that mail leaves.
    Mail {
        #[command(subcommand)]
        action: mail::MailAction,
    },
    /// Switch the mailing of surveys on or off.
    Sending {
        /// on, off or status.
        #[arg(value_parser = ["on", "off", "status"])]
        action: String,
    },
    /// Take in one mail that came back, from standard input: for a pipe of the mail server.
    Bounce(bounce::Options),
    /// Bring people, visits or their history by file.
    Import {
        #[command(subcommand)]
        what: import::What,
    },
    /// Hand a wave of call-backs to a firm that phones with another system, and take its results in.
    Wave {
        #[command(subcommand)]
        action: wave::WaveAction,
    },
    /// Evaluate all employees over a period of visit dates.
    Evaluate(evaluate::Options),
    /// Look after the audit log.
    Audit {
        #[command(subcommand)]
        action: audit::AuditAction,
    },
    /// Do what a customer may ask for: a copy of everything, erasure, taking an answer back.
    Person {
        #[command(subcommand)]
        action: person::PersonAction,
    },
    /// Count all sums anew from the answers, and say what differs.
    Recount {
        /// Mend what differs. It is audited.
        #[arg(long)]
        repair: bool,
    },
    /// Say what is deleted when, or delete it now.
    Retention {
        #[command(subcommand)]
        action: retention::RetentionAction,
    },
    /// Write the records of processing (GDPR art. 30) or the sheet for works councils.
    Processing(processing::Options),
    /// Give a colleague an account.
    User {
        #[command(subcommand)]
        action: accounts::UserAction,
    },
    /// Look after the keys with which programs use the API.
    Key {
        #[command(subcommand)]
        action: keys::KeyAction,
    },
    /// Tell other systems what happens.
    Webhook {
        #[command(subcommand)]
        action: webhook::WebhookAction,
    },
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run_command(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hearback: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(command: Command) -> Result<ExitCode, BootError> {
    if let Command::Demo(options) = command {
        return demo::run(&options).map(|()| ExitCode::SUCCESS);
    }
    if let Command::Bounce(options) = command {
        return Ok(bounce::run(&options));
    }
    let config = Config::from_env()?;
    match &command {
        Command::Check => return Ok(check::run(&config)),
        Command::Health => return Ok(health::run(&config)),
        Command::Migrate => return run::migrate(&config),
        Command::Mail { action } => return mail::run(&config, action),
        _ => {}
    }
    let boot = Boot::start(config)?;
    match command {
        Command::Serve { no_worker } => run::serve(&boot, !no_worker)?,
        Command::Work => run::work(&boot)?,
        Command::Sending { action } => run::sending(&boot, &action)?,
        Command::Import { what } => return import::run(&boot, &what),
        Command::Wave { action } => return wave::run(&boot, action),
        Command::Evaluate(options) => evaluate::run(&boot, &options)?,
        Command::Audit { action } => return audit::run(&boot, &action),
        Command::Person { action } => person::run(&boot, action)?,
        Command::Recount { repair } => return recount::run(&boot, repair),
        Command::Retention { action } => retention::run(&boot, &action)?,
        Command::Processing(options) => processing::run(&boot, &options)?,
        Command::User { action } => accounts::user(&boot, action)?,
        Command::Key { action } => keys::run(&boot, action)?,
        Command::Webhook { action } => webhook::run(&boot, action)?,
        Command::Demo(_)
        | Command::Bounce(_)
        | Command::Check
        | Command::Health
        | Command::Migrate
        | Command::Mail { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
