//! Retention: what is over goes, word by word; what is not over stays, and so does every number.

use crate::person_erasure::{everything, numbers};
use crate::retention_planted::plant;
use crate::support::{TestApp, database, make};
use chrono::{DateTime, TimeDelta, Utc};
use hearback::accounts::Role;
use hearback::audit::{Actor, verify};
use hearback::config::KEPT_KINDS;
use hearback::db;
use hearback::retention::{run, tables};
use hearback::scores::recount::{Scope, recount};
use serde_json::json;

/// What is planted of each kind; each word is found nowhere else.
const PLANTED: &[(&str, &[&str])] = &[
    ("contact", &["Plantedname", "planted.addr@example.com", "9601149", "plantedreason@"]),
    ("calls", &["9602293", "plantedtime"]),
    ("letters", &["plantedreply", "planteddiagnostic"]),
    ("attempts", &["plantedcaller"]),
    ("texts", &["plantedcomment", "planteddecision", "plantedanswer"]),
    ("link", &["WO-PLANTED", "C-PLANTED"]),
    ("objections", &["plantedobjection", "plantedverdict"]),
    ("statements", &["plantedinputs", "plantedcontent", "plantedacknowledgement"]),
    ("employees", &["Plantedworker", "left.planted@example.com", "E-LEFT"]),
    ("holds", &["plantedhold", "plantedend"]),
    ("failed_jobs", &["plantederror"]),
    ("audit", &["plantedaudit"]),
    ("notes", &["plantednote"]),
];

/// What goes with the link between a visit and its customer, beside the ids: everything that hangs on the visit.
const WITH_LINK: &[&str] = &["contact", "calls", "letters", "texts", "notes"];

/// Keeps the worker from deleting by itself.
pub fn wait_with_retention(app: &TestApp) {
    app.execute("UPDATE retention_start SET begins_at = '2100-01-01'").unwrap();
}

/// Deletes what is over.
#[track_caller]
pub fn retain(app: &TestApp) -> Vec<(&'static str, usize)> {
    run::run(&mut app.connection(), &app.app, Actor::Shell, usize::MAX).unwrap().deleted
}

/// A visit of a customer with an id, an address and a number.
pub fn visit(app: &TestApp, id: &str, email: &str) -> serde_json::Value {
    make::with(
        make::visit(id),
        json!({"visited_at": app.now() - TimeDelta::hours(1), "customer": {"email": email}}),
    )
}

/// Brings, mails and answers a visit, with a comment.
pub fn answered(app: &TestApp, id: &str, email: &str, comment: &str) {
    app.bring(&visit(app, id, email));
    app.work();
    let letters: Vec<_> = app.memory.letters().into_iter().filter(|letter| letter.to == email).collect();
    let path = make::answer_path(&make::decoded(letters.last().unwrap()));
    app.say(&path, "4", comment);
}

/// A company with answers of long ago, one of them planted, and of now.
fn company(settings: &[(&str, &str)], ago: TimeDelta) -> TestApp {
    let app = TestApp::with(settings);
    wait_with_retention(&app);
    for n in 0..11 {
        answered(&app, &format!("W{n}"), &format!("w{n}@example.com"), "fine");
    }
    plant(&app);
    app.advance(ago);
    answered(&app, "WO-NEW", "newcomer@example.com", "newcomment");
    app.follow_answers();
    app
}

const NEW: [&str; 4] = ["WO-NEW", "C-WO-NEW", "newcomer@example.com", "newcomment"];

fn has(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

fn where_is<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.lines().find(|line| has(line, word))
}

/// The list of evaluations as HR sees it.
fn evaluations(app: &TestApp) -> String {
    let hr = app.sign_in("hr@example.com");
    let page = hr.get("/evaluations?from=2026-01-01&to=2026-12-31").expect(200);
    let csrf = page.hidden("csrf");
    page.body.replace(&csrf, "")
}

#[track_caller]
pub fn assert_whole(app: &TestApp) {
    let now = app.now();
    let found = recount(&mut app.connection(), Scope::All, false, now).unwrap();
    assert_eq!(found.differences, []);
    app.work();
    let keys = app.app.keys.clone();
    let report =
        db::snapshot(&mut app.connection(), |connection| verify::verify(connection, &keys, &[])).unwrap();
    assert_eq!(report.faults, [""; 0]);
}

/// Every kind is kept for very long but one.
fn only(kind: &str, period: &str) -> String {
    let keep = |one: &hearback::config::KeptKind| {
        let long = if one.may_stay { "never" } else { "20years" };
        format!("{}={}", one.key, if one.key == kind { period } else { long })
    };
    KEPT_KINDS.iter().map(keep).collect::<Vec<_>>().join(",")
}

