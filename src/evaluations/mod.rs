//! Evaluations: what customers said about the visits of each employee in a period, with how sure it is.
//!
//! For now plain statistics over the folded sums: counts, mean, the share of the two best marks, and the
//! response rate, each with its interval. The corrected estimates stand in the same shape and are null.

pub mod api;
pub mod model;
pub mod pages;
pub mod report;
pub mod views;

pub use model::Evaluation;
pub use report::{Selection, evaluate};
