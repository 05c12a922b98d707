//! Statements: an evaluation frozen for the file of a person (DESIGN decision 10).
//!
//! A statement never changes: what it rests on, how it was made and the SHA-256 of its inputs are stored with it, and no
//! query changes a row. A correction is a new statement that names the old one. The employee acknowledges or contests it
//! with a comment, which stands beside it.

pub mod api;
pub mod freeze;
pub mod model;
pub mod pages;
pub mod queries;
pub mod reply;
pub mod views;
