//! The file of a customer: notes, preferences, what they do not want, and what they told us, by who may read it.

use crate::finder::{foreign, id_of};
use crate::support::{Answer, Client, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::customers::queries::notes;
use hearback::customers::stops;
use serde_json::json;

/// Somebody of ours on the page of the only customer.
struct Desk<'a> {
    app: &'a TestApp,
    client: Client,
    path: String,
}

impl<'a> Desk<'a> {
    fn of(app: &'a TestApp, role: Role) -> Self {
        let path = format!("/customers/{}", app.value("SELECT id FROM customer ORDER BY id LIMIT 1"));
        Self { app, client: app.staff(role, Some("North 2")), path }
    }

    fn page(&self) -> String {
        self.client.get(&self.path).expect(200).body
    }

    fn post(&self, to: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.client.get("/").expect(200).hidden("csrf");
        let fields: Vec<(&str, &str)> =
            [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.client.post_form(&format!("{}/{to}", self.path), &fields)
    }

    fn note(&self, words: &str) {
        let answer =
            self.post("notes", &[("words", words), ("purpose", "greeting"), ("months", "24")]).expect(303);
        assert_eq!(answer.location(), format!("{}?done=noted", self.path));
    }

    fn trail(&self) -> Vec<String> {
        self.app.rows(
            "SELECT action || ' ' || subject || ' ' || detail::text FROM audit_entry \
             WHERE action LIKE 'customer.%' AND action <> 'customer.read' ORDER BY id",
        )
    }
}

#[test]
fn whoever_meets_customers_keeps_notes_that_all_of_them_see() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let caller = Desk::of(&app, Role::Caller);
    caller.note("Has a new puppy, Biscuit.");
    let manager = Desk::of(&app, Role::Manager);
    manager.note("Prefers to be called Mrs Ashdown.");
    for desk in [&caller, &manager, &Desk::of(&app, Role::Hr)] {
        let page = desk.page();
        for words in
            ["Has a new puppy, Biscuit.", "by The caller, 20 Nov 2026, kept until 20 Nov 2028", "Mrs Ashdown"]
        {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        assert!(page.contains("Nothing about health"));
    }
    // The log knows that there was a note, not what it said.
    assert!(caller.trail().iter().all(|entry| !entry.contains("Biscuit")), "{:?}", caller.trail());
    assert_eq!(caller.trail().len(), 2);
    let now = app.now();
    let customer = app.value("SELECT id FROM customer").parse().unwrap();
    let told = notes::list_current(&mut app.connection(), customer, now).unwrap();
    assert_eq!(told.iter().map(|note| note.purpose.as_str()).collect::<Vec<_>>(), ["greeting", "greeting"]);
}

#[test]
fn a_note_is_one_line_with_a_purpose_and_a_time_that_are_known() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let desk = Desk::of(&app, Role::Caller);
    let long = "x".repeat(201);
    for (words, purpose, months) in [
        ("", "greeting", "24"),
        (long.as_str(), "greeting", "24"),
        ("a", "health", "24"),
        ("a", "access", "25"),
    ] {
        let fields = [("words", words), ("purpose", purpose), ("months", months)];
        let page = desk.post("notes", &fields).expect(422).body;
        assert!(
            page.contains(&format!("value=\"{words}\"")) && page.contains("id=\"words-error\""),
            "{page}"
        );
    }
    desk.post("notes", &[("words", "two\nlines"), ("purpose", "access"), ("months", "1")]).expect(303);
    assert_eq!(
        app.rows("SELECT words || ' ' || expires_at::date FROM customer_note"),
        ["two lines 2026-12-20"]
    );
}

#[test]
fn a_note_goes_by_its_author_or_hr_and_by_itself_when_its_time_is_over() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let caller = Desk::of(&app, Role::Caller);
    caller.note("First");
    caller.note("Second");
    caller.post("notes", &[("words", "For a month"), ("purpose", "follow_up"), ("months", "1")]).expect(303);
    let id = |words: &str| app.value(&format!("SELECT id FROM customer_note WHERE words = '{words}'"));
    let manager = Desk::of(&app, Role::Manager);
    manager.post("notes/remove", &[("note", &id("First"))]).expect(403);
    assert!(!manager.page().contains("notes/remove"));
    caller.post("notes/remove", &[("note", &id("First"))]).expect(303);
    Desk::of(&app, Role::Hr).post("notes/remove", &[("note", &id("Second"))]).expect(303);
    assert_eq!(app.rows("SELECT words FROM customer_note"), ["For a month"]);
    assert_eq!(caller.trail().iter().filter(|entry| entry.starts_with("customer.note_removed")).count(), 2);
    app.advance(TimeDelta::days(31));
    let again = Desk { client: app.sign_in("caller@example.com"), ..caller };
    assert!(!again.page().contains("For a month"), "a note that is over is not shown");
    app.work();
    assert_eq!(app.rows("SELECT words FROM customer_note"), [""; 0], "the nightly round deletes it");
}

#[test]
fn what_they_prefer_goes_before_what_a_visit_brings() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let desk = Desk::of(&app, Role::Caller);
    let wrong = desk.post("preferences", &[("time_zone", "Europe/Nowhere")]).expect(422).body;
    assert!(wrong.contains("value=\"Europe/Nowhere\"") && wrong.contains("told-error"));
    let told = [("language", "de"), ("time_zone", "Europe/Berlin"), ("call_time", "evening")];
    desk.post("preferences", &told).expect(303);
    let page = desk.page();
    assert!(page.contains("German") && page.contains("Europe/Berlin"), "{page}");
    assert!(page.contains("<option value=\"evening\" selected>"), "{page}");
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"id": "C-W1", "email": "w1@example.com"}})));
    let stored = "SELECT customer_language || ' ' || customer_time_zone FROM visit WHERE external_id = 'W2'";
    assert_eq!(app.value(stored), "de Europe/Berlin");
    // The message is the same all the same.
    let again = make::with(make::visit("W2"), json!({"customer": {"id": "C-W1", "email": "w1@example.com"}}));
    app.client(&[hearback::accounts::Scope::VisitsWrite]).post_json("/api/v1/visits", &again).expect(200);
}

