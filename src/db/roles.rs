//! What the program's own role may do. It owns nothing: it can change no table, empty none, and of the audit log only
//! what the erasure of a person needs.
//!
//! | table | may | because |
//! |---|---|---|
//! | `audit_entry` | read, append, change `detail` | erasing a person takes the details out; the rest of an entry stands |
//! | `audit_seal` | read, append | the chain only grows |
//! | `audit_head` | read, change | the end of the chain moves on |
//! | `statement`, `statement_reply` | read, append, delete | frozen; they go as a whole or not at all |
//! | `objection_decision` | the same, and change `numbers_after` | the numbers after a decision come a moment after it |
//! | `survey_version` | read, append, delete, change `id` | frozen; Postgres asks for a column to change of whoever locks a row, and the ids are held by foreign keys |
//! | `__diesel_schema_migrations` | read | says whether the tables are new enough |
//! | every other | read, append, change, delete | |

use crate::error::{Error, Result};
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl};
use std::collections::BTreeSet;

/// What the program may do with a table that is not named in [`NARROW`].
const USUAL: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE"];

/// What it may do with the others.
const NARROW: &[(&str, &[&str])] = &[
    ("__diesel_schema_migrations", &["SELECT"]),
    ("audit_entry", &["SELECT", "INSERT", "UPDATE (detail)", "DELETE"]),
    ("audit_head", &["SELECT", "UPDATE"]),
    ("audit_seal", &["SELECT", "INSERT", "DELETE"]),
    ("objection_decision", &["SELECT", "INSERT", "UPDATE (numbers_after)", "DELETE"]),
    ("statement", &["SELECT", "INSERT", "DELETE"]),
    ("statement_reply", &["SELECT", "INSERT", "DELETE"]),
    ("survey_version", &["SELECT", "INSERT", "UPDATE (id)", "DELETE"]),
];

/// Lets files be imported at full speed: see [`super::bulk_transaction`]. Only a superuser can grant it.
const FAST_IMPORT: &str = "GRANT SET ON PARAMETER session_replication_role TO";

fn rights(table: &str) -> &'static [&'static str] {
    NARROW.iter().find(|(name, _)| *name == table).map_or(USUAL, |(_, rights)| rights)
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = Bool)]
    is_owner: bool,
    #[diesel(sql_type = Bool)]
    is_superuser: bool,
    #[diesel(sql_type = Nullable<Text>)]
    schema: Option<String>,
}

#[derive(QueryableByName)]
struct Right {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Nullable<Text>)]
    right: Option<String>,
}

/// Makes the role of the embedded server's program, unless it is there, and grants what it needs. Call it as the
/// superuser.
///
/// # Errors
/// When the database does not answer.
pub fn provide(connection: &mut PgConnection, role: &str) -> Result<()> {
    if find_standing(connection, role)?.is_none() {
        let made = super::transaction(connection, |connection| {
            lock(connection)?;
            if find_standing(connection, role)?.is_none() {
                diesel::sql_query(format!("CREATE ROLE {role} LOGIN")).execute(connection)?;
                diesel::sql_query(format!("{FAST_IMPORT} {role}")).execute(connection)?;
            }
            Ok(())
        });
        made?;
    }
    grant(connection, role)
}

/// Grants a role what the program needs, takes away what it had beyond that, and says so for tables to come. Does
/// nothing where all is right already. Call it as the owner of the tables.
///
/// # Errors
/// When there is no such role, when it owns the tables or may do everything, or when we are not the owner.
pub fn grant(connection: &mut PgConnection, role: &str) -> Result<()> {
    let Some(standing) = find_standing(connection, role)? else {
        return Err(Error::conflict(format!(
            "HEARBACK_DATABASE_ROLE names {role}, which is no role of this server. Make it first: CREATE ROLE {role} \
             LOGIN PASSWORD '…'"
        )));
    };
    if standing.is_owner || standing.is_superuser {
        let what = if standing.is_owner { "owns the tables" } else { "is a superuser" };
        return Err(Error::conflict(format!(
            "HEARBACK_DATABASE_ROLE names {role}, which {what}. Name a role that owns nothing."
        )));
    }
    let schema = standing.schema.ok_or_else(|| Error::internal("the search path names no schema"))?;
    if !is_short_of(connection, role)? {
        return Ok(());
    }
    super::transaction(connection, |connection| {
        lock(connection)?;
        let mut run = |sql: String| diesel::sql_query(sql).execute(connection).map(drop);
        run(format!("GRANT USAGE ON SCHEMA {schema} TO {role}"))?;
        run(format!("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"))?;
        let usual = USUAL.join(", ");
        run(format!("GRANT {usual} ON ALL TABLES IN SCHEMA {schema} TO {role}"))?;
        run(format!("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {usual} ON TABLES TO {role}"))?;
        for (table, rights) in NARROW {
            run(format!("REVOKE ALL ON {table} FROM {role}"))?;
            run(format!("GRANT {} ON {table} TO {role}", rights.join(", ")))?;
        }
        Ok(())
    })
}