#[test]
fn each_kind_goes_when_its_time_is_over_and_no_other_word_goes_with_it() {
    for (kind, words) in PLANTED {
        // Notes have a date of their own, before those of all others.
        let app = company(&[("HEARBACK_RETENTION", &only(kind, "13months"))], TimeDelta::days(450));
        app.account(Role::Hr, None);
        let before = everything(&app);
        for word in PLANTED.iter().flat_map(|(_, words)| *words).chain(&NEW) {
            assert!(has(&before, word), "{word} was not planted");
        }
        let (sums, page) = (numbers(&app), evaluations(&app));
        if *kind == "employees" {
            app.execute("UPDATE employee SET left_on = left_on - 1 WHERE external_id = 'E-LEFT'").unwrap();
        }
        retain(&app);
        let after = everything(&app);
        for (other, others) in PLANTED {
            let goes = other == kind || *other == "notes" || (*kind == "link" && WITH_LINK.contains(other));
            for word in *others {
                assert_eq!(
                    where_is(&after, word).is_none(),
                    goes,
                    "{kind}: {word}: {:?}",
                    where_is(&after, word)
                );
            }
        }
        for word in NEW {
            assert!(has(&after, word), "{kind}: {word}");
        }
        assert!(words.iter().all(|word| !has(&after, word)));
        if *kind != "employees" {
            assert_eq!(numbers(&app), sums, "{kind}");
            assert_eq!(evaluations(&app), page, "{kind}");
        }
        assert_whole(&app);
    }
}

#[test]
fn with_the_usual_periods_everything_old_goes_and_every_number_stays() {
    let app = company(&[], TimeDelta::days(365 * 3 + 30));
    app.account(Role::Hr, None);
    let (sums, page) = (numbers(&app), evaluations(&app));
    let visits = app.value("SELECT count(*) FROM visit");
    let deleted = retain(&app);
    // The notes went with the file that they stood in.
    assert!(deleted.iter().all(|(kind, rows)| *rows > 0 || *kind == "notes"), "{deleted:?}");
    let after = everything(&app);
    for word in PLANTED.iter().flat_map(|(_, words)| *words) {
        assert_eq!(where_is(&after, word), None, "{word}");
    }
    assert_eq!(where_is(&after, "w3@example.com"), None);
    for word in NEW {
        assert!(has(&after, word), "{word}");
    }
    assert_eq!(app.value("SELECT count(*) FROM visit"), visits);
    assert_eq!(app.value("SELECT count(*) FROM customer"), "1");
    let renamed = |text: &str| text.replace("Plantedworker", "Former employee");
    let former = app.value("SELECT external_id FROM employee WHERE name = 'Former employee'");
    assert_eq!(numbers(&app), renamed(&sums).replace("E-LEFT", &former));
    assert_eq!(evaluations(&app).len() > 1_000, page.len() > 1_000);
    assert_whole(&app);
    // A recount from nothing says the same.
    let kept = numbers(&app);
    for table in ["score_contribution", "score_slice", "score_cross"] {
        app.execute(&format!("DELETE FROM {table}")).unwrap();
    }
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    assert_eq!(numbers(&app), kept);
    // Once more there is nothing to do, and nothing is written.
    let entries = app.value("SELECT count(*) FROM audit_entry");
    assert!(retain(&app).iter().all(|(_, rows)| *rows == 0));
    assert_eq!(app.value("SELECT count(*) FROM audit_entry"), entries);
    // A visit that comes again creates nothing, and the number of a statement is not given twice.
    let again = make::with(make::visit("WO-PLANTED"), json!({"visited_at": "2026-11-20T14:00:00Z"}));
    let key = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    assert_eq!(key.post_json("/api/v1/visits", &again).expect(200).json()["visit"]["outcome"], "answered");
    let number = db::transaction(&mut app.connection(), |connection| {
        hearback::evaluations::statements::queries::lock_next_number(connection)
    });
    assert_eq!(number.unwrap(), 3);
}

