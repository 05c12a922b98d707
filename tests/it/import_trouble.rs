//! Imports while things go wrong: writers that fail, others at the same work, rows whose visit cannot be told.

use crate::support::history::{ELEVEN, FIVE, company, file, line};
use crate::support::program::{complained, run};
use crate::support::{TestApp, database, fresh_folder, make};
use hearback::accounts::Scope;
use serde_json::json;

#[test]
fn an_import_whose_writes_all_fail_ends_with_the_cause_and_an_empty_stage() {
    let app = TestApp::start();
    // Without the table of responses every writer fails, and the reader has more chunks than the writers took.
    app.execute("ALTER TABLE visit_employee RENAME TO gone").unwrap();
    let error = app.import_history(company(14_000).as_bytes(), ELEVEN, None).unwrap_err();
    assert_eq!(error.kind.status(), 503);
    app.execute("ALTER TABLE gone RENAME TO visit_employee").unwrap();
    assert_eq!(app.value("SELECT count(*) FROM visit"), "0");
    assert_eq!(app.value("SELECT count(*) FROM import_row"), "0");
    let summary = app.import_history(company(100).as_bytes(), ELEVEN, None).unwrap();
    assert_eq!(summary.new, 100);
}

/// Two rows of one visit, the second of which is damaged, and a sound visit beside them.
fn torn(second: &[u8]) -> Vec<u8> {
    let first = line(&[("visit_id", "V1"), ("employee_id", "E1")]);
    let sound = line(&[("visit_id", "V2")]);
    [file(&[first]).as_bytes(), second, b"\n", sound.as_bytes(), b"\n"].concat()
}

#[test]
fn a_visit_of_which_one_row_cannot_be_read_is_refused_whole() {
    let second = line(&[("visit_id", "V1"), ("employee_id", "E2")]);
    let long = format!("{second}{}", "x".repeat(200_000));
    let swallowed = line(&[("visit_id", "V3"), ("comment", "\"never closed")]) + "\n" + &second;
    for damaged in [
        long.as_bytes(),
        format!("shifted,{second}").as_bytes(),
        second.trim_end_matches(",,,").as_bytes(),
        second.replace("E2", "E\0").as_bytes(),
        swallowed.as_bytes(),
    ] {
        let app = TestApp::start();
        let bytes = torn(damaged);
        let summary = app.import_history(&bytes, FIVE, None).unwrap();
        let stored = app.rows("SELECT external_id FROM visit ORDER BY 1");
        assert!(!stored.contains(&"V1".to_owned()), "{}", String::from_utf8_lossy(damaged));
        assert!(
            summary.rejects.shown.iter().any(|told| told.contains("line 3")),
            "{:?}",
            summary.rejects.shown
        );
        let written = stored.len() as u64;
        assert_eq!(summary.new, written);
    }
}

#[test]
fn a_row_in_another_encoding_takes_its_visit_with_it() {
    let app = TestApp::start();
    let first = line(&[("visit_id", "Ké1"), ("employee_id", "E1")]);
    let second = line(&[("visit_id", "K?1"), ("employee_id", "E2")]);
    let mut bytes = file(&[first, second]).into_bytes();
    let place = bytes.windows(3).position(|window| window == b"K?1").unwrap();
    bytes[place + 1] = 0xe9;
    let summary = app.import_history(&bytes, FIVE, None).unwrap();
    assert_eq!((summary.new, summary.rejects.rows), (0, 2));
}

#[test]
fn the_same_answers_on_another_scale_are_a_contradiction_and_not_a_repetition() {
    let app = TestApp::start();
    let answered = [("answered_by", "email"), ("answered_at", "2026-01-12T09:00:00Z"), ("overall", "5")];
    let text = file(&[line(&answered), line(&[("visit_id", "V2")])]);
    app.import_history(text.as_bytes(), ELEVEN, None).unwrap();
    let again = app.import_history(text.as_bytes(), FIVE, None).unwrap();
    assert_eq!((again.new, again.repeated, again.rejects.groups), (0, 1, 1));
    assert!(again.rejects.shown[0].contains("on another --scale"), "{:?}", again.rejects.shown);
    assert_eq!(app.rows("SELECT key FROM survey WHERE key LIKE 'history%'"), ["history-0-10"]);
}

