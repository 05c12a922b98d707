//! Every statement on the tables of imports.

use super::row::{Cells, Staged};
use crate::db::schema::{import_row, import_run};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Uuid as SqlUuid};
use diesel::{
    ExecuteCopyFromDsl, ExpressionMethods, Insertable, PgConnection, QueryDsl, QueryableByName, RunQueryDsl,
};
use uuid::Uuid;

/// Inserts a run, which its rows belong to.
///
/// # Errors
/// When the database does not answer.
pub fn insert_run(connection: &mut PgConnection, id: Uuid, kind: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(import_run::table)
        .values((
            import_run::id.eq(id),
            import_run::kind.eq(kind),
            import_run::started_at.eq(now),
            import_run::seen_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Says that a run is still at work.
///
/// # Errors
/// When the database does not answer.
pub fn touch_run(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::update(import_run::table.find(id))
        .set(import_run::seen_at.eq(diesel::dsl::now))
        .execute(connection)?;
    Ok(())
}

/// Deletes a run and its rows.
///
/// # Errors
/// When the database does not answer.
pub fn delete_run(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::delete(import_row::table.filter(import_row::import_run_id.eq(id))).execute(connection)?;
    diesel::delete(import_run::table.find(id)).execute(connection)?;
    Ok(())
}

/// Lists the runs that nobody has worked on since a time: their programs died.
///
/// # Errors
/// When the database does not answer.
pub fn list_dead(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<Uuid>> {
    Ok(import_run::table.filter(import_run::seen_at.lt(before)).select(import_run::id).load(connection)?)
}

#[derive(Insertable)]
#[diesel(table_name = import_row, treat_none_as_default_value = false)]
struct NewRow<'a> {
    import_run_id: Uuid,
    id: i64,
    line: i64,
    key: &'a str,
    cells: &'a [u8],
    problem: Option<&'a str>,
    is_shadow: bool,
}

/// Copies rows into the stage, each with the key that ties it to others.
///
/// # Errors
/// When the database does not answer.
pub fn copy_rows(connection: &mut PgConnection, run: Uuid, rows: &[(String, Staged)]) -> Result<()> {
    let rows: Vec<NewRow<'_>> = rows
        .iter()
        .map(|(key, row)| NewRow {
            import_run_id: run,
            id: row.ordinal,
            line: row.line,
            key,
            cells: row.cells.as_packed(),
            problem: row.problem.as_deref(),
            is_shadow: row.is_shadow,
        })
        .collect();
    ExecuteCopyFromDsl::execute(diesel::copy_from(import_row::table).from_insertable(rows), connection)?;
    Ok(())
}

/// Deletes rows of a run by their ids.
///
/// # Errors
/// When the database does not answer.
pub fn delete_rows(connection: &mut PgConnection, run: Uuid, ids: &[i64]) -> Result<()> {
    if !ids.is_empty() {
        let rows = import_row::table.filter(import_row::import_run_id.eq(run));
        diesel::delete(rows.filter(import_row::id.eq_any(ids))).execute(connection)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct StagedRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    line: i64,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Bytea)]
    cells: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    problem: Option<String>,
    #[diesel(sql_type = Bool)]
    is_shadow: bool,
}

/// Reads the rows of a run one by one without holding them: those of a key together, the keys in the order in
/// which the file first names them. Where no group is torn, that is the order of the lines.
///
/// # Errors
/// When the database does not answer, or what `each` returns.
pub fn each_row(
    connection: &mut PgConnection,
    run: Uuid,
    is_torn: bool,
    mut each: impl FnMut(String, Staged) -> Result<()>,
) -> Result<()> {
    let sql = if is_torn {
        "SELECT id, line, key, cells, problem, is_shadow FROM (SELECT *, \
         min(id) OVER (PARTITION BY key) AS first_id FROM import_row WHERE import_run_id = $1) AS r \
         ORDER BY first_id, id"
    } else {
        "SELECT id, line, key, cells, problem, is_shadow FROM import_row WHERE import_run_id = $1 ORDER BY id"
    };
    let rows = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(run)
        .load_iter::<StagedRow, PgRowByRowLoadingMode>(connection)?;
    for row in rows {
        let row = row?;
        let staged = Staged {
            ordinal: row.id,
            line: row.line,
            cells: Cells::packed(row.cells),
            problem: row.problem,
            is_shadow: row.is_shadow,
        };
        each(row.key, staged)?;
    }
    Ok(())
}

/// Deletes the rows of visits that are staged under any of several keys, or in which any of several texts is a cell, with
/// all rows of the same visit.
///
/// # Errors
/// When the database does not answer.
pub fn forget(connection: &mut PgConnection, keys: &[String], texts: &[String]) -> Result<()> {
    let cells = texts.iter().map(|text| Cells::pack(std::iter::once(text.as_bytes())));
    let cells: Vec<Vec<u8>> = cells.map(|cell| cell.as_packed().to_vec()).collect();
    diesel::sql_query(
        "DELETE FROM import_row r USING (SELECT DISTINCT m.import_run_id, m.key FROM import_row m \
         JOIN import_run n ON n.id = m.import_run_id AND n.kind <> 'people' WHERE m.key = ANY($1) OR EXISTS \
         (SELECT 1 FROM unnest($2) AS w (cell) WHERE position(w.cell IN m.cells) > 0)) AS f \
         WHERE r.import_run_id = f.import_run_id AND r.key = f.key",
    )
    .bind::<Array<Text>, _>(keys)
    .bind::<Array<Bytea>, _>(cells)
    .execute(connection)?;
    Ok(())
}
