//! The sums are what the answers say, whatever happens to visits, in whatever order, and however many fold.

use crate::support::app::SECRET;
use crate::support::history::{ELEVEN, company};
use crate::support::{TestApp, program};
use diesel::connection::SimpleConnection;
use hearback::scores::fold;
use hearback::scores::recount::{Scope, recount};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Everything that is summed.
const SUMS: &[&str] = &["score_contribution", "score_slice", "score_cross"];

/// How many things happen, and how many at once.
const STEPS: usize = 10_000;
const AT_ONCE: usize = 5;

/// What may happen to the visit `v` and the employee `e`, drawn by the numbers `$a` and `$b`. An objection excludes,
/// reassigns or annotates.
const HAPPENS: &[&str] = &[
    // Answers, edits, withdrawals.
    "INSERT INTO response (id, visit_id, survey_version_id, mode, certainty, complete, answers, call_me, answered_at, \
     changed_at, revision, revisions) SELECT gen_random_uuid(), v.id, (SELECT id FROM survey_version ORDER BY id DESC \
     LIMIT 1), (ARRAY['email', 'phone', 'paper', 'import'])[1 + $a % 4], 'confirmed', true, \
     jsonb_build_object('overall', $b % 11, 'process', $a % 11), false, now(), now(), 1, 1 FROM v \
     ON CONFLICT (visit_id) DO NOTHING",
    "UPDATE response SET answers = jsonb_build_object('overall', $a % 11, 'process', $b % 11) \
     WHERE visit_id IN (SELECT id FROM v)",
    "UPDATE response SET answers = '{}' WHERE visit_id IN (SELECT id FROM v)",
    "UPDATE response SET certainty = CASE certainty WHEN 'suspect' THEN 'confirmed' ELSE 'suspect' END \
     WHERE visit_id IN (SELECT id FROM v)",
    "UPDATE response SET mode = (ARRAY['email', 'phone', 'paper'])[1 + $a % 3] WHERE visit_id IN (SELECT id FROM v)",
    // Call-backs: drawn, called, closed early with another probability.
    "INSERT INTO callback (id, visit_id, kind, state, probability, created_at) SELECT gen_random_uuid(), v.id, \
     (ARRAY['random', 'priority', 'phone_first', 'service'])[1 + $a % 4], 'open', \
     (ARRAY[0.35, 1, 0.2])[1 + $b % 3], now() FROM v ON CONFLICT DO NOTHING",
    "UPDATE callback SET state = 'done', called = $a % 2 = 0 WHERE visit_id IN (SELECT id FROM v)",
    "UPDATE callback SET state = 'open', called = NULL, probability = NULLIF(1.0 / (1 + $b % 7), 1) \
     WHERE visit_id IN (SELECT id FROM v)",
    // The road of the visit, and corrections of it.
    "UPDATE visit SET outcome = (ARRAY['planned', 'answered', 'unanswered', 'excluded', 'cancelled', 'opted_out', \
     'no_address'])[1 + $a % 7] WHERE id IN (SELECT id FROM v)",
    "UPDATE visit SET first_contact = (ARRAY['email', 'phone', NULL])[1 + $a % 3] WHERE id IN (SELECT id FROM v)",
    "UPDATE visit SET service = 'service ' || $a % 5, channel = NULLIF('channel ' || $b % 3, 'channel 0'), \
     segment = NULLIF('segment ' || $a % 4, 'segment 0') WHERE id IN (SELECT id FROM v)",
    "UPDATE visit SET visited_on = date '2025-01-01' + $a % 700 WHERE id IN (SELECT id FROM v)",
    // Erasing unlinks the person and keeps the number.
    "UPDATE visit SET customer_id = NULL, customer_name = NULL, customer_email = NULL WHERE id IN (SELECT id FROM v)",
    // Objections: excluded, reassigned.
    "UPDATE response SET certainty = 'suspect' WHERE visit_id IN (SELECT id FROM v)",
    "UPDATE visit_employee SET employee_id = e.id FROM e WHERE visit_id IN (SELECT id FROM v) AND position = 0 \
     AND NOT EXISTS (SELECT FROM visit_employee x WHERE x.visit_id = visit_employee.visit_id AND x.employee_id = e.id)",
    "UPDATE visit_employee SET share_permille = 1000 - $a % 500 WHERE visit_id IN (SELECT id FROM v) AND position = 0",
    // A visit with a second employee.
    "INSERT INTO visit_employee (visit_id, employee_id, position, share_permille) \
     SELECT v.id, e.id, 1, 250 FROM v, e ON CONFLICT DO NOTHING",
];

/// A stream of numbers (`SplitMix64`) that is the same in every run.
struct Stream(u64);

impl Stream {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from(mixed >> 33).unwrap() % below
    }
}

/// Ends the folding also when the test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The ids of what there is.
struct There {
    visits: Vec<String>,
    employees: Vec<String>,
}

