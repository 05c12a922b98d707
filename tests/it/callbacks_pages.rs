//! The caller's page and the page of those who lead calling: who sees what, and who may phone whom.

use crate::callbacks::standing;
use crate::callbacks_waves::{draw, keys, stored, ten};
use crate::finder::id_of;
use crate::support::app::PASSWORD;
use crate::support::{Client, TestApp, make};
use hearback::accounts::links::{self, Colleague};
use hearback::accounts::{Access, Role, Scope};
use hearback::people::queries::{find_employee, upsert_team};
use serde_json::json;

/// Claims on the page; the address of the call, or where else it leads.
#[track_caller]
fn next(person: &Client) -> String {
    let csrf = person.get("/callbacks").expect(200).hidden("csrf");
    person.post_form("/callbacks/next", &[("csrf", &csrf)]).expect(303).location().to_owned()
}

/// Sends the form of a call.
#[track_caller]
fn send(person: &Client, path: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    let page = person.get(path).expect(200);
    let (csrf, claim) = (page.hidden("csrf"), page.hidden("claim"));
    let own = [("csrf", csrf.as_str()), ("claim", claim.as_str())];
    let all: Vec<(&str, &str)> = own.into_iter().chain(fields.iter().copied()).collect();
    person.post_form(path, &all)
}

/// A caller with an account of their own.
fn colleague(app: &TestApp, email: &str, employee: Option<&str>) -> Client {
    let mut connection = app.connection();
    let employee = employee.map(|id| find_employee(&mut connection, id).unwrap().unwrap());
    let one = Colleague {
        email: email.to_owned(),
        name: email.to_owned(),
        role: Role::Caller,
        employee,
        team: None,
    };
    links::invite_with_password(&mut connection, &one, PASSWORD, app.now()).unwrap();
    app.sign_in(email)
}

#[test]
fn a_call_is_saved_answer_by_answer_and_ends_with_a_button() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    let page = caller.get(&path).expect(200).body;
    for shown in
        ["Ann Sample", "tel:+441632960114", "this is Northwind Boilers", "yours until 15:30", "Friday 15:00"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(page.contains("name=\"overall\" value=\"1\" aria-pressed=\"false\" accesskey=\"1\" autofocus"));
    send(&caller, &path, &[("overall", "4")]).expect(303);
    let page = caller.get(&path).expect(200).body;
    assert!(page.contains("name=\"overall\" value=\"4\" aria-pressed=\"true\">"));
    assert!(page.contains("name=\"process\" value=\"1\" aria-pressed=\"false\" accesskey=\"1\" autofocus"));
    // What is wrong is told, and what was typed stays.
    let wrong = send(&caller, &path, &[("overall", "9"), ("comment", "so far"), ("disposition", "complete")]);
    let wrong = wrong.expect(422).body;
    assert!(wrong.contains("Nothing was recorded yet.") && wrong.contains("so far"), "{wrong}");
    send(
        &caller,
        &path,
        &[("overall", "4"), ("process", "5"), ("comment", "Fine"), ("disposition", "complete")],
    )
    .expect(303);
    assert_eq!(
        app.value("SELECT concat_ws(' ', mode, complete, answers, comment) FROM response"),
        "phone t {\"overall\": 4, \"process\": 5} Fine"
    );
    assert_eq!((app.outcome("W1").as_str(), stored(&app, "W1").as_str()), ("answered", "random done true 1"));
    caller.get(&path).expect(409);
    assert_eq!(next(&caller), "/callbacks?due=none");
}

#[test]
fn a_question_that_depends_on_the_first_answer_appears_with_it() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    assert!(!caller.get(&path).expect(200).body.contains("name=\"wrong\""));
    send(&caller, &path, &[("overall", "2")]).expect(303);
    assert!(caller.get(&path).expect(200).body.contains("name=\"wrong\""));
    send(&caller, &path, &[("overall", "2"), ("wrong", "skill"), ("disposition", "partial")]).expect(303);
    assert_eq!(
        app.value("SELECT concat_ws(' ', complete, answers) FROM response"),
        "f {\"wrong\": [\"skill\"], \"overall\": 2}"
    );
}

