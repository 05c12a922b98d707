//! From a visit to a mail in the relay's hands. The invitations are the send queue.
//!
//! An invitation is planned, claimed with a lease, and given to the relay in two halves: before the final dot
//! it may be tried again, past it never. The marker between the halves is committed before the body goes out,
//! and the database itself forbids a second mail past it. No reply after the dot is `unknown`: shown, never
//! sent again by itself.
//!
//! States: planned → sending → sent | unknown | bounced | failed; closed when there is nothing left to do. Reminders
//! are further letters of an invitation that stays `sent` or `unknown` meanwhile: they have attempts and markers of
//! their own.

pub mod again;
mod asked;
pub mod bounces;
pub mod breaker;
mod chart;
pub mod claim;
pub mod close;
pub mod collect;
pub mod eligibility;
pub mod end;
pub mod fuse;
pub mod invite;
pub mod letter;
mod mark;
pub mod model;
pub mod never;
pub mod opt_out;
pub mod pages;
pub mod queries;
mod remind;
pub mod rescue;
pub mod send;
pub mod standing;
mod throttle;
pub mod verdict;
pub mod verp;
mod views;

pub use send::Sender;

use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;

/// Tells whether letters may go out: sending is on, and the database did not go back in time. `always_on` is the setting.
///
/// # Errors
/// When the database does not answer.
pub fn is_sending(connection: &mut PgConnection, always_on: bool) -> Result<bool> {
    Ok(fuse::is_whole(connection)? && queries::is_on(connection, always_on)?)
}

/// For how long it is known that somebody was asked.
pub const ASKED_KEPT: TimeDelta = TimeDelta::days(400);

/// Forgets who was asked more than a year ago, and turns of rate limits that are over.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    queries::asked::prune(connection, now - ASKED_KEPT)?;
    queries::health::prune_rates(connection, now - TimeDelta::days(1)).map(drop)
}
