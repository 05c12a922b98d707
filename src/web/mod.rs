//! The HTML kit: pages, forms, cookies, headers and assets. It knows no capability.

pub mod assets;
pub mod badge;
pub mod client;
pub mod cookies;
pub mod csv;
pub mod form;
pub mod format;
pub mod headers;
pub mod limiter;
pub mod list;
pub mod page;
pub mod qr;
pub mod secret;
pub mod shell;

pub use form::Fields;
pub use page::{PageError, PageResult, html, redirect};
