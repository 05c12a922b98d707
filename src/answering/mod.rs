//! The public page behind the link: shows, stores, and lets the customer change what they said.
//!
//! A link never answers: GET and HEAD change nothing. A form posts with a signed nonce; the same nonce twice is
//! one revision. The first answer fixes its time, the latest revision within 72 hours is its value.

pub mod api;
pub mod form;
pub mod nonce;
pub mod pages;
pub mod queries;
pub mod show;
pub mod submit;
pub mod views;

/// For how long after the first answer it can be changed.
pub const EDITABLE: chrono::TimeDelta = chrono::TimeDelta::hours(72);