#[test]
fn no_mails_holds_for_every_address_until_hr_lifts_it_with_a_reason() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let caller = Desk::of(&app, Role::Caller);
    caller.post("stop", &[("channel", "email"), ("reason", "")]).expect(422);
    caller.post("stop", &[("channel", "email"), ("reason", "Gets too many mails")]).expect(303);
    let page = caller.page();
    assert!(page.contains("No mails go to this customer.") && page.contains("Gets too many mails"), "{page}");
    assert!(page.contains("by The caller, 20 Nov 2026") && !page.contains("/lift"), "{page}");
    // What waited is let be, and another address of the same file is no way round it.
    app.work();
    assert_eq!((app.outcome("W1").as_str(), app.memory.letters().len()), ("suppressed", 0));
    app.bring(&make::with(
        make::visit("W2"),
        json!({"customer": {"id": "C-W1", "email": "new@example.com"}}),
    ));
    assert_eq!(app.outcome("W2"), "suppressed");
    // Nor is a second file with the same address.
    app.bring(&make::with(make::visit("W3"), json!({"customer": {"id": "C-9", "email": "W1@example.com"}})));
    assert_eq!(app.outcome("W3"), "suppressed");
    let hr = Desk::of(&app, Role::Hr);
    hr.post("lift", &[("channel", "email"), ("reason", " ")]).expect(422);
    hr.post("lift", &[("channel", "email"), ("reason", "wrote to ann@example.com that she wants them")])
        .expect(303);
    assert!(!hr.page().contains("No mails go to"));
    assert_eq!(
        hr.trail().last().map(|entry| entry.contains("\"reason\": \"wrote to") && !entry.contains("ann@")),
        Some(true)
    );
    hr.post("lift", &[("channel", "email"), ("reason", "again")]).expect(409);
    app.bring(&make::with(
        make::visit("W4"),
        json!({"customer": {"id": "C-W1", "email": "new@example.com"}}),
    ));
    assert_eq!(app.outcome("W4"), "planned");
}

#[test]
fn no_calls_holds_for_the_customer_and_for_the_number() {
    let app = TestApp::start();
    let phone = json!({"customer": {"phone": "+44 1632 960114"}});
    app.bring(&make::with(make::visit("W1"), phone));
    let customer = app.value("SELECT id FROM customer").parse().unwrap();
    let may = |customer, phone| {
        stops::may_be_phoned(&mut app.connection(), &app.app.keys, customer, phone).unwrap()
    };
    assert!(may(Some(customer), "+44 1632 960114"));
    Desk::of(&app, Role::Caller)
        .post("stop", &[("channel", "phone"), ("reason", "Works nights")])
        .expect(303);
    assert!(!may(Some(customer), "+44 1632 999999"), "the customer said no");
    assert!(!may(None, "01632/960114"), "the number is theirs on any file");
    assert!(may(None, "+44 1632 960115"));
    let page = Desk { client: app.sign_in("caller@example.com"), ..Desk::of(&app, Role::Hr) }.page();
    assert!(page.contains("No calls go to this customer.") && !page.contains("href=\"tel:"), "{page}");
    let hr =
        Desk { client: app.sign_in("hr@example.com"), app: &app, path: format!("/customers/{customer}") };
    hr.post("lift", &[("channel", "phone"), ("reason", "asked for a call")]).expect(303);
    assert!(may(Some(customer), "+44 1632 960114"));
    // Numbers are none of the addresses that operators count.
    assert!(
        !app.staff(Role::Admin, None)
            .get("/delivery/never")
            .expect(200)
            .body
            .contains("the customer told us")
    );
}

#[test]
fn what_they_said_is_for_those_who_read_answers_and_a_manager_of_the_own_team() {
    let app = TestApp::start();
    let customer = json!({"id": "C9", "name": "Eleanor Ashdown", "email": "w1@example.com"});
    app.bring(&make::with(make::visit("W1"), json!({"customer": customer})));
    let path = app.mail_out("W1");
    app.say(&path, "1", "never again");
    app.follow_answers();
    app.bring(&make::with(foreign("W2"), json!({"customer": customer})));
    app.execute("UPDATE visit SET outcome = 'sent' WHERE external_id = 'W2'").unwrap();
    let response = app.value("SELECT id FROM response");
    for role in [Role::Hr, Role::Manager] {
        let page = Desk::of(&app, role).page();
        for words in ["never again", "Overall 1 of 5", &format!("/responses/{response}"), "id=\"cases\""] {
            assert!(page.contains(words), "{words} for {role} is not in {page}");
        }
    }
    let south = app.staff(Role::Admin, None);
    south.get(&format!("/customers/{}", app.value("SELECT id FROM customer"))).expect(403);
    let caller = Desk::of(&app, Role::Caller).page();
    app.execute("UPDATE visit_employee SET team_id = NULL").unwrap();
    let other = Desk { client: app.sign_in("manager@example.com"), ..Desk::of(&app, Role::Employee) }.page();
    for page in [caller, other] {
        for words in ["never again", "1 of 5", "/responses/", "id=\"cases\"", &id_of(&app, "W1")] {
            assert!(!page.contains(words), "{words} is in {page}");
        }
        assert!(page.contains("Eleanor Ashdown"));
    }
}
