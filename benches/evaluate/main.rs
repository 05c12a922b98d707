//! How fast evaluations are, as ratios to what the same database does in the same minute.
//!
//! ```text
//! cargo bench --bench evaluate               # over a million answers, about ten minutes
//! cargo bench --bench evaluate -- 10000000   # over ten million, more than an hour, most of it folding
//! ```
//!
//! Needs nothing but the database of its own; `TEST_DATABASE_URL` names another, which must run on this machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    dead_code,
    reason = "a measurement that cannot go on has failed"
)]

#[path = "../calibration/company.rs"]
mod company;
#[path = "../calibration/draw.rs"]
mod draw;
#[path = "../support/figures.rs"]
mod figures;
mod fill;
#[path = "../support/place.rs"]
mod place;
mod reads;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Connection, PgConnection, RunQueryDsl};
use figures::{median, peak, told};
use hearback::evaluations::fit::{self, Sites};
use hearback::evaluations::{Evaluation, Selection, evaluate};
use hearback::reports::csv;
use hearback::scores::deltas::Deltas;
use hearback::scores::names::Names;
use hearback::scores::period::Span;
use hearback::scores::{Period, fold};
use place::{Place, Running, execute, settings};
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 5;

/// What the reference implementation (`NumPy`) takes for five thousand employees, in seconds.
const REFERENCE: f64 = 1.3;

fn main() {
    let most: usize = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(1_000_000);
    let place = Place::new();
    let (url, survey) = place.migrated();
    fill::staff(&url);
    let mut connection = PgConnection::establish(&url).unwrap();
    let now = hearback::db::read_time(&mut connection).unwrap();
    let mut holds = Vec::new();
    let (mut stored, mut times) = (0, Vec::new());
    for size in [most / 100, most / 10, most] {
        fill::visits(&url, survey, stored + 1, size);
        let begin = Instant::now();
        fold(&mut connection, now).unwrap();
        let rate = (size - stored) as f64 / begin.elapsed().as_secs_f64();
        told(&format!("folding, up to {size} answers"), rate, "answers/s", ">= 2000", rate >= 2000.0);
        holds.push(rate >= 2000.0);
        stored = size;
        execute(&url, "VACUUM (ANALYZE) score_slice");
        let all = all_time(&mut connection, now);
        told(&format!("report of all time, {size} answers"), all * 1000.0, "ms", "", true);
        times.push(all);
    }
    holds.push(at_most("  growth from a hundredth to all, ratio", times[2] / times[0], 3.0));
    holds.extend(whole(&mut connection, now, times[2]));
    holds.extend(edges(&mut connection, now));
    holds.push(one_employee(&mut connection, now));
    holds.push(five_thousand());
    holds.push(export(&mut connection, now));
    holds.push(memory(&url, &place));
    drop(connection);
    place.drop(&url);
    std::process::exit(i32::from(holds.contains(&false)));
}

fn at_most(what: &str, value: f64, limit: f64) -> bool {
    told(what, value, "", &format!("<= {limit}"), value <= limit);
    value <= limit
}

