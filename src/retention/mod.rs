//! Retention: each kind of data goes when its period is over, unless a legal hold names it. An edge, because it touches
//! every slice; each one's own function deletes.
//!
//! `config` says which kinds there are and for how long each is kept, [`queries::due`] what of it is over, [`kinds`] who
//! deletes it, [`tables`] where each table of the database belongs. The worker runs it daily in short transactions; what
//! was deleted does not match any more, so that an interrupted run goes on where it stopped, and each transaction ends
//! with an entry in the audit log that says how many and never who. Sums and evaluations stay as they are.

mod clear;
pub mod hold;
pub mod kinds;
pub mod pages;
pub mod plan;
pub mod queries;
pub mod run;
pub mod tables;
mod views;
