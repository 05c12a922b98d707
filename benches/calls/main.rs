//! A day of calling: twenty callers work two thousand call-backs over HTTP, as a ratio to what pgbench needs for the
//! same statements in the same run.
//!
//! ```text
//! cargo bench --bench calls    # about a minute
//! ```
//!
//! The program runs as `hearback serve` with its usual settings and its worker. Each caller has a key of their own,
//! claims the next call-back and records it. Needs pgbench.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot go on has failed"
)]
#![allow(dead_code, reason = "the other measurements use the rest of what they share")]

#[path = "../support/figures.rs"]
mod figures;
#[path = "../support/place.rs"]
mod place;

use diesel::{Connection, PgConnection};
use figures::told;
use hearback::accounts::{Scope, keys};
use place::{Place, Running, execute, settings};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

const CALLERS: usize = 20;
const CUSTOMERS: usize = 2_000;

/// Visits of today that nobody answered, each with a number and an employee.
const VISITS: &str = "INSERT INTO employee (id, external_id, name, created_at) \
SELECT gen_random_uuid(), 'E' || n, 'Sample Employee ' || n, now() FROM generate_series(0, 39) AS n;
INSERT INTO visit (id, external_id, content_hash, visited_at, visited_on, service, priority, customer_name, \
customer_phone, first_contact, outcome, created_at, call_priority) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'V' || n, '\\x00', now(), current_date, \
'boiler repair', n % 9 = 0, 'Customer ' || n, '+44163296' || lpad(n::text, 4, '0'), 'email', 'unanswered', now(), \
random() FROM generate_series(1, $customers) AS n;
INSERT INTO visit_employee (visit_id, employee_id, position, share_permille) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, e.id, 0, 1000 \
FROM generate_series(1, $customers) AS n JOIN employee e ON e.external_id = 'E' || (n % 40)";

/// The same with call-backs, for pgbench.
const CALLS: &str = "INSERT INTO callback (id, visit_id, kind, state, probability, created_at, rank, call_priority) \
SELECT ('01900000-0000-7000-8001-' || lpad(to_hex(n), 12, '0'))::uuid, \
('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'random', 'open', 1, now(), 2, random() \
FROM generate_series(1, $customers) AS n";

fn fill(url: &str, sql: &str) {
    execute(url, &sql.replace("$customers", &CUSTOMERS.to_string()));
}

/// Milliseconds of pgbench's two transactions of a call, in order.
fn bare(place: &Place) -> Vec<f64> {
    let (url, _) = place.migrated();
    fill(&url, VISITS);
    fill(&url, CALLS);
    let logs = place.folder.join("pgbench");
    std::fs::create_dir_all(&logs).unwrap();
    let script = logs.join("call.sql");
    std::fs::write(&script, include_str!("call.sql")).unwrap();
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("needs pgbench, from Debian's postgresql");
    let found = versions.flatten().map(|version| version.path().join("bin/pgbench"));
    let program: PathBuf =
        found.filter(|file| file.is_file()).max().expect("needs pgbench, from Debian's postgresql");
    let clients = CALLERS.to_string();
    let each = (CUSTOMERS / CALLERS).to_string();
    let customers = format!("customers={CUSTOMERS}");
    let output = Command::new(program)
        .args(["-n", "-c", &clients, "-j", "2", "-M", "prepared", "--log", "--log-prefix=took", "-t", &each])
        .args(["-D", &customers, "-f"])
        .arg(&script)
        .arg(&url)
        .current_dir(&logs)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = std::fs::read_dir(&logs).unwrap().flatten().map(|entry| entry.path());
    let logs = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("took"));
    let mut took: Vec<f64> = logs
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let third = |line: &str| line.split(' ').nth(2).unwrap().parse::<f64>().unwrap() / 1000.0;
            text.lines().map(third).collect::<Vec<_>>()
        })
        .collect();
    took.sort_by(f64::total_cmp);
    place.drop(&url);
    took
}

/// One caller: works until nothing is due. Milliseconds of each call, claim and record together.
fn work(base: &str, key: &str) -> Vec<f64> {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_mins(1)));
    let agent: ureq::Agent = config.build().into();
    let post = |path: &str, body: &Value| {
        let request = agent.post(format!("{base}/api/v1/callbacks/{path}"));
        let request = request.header("authorization", &format!("Bearer {key}"));
        request.header("content-type", "application/json").send(body.to_string()).unwrap()
    };
    let mut took = Vec::new();
    loop {
        let begin = Instant::now();
        let mut next = post("next", &json!({}));
        if next.status() == 204 {
            return took;
        }
        let text = next.body_mut().read_to_string().unwrap();
        let callback: Value = serde_json::from_str(&text).unwrap();
        let id = callback["callback"]["id"].as_str().unwrap();
        let ended = json!({"disposition": "complete", "answers": {"overall": 4, "process": 5}});
        let done = post(&format!("{id}/attempts"), &ended);
        assert_eq!(done.status(), 200);
        took.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
}

fn main() {
    let place = Place::new();
    let limit = bare(&place);
    let (url, _) = place.migrated();
    fill(&url, VISITS);
    let mut connection = PgConnection::establish(&url).unwrap();
    let now = hearback::db::read_time(&mut connection).unwrap();
    let mut key = |scope| keys::add(&mut connection, "bench", &[scope], now).unwrap();
    let lead = key(Scope::CallbacksLead);
    let callers: Vec<String> = (0..CALLERS).map(|_| key(Scope::CallbacksWork)).collect();
    let address = format!(
        "127.0.0.1:{}",
        std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    );
    let folder = place.folder.join("data");
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearback"));
    let mail = format!("file:{}", folder.join("mail").display());
    command
        .arg("serve")
        .envs(settings(&url, &mail, &folder.to_string_lossy()))
        .env("HEARBACK_LISTEN", &address);
    let _running = Running::start(&mut command);
    let base = format!("http://{address}");
    let end = Instant::now() + Duration::from_secs(30);
    while ureq::get(format!("{base}/readyz")).call().is_err() {
        assert!(Instant::now() < end, "the program does not start");
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let today = now.date_naive().to_string();
    let wave = json!({"from": today, "to": today, "share": 1.0}).to_string();
    let request =
        ureq::post(format!("{base}/api/v1/waves")).header("authorization", &format!("Bearer {lead}"));
    request.header("content-type", "application/json").send(wave).unwrap();
    let begin = Instant::now();
    let mut took: Vec<f64> = std::thread::scope(|scope| {
        let runs: Vec<_> = callers.iter().map(|key| scope.spawn(|| work(&base, key))).collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    let seconds = begin.elapsed().as_secs_f64();
    assert_eq!(took.len(), CUSTOMERS, "somebody was called twice or not at all");
    took.sort_by(f64::total_cmp);
    let p99 = |all: &[f64]| all[all.len() * 99 / 100];
    told("pgbench, 20 clients, a claim and its record: p99", p99(&limit), "ms", "", true);
    told("hearback, 20 callers, a claim and its record: p99", p99(&took), "ms", "", true);
    told("  ratio", p99(&took) / p99(&limit), "", "", true);
    told("call-backs", CUSTOMERS as f64 / seconds, "a second", "", true);
}
