//! `mail test`: one letter by the road that surveys take, with the conversation shown as it goes. It needs no
//! database, so that mail can be tried before anything else works.

use super::objections::{Facts, objections, to_look_up};
use super::run::block_on;
use crate::app::App;
use crate::boot::{self, BootError};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::ids;
use crate::mail::{Connection, Dkim, EmailAddress, Failure, Letter, Mailbox, PreparedLetter};
use crate::mail::{Recorder, Reply, Spoken, Transport, clean_name};
use crate::telemetry;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What to try.
#[derive(Debug, clap::Subcommand)]
pub enum MailAction {
    /// Send one test letter, show the conversation with the relay, and say what a mailbox provider would object to.
    Test {
        /// Where the letter goes.
        address: String,
    },
}

/// Sends the letter. The exit is 0 when the relay took it.
///
/// # Errors
/// When the address or a setting is wrong.
pub fn run(config: &Config, action: &MailAction) -> Result<ExitCode, BootError> {
    let MailAction::Test { address } = action;
    let to =
        EmailAddress::parse(address).map_err(|error| Error::invalid_field("ADDRESS", error.to_string()))?;
    telemetry::start(&config.log).map_err(|problem| ConfigError::new("HEARBACK_LOG", problem))?;
    boot::check_sender(config)?;
    let dkim = App::dkim(config)?;
    let from: Mailbox = config
        .mail
        .from
        .parse()
        .map_err(|error| ConfigError::new("HEARBACK_MAIL_FROM", format!("is no sender: {error}")))?;
    let letter = write(config, from.clone(), to, dkim.as_ref())?;
    let (recorder, encrypted) = printer();
    let transport = App::transport(config)?.recorded(recorder);
    let by_relay = matches!(transport, Transport::Smtp(_));
    let sent = block_on(async { Ok(send(&transport, &letter).await) })?;
    let code = tell(&transport, &sent);
    let facts = Facts {
        config,
        from: &from.address,
        return_path: &letter.envelope_from,
        dkim: dkim.as_ref(),
        was_plain: by_relay && !encrypted.load(Ordering::Relaxed),
    };
    show(
        "What a mailbox provider would object to",
        &objections(&facts),
        "nothing that can be seen from here",
    );
    show("To look up in DNS, which this command does not ask", &to_look_up(&facts), "");
    Ok(code)
}

fn write(
    config: &Config,
    from: Mailbox,
    to: EmailAddress,
    dkim: Option<&Dkim>,
) -> Result<PreparedLetter, BootError> {
    let organisation = clean_name(&config.organisation.name);
    let said = format!("This is a test of Hearback by {organisation}. Nobody needs to answer it.");
    let reply_to = config.mail.reply_to.as_deref().map(str::parse).transpose();
    let reply_to = reply_to.map_err(|_| ConfigError::new("HEARBACK_REPLY_TO", "is no sender"))?;
    let letter = Letter {
        message_id: format!("<{}.test@{}>", ids::new_id().simple(), from.address.domain()),
        from,
        reply_to,
        return_path: None,
        to_name: None,
        to,
        subject: format!("A test of Hearback by {organisation}"),
        html: format!("<!doctype html><html lang=\"en\"><body><p>{}</p></body></html>\n", escaped(&said)),
        text: said + "\n",
        date: Clock::of_this_machine().now(),
        language: "en".to_owned(),
        list_unsubscribe: None,
        list_id: None,
    };
    letter.to_signed_message(dkim).map_err(|error| Error::internal(error).into())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

async fn send(transport: &Transport, letter: &PreparedLetter) -> Result<Reply, Failure> {
    let mut connection = Connection::open(transport).await?;
    let sent = match connection.envelope(letter).await {
        Ok(()) => connection.body(letter).await,
        Err(failure) => Err(failure),
    };
    connection.quit().await;
    sent
}

/// Prints each line with the milliseconds since the one before, and notices whether there was encryption.
fn printer() -> (Recorder, Arc<AtomicBool>) {
    let encrypted = Arc::new(AtomicBool::new(false));
    let noticed = Arc::clone(&encrypted);
    let before = Mutex::new(Instant::now());
    let recorder: Recorder = Arc::new(move |spoken| {
        let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
        let (mark, text) = match spoken {
            Spoken::Note(text) => ('*', text),
            Spoken::Us(text) => ('>', text),
            Spoken::Relay(text) => ('<', text),
        };
        if mark == '*' && text.starts_with("encrypted") {
            noticed.store(true, Ordering::Relaxed);
        }
        println!("{:>6} ms  {mark} {text}", before.elapsed().as_millis());
        *before = Instant::now();
    });
    (recorder, encrypted)
}

fn tell(transport: &Transport, sent: &Result<Reply, Failure>) -> ExitCode {
    match (sent, transport) {
        (Ok(reply), Transport::File(folder)) => {
            let name = reply.text.rsplit(' ').next().unwrap_or_default();
            println!("\nThe letter was written to {}", folder.join(name).display());
        }
        (Ok(reply), _) => println!("\nThe relay took the letter: {} {}", reply.code, reply.text),
        (Err(failure), _) => println!("\nThe letter was not sent: {failure}"),
    }
    if sent.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn show(title: &str, lines: &[String], without: &str) {
    println!("\n{title}:");
    for line in lines {
        println!("  - {line}");
    }
    if lines.is_empty() {
        println!("  {without}");
    }
}
