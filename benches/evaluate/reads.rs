//! What plain SQL takes for the same.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Bytea, Double, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};
use std::time::Instant;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Packed {
    #[diesel(sql_type = SqlUuid)]
    employee_id: Uuid,
    #[diesel(sql_type = Bytea)]
    sums: Vec<u8>,
}

#[derive(QueryableByName)]
struct Pairs {
    #[diesel(sql_type = Integer)]
    class_id: i32,
    #[diesel(sql_type = Bytea)]
    sums: Vec<u8>,
}

#[derive(QueryableByName)]
struct Raw {
    #[diesel(sql_type = SqlUuid)]
    employee_id: Uuid,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Nullable<Double>)]
    mean: Option<f64>,
}

#[derive(QueryableByName)]
struct Edge {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    answers: String,
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let begin = Instant::now();
    std::hint::black_box(work());
    begin.elapsed().as_secs_f64()
}

/// All rows of sums of three years.
pub fn sums(connection: &mut PgConnection) -> f64 {
    timed(|| {
        let slices: Vec<Packed> =
            diesel::sql_query("SELECT employee_id, sums FROM score_slice WHERE span = 'year'")
                .load(connection)
                .unwrap();
        let pairs: Vec<Pairs> =
            diesel::sql_query("SELECT class_id, sums FROM score_cross WHERE span = 'year'")
                .load(connection)
                .unwrap();
        (slices, pairs)
    })
}

/// Counts, means and spreads of everybody from the answers themselves.
pub fn raw(connection: &mut PgConnection) -> f64 {
    timed(|| {
        let rows: Vec<Raw> = diesel::sql_query(
            "SELECT employee_id, count(*) AS n, avg((answers->>'overall')::float8) AS mean, \
             stddev((answers->>'overall')::float8) AS spread, avg((answers->>'process')::float8) AS process, \
             avg((answers->>'communication')::float8) AS communication, avg((answers->>'value')::float8) AS value, \
             avg((answers->>'skill')::float8) AS skill \
             FROM visit_employee JOIN response USING (visit_id) GROUP BY employee_id",
        )
        .load(connection)
        .unwrap();
        rows
    })
}

/// What a report of 90 days reads: two whole months, and the visits of the two others.
pub fn edges(connection: &mut PgConnection) -> f64 {
    timed(|| {
        let slices: Vec<Packed> = diesel::sql_query(
            "SELECT employee_id, sums FROM score_slice WHERE span = 'month' AND begins IN ('2025-09-01', '2025-10-01')",
        )
        .load(connection)
        .unwrap();
        let edges: Vec<Edge> = diesel::sql_query(
            "SELECT v.id, coalesce(r.answers::text, '') AS answers, v.service, v.channel, v.segment, v.site_id, \
             c.kind, c.probability, c.called, x.employee_id, x.share_permille FROM visit v \
             JOIN visit_employee x ON x.visit_id = v.id LEFT JOIN response r ON r.visit_id = v.id \
             LEFT JOIN callback c ON c.visit_id = v.id \
             WHERE v.visited_on BETWEEN '2025-08-17' AND '2025-08-31' \
             OR v.visited_on BETWEEN '2025-11-01' AND '2025-11-14'",
        )
        .load(connection)
        .unwrap();
        (slices, edges)
    })
}

/// The sums of one employee.
pub fn single(connection: &mut PgConnection, at: usize) -> f64 {
    timed(|| {
        let row: Vec<Packed> = diesel::sql_query(format!(
            "SELECT employee_id, sums FROM score_slice WHERE span = 'year' AND begins = '2025-01-01' \
             AND employee_id = '01900000-0000-7000-8001-{at:012}'"
        ))
        .load(connection)
        .unwrap();
        row
    })
}

/// COPY of two thousand rows with as many numbers as an export has.
pub fn copy(connection: &mut PgConnection) -> f64 {
    let columns = (0..25).map(|at| format!("random() AS c{at}")).collect::<Vec<_>>().join(", ");
    connection
        .batch_execute(&format!(
            "DROP TABLE IF EXISTS pg_temp.rows; CREATE TEMP TABLE rows AS SELECT 'E' || n AS id, \
             'Sample Employee ' || n AS name, 'team' AS team, {columns} FROM generate_series(1, 2000) AS n"
        ))
        .unwrap();
    timed(|| connection.batch_execute("COPY rows TO '/dev/null' WITH (FORMAT csv, HEADER)").unwrap())
}