/// Some things happen, and are committed together.
fn happen(connection: &mut diesel::PgConnection, stream: &mut Stream, there: &There) {
    let mut all = String::new();
    for _ in 0..AT_ONCE {
        let what = HAPPENS[stream.next(HAPPENS.len())];
        let what = what.replace("$a", &stream.next(100_000).to_string());
        let what = what.replace("$b", &stream.next(100_000).to_string());
        let visit = &there.visits[stream.next(there.visits.len())];
        let employee = &there.employees[stream.next(there.employees.len())];
        write!(
            all,
            "WITH v AS (SELECT '{visit}'::uuid AS id), e AS (SELECT '{employee}'::uuid AS id), \
             change AS (INSERT INTO changed_visit (visit_id) SELECT id FROM v) {what};"
        )
        .unwrap();
    }
    connection.batch_execute(&format!("BEGIN; {all} COMMIT")).unwrap();
}

#[track_caller]
fn no_difference(app: &TestApp) {
    let found = recount(&mut app.connection(), Scope::All, false, app.now()).unwrap();
    assert_eq!(found.differences, []);
    assert!(found.visits > 0 && found.compared > 0);
}

#[test]
fn sums_are_those_of_a_recount_after_ten_thousand_changes_with_two_folding() {
    const VISITS: usize = 300;
    let app = TestApp::start();
    app.import_history(company(VISITS).as_bytes(), ELEVEN, None).unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut connection = app.connection();
                connection.batch_execute("SET synchronous_commit = off").unwrap();
                while !is_over.load(Ordering::Relaxed) {
                    fold(&mut connection, app.now()).unwrap();
                    // Some changes come together, as they do for the worker.
                    std::thread::park_timeout(Duration::from_millis(20));
                }
            });
        }
        let _ends = Ends(&is_over);
        let (mut stream, mut connection) = (Stream(7), app.connection());
        // Two thousand commits would wait for the disk, and prove nothing more.
        connection.batch_execute("SET synchronous_commit = off").unwrap();
        let there = There {
            visits: app.rows("SELECT id FROM visit ORDER BY external_id"),
            employees: app.rows("SELECT id FROM employee ORDER BY external_id"),
        };
        for step in (AT_ONCE..=STEPS).step_by(AT_ONCE) {
            happen(&mut connection, &mut stream, &there);
            // With whatever is folded by now and whatever waits.
            if step % 2_000 == 0 {
                no_difference(&app);
            }
        }
    });
    fold(&mut app.connection(), app.now()).unwrap();
    no_difference(&app);
    let walked = app.dump(SUMS);
    for table in SUMS {
        app.execute(&format!("DELETE FROM {table}")).unwrap();
    }
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    fold(&mut app.connection(), app.now()).unwrap();
    assert_eq!(app.dump(SUMS), walked);
}

#[test]
fn the_command_says_what_differs_and_mends_it_on_request() {
    let app = TestApp::start();
    app.import_history(company(400).as_bytes(), ELEVEN, None).unwrap();
    fold(&mut app.connection(), app.now()).unwrap();
    let sound = app.dump(SUMS);
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", SECRET)];
    let run = |arguments: &[&str]| program::run(&settings, arguments);
    let output = run(&["recount"]);
    assert!(output.status.success(), "{}", program::complained(&output));
    assert!(program::said(&output).contains("400 visits counted anew"), "{}", program::said(&output));
    assert!(program::said(&output).contains(" 0 differ"), "{}", program::said(&output));
    let wrong = [
        "DELETE FROM score_slice WHERE (span, begins, employee_id) IN (SELECT span, begins, employee_id FROM \
         score_slice WHERE span = 'month' ORDER BY begins, employee_id LIMIT 2)",
        "UPDATE score_slice SET sums = other.sums FROM (SELECT sums FROM score_slice WHERE span = 'month' ORDER BY \
         begins DESC, employee_id DESC LIMIT 1) AS other WHERE span = 'year'",
        "DELETE FROM score_cross WHERE span = 'month' AND item_id = 0",
        "INSERT INTO score_slice SELECT 'month', '1999-01-01', employee_id, sums FROM score_slice LIMIT 1",
        "UPDATE score_contribution SET contribution = jsonb_set(contribution, '{called}', 'true') WHERE visit_id = \
         (SELECT visit_id FROM score_contribution WHERE contribution->>'called' = 'false' ORDER BY 1 LIMIT 1)",
    ];
    for statement in wrong {
        assert!(app.execute(statement).unwrap() > 0, "{statement}");
    }
    let output = run(&["recount"]);
    assert_eq!(output.status.code(), Some(1));
    let said = program::said(&output);
    for words in
        ["of the company", "employee E0", "pairs of levels", "1999-01-01", "kept of visit", "--repair"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(run(&["recount", "--repair"]).status.success());
    assert_eq!(app.dump(SUMS), sound);
    assert!(run(&["recount"]).status.success());
    let audited = "SELECT string_agg(detail->>'repair', ' ' ORDER BY id) FROM audit_entry \
                   WHERE action = 'scores.recount'";
    assert_eq!(app.value(audited), "false false true false");
}

#[test]
fn the_worker_counts_a_month_anew_each_day_and_leaves_a_trace_of_what_differs() {
    let app = TestApp::start();
    app.import_history(company(60).as_bytes(), ELEVEN, None).unwrap();
    app.work();
    let traces = "SELECT count(*) FROM audit_entry WHERE action = 'scores.differ'";
    assert_eq!(app.value(traces), "0");
    app.execute("DELETE FROM score_slice WHERE span = 'month'").unwrap();
    app.advance(chrono::TimeDelta::days(1));
    app.work();
    assert_eq!(app.value(traces), "1");
}
