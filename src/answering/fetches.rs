//! That a link was fetched, written down behind the customer's back: no page waits for it, and many are one statement.

use super::certainty::Fetched;
use super::queries;
use crate::app::{App, Kept};
use crate::db::group::Group;
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

/// How long fetches are kept.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// Fetches written in one statement.
const MOST: usize = 200;

/// A fetch of a link.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// Of which visit's link.
    pub visit: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Fetched,
    /// Which score the link named.
    pub score: Option<i32>,
    /// Keyed hash of the client's network.
    pub network: Vec<u8>,
}

/// The way to the task that writes fetches down. Clones lead to the same task.
#[derive(Clone)]
pub struct Fetches(Group<Option<Fetch>, ()>);

impl Fetches {
    /// Starts the task; call it within a runtime.
    pub fn start(app: &App) -> Self {
        let (app, kept) = (app.clone(), Kept::default());
        Self(Group::start(MOST, move |fetches: Arc<[Option<Fetch>]>| {
            let (app, kept) = (app.clone(), kept.clone());
            async move {
                let count = fetches.len();
                if fetches.iter().any(Option::is_some) {
                    let work = move |connection: &mut PgConnection| {
                        let rows: Vec<&Fetch> = fetches.iter().flatten().collect();
                        queries::fetches::insert(connection, &rows)
                    };
                    // Without the database they are lost, rather than kept for a queue that answers would wait behind.
                    if let Err(error) = app.db_on(&kept, work).await {
                        tracing::warn!(%error, count, "fetched links were not noted");
                    }
                }
                Ok(vec![(); count])
            }
        }))
    }

    /// Notes a fetch; nobody waits.
    pub fn note(&self, fetch: Fetch) {
        self.0.tell(Some(fetch));
    }

    /// Waits until everything noted so far is written or lost.
    ///
    /// # Errors
    /// 500 when the task is gone.
    pub async fn settle(&self) -> Result<()> {
        self.0.call(None).await
    }
}
