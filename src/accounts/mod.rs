//! Who works here and what they may do: sign-in, second factor, sessions, roles, one-time links and API keys.
//!
//! Secrets are random (256 bits) and stored as SHA-256; passwords as argon2id. What a route asks for stands in
//! one table (`routes.rs`) as [`Access`]; [`guard`] checks it before any handler runs.

pub mod account_pages;
mod attempts;
pub mod break_glass;
pub mod break_glass_pages;
mod browser;
pub mod code_pages;
mod common;
pub mod export;
mod forgot;
pub mod guard;
pub mod key_pages;
mod key_views;
pub mod keys;
mod known;
pub mod letters;
pub mod limits;
pub mod links;
pub mod manage;
pub mod model;
pub mod oidc;
pub mod pages;
mod password;
pub mod queries;
pub mod second_factor;
pub mod second_factor_pages;
pub mod sessions;
pub mod settings_pages;
pub mod sign_in;
pub mod totp;
pub mod views;

pub use guard::{Admitted, SignedForm, check, shell_for};
pub use model::{Access, Client, Role, Scope, Sees, SignedIn};
pub use password::SHORTEST as SHORTEST_PASSWORD;
