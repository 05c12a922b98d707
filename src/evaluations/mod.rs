//! Evaluations: what customers said about the visits of each employee in a period, with how sure it is.
//!
//! The folded sums of a period become the tables of the method (`fit`), which is pure and lives in `stats::method`; `rows`
//! puts its estimates beside plain counts and means and hides what the status forbids. Everything else here shows the
//! numbers, and never one without its interval and what it rests on. Nothing is ordered by score. A person decides; the
//! program never does.

pub mod api;
pub mod charts;
pub mod employee;
pub mod fairness;
pub mod figures;
pub mod fit;
mod kept;
pub mod method;
pub mod model;
pub mod objections;
pub mod pages;
pub mod period;
pub mod report;
pub mod rows;
pub mod standouts;
pub mod statements;
pub mod views;
pub mod words;

pub use model::Evaluation;
pub use report::{Selection, evaluate};
