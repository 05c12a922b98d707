//! Call-backs: whom to phone, because no confirmed answer came, in an order that was drawn with the visit.
//!
//! Priority cases come first, then strictly by the permanent random number, so that whoever answers the phone
//! stands for those who do not write. What is listed here holds no name, no number and no answer.

pub mod api;
pub mod model;
pub mod pages;
pub mod queries;
pub mod views;

pub use model::{Callback, State};