fn at_least(what: &str, value: f64, limit: f64) -> bool {
    told(what, value, "", &format!(">= {limit}"), value >= limit);
    value >= limit
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn selection(from: &str, to: &str, employee: Option<&str>) -> Selection {
    let employee = employee.map(str::to_owned);
    Selection { from: date(from), to: date(to), team: None, employee, all_estimates: false }
}

/// Evaluates as if nothing were kept from the last time.
fn fresh(connection: &mut PgConnection, selection: &Selection, now: DateTime<Utc>) -> (f64, Evaluation) {
    diesel::sql_query("UPDATE score_fold SET stamp = gen_random_uuid()").execute(connection).unwrap();
    let begin = Instant::now();
    let evaluation = evaluate(connection, selection, now).unwrap();
    (begin.elapsed().as_secs_f64(), evaluation)
}

fn all_time(connection: &mut PgConnection, now: DateTime<Utc>) -> f64 {
    let whole = selection("2023-01-01", "2025-12-31", None);
    median((0..ROUNDS).map(|_| fresh(connection, &whole, now).0).collect())
}

fn whole(connection: &mut PgConnection, now: DateTime<Utc>, report: f64) -> Vec<bool> {
    let sums = median((0..ROUNDS).map(|_| reads::sums(connection)).collect());
    told("plain SQL that reads the same sums", sums * 1000.0, "ms", "", true);
    let ours = median(
        (0..ROUNDS).map(|_| fresh(connection, &selection("2023-01-01", "2025-12-31", None), now).0).collect(),
    );
    let raw = median((0..3).map(|_| reads::raw(connection)).collect());
    told("GROUP BY over the raw answers", raw * 1000.0, "ms", "", true);
    vec![
        at_most("report of all time / the same sums by plain SQL", ours.min(report) / sums, 3.0),
        at_least("GROUP BY over raw answers / report of all time", raw / ours.min(report), 20.0),
    ]
}

fn edges(connection: &mut PgConnection, now: DateTime<Utc>) -> Vec<bool> {
    let (from, to) = ("2025-08-17", "2025-11-14");
    let ours = median((0..3).map(|_| fresh(connection, &selection(from, to, None), now).0).collect());
    let own = median((0..3).map(|_| reads::edges(connection)).collect());
    told("report of 90 days with edges", ours * 1000.0, "ms", "", true);
    vec![at_most("  / its own reads by plain SQL", ours / own, 3.0)]
}

fn one_employee(connection: &mut PgConnection, now: DateTime<Utc>) -> bool {
    let mut times = Vec::new();
    let mut single = Vec::new();
    for at in 0..1_000 {
        let id = format!("E{}", at * 7 % fill::EMPLOYEES);
        let begin = Instant::now();
        evaluate(connection, &selection("2023-01-01", "2025-12-31", Some(&id)), now).unwrap();
        times.push(begin.elapsed().as_secs_f64());
        single.push(reads::single(connection, at * 7 % fill::EMPLOYEES));
    }
    times.sort_by(f64::total_cmp);
    single.sort_by(f64::total_cmp);
    let (p99, read) = (times[990], single[990]);
    told("one employee's numbers, p99", p99 * 1000.0, "ms", "", true);
    at_most("  / p99 of one indexed read", p99 / read, 10.0)
}

fn five_thousand() -> bool {
    let company = company::make(5, company::Kind { people: 5_000, spread: 5.0 });
    let (mut deltas, mut names) = (Deltas::default(), Names::default());
    for visit in &company.visits {
        deltas.add(visit, 1, &[(Span::Year, date("2025-01-01"))], &mut names);
    }
    let mut period = Period { names, ..Period::default() };
    period.take(deltas);
    let time = || {
        let begin = Instant::now();
        let fitted = fit::fit(&period, 0, &Sites::new());
        assert_eq!(fitted.fit.people.len(), 5_000);
        begin.elapsed().as_secs_f64()
    };
    let time = median((0..ROUNDS).map(|_| time()).collect());
    told("estimates of 5,000 employees", time * 1000.0, "ms", "", true);
    at_most("  / time of the reference", time / REFERENCE, 0.2)
}

fn export(connection: &mut PgConnection, now: DateTime<Utc>) -> bool {
    let (_, evaluation) = fresh(connection, &selection("2023-01-01", "2025-12-31", None), now);
    let time = || {
        let begin = Instant::now();
        let bytes = csv::write(&evaluation).unwrap();
        assert!(bytes.len() > 1000);
        begin.elapsed().as_secs_f64()
    };
    let ours = evaluation.employees.len() as f64 / median((0..ROUNDS).map(|_| time()).collect());
    let copy = fill::EMPLOYEES as f64 / median((0..ROUNDS).map(|_| reads::copy(connection)).collect());
    told("rows of CSV", ours, "rows/s", "", true);
    at_least("  / COPY of as many rows as wide", ours / copy, 0.2)
}

/// The peak of a command that evaluates the whole company.
fn memory(url: &str, place: &Place) -> bool {
    let data = place.folder.join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearback"));
    command.args(["evaluate", "--from", "2023-01-01", "--to", "2025-12-31", "--format", "csv"]);
    command.envs(settings(url, "file:/tmp", &data.to_string_lossy())).stdout(Stdio::null());
    let mut running = Running::start(&mut command);
    let mut most = 0.0_f64;
    while running.0.try_wait().unwrap().is_none() {
        // The last look may find no process any more.
        most = most.max(std::panic::catch_unwind(|| peak(running.0.id())).unwrap_or(0.0));
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    }
    told("memory of the command at its peak", most, "MiB", "<= 128", most <= 128.0);
    most <= 128.0
}
