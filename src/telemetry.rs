//! What is logged and how: one line an event on standard error, without personal data.
//!
//! Callers log ids, never addresses, names, tokens or texts.

use tracing_subscriber::{EnvFilter, fmt};

/// The HTTP client would write every byte of a request, our secrets among them.
const SEES_SECRETS: [&str; 2] = ["ureq=warn", "ureq_proto=warn"];

/// Checks a filter.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter).map(drop).map_err(|error| format!("HEARBACK_LOG is wrong: {error}"))
}

/// Starts logging with tracing's filter syntax (`info`, `info,hearback=debug`). A second start does nothing.
///
/// # Errors
/// Says what is wrong with the filter.
pub fn start(filter: &str) -> Result<(), String> {
    let mut filter = EnvFilter::try_new(filter).map_err(|error| error.to_string())?;
    for quiet in SEES_SECRETS {
        filter = filter.add_directive(quiet.parse().map_err(|error| format!("{quiet}: {error}"))?);
    }
    // Tests start several servers in one process; the first one's subscriber serves all.
    drop(
        fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_ansi(false)
            .try_init(),
    );
    Ok(())
}