#[test]
fn two_imports_of_the_same_file_at_once_store_each_visit_once_and_both_end_well() {
    let app = TestApp::start();
    let text = company(6_000);
    let done: Vec<_> = std::thread::scope(|scope| {
        let both: Vec<_> =
            (0..2).map(|_| scope.spawn(|| app.import_history(text.as_bytes(), ELEVEN, None))).collect();
        both.into_iter().map(|one| one.join().unwrap().unwrap()).collect()
    });
    assert_eq!(done.iter().map(|summary| summary.new).sum::<u64>(), 6_000);
    assert_eq!(done.iter().map(|summary| summary.repeated).sum::<u64>(), 6_000);
    assert_eq!(app.value("SELECT count(*) FROM visit"), "6000");
    assert_eq!(
        app.value("SELECT count(*) FROM response"),
        app.value("SELECT count(*) FROM visit WHERE outcome = 'answered'")
    );
}

#[test]
fn a_visit_that_is_posted_while_its_history_comes_is_stored_once() {
    let app = TestApp::start();
    let text = company(4_000);
    let client = app.client(&[Scope::VisitsWrite]);
    let summary = std::thread::scope(|scope| {
        let importing = scope.spawn(|| app.import_history(text.as_bytes(), ELEVEN, None));
        for at in (0..4_000).rev().step_by(40) {
            let id = format!("H{at:06}");
            let visit = make::with(make::visit(&id), json!({"visited_at": "2025-06-01T09:00:00Z"}));
            let answer = client.post_json("/api/v1/visits", &visit);
            assert!([201, 409].contains(&answer.status), "{}", answer.status);
        }
        importing.join().unwrap().unwrap()
    });
    assert_eq!(app.value("SELECT count(*) FROM visit"), "4000");
    let posted = app.value("SELECT count(*) FROM visit_outcome WHERE by = 'rule'");
    assert_eq!(summary.rejects.groups.to_string(), posted);
    assert_eq!(summary.new + summary.rejects.groups, 4_000);
}

#[test]
fn what_several_rows_say_of_a_customer_and_an_employee_is_put_together() {
    let app = TestApp::start();
    let text = file(&[
        line(&[("customer_id", "C1")]),
        line(&[
            ("visit_id", "V2"),
            ("customer_id", "C1"),
            ("customer_name", "Ann"),
            ("employee_name", "Erik"),
        ]),
        line(&[("visit_id", "V3"), ("customer_id", "C1"), ("customer_phone", "+441632960001")]),
    ]);
    app.import_history(text.as_bytes(), FIVE, None).unwrap();
    assert_eq!(app.value("SELECT concat_ws(' ', name, phone) FROM customer"), "Ann +441632960001");
    assert_eq!(app.value("SELECT name FROM employee"), "Erik");
}

#[test]
fn an_import_takes_the_connections_it_needs_however_small_the_pool_is() {
    let database = database::Database::migrated();
    let folder = fresh_folder("small-pool");
    let path = folder.0.join("history.csv");
    std::fs::write(&path, file(&[line(&[])])).unwrap();
    let data = folder.0.join("data");
    let settings = [
        ("DATABASE_URL", database.url.as_str()),
        ("HEARBACK_DATA", data.to_str().unwrap()),
        ("HEARBACK_POOL", "2"),
    ];
    let output = run(&settings, &["import", "history", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", complained(&output));
}

#[test]
fn a_lone_carriage_return_stops_no_import() {
    let app = TestApp::start();
    let text = file(&[line(&[]), line(&[("visit_id", "V2")]), line(&[("visit_id", "V3")])]);
    let summary = app.import_history(text.replacen("\nV2", "\rV2", 1).as_bytes(), FIVE, None).unwrap();
    assert_eq!((summary.new, summary.rejects.groups), (3, 0));
}
