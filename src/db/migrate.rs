//! The embedded migrations: run, take back, and tell what is pending.

use crate::error::{Error, Result};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Runs what is pending and returns the names of what was run: everything or nothing.
///
/// # Errors
/// When a migration fails; the database is then as it was.
pub fn run(connection: &mut PgConnection) -> Result<Vec<String>> {
    connection.transaction(|connection| {
        // Several programs may start at the same moment; the second waits and finds nothing left to do.
        diesel::sql_query("SELECT pg_advisory_xact_lock(7235141)").execute(connection)?;
        let run = connection.run_pending_migrations(MIGRATIONS).map_err(Error::unavailable)?;
        Ok(run.iter().map(ToString::to_string).collect())
    })
}

/// Takes every migration back, for tests and for leaving.
///
/// # Errors
/// When a migration cannot be taken back.
pub fn revert_all(connection: &mut PgConnection) -> Result<()> {
    connection.revert_all_migrations(MIGRATIONS).map_err(Error::unavailable)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    there: bool,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Returns the names of the migrations that have not run yet. It only reads, so that a role which owns nothing
/// can ask too.
///
/// # Errors
/// When the database does not answer.
pub fn pending(connection: &mut PgConnection) -> Result<Vec<String>> {
    let exists = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS there";
    let done: Vec<Version> = if diesel::sql_query(exists).get_result::<Exists>(connection)?.there {
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load(connection)?
    } else {
        Vec::new()
    };
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(Error::internal)?;
    let is_done = |migration: &dyn Migration<Pg>| {
        let version = migration.name().version().to_string();
        done.iter().any(|done| done.version == version)
    };
    let pending = all.iter().filter(|migration| !is_done(migration.as_ref()));
    Ok(pending.map(|migration| migration.name().to_string()).collect())
}
