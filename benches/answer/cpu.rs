//! Processor time, from proc(5).

use diesel::{Connection, PgConnection, RunQueryDsl};

/// Clock ticks a second in `/proc/*/stat`: `USER_HZ`, which Linux fixes for programs (time(7)).
const TICKS: f64 = 100.0;

/// The parts of a line of `/proc/*/stat` after the name, which may hold anything: state, parent, …
fn stat(process: u32) -> Option<Vec<String>> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(line.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn ticks(parts: &[String], columns: std::ops::Range<usize>) -> u64 {
    parts[columns].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

#[derive(diesel::QueryableByName)]
struct Backend {
    #[diesel(sql_type = diesel::sql_types::Int4)]
    pid: i32,
}

/// The process of the database server itself, which must run on this machine.
pub fn postmaster(url: &str) -> u32 {
    let mut connection = PgConnection::establish(url).unwrap();
    let backend: Backend =
        diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(&mut connection).unwrap();
    stat(u32::try_from(backend.pid).unwrap()).unwrap()[1].parse().unwrap()
}

/// Seconds of processor time that a program and the database server with all its processes have taken so far.
pub fn taken(program: u32, postmaster: u32) -> f64 {
    let own = ticks(&stat(program).unwrap(), 11..13);
    // With those of its children that have ended.
    let main = ticks(&stat(postmaster).unwrap(), 11..15);
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let children = ids.filter_map(stat).filter(|parts| parts[1] == postmaster.to_string());
    (own + main + children.map(|parts| ticks(&parts, 11..13)).sum::<u64>()) as f64 / TICKS
}
