//! Claim and record, without a relay, against the bare statement.

use super::company::app;
use super::place::{Place, execute};
use super::{median, told};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use hearback::app::App;
use hearback::delivery::claim::{self, Look};
use hearback::delivery::end::{self, Attempted, End};
use hearback::mail::Reply;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const WORKERS: usize = 4;
const VISITS: usize = 60_000;
const AT_ONCE: i64 = 100;
const TIME: Duration = Duration::from_secs(4);

/// Runs the same on every worker until the time is over or nothing is left, and gives things a second.
fn side_by_side(work: impl Fn() -> usize + Sync) -> f64 {
    let begun = Instant::now();
    let done: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = 0;
                    while begun.elapsed() < TIME {
                        match work() {
                            0 => break,
                            some => done += some,
                        }
                    }
                    done
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    done as f64 / begun.elapsed().as_secs_f64()
}

fn bare(url: &str) -> f64 {
    execute(
        url,
        "DROP TABLE IF EXISTS bare;
CREATE TABLE bare (id uuid PRIMARY KEY, due_at timestamptz NOT NULL, state int NOT NULL, payload text NOT NULL);
INSERT INTO bare SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now() - interval '1 hour' + n * interval '1 millisecond', 0, repeat('x', 100) \
FROM generate_series(1, 300000) AS n;
CREATE INDEX bare_due ON bare (due_at, id) WHERE state = 0;
VACUUM ANALYZE bare;
CHECKPOINT",
    );
    side_by_side(|| {
        thread_local!(static CONNECTION: std::cell::RefCell<Option<PgConnection>> = const { std::cell::RefCell::new(None) });
        CONNECTION.with_borrow_mut(|kept| {
            let connection = kept.get_or_insert_with(|| {
                let mut connection = PgConnection::establish(url).unwrap();
                connection.batch_execute("PREPARE take AS UPDATE bare SET state = 1 WHERE id IN (SELECT id FROM bare \
                    WHERE state = 0 AND due_at <= now() ORDER BY due_at, id LIMIT 100 FOR UPDATE SKIP LOCKED)").unwrap();
                connection
            });
            diesel::sql_query("EXECUTE take").execute(connection).unwrap()
        })
    })
}

/// Claims and records until nothing is due or the time is over; gives how many.
pub fn claim_and_record(app: &App, worker: uuid::Uuid) -> usize {
    let mut connection = app.pool.get().unwrap();
    let look = || {
        hearback::db::transaction(&mut connection, |connection| {
            claim::claim(connection, app, worker, AT_ONCE)
        })
    };
    let Look::Claimed(claimed) = again(look) else { return 0 };
    let reply = Reply { code: 250, text: "2.0.0 Ok: queued as 4ZQx1W0bQzz1".to_owned() };
    let ended: Vec<Arc<Attempted>> = claimed
        .into_iter()
        .map(|claimed| Arc::new(Attempted { claimed: Arc::new(claimed), end: End::accepted(&reply) }))
        .collect();
    hearback::db::transaction(&mut connection, |connection| end::record(connection, app, worker, &ended))
        .unwrap();
    ended.len()
}

fn again(mut look: impl FnMut() -> hearback::error::Result<Look>) -> Look {
    loop {
        match look() {
            Ok(look) => return look,
            Err(error) => assert!(error.again, "{error:?}"),
        }
    }
}

fn ours(place: &Place) -> f64 {
    let url = place.company(VISITS);
    let app = app(&url, "smtp://127.0.0.1:9", place);
    let worker = hearback::ids::new_id();
    let rate = side_by_side(|| claim_and_record(&app, worker));
    drop(app);
    place.drop(&url);
    rate
}

/// Measures by turns.
pub fn measure(place: &Place) {
    let url = place.company(1);
    let (mut limit, mut mine) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limit.push(bare(&url));
        mine.push(ours(place));
    }
    let ratio = median(mine.iter().zip(&limit).map(|(mine, limit)| mine / limit).collect());
    place.drop(&url);
    told("bare SKIP LOCKED, 100 at a time, 4 workers", median(limit), "rows/s", "", true);
    told("hearback, claim and record, 100 at a time, 4 workers", median(mine), "letters/s", "", true);
    told("  ratio", ratio, "", ">= 0.5", ratio >= 0.5);
}
