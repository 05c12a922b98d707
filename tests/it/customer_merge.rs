//! Two files of one person: put together by a human, read as one everywhere, and taken apart without a trace.

use crate::support::{Client, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::{Role, Scope};
use hearback::customers::queries::notes;
use hearback::customers::stops;
use serde_json::{Value, json};
use uuid::Uuid;

fn visit(id: &str, customer: &str, at: &str) -> Value {
    make::with(
        make::visit(id),
        json!({"visited_at": at, "customer": {"id": customer, "name": format!("Name of {customer}"),
            "email": format!("{}@example.com", customer.to_lowercase()), "phone": format!("+44 1632 96011{}", &customer[1..])}}),
    )
}

/// A company with some files, and HR at the desk.
struct Desk {
    app: TestApp,
    hr: Client,
}

impl Desk {
    fn new(files: &[&str]) -> Self {
        let app = TestApp::start();
        for (n, file) in files.iter().enumerate() {
            app.bring(&visit(&format!("W{n}"), file, "2026-11-20T14:00:00Z"));
        }
        let hr = app.staff(Role::Hr, None);
        Self { app, hr }
    }

    fn id(&self, file: &str) -> Uuid {
        self.app.value(&format!("SELECT id FROM customer WHERE external_id = '{file}'")).parse().unwrap()
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
        let csrf = self.hr.get("/").expect(200).hidden("csrf");
        let fields: Vec<(&str, &str)> =
            [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.hr.post_form(path, &fields)
    }

    fn merge(&self, kept: &str, merged: &str) {
        let (kept, merged) = (self.id(kept), self.id(merged).to_string());
        let done = self.post(&format!("/customers/{kept}/merge"), &[("with", &merged)]).expect(303);
        assert_eq!(done.location(), format!("/customers/{kept}?done=merged"));
    }

    fn apart(&self, kept: &str, merged: &str) {
        let active = format!(
            "SELECT id FROM customer_merge WHERE merged_id = '{}' AND undone_at IS NULL",
            self.id(merged)
        );
        let merge = self.app.value(&active);
        self.post(&format!("/customers/{}/apart", self.id(kept)), &[("merge", &merge)]).expect(303);
    }

    fn page(&self, file: &str) -> String {
        self.hr.get(&format!("/customers/{}", self.id(file))).expect(200).body
    }

    /// The visits on the page of a file.
    fn visits(&self, file: &str) -> Vec<String> {
        let page = self.page(file);
        let rows = page.split("<th scope=\"row\"><a href=\"/visits/").skip(1);
        let mut visits: Vec<String> =
            rows.map(|row| row.split(['>', '<']).nth(1).unwrap().to_owned()).collect();
        visits.sort();
        visits
    }
}

#[test]
fn two_files_are_shown_as_one_and_taken_apart_without_a_trace() {
    let desk = Desk::new(&["C1", "C2"]);
    let app = &desk.app;
    desk.post(
        &format!("/customers/{}/notes", desk.id("C2")),
        &[("words", "Rings twice"), ("purpose", "access"), ("months", "24")],
    )
    .expect(303);
    desk.post(&format!("/customers/{}/stop", desk.id("C2")), &[("channel", "phone"), ("reason", "no")])
        .expect(303);
    let tables = ["visit", "customer", "customer_note", "customer_stop", "suppression"];
    let (before, one, other) = (app.dump(&tables), desk.page("C1"), desk.page("C2"));

    let found = desk.hr.get(&format!("/customers/{}/merge?q=Name", desk.id("C1"))).expect(200).body;
    assert!(
        found.contains("Name of C2") && !found.contains(&format!("value=\"{}\"", desk.id("C1"))),
        "{found}"
    );
    desk.merge("C1", "C2");
    assert_eq!(desk.visits("C1"), ["W0", "W1"]);
    let page = desk.page("C1");
    for words in ["Rings twice", "No calls go to this customer.", "Name of C2", "put together by"] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let leads = desk.hr.get(&format!("/customers/{}", desk.id("C2"))).expect(303);
    assert_eq!(leads.location(), format!("/customers/{}", desk.id("C1")));
    // Whichever file is found, the person is shown once.
    for text in ["Name", "960112", "c2@example.com", "C2", "W1"] {
        let page = desk.hr.get(&format!("/customers?q={text}")).expect(200).body;
        assert_eq!(page.matches("<th scope=\"row\"><a href=\"/customers/").count(), 1, "{text}");
        assert!(page.contains(&format!("/customers/{}\"", desk.id("C1"))), "{text}");
    }
    let (now, kept) = (app.now(), desk.id("C1"));
    assert_eq!(notes::list_current(&mut app.connection(), kept, now).unwrap().len(), 1);
    assert!(
        !stops::may_be_phoned(&mut app.connection(), &app.app.keys, Some(kept), "+44 1632 960111").unwrap()
    );

    desk.apart("C1", "C2");
    assert_eq!(app.dump(&tables), before);
    assert_eq!((desk.page("C1"), desk.page("C2")), (one, other));
    let trail =
        "SELECT action || ' ' || subject FROM audit_entry WHERE action LIKE 'customer.merge%' ORDER BY id";
    assert_eq!(
        app.rows(trail),
        [format!("customer.merged customer {kept}"), format!("customer.merge_undone customer {kept}")]
    );
}

#[test]
fn what_comes_for_the_other_file_lands_on_the_one_that_stands_and_goes_home_when_it_is_undone() {
    let desk = Desk::new(&["C1", "C2"]);
    desk.merge("C1", "C2");
    desk.app.bring(&visit("W7", "C2", "2026-11-20T14:30:00Z"));
    desk.app.bring(&visit("W8", "C1", "2026-11-20T14:30:00Z"));
    assert_eq!(desk.visits("C1"), ["W0", "W1", "W7", "W8"]);
    desk.apart("C1", "C2");
    assert_eq!(
        (desk.visits("C1"), desk.visits("C2")),
        (vec!["W0".to_owned(), "W8".to_owned()], vec!["W1".to_owned(), "W7".to_owned()])
    );
}

#[test]
fn merges_of_merged_files_are_undone_in_any_order() {
    let desk = Desk::new(&["C1", "C2", "C3"]);
    desk.merge("C2", "C3");
    desk.merge("C1", "C2");
    assert_eq!(desk.visits("C1"), ["W0", "W1", "W2"]);
    desk.apart("C1", "C3");
    assert_eq!(
        (desk.visits("C1"), desk.visits("C3")),
        (vec!["W0".to_owned(), "W1".to_owned()], vec!["W2".to_owned()])
    );
    desk.apart("C1", "C2");
    for (file, visit) in [("C1", "W0"), ("C2", "W1"), ("C3", "W2")] {
        assert_eq!(desk.visits(file), [visit]);
    }
}

#[test]
fn no_circle_is_made_and_nothing_is_merged_twice() {
    let desk = Desk::new(&["C1", "C2", "C3"]);
    let path = |file: &str| format!("/customers/{}/merge", desk.id(file));
    let id = |file: &str| desk.id(file).to_string();
    desk.post(&path("C1"), &[]).expect(422);
    desk.post(&path("C1"), &[("with", &id("C1"))]).expect(422);
    desk.post(&path("C1"), &[("with", &Uuid::max().to_string())]).expect(404);
    desk.merge("C1", "C2");
    desk.post(&path("C2"), &[("with", &id("C1"))]).expect(409);
    desk.post(&path("C3"), &[("with", &id("C2"))]).expect(409);
    let merge = desk.app.value("SELECT id FROM customer_merge");
    desk.apart("C1", "C2");
    desk.post(&format!("/customers/{}/apart", desk.id("C1")), &[("merge", &merge)]).expect(409);
}

#[test]
fn a_person_is_asked_once_in_thirty_days_over_all_files() {
    let desk = Desk::new(&["C1", "C2"]);
    desk.merge("C1", "C2");
    desk.app.work();
    assert_eq!(desk.app.memory.letters().len(), 1, "one of the two is held");
    let outcomes = desk.app.rows("SELECT outcome FROM visit ORDER BY outcome");
    assert_eq!(outcomes, ["planned", "sent"]);
    let held = "SELECT count(*) FROM visit_outcome WHERE reason LIKE 'held: the customer was asked%'";
    assert_eq!(desk.app.value(held), "1");
    // Nor the other file when they are apart again.
    desk.apart("C1", "C2");
    desk.app.advance(TimeDelta::days(3));
    for file in ["C1", "C2"] {
        desk.app.bring(&visit(&format!("LATER-{file}"), file, "2026-11-23T14:00:00Z"));
    }
    desk.app.work();
    assert_eq!(
        desk.app.memory.letters().iter().filter(|letter| letter.to.starts_with('c')).count(),
        2,
        "one reminder"
    );
    assert_eq!(
        desk.app.rows("SELECT outcome FROM visit WHERE external_id LIKE 'LATER%'"),
        ["planned", "planned"]
    );
}

#[test]
fn erasing_a_person_erases_all_their_files() {
    let desk = Desk::new(&["C1", "C2"]);
    desk.merge("C1", "C2");
    desk.post(&format!("/customers/{}/erase", desk.id("C1")), &[("sure", "yes")]).expect(303);
    assert_eq!(desk.app.value("SELECT count(*) FROM customer"), "0");
    assert_eq!(
        desk.app.value("SELECT count(*) FROM visit WHERE customer_email IS NULL AND customer_id IS NULL"),
        "2"
    );
    desk.app
        .client(&[Scope::VisitsWrite])
        .post_json("/api/v1/visits", &visit("W1", "C2", "2026-11-20T14:00:00Z"))
        .expect(200);
}
