//! The audit log: whatever is done to it behind the program's back is found.

use crate::support::{TestApp, fresh_folder, make};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::audit::verify::{Anchor, Report, verify};
use hearback::audit::{self, anchor};
use hearback::db;

/// A log of some length, sealed.
fn logged() -> TestApp {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    app.answer(&app.mailed("W1"), 4);
    let response = app.value("SELECT id FROM response");
    for _ in 0..5 {
        hr.get(&format!("/responses/{response}")).expect(200);
    }
    app.work();
    assert!(app.value("SELECT count(*)::text FROM audit_seal").parse::<i64>().unwrap() > 6);
    app
}

fn check(app: &TestApp, anchors: &[Anchor]) -> Report {
    let keys = app.app.keys.clone();
    db::snapshot(&mut app.connection(), |connection| verify(connection, &keys, anchors)).unwrap()
}

fn head(app: &TestApp) -> Anchor {
    let head = audit::queries::find_head(&mut app.connection()).unwrap();
    Anchor { position: head.position, hash: head.hash }
}

#[track_caller]
fn finds(app: &TestApp, meddling: &[&str], fault: &str) {
    let anchor = head(app);
    for sql in meddling {
        app.execute(sql).unwrap();
    }
    let report = check(app, &[anchor]);
    assert!(report.faults.iter().any(|found| found.contains(fault)), "{:?}", report.faults);
}

#[test]
fn a_log_that_nobody_touched_holds_with_everything_sealed() {
    let app = logged();
    let report = check(&app, &[head(&app)]);
    assert_eq!(report.faults, [""; 0]);
    assert_eq!(
        (report.sealed.to_string(), report.anchors),
        (app.value("SELECT count(*)::text FROM audit_entry"), 1)
    );
}

#[test]
fn an_edited_entry_is_found() {
    finds(
        &logged(),
        &["UPDATE audit_entry SET actor = 'rule' WHERE id = 3"],
        "Entry 3 is not as it was sealed",
    );
    finds(
        &logged(),
        &["UPDATE audit_entry SET detail = '{\"a\": 1}' WHERE id = 4"],
        "Entry 4 is not as it was",
    );
    finds(
        &logged(),
        &["UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = 5"],
        "Entry 5 is not",
    );
}

#[test]
fn a_deleted_entry_is_found_with_and_without_its_seal() {
    finds(&logged(), &["DELETE FROM audit_entry WHERE id = 3"], "Entry 3 was deleted");
    let both = ["DELETE FROM audit_entry WHERE id = 3", "DELETE FROM audit_seal WHERE entry_id = 3"];
    finds(&logged(), &both, "are missing");
}

#[test]
fn entries_in_another_order_are_found() {
    let swapped = [
        "UPDATE audit_seal SET entry_id = -1 WHERE entry_id = 3",
        "UPDATE audit_seal SET entry_id = 3 WHERE entry_id = 4",
        "UPDATE audit_seal SET entry_id = 4 WHERE entry_id = -1",
    ];
    finds(&logged(), &swapped, "is not as it was sealed");
}

#[test]
fn an_end_that_was_cut_off_is_found_even_where_the_kept_end_was_moved_too() {
    let cut = ["DELETE FROM audit_entry WHERE id > 4", "DELETE FROM audit_seal WHERE entry_id > 4"];
    finds(&logged(), &cut, "The log was cut off: it ended at seal");
    let moved = "UPDATE audit_head SET (position, hash) = \
                 (SELECT position, hash FROM audit_seal ORDER BY position DESC LIMIT 1)";
    finds(&logged(), &[cut[0], cut[1], moved], "was anchored, and the last one is");
}

#[test]
fn an_entry_that_is_slipped_in_among_old_ones_is_found() {
    let app = logged();
    let far = "INSERT INTO audit_entry (id, at, actor, action, subject) OVERRIDING SYSTEM VALUE \
               VALUES (20000, now(), 'rule', 'x', 'y')";
    app.execute(far).unwrap();
    app.work();
    let slipped = "INSERT INTO audit_entry (id, at, actor, action, subject) OVERRIDING SYSTEM VALUE \
                   VALUES (100, now(), 'rule', 'x', 'y')";
    finds(&app, &[slipped], "Entry 100 stands among sealed ones");
}

#[test]
fn a_log_that_was_written_anew_without_the_secret_is_found() {
    let app = logged();
    let anchors = [head(&app)];
    app.execute("UPDATE audit_entry SET actor = 'rule'").unwrap();
    app.execute("UPDATE audit_seal SET hash = sha256(hash)").unwrap();
    let report = check(&app, &anchors);
    assert!(report.faults.iter().any(|found| found.contains("was written anew")), "{:?}", report.faults);
}

#[test]
fn the_end_of_the_log_is_anchored_once_a_day_in_a_file() {
    let folder = fresh_folder("anchors");
    let file = folder.0.join("anchors");
    let app = TestApp::with(&[("HEARBACK_AUDIT_ANCHOR", file.to_str().unwrap())]);
    app.staff(Role::Hr, None);
    app.work();
    app.advance(TimeDelta::hours(5));
    app.work();
    assert_eq!(anchor::read(&file).unwrap(), [head(&app)]);
    app.bring(&make::visit("W1"));
    app.staff(Role::Admin, None);
    app.advance(TimeDelta::hours(20));
    app.work();
    let anchors = anchor::read(&file).unwrap();
    assert_eq!(anchors.len(), 2);
    let report = check(&app, &anchors);
    assert_eq!((report.faults, report.anchors), (vec![], 2));
}

#[test]
fn the_page_tells_who_looked_at_what_and_finds_by_matter_and_by_thing() {
    let app = logged();
    let admin = app.staff(Role::Admin, None);
    let response = app.value("SELECT id FROM response");
    let page = admin.get("/audit").expect(200).body;
    assert!(page.contains("response read") && page.contains(&response), "{page}");
    let narrowed = admin.get(&format!("/audit?area=user&about=response+{response}")).expect(200).body;
    assert!(narrowed.contains("No entry fits"));
    let about = admin.get(&format!("/audit?about=response+{response}")).expect(200).body;
    assert_eq!(about.matches("response read").count(), 5);
    assert!(admin.get("/audit?from=x").expect(200).body.contains("Write dates as"));
}
