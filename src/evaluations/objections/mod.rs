//! Objections: an employee contests an answer, somebody independent decides with a reason, and both values stay visible.
//!
//! The answer itself is never changed. *Exclude* takes it out of every score, *reassign* passes the credit for the visit
//! to a colleague, *annotate* leaves it as it is with a note beside it; each can be undone. HR decides: not whom it is
//! about, not who would get the credit, and never a manager, whose team's score it is.

pub mod decide;
pub mod model;
pub mod open;
pub mod pages;
pub mod queries;
pub mod views;

/// Within how many days somebody decides.
pub const DECIDED_WITHIN: chrono::Days = chrono::Days::new(14);

/// The longest text that is written here (characters).
pub const LONGEST: usize = 1_000;
