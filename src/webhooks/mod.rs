//! Webhooks: tells other systems that something happened, by a signed POST ([Standard Webhooks](https://www.standardwebhooks.com)).
//!
//! A message says what happened and names it by ids: no score, no text, nobody's data. Whoever wants more asks the API
//! with a key of their own. Messages are queued in the transaction of what happened; the worker sends each at least
//! once, in no certain order, and tries for some days. It reaches public addresses alone, unless the settings name
//! private networks.
//!
//! States of a message: waiting → sending → delivered | waiting | failed.

pub mod change;
mod client;
pub mod event;
pub mod model;
pub mod queries;
pub mod queue;
mod retry;
pub mod secret;
pub mod send;
pub mod target;

pub use event::{Event, Kind};
pub use queue::{is_wanted, queue};
