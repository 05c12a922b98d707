//! The job kit: work that a handler leaves for later, and work that comes round again.
//!
//! A job is a name and a payload, inserted in the caller's transaction. A worker claims it with a lease,
//! runs it outside any transaction and records the end; a lease that ran out makes it available again.
//! Periodic work is a row in `schedule` that whoever comes first moves forward.

pub mod backoff;
mod table;

pub use table::{claim, count_standing, delete_failed, enqueue, fail, finish, forget, is_due, retry_at};

use serde_json::Value;
use uuid::Uuid;

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// Which work it is.
    pub name: String,
    /// What the work needs to know.
    pub payload: Value,
    /// How often it was claimed, this time included.
    pub attempts: i32,
}

/// After so many tries a job is put aside as failed and stays visible.
pub const MAX_ATTEMPTS: i32 = 12;