/// One at a time: two that change the rights of a table at once are in each other's way.
fn lock(connection: &mut PgConnection) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(7235142)").execute(connection)?;
    Ok(())
}

fn find_standing(connection: &mut PgConnection, role: &str) -> Result<Option<Standing>> {
    Ok(diesel::sql_query(
        "SELECT r.rolsuper AS is_superuser, quote_ident(current_schema()) AS schema, \
         EXISTS (SELECT 1 FROM pg_class AS c WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) \
                 AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'USAGE')) AND NOT r.rolsuper AS is_owner \
         FROM pg_roles AS r WHERE r.rolname = $1",
    )
    .bind::<Text, _>(role)
    .get_result(connection)
    .optional()?)
}

/// Tells whether the role lacks something, or may more than it should.
fn is_short_of(connection: &mut PgConnection, role: &str) -> Result<bool> {
    let rows: Vec<Right> = diesel::sql_query(
        "SELECT c.relname::text AS table, a.right FROM pg_class AS c \
         LEFT JOIN LATERAL ( \
           SELECT x.privilege_type AS right FROM aclexplode(c.relacl) AS x \
             WHERE x.grantee = to_regrole($1) \
           UNION ALL SELECT x.privilege_type || ' (' || t.attname || ')' FROM pg_attribute AS t, \
             aclexplode(t.attacl) AS x WHERE t.attrelid = c.oid AND x.grantee = to_regrole($1) \
         ) AS a ON true \
         WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p')",
    )
    .bind::<Text, _>(role)
    .load(connection)?;
    let tables: BTreeSet<&str> = rows.iter().map(|row| row.table.as_str()).collect();
    let has: BTreeSet<(&str, &str)> =
        rows.iter().filter_map(|row| Some((row.table.as_str(), row.right.as_deref()?))).collect();
    let should: BTreeSet<(&str, &str)> =
        tables.iter().flat_map(|table| rights(table).iter().map(|right| (*table, *right))).collect();
    Ok(has != should)
}

#[derive(QueryableByName)]
struct Who {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    owns: bool,
}

/// Who we are to the database, and whether any of the tables is ours.
///
/// # Errors
/// When the database does not answer.
pub fn who(connection: &mut PgConnection) -> Result<(String, bool)> {
    let who: Who = diesel::sql_query(
        "SELECT current_user::text AS name, EXISTS (SELECT 1 FROM pg_class AS c \
         WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') \
         AND pg_has_role(c.relowner, 'USAGE')) AS owns",
    )
    .get_result(connection)?;
    Ok((who.name, who.owns))
}

#[derive(QueryableByName)]
struct ShutOut {
    #[diesel(sql_type = Bool)]
    is_shut_out: bool,
}

/// Tells whether there is a table that we may not even read: it was made, and nobody granted us anything.
///
/// # Errors
/// When the database does not answer.
pub fn are_shut_out(connection: &mut PgConnection) -> Result<bool> {
    let found: ShutOut = diesel::sql_query(
        "SELECT EXISTS (SELECT 1 FROM pg_class AS c \
         WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') \
         AND NOT has_table_privilege(c.oid, 'SELECT')) AS is_shut_out",
    )
    .get_result(connection)?;
    Ok(found.is_shut_out)
}
