//! What the pages show.

pub mod audit;
pub mod cards;
pub mod customers;
pub mod people;
pub mod responses;
pub mod visits;
