//! Who works here and what they may do: sign-in, sessions, roles, one-time links and API keys.
//!
//! Secrets are random (256 bits) and stored as SHA-256; passwords as argon2id. What a route asks for stands in
//! one table (`routes.rs`) as [`Access`]; [`guard`] checks it before any handler runs.

pub mod guard;
pub mod key_pages;
mod key_views;
pub mod keys;
pub mod limits;
pub mod links;
pub mod model;
pub mod pages;
mod password;
pub mod queries;
pub mod sign_in;
pub mod views;

pub use guard::{SignedForm, check, shell_for};
pub use model::{Access, Client, Role, Scope, Sees, SignedIn};
