//! The demo: a visibly fictitious company. A year of its past comes in by the road of files; then its visits go the
//! real road – posted, planned, mailed into a folder, answered through the links in those mails, folded and
//! evaluated – under a clock that runs through five weeks in seconds.
//!
//! Everything is drawn from a fixed seed, and every step can be repeated, so that a start that was interrupted
//! goes on and a second one adds nothing.

mod case;
mod customers;
mod draw;
mod mailbox;
mod past;
mod play;
mod present;
mod roster;
mod summary;
mod weeks;
mod words;

use crate::boot::{Boot, BootError};
use crate::cli::run::{block_on, serve_app};
use crate::clock::Clock;
use crate::config::Config;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the demo may be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Folder for database and mails.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Address to listen on.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Do everything, print a summary and exit without serving.
    #[arg(long)]
    once: bool,
}

/// Name of the company.
const NAME: &str = "Northwind Boilers (demo)";

/// Its address.
const IMPRINT: &str = "Northwind Boilers, 4 Example Quay, Sampleton. A fictitious company.";

/// Runs the demo.
///
/// # Errors
/// One sentence that says what is missing.
pub fn run(options: &Options) -> Result<(), BootError> {
    let config = settings(options)?;
    let mail = config.data.join("mail");
    let boot = Boot::start(config)?;
    let once = options.once;
    block_on(async {
        let began = play::beginning(&boot.app).await?;
        let simulated = boot.with_clock(Clock::frozen(play::reached(&boot.app).unwrap_or(began)));
        play::play(&simulated, began, boot.app.clock.now(), &mail).await?;
        let text = summary::write(&boot.app, began, &mail, once).await?;
        println!("{text}");
        if once { Ok(()) } else { serve_app(boot.app.clone(), true).await }
    })
}

/// The demo's own settings: what the environment says of a real installation is left out, above all where mail
/// goes and which database is used.
fn settings(options: &Options) -> Result<Config, BootError> {
    const KEPT: [&str; 8] = [
        "HEARBACK_DATA",
        "HEARBACK_LISTEN",
        "HEARBACK_PUBLIC_URL",
        "HEARBACK_LOG",
        "PG_BIN_DIR",
        "PATH",
        "HOME",
        "XDG_CACHE_HOME",
    ];
    let from_environment = Config::lookup();
    let data = options.data.clone().map(|data| std::path::absolute(&data).unwrap_or(data));
    let listen = options.listen.map(|listen| listen.to_string());
    let lookup = move |name: &str| match name {
        "HEARBACK_DATA" if data.is_some() => data.as_ref().map(|data| data.display().to_string()),
        "HEARBACK_LISTEN" if listen.is_some() => listen.clone(),
        "HEARBACK_LOG" => from_environment(name).or_else(|| Some("warn".to_owned())),
        kept if KEPT.contains(&kept) => from_environment(kept),
        "HEARBACK_SENDING" | "HEARBACK_NAME_EMPLOYEES" => Some("on".to_owned()),
        // The sign-ins that it prints are to work as they stand.
        "HEARBACK_SECOND_FACTOR" => Some("optional".to_owned()),
        // Somebody looks at the demo at any hour.
        "HEARBACK_CALL_WINDOW" => Some("always".to_owned()),
        "HEARBACK_ORGANISATION" => Some(NAME.to_owned()),
        "HEARBACK_IMPRINT" => Some(IMPRINT.to_owned()),
        "HEARBACK_MAIL_FROM" => Some(format!("{NAME} <feedback@example.com>")),
        "HEARBACK_REPLY_TO" => Some("office@example.com".to_owned()),
        // The year that it shows would lose its names.
        "HEARBACK_RETENTION" => Some("contact=24months,calls=24months".to_owned()),
        "HEARBACK_TIME_ZONE" => Some(present::ZONE.name().to_owned()),
        _ => None,
    };
    Ok(Config::from_lookup(&lookup)?)
}
