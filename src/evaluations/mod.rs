//! Evaluations: what customers said about the visits of each employee in a period, with how sure it is.
//!
//! The folded sums of a period become the tables of the method (`fit`), which is pure and lives in `stats::method`; `rows`
//! puts its estimates beside plain counts and means and hides what the status forbids.

pub mod api;
pub mod fit;
mod kept;
pub mod model;
pub mod pages;
pub mod report;
pub mod rows;
pub mod views;

pub use model::Evaluation;
pub use report::{Selection, evaluate};
