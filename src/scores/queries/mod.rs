//! Every statement on the tables of scores.

mod contributions;
mod months;
mod names;
mod slices;

pub use contributions::{
    dates_of_visits, each_contribution_between, each_page_between, forget_folded, has_visits_between,
    load_contributions, load_folded, load_pending, store_folded,
};
pub use names::{load_names, store_new_names};
pub use slices::{
    CrossKey, SliceKey, delete_slices_before, list_stretches, load_crosses, load_crosses_of, load_slices,
    load_slices_of, read_crosses, read_slices, store_crosses, store_slices,
};

pub use months::{Month, list_months};

use crate::db::schema::score_fold;
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// How many rows go into one statement; Postgres takes 65,535 values.
const CHUNK: usize = 2_000;

/// Locks the fold until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_fold(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    diesel::update(score_fold::table).set(score_fold::folded_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Marks that the sums have changed.
///
/// # Errors
/// When the database does not answer.
pub fn stamp(connection: &mut PgConnection) -> Result<()> {
    diesel::update(score_fold::table).set(score_fold::stamp.eq(ids::new_id())).execute(connection)?;
    Ok(())
}

/// Returns the mark of the last change of the sums; there is no other like it in any database.
///
/// # Errors
/// When the database does not answer.
pub fn find_stamp(connection: &mut PgConnection) -> Result<Option<Uuid>> {
    Ok(score_fold::table.select(score_fold::stamp).get_result(connection)?)
}

/// Holds every fold until the end of the transaction, before its snapshot is taken: what is read afterwards belongs
/// together. Call it first in a transaction that reads one snapshot.
///
/// # Errors
/// When the database does not answer.
pub fn hold_folds(connection: &mut PgConnection) -> Result<()> {
    diesel::sql_query("LOCK TABLE score_fold IN SHARE ROW EXCLUSIVE MODE").execute(connection)?;
    Ok(())
}