#[test]
fn an_appointment_is_made_on_the_customers_clock() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    app.execute("UPDATE visit SET customer_time_zone = 'Asia/Tokyo'").unwrap();
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    let fields = [("disposition", "appointment"), ("appointment", "2026-11-23T16:30")];
    send(&caller, &path, &[("disposition", "appointment")]).expect(422);
    send(&caller, &path, &fields).expect(303);
    assert_eq!(
        app.value("SELECT to_json(appointment AT TIME ZONE 'UTC')#>>'{}' FROM callback"),
        "2026-11-23T07:30:00"
    );
}

#[test]
fn a_second_press_on_next_leads_back_to_the_call_that_is_claimed() {
    let app = TestApp::start();
    ten(&app);
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    assert_eq!(next(&caller), path);
    let other = colleague(&app, "other@example.com", None);
    other.get(&path).expect(409);
    assert_ne!(next(&other), path);
    send(&caller, &path, &[("release", "yes")]).expect(303);
    assert_eq!(next(&caller), path);
}

#[test]
fn the_form_of_a_claim_that_ran_out_records_nothing_under_the_next_one() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    let claim = caller.get(&path).expect(200).hidden("claim");
    app.advance(chrono::TimeDelta::minutes(31));
    let caller = app.sign_in("caller@example.com");
    assert_eq!(next(&caller), path);
    let csrf = caller.get(&path).expect(200).hidden("csrf");
    let old = [("csrf", csrf.as_str()), ("claim", claim.as_str()), ("disposition", "refused")];
    caller.post_form(&path, &old).expect(409);
    assert_eq!(app.outcome("W1"), "to_call");
}

#[test]
fn what_one_caller_typed_is_gone_when_the_call_is_given_back() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    send(&caller, &path, &[("overall", "2"), ("comment", "planted words")]).expect(303);
    send(&caller, &path, &[("release", "yes")]).expect(303);
    let other = colleague(&app, "other@example.com", None);
    assert_eq!(next(&other), path);
    let page = other.get(&path).expect(200).body;
    assert!(!page.contains("planted words") && !page.contains("aria-pressed=\"true\""));
}

#[test]
fn nobody_phones_about_themselves_or_about_those_they_lead() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    app.execute("INSERT INTO employee (id, external_id, name, created_at) VALUES (gen_random_uuid(), 'E50', 'Lea Lead', now())").unwrap();
    app.execute(
        "INSERT INTO team_member (employee_id, team_id, role, valid_from) SELECT e.id, t.id, 'lead', '2026-01-01' \
         FROM employee e, team t WHERE e.external_id = 'E50' AND t.name = 'North 2'",
    )
    .unwrap();
    draw(&keys(&app).1, 1.0);
    let rated = colleague(&app, "rated@example.com", Some("E17"));
    let lead = colleague(&app, "lead@example.com", Some("E50"));
    upsert_team(&mut app.connection(), "South").unwrap();
    let own_manager = app.staff(Role::Manager, Some("North 2"));
    for person in [&rated, &lead, &own_manager] {
        assert_eq!(next(person), "/callbacks?due=none");
    }
    // Whoever led them at another time may.
    app.execute("UPDATE team_member SET valid_to = '2026-06-30' WHERE role = 'lead'").unwrap();
    assert!(next(&lead).starts_with("/callbacks/0"));
}

