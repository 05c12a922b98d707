//! Visits: finished pieces of service, as other systems bring them, and the one outcome in which each stands.
//!
//! A visit is stored once under the id it came with. Every change of its outcome is a row of history with who
//! decided, when and why, and an entry for the scores.

pub mod api;
pub mod erased;
pub mod import;
pub mod intake;
pub mod model;
pub mod outcome;
pub mod queries;
pub mod store;
pub mod views;

pub use outcome::Outcome;
