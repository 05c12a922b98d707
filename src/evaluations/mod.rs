//! Evaluations: what customers said about the visits of each employee in a period, with how sure it is.
//!
//! [`report`] makes the numbers; everything else here shows them, and never a number without its interval and what it
//! rests on. Nothing is ordered by score. A person decides; the program never does.

pub mod api;
pub mod charts;
pub mod employee;
pub mod figures;
pub mod method;
pub mod model;
pub mod objections;
pub mod pages;
pub mod period;
pub mod report;
pub mod standouts;
pub mod statements;
pub mod views;
pub mod words;

pub use model::Evaluation;
pub use report::{Selection, evaluate};
