//! Two files of one person: put together by a human, taken apart again by one button.
//!
//! Nothing moves. What hangs on a file stays there and is read with the files it belongs to, so that an undone merge
//! leaves everything as it was, also what came meanwhile for either of them.

use super::queries::merges as queries;
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Puts `merged` together with `kept`, which stands for both from now on; call it in a transaction.
///
/// # Errors
/// 404 when one is not there; 422 when both are one; 409 when one was merged into another already.
pub fn merge(
    connection: &mut PgConnection,
    kept: Uuid,
    merged: Uuid,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    if kept == merged {
        return Err(Error::invalid_field("with", "Choose another customer: this is the same file."));
    }
    queries::lock_files(connection, &[kept, merged])?;
    if !queries::kept_files(connection, &[kept, merged])?.is_empty() {
        return Err(Error::conflict(
            "One of the two was put together with another meanwhile. Open it again.",
        ));
    }
    queries::insert(connection, (kept, merged), &actor.to_string(), now)?;
    let detail = json!({ "merged": merged });
    audit::record(connection, now, actor, "customer.merged", &format!("customer {kept}"), detail)
}

/// Takes two files apart again; call it in a transaction.
///
/// # Errors
/// 409 when that was done already.
pub fn undo(connection: &mut PgConnection, merge: Uuid, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    let apart = queries::undo(connection, merge, &actor.to_string(), now)?;
    let (kept, merged) = apart
        .ok_or_else(|| Error::conflict("The two files were taken apart already. Open the page again."))?;
    let detail = json!({ "merged": merged });
    audit::record(connection, now, actor, "customer.merge_undone", &format!("customer {kept}"), detail)
}
