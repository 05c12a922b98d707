//! Every statement on the tables of webhooks.

pub mod endpoints;
pub mod log;
pub mod work;
