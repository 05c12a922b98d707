//! The audit log after its oldest part went: it still verifies, and only a cut that was sealed is taken for one.

use crate::support::{TestApp, fresh_folder, make};
use chrono::{DateTime, TimeDelta, Utc};
use hearback::accounts::Role;
use hearback::audit::verify::{Anchor, Report, verify};
use hearback::audit::{self, Actor, cut};
use hearback::db;

fn check(app: &TestApp, anchors: &[Anchor]) -> Report {
    let keys = app.app.keys.clone();
    db::snapshot(&mut app.connection(), |connection| verify(connection, &keys, anchors)).unwrap()
}

fn head(app: &TestApp) -> Anchor {
    let head = audit::queries::find_head(&mut app.connection()).unwrap();
    Anchor { position: head.position, hash: head.hash }
}

fn look(app: &TestApp, times: usize) {
    let hr = app.sign_in("hr@example.com");
    let response = app.value("SELECT id FROM response");
    for _ in 0..times {
        hr.get(&format!("/responses/{response}")).expect(200);
    }
    app.work();
}

/// A log with an old and a new part, and the moment between them.
fn logged() -> (TestApp, Anchor, DateTime<Utc>) {
    let app = TestApp::start();
    app.account(Role::Hr, None);
    app.answer(&app.mailed("W1"), 4);
    look(&app, 5);
    let old = head(&app);
    app.advance(TimeDelta::days(10));
    let between = app.now() - TimeDelta::days(1);
    look(&app, 3);
    (app, old, between)
}

fn cut_at(app: &TestApp, before: DateTime<Utc>, most: i64) -> hearback::error::Result<usize> {
    let keys = app.app.keys.clone();
    db::transaction(&mut app.connection(), |connection| {
        cut::cut(connection, &keys, (before, most), Actor::Shell, app.now())
    })
}

#[test]
fn a_log_whose_oldest_part_went_verifies_with_its_anchors() {
    let (app, old, between) = logged();
    let new = head(&app);
    let before: i64 = app.value("SELECT count(*) FROM audit_seal").parse().unwrap();
    assert_eq!(cut_at(&app, between, 3).unwrap(), 3);
    assert_eq!(check(&app, &[old.clone(), new.clone()]).cut_at, 3);
    let rest = cut_at(&app, between, 1_000).unwrap();
    assert_eq!(i64::try_from(rest).unwrap() + 3, old.position);
    let report = check(&app, &[Anchor { position: 2, hash: vec![0; 32] }, old.clone(), new]);
    assert_eq!((report.faults, report.anchors, report.anchors_gone), (vec![], 2, 1));
    assert_eq!((report.cut_at, report.sealed), (old.position, before - old.position + 2));
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE at < '2026-11-29'"), "0");
    // What is written later is chained to it.
    look(&app, 2);
    assert_eq!(check(&app, &[old]).faults, [""; 0]);
    assert_eq!(cut_at(&app, between, 1_000).unwrap(), 0);
}

#[test]
fn one_entry_more_than_the_cut_is_found_missing() {
    let (app, _, between) = logged();
    cut_at(&app, between, 1_000).unwrap();
    app.execute(
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal ORDER BY position LIMIT 1)",
    )
    .unwrap();
    app.execute("DELETE FROM audit_seal WHERE position = (SELECT min(position) FROM audit_seal)").unwrap();
    let report = check(&app, &[]);
    assert!(report.faults.iter().any(|fault| fault.contains("are missing")), "{:?}", report.faults);
}

#[test]
fn a_cut_that_somebody_wrote_into_the_log_is_found() {
    let (app, old, _) = logged();
    // Without the secret: the entry says what a cut says, under a seal that was copied.
    let hash =
        app.value(&format!("SELECT encode(hash, 'hex') FROM audit_seal WHERE position = {}", old.position));
    app.execute(&format!(
        "UPDATE audit_entry SET action = 'audit.cut', detail = '{{\"position\": \"{}\", \"hash\": \"{hash}\"}}' \
         WHERE id = (SELECT max(id) FROM audit_entry)",
        old.position
    ))
    .unwrap();
    app.execute(&format!(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position <= {})",
        old.position
    ))
    .unwrap();
    app.execute(&format!("DELETE FROM audit_seal WHERE position <= {}", old.position)).unwrap();
    let report = check(&app, &[]);
    assert!(
        report.faults.iter().any(|fault| fault.contains("is not as it was sealed")),
        "{:?}",
        report.faults
    );
    // Nor does an entry do that is not sealed at all.
    app.execute("DELETE FROM audit_entry WHERE action = 'audit.cut'").unwrap();
    app.execute(&format!(
        "INSERT INTO audit_entry (at, actor, action, subject, detail) VALUES (now(), 'shell', 'audit.cut', 'audit', \
         '{{\"position\": \"{}\", \"hash\": \"{hash}\"}}')",
        old.position
    ))
    .unwrap();
    assert!(check(&app, &[]).faults.iter().any(|fault| fault.contains("The seals 1 to")));
}

#[test]
fn a_part_that_was_tampered_with_is_not_cut() {
    let (app, _, between) = logged();
    app.execute("UPDATE audit_entry SET actor = 'rule' WHERE id = 3").unwrap();
    let refused = cut_at(&app, between, 1_000).unwrap_err();
    assert!(refused.detail.contains("was not cut"), "{}", refused.detail);
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE action = 'audit.cut'"), "0");
    assert_eq!(app.value("SELECT min(position) FROM audit_seal"), "1");
}

#[test]
fn the_command_says_how_much_went() {
    let folder = fresh_folder("anchors");
    let file = folder.0.join("anchors");
    let app = TestApp::with(&[("HEARBACK_AUDIT_ANCHOR", file.to_str().unwrap())]);
    app.account(Role::Hr, None);
    app.bring(&make::visit("W1"));
    look_nowhere(&app);
    app.advance(TimeDelta::days(5));
    look_nowhere(&app);
    let (before, data) = (app.now() - TimeDelta::hours(1), folder.0.join("data").display().to_string());
    assert!(cut_at(&app, before, 1_000).unwrap() > 0);
    let settings = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_DATA", data.as_str()),
        ("HEARBACK_SECRET", crate::support::app::SECRET),
        ("HEARBACK_AUDIT_ANCHOR", file.to_str().unwrap()),
    ];
    let output = crate::support::program::run(&settings, &["audit", "verify"]);
    let told = crate::support::program::said(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("went when their time was over"), "{told}");
}

fn look_nowhere(app: &TestApp) {
    app.sign_in("hr@example.com");
    app.work();
}
