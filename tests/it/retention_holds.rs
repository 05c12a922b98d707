//! Legal holds: what one names stays, exactly that, whoever wants it gone.

use crate::person_erasure::everything;
use crate::retention::{answered, assert_whole, retain, wait_with_retention};
use crate::support::program::{complained, run};
use crate::support::{Answer, Client, TestApp};
use chrono::TimeDelta;
use hearback::accounts::Role;

fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = client.get("/").expect(200).hidden("csrf");
    let fields: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post_form(path, &fields)
}

/// Three customers of long ago on three days: the first is Ada's, the others Ben's.
fn company() -> TestApp {
    let app = TestApp::start();
    wait_with_retention(&app);
    for n in 1..=3 {
        answered(&app, &format!("WO-{n}"), &format!("person{n}@example.com"), &format!("comment{n}"));
        if n == 1 {
            app.execute("UPDATE employee SET external_id = 'E1' WHERE external_id = 'E17'").unwrap();
        }
        app.advance(TimeDelta::days(1));
        app.follow_answers();
    }
    app.advance(TimeDelta::days(365 * 3));
    app.account(Role::Hr, None);
    app
}

/// Which of the three are still there with all their words.
fn left(app: &TestApp) -> Vec<i32> {
    let text = everything(app);
    let words = |n: i32| [format!("person{n}@example.com"), format!("comment{n}"), format!("C-WO-{n}")];
    for n in 1..=3 {
        let found = words(n).iter().filter(|word| text.contains(word.as_str())).count();
        assert!(found == 0 || found == 3, "half of {n} is left");
    }
    (1..=3).filter(|n| words(*n).iter().all(|word| text.contains(word.as_str()))).collect()
}

#[track_caller]
fn keeps(fields: &[(&str, &str)], kept: &[i32]) {
    let app = company();
    let hr = app.sign_in("hr@example.com");
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("reason", "the dispute")]).collect();
    post(&hr, "/settings/retention/holds", &fields).expect(303);
    retain(&app);
    assert_eq!(left(&app), kept);
    // Not even the log of who did what: it is one chain.
    assert_eq!(app.value("SELECT min(position) FROM audit_seal"), "1");
    let hold = app.value("SELECT id FROM legal_hold");
    post(&hr, &format!("/settings/retention/holds/{hold}/end"), &[("reason", " ")]).expect(422);
    post(&hr, &format!("/settings/retention/holds/{hold}/end"), &[("reason", "settled")]).expect(303);
    post(&hr, &format!("/settings/retention/holds/{hold}/end"), &[("reason", "settled")]).expect(409);
    retain(&app);
    assert_eq!(left(&app), [0; 0]);
    assert_whole(&app);
    let told = app.rows("SELECT action FROM audit_entry WHERE action LIKE 'hold.%' ORDER BY id");
    assert_eq!(told, ["hold.placed", "hold.ended"]);
}

#[test]
fn a_hold_on_a_customer_keeps_them_and_nobody_else() {
    keeps(&[("what", "customer"), ("id", "C-WO-1")], &[1]);
}

#[test]
fn a_hold_on_an_employee_keeps_what_their_customers_said() {
    keeps(&[("what", "employee"), ("id", "E17")], &[2, 3]);
}

#[test]
fn a_hold_on_days_keeps_the_visits_of_those_days() {
    keeps(&[("what", "visits"), ("from", "2026-11-21"), ("to", "2026-11-21")], &[2]);
}

#[test]
fn what_is_held_is_not_erased_or_taken_back_on_request_either() {
    let app = company();
    let hr = app.sign_in("hr@example.com");
    post(&hr, "/settings/retention/holds", &[("what", "customer"), ("id", "C-WO-1"), ("reason", "x")])
        .expect(303);
    let id = app.value("SELECT id FROM customer WHERE external_id = 'C-WO-1'");
    let page = hr.get(&format!("/customers/{id}/erase")).expect(200).body;
    assert!(page.contains("cannot be erased now") && page.contains("HR ends the hold first"), "{page}");
    assert!(!page.contains("name=\"sure\""), "{page}");
    let refused = post(&hr, &format!("/customers/{id}/erase"), &[("sure", "yes")]).expect(409).body;
    assert!(refused.contains("A legal hold"), "{refused}");
    let response = app.value("SELECT id FROM response WHERE comment = 'comment1'");
    post(&hr, &format!("/responses/{response}/withdraw"), &[("reason", "asked")]).expect(409);
    let data = std::env::temp_dir().join("hearback-hold-none");
    let settings = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_DATA", data.to_str().unwrap()),
        ("HEARBACK_SECRET", crate::support::app::SECRET),
    ];
    for arguments in [
        &["person", "erase", "--customer", "C-WO-1"][..],
        &["person", "withdraw", "--visit", "WO-1", "--reason", "asked"],
    ] {
        let output = run(&settings, arguments);
        assert!(
            !output.status.success() && complained(&output).contains("A legal hold"),
            "{}",
            complained(&output)
        );
    }
    assert_eq!(left(&app), [1, 2, 3]);
    // The others are free.
    let other = app.value("SELECT id FROM customer WHERE external_id = 'C-WO-2'");
    post(&hr, &format!("/customers/{other}/erase"), &[("sure", "yes")]).expect(303);
}

#[test]
fn a_hold_that_names_nothing_is_refused_with_what_was_typed() {
    let app = company();
    let hr = app.sign_in("hr@example.com");
    for (fields, word) in [
        (&[("what", "customer"), ("id", "nobody"), ("reason", "my reason")][..], "No customer has this id."),
        (&[("what", "employee"), ("id", "nobody"), ("reason", "my reason")], "No employee has this id."),
        (
            &[("what", "visits"), ("from", "2026-02-01"), ("to", "2026-01-01"), ("reason", "my reason")],
            "Write both days",
        ),
        (&[("what", "x"), ("reason", "my reason")], "Choose what is held."),
        (&[("what", "customer"), ("id", "C-WO-1"), ("reason", " ")], "Say why"),
    ] {
        let page = post(&hr, "/settings/retention/holds", fields).expect(422).body;
        assert!(page.contains(word), "{word}: {page}");
        assert!(word == "Say why" || page.contains("my reason"), "{word}");
    }
    assert_eq!(app.value("SELECT count(*) FROM legal_hold"), "0");
}
