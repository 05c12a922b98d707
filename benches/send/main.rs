//! How fast and how frugally letters go out, as ratios to what the same machine can do in the same minute.
//!
//! ```text
//! cargo bench --bench send            # everything, about five minutes
//! cargo bench --bench send -- relay   # one part of it: relay, queue or million
//! ```
//!
//! - relay: claim, write, send and record with 10 connections to `smtp-sink` on loopback, against Postfix's
//!   `smtp-source` to the same sink, with its connections kept (`-d`) and with a new one for each message.
//! - queue: claim and record 100 at a time, against the bare `FOR UPDATE SKIP LOCKED` statement.
//! - million: a million invitations are due; how much memory the program takes, and whether claims stay as fast.
//!
//! Needs Postfix's programs. The database is a Postgres of its own with everything safe on, or the one of
//! `TEST_DATABASE_URL`. Rounds are interleaved; medians count.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot go on has failed"
)]

mod company;
#[path = "../support/figures.rs"]
mod figures;
mod million;
#[path = "../support/place.rs"]
mod place;
mod queue;
mod relay;

use figures::{median, told};
use place::Place;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    let place = Place::new();
    if is_wanted("relay") {
        relay::measure(&place);
    }
    if is_wanted("queue") {
        queue::measure(&place);
    }
    if is_wanted("million") {
        million::measure(&place);
    }
}
