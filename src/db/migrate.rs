//! The embedded migrations: run, take back, and tell what is pending.

use crate::error::{Error, Result};
use diesel::migration::Migration;
use diesel::pg::Pg;
use diesel::{PgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Runs what is pending and returns the names of what was run.
///
/// # Errors
/// When a migration fails; the ones before it stay.
pub fn run(connection: &mut PgConnection) -> Result<Vec<String>> {
    // Several programs may start at the same moment; the second waits and finds nothing left to do.
    diesel::sql_query("SELECT pg_advisory_lock(7235141)").execute(connection)?;
    let run = connection.run_pending_migrations(MIGRATIONS).map_err(Error::unavailable);
    let run = run.map(|run| run.iter().map(ToString::to_string).collect());
    diesel::sql_query("SELECT pg_advisory_unlock(7235141)").execute(connection)?;
    run
}

/// Takes every migration back, for tests and for leaving.
///
/// # Errors
/// When a migration cannot be taken back.
pub fn revert_all(connection: &mut PgConnection) -> Result<()> {
    connection.revert_all_migrations(MIGRATIONS).map_err(Error::unavailable)?;
    Ok(())
}

/// Returns the names of the migrations that have not run yet.
///
/// # Errors
/// When the database does not answer.
pub fn pending(connection: &mut PgConnection) -> Result<Vec<String>> {
    let pending: Vec<Box<dyn Migration<Pg>>> =
        connection.pending_migrations(MIGRATIONS).map_err(Error::unavailable)?;
    Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
}
