//! The public page behind the link: shows, stores, and lets the customer change what they said.
//!
//! A link never answers: GET and HEAD change nothing that counts. A form posts with a signed nonce; the same nonce
//! twice is one revision. The first clean answer fixes its time, the latest clean revision within 72 hours is its
//! value. What looks like a machine's is put aside ([`certainty`]): kept, shown, reversible, and outside every score.

pub mod api;
pub mod cards;
pub mod certainty;
pub mod code;
pub mod decide;
pub mod door;
pub mod fetches;
pub mod form;
pub mod kept;
pub mod key;
pub mod look;
pub mod nonce;
pub mod pages;
pub mod paper;
pub mod phone;
pub mod queries;
pub mod recheck;
pub mod show;
pub mod submit;
pub mod theme;
pub mod views;
pub mod withdraw;

/// For how long after the first answer it can be changed.
pub const EDITABLE: chrono::TimeDelta = chrono::TimeDelta::hours(72);

/// Forgets what was fetched more than 30 days ago.
///
/// # Errors
/// When the database does not answer.
pub fn prune(
    connection: &mut diesel::PgConnection,
    now: chrono::DateTime<chrono::Utc>,
) -> crate::error::Result<()> {
    while queries::fetches::prune(connection, now - fetches::KEPT)? > 0 {}
    Ok(())
}