#[test]
fn contact_data_stay_while_a_link_works_or_a_call_is_to_be_made() {
    let app = TestApp::with(&[("HEARBACK_RETENTION", "contact=30d,calls=30d")]);
    wait_with_retention(&app);
    answered(&app, "W1", "one@example.com", "plain");
    answered(&app, "W2", "two@example.com", "call me");
    app.execute(
        "INSERT INTO callback (id, visit_id, kind, state, created_at, best_time) \
         SELECT gen_random_uuid(), id, 'service', 'open', '2026-11-20T15:00:00Z', 'evening' FROM visit WHERE external_id = 'W2'",
    )
    .unwrap();
    let reached = |app: &TestApp| app.rows("SELECT email FROM customer WHERE email IS NOT NULL ORDER BY 1");
    // The link works for 30 days, and 30 days later its end is over.
    app.advance(TimeDelta::days(59));
    retain(&app);
    assert_eq!(reached(&app), ["one@example.com", "two@example.com"]);
    app.advance(TimeDelta::days(2));
    retain(&app);
    assert_eq!(reached(&app), ["two@example.com"]);
    app.advance(TimeDelta::days(300));
    retain(&app);
    assert_eq!(reached(&app), ["two@example.com"]);
    assert_eq!(app.value("SELECT best_time FROM callback"), "evening");
    let ended = app.now().to_rfc3339();
    app.execute(&format!("UPDATE callback SET state = 'done', called = true, ended_at = '{ended}'")).unwrap();
    app.advance(TimeDelta::days(31));
    retain(&app);
    assert_eq!(reached(&app), [""; 0]);
    assert_eq!(app.value("SELECT best_time FROM callback"), "-");
    // Somebody who comes again is known by their id and has a name again.
    answered(&app, "W3", "one@example.com", "again");
    app.execute("UPDATE visit SET customer_id = (SELECT id FROM customer WHERE external_id = 'C-W1') WHERE external_id = 'W3'")
        .unwrap();
    app.execute("UPDATE customer SET name = 'Ann Again' WHERE external_id = 'C-W1'").unwrap();
    retain(&app);
    assert_eq!(app.value("SELECT name FROM customer WHERE external_id = 'C-W1'"), "Ann Again");
}

#[test]
fn two_files_of_one_person_go_together_or_not_at_all() {
    let app = TestApp::with(&[("HEARBACK_RETENTION", "contact=30d")]);
    wait_with_retention(&app);
    answered(&app, "W1", "one@example.com", "plain");
    app.advance(TimeDelta::days(70));
    answered(&app, "W2", "two@example.com", "plain");
    app.execute(
        "INSERT INTO customer_merge (id, kept_id, merged_id, merged_by, merged_at) SELECT gen_random_uuid(), a.id, b.id, \
         'shell', now() FROM customer a, customer b WHERE a.external_id = 'C-W1' AND b.external_id = 'C-W2'",
    )
    .unwrap();
    retain(&app);
    assert_eq!(app.value("SELECT count(*) FROM customer WHERE email IS NOT NULL"), "2");
    app.advance(TimeDelta::days(70));
    retain(&app);
    assert_eq!(app.value("SELECT count(*) FROM customer WHERE email IS NOT NULL"), "0");
}

#[test]
fn the_worker_waits_a_week_then_deletes_daily_in_parts_and_says_how_many() {
    let app = TestApp::with(&[("HEARBACK_RETENTION", "texts=30d")]);
    wait_with_retention(&app);
    for n in 0..3 {
        answered(&app, &format!("W{n}"), &format!("w{n}@example.com"), "secretcomment");
    }
    app.advance(TimeDelta::days(40));
    let begin: DateTime<Utc> = app.now() + TimeDelta::hours(30);
    app.execute(&format!("UPDATE retention_start SET begins_at = '{}'", begin.to_rfc3339())).unwrap();
    let comments = |app: &TestApp| app.value("SELECT count(*) FROM response WHERE comment IS NOT NULL");
    app.work();
    app.advance(TimeDelta::hours(25));
    app.work();
    assert_eq!(comments(&app), "3");
    app.advance(TimeDelta::hours(25));
    app.work();
    assert_eq!(comments(&app), "0");
    let told = app.rows("SELECT detail::text FROM audit_entry WHERE action = 'retention.deleted'");
    assert_eq!(told, ["{\"kind\": \"texts\", \"rows\": 3}"]);
    assert_eq!(app.value("SELECT deleted FROM retention_run WHERE kind = 'texts'"), "3");
    assert_eq!(app.value("SELECT actor FROM audit_entry WHERE action = 'retention.deleted'"), "rule");
}

#[test]
fn a_run_that_is_cut_short_goes_on_where_it_stopped() {
    let app = company(&[], TimeDelta::days(365 * 3 + 30));
    let mut rounds = 0;
    loop {
        let done = run::run(&mut app.connection(), &app.app, Actor::Rule, 2).unwrap();
        // Never half of a person: a visit without its link has no name either.
        let halves = "SELECT count(*) FROM visit v LEFT JOIN customer c ON c.id = v.customer_id \
             WHERE v.content_hash = '\\x' AND (v.customer_name IS NOT NULL OR v.customer_id IS NOT NULL)";
        assert_eq!(app.value(halves), "0");
        rounds += 1;
        if !done.is_cut_short {
            break;
        }
    }
    assert!(rounds > 3, "{rounds}");
    let after = everything(&app);
    for word in PLANTED.iter().flat_map(|(_, words)| *words) {
        assert_eq!(where_is(&after, word), None, "{word}");
    }
    assert_whole(&app);
}

#[test]
fn every_table_has_a_kind_or_says_why_not() {
    let app = TestApp::start();
    let listed: Vec<&str> = tables::TABLES.iter().map(|(table, _)| *table).collect();
    let mut real = database::tables(&mut app.connection());
    real.sort_unstable();
    assert_eq!(listed, real);
}