#[test]
fn a_caller_reads_no_score_no_comment_and_no_earlier_answer_anywhere() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"phone": "+441632960114"}})));
    let mailed = app.mail_out("W1");
    app.say(&mailed, "2", "planted words");
    app.execute("UPDATE visit SET outcome = 'suspect'").unwrap();
    app.execute("UPDATE response SET certainty = 'suspect'").unwrap();
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"id": "C-W1", "phone": "+441632960114"}})));
    app.work();
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let call = next(&caller);
    let customer = app.value("SELECT id FROM customer");
    let mut read = 0;
    for route in hearback::routes::table() {
        let may = matches!(route.access, Access::Staff(roles) if roles.contains(&Role::Caller));
        if route.method != "GET" || !may {
            continue;
        }
        let path = match route.path {
            "/callbacks/{id}" => call.clone(),
            "/customers/{id}" => format!("/customers/{customer}"),
            path => path.to_owned(),
        };
        let body = caller.get(&path).expect(200).body;
        for secret in ["planted words", "2 of 5", "Put aside", "points", "aria-pressed=\"true\""] {
            // How a score is made, for everybody; of nobody's.
            let is_method = path == "/settings/works-council" && secret == "points";
            assert!(is_method || !body.contains(secret), "{secret} on {path}");
        }
        read += 1;
    }
    assert!(read >= 4);
    let key = app.client(&[Scope::CallbacksWork]);
    for path in
        ["responses", "evaluations?from=2026-01-01&to=2026-12-31", "outcomes?from=2026-01-01&to=2026-12-31"]
    {
        key.get(&format!("/api/v1/{path}")).expect(403);
    }
    app.advance(chrono::TimeDelta::minutes(31));
    let claimed = key.post_json("/api/v1/callbacks/next", &json!({})).expect(200).body;
    assert!(claimed.contains("Ann Sample") && !claimed.contains("planted words"), "{claimed}");
    let caller = app.sign_in("caller@example.com");
    caller.get("/responses").expect(403);
    caller.get("/callbacks/waves").expect(403);
    caller.get(&format!("/visits/{}", id_of(&app, "W1"))).expect(403);
}

#[test]
fn hr_draws_and_closes_and_sees_how_calling_goes() {
    let app = TestApp::start();
    ten(&app);
    let hr = app.staff(Role::Hr, None);
    let csrf = hr.get("/callbacks/waves").expect(200).hidden("csrf");
    let form = |share: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("from", "2026-11-20".into()),
            ("to", "2026-11-20".into()),
            ("share", share.into()),
        ]
    };
    let post = |share| {
        let fields = form(share);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        hr.post_form("/callbacks/waves", &fields)
    };
    for wrong in ["0", "101", "many", ""] {
        assert!(post(wrong).expect(422).body.contains("percentage"), "{wrong}");
    }
    post("40 %").expect(303);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    send(&caller, &path, &[("overall", "4"), ("disposition", "complete")]).expect(303);
    let page = hr.get("/callbacks/waves").expect(200).body;
    for shown in [
        "by lot: 4 of 8",
        "priority: 2 of 2",
        "1 of 6",
        "about ",
        "15:00 to 15:59",
        "Try 1",
        "44 answers",
        "The caller",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let wave = app.value("SELECT id FROM wave");
    hr.post_form(&format!("/callbacks/waves/{wave}/close"), &[("csrf", &csrf)]).expect(303);
    let page = hr.get("/callbacks/waves").expect(200).body;
    assert!(page.contains("priority 50 %") && page.contains("by lot not drawn"), "{page}");
    let manager = app.staff(Role::Manager, Some("North 2")).get("/callbacks/waves").expect(200).body;
    assert!(!manager.contains("Draw a wave") && !manager.contains("id=\"callers\""));
}

#[test]
fn a_caller_keeps_a_note_during_the_call_and_the_call_goes_on() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let path = next(&caller);
    let noted = [("overall", "4"), ("note.words", "Has a new puppy, Biscuit."), ("note.purpose", "greeting")];
    send(&caller, &path, &noted).expect(303);
    let page = caller.get(&path).expect(200).body;
    assert!(page.contains("<li>Has a new puppy, Biscuit.</li>"), "{page}");
    assert!(page.contains("name=\"overall\" value=\"4\" aria-pressed=\"true\""), "what was typed is kept");
    assert_eq!(app.value("SELECT count(*)::text FROM audit_entry WHERE action = 'customer.note_added'"), "1");
    // An empty one is refused and the answer stays.
    let empty = send(&caller, &path, &[("overall", "3"), ("note.keep", "yes"), ("note.purpose", "greeting")]);
    assert!(empty.expect(422).body.contains("Write one line"));
    let last =
        [("disposition", "refused"), ("note.words", "Rings back herself."), ("note.purpose", "preference")];
    send(&caller, &path, &last).expect(303);
    assert_eq!(app.value("SELECT count(*)::text FROM customer_note"), "2");
}
