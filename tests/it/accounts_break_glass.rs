//! Break-glass: an administrator reads what HR reads for a while, to read only, with a reason that HR sees.

use crate::support::{Answer, Client, TestApp, make};
use actix_web::http::Method;
use chrono::TimeDelta;
use hearback::accounts::queries::break_glass::list_break_glass;
use hearback::accounts::{Access, Role};
use hearback::routes;

const WHY: &str = "The evaluations of March show nothing; HR asked us to look";

#[track_caller]
fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = client.get("/account").expect(200).hidden("csrf");
    let all: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post_form(path, &all)
}

fn open(admin: &Client, reason: &str, minutes: &str) -> Answer {
    post(admin, "/settings/break-glass", &[("reason", reason), ("minutes", minutes)])
}

/// Every route that HR may and an administrator may not.
fn routes_of_hr(method: &Method) -> Vec<String> {
    let only_hr = |access| {
        matches!(access, Access::Staff(roles) if {
            let roles: &[Role] = roles;
            roles.contains(&Role::Hr) && !roles.contains(&Role::Admin)
        })
    };
    let all = routes::table().into_iter().filter(|route| route.method == *method && only_hr(route.access));
    let path = |path: &str| path.replace("{id}", "none").replace("{key}", "none").replace("{version}", "1");
    all.map(|route| path(route.path)).collect()
}

#[test]
fn an_administrator_reads_nothing_of_hr_until_the_glass_is_broken_and_then_reads_only() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.say(&path, "1", "He left mud on the floor");
    app.follow_answers();
    let admin = app.staff(Role::Admin, None);
    for path in routes_of_hr(&Method::GET) {
        admin.get(&path).expect(403);
    }
    open(&admin, WHY, "30").expect(303);
    let (mut read, mut tried) = (0, 0);
    for path in routes_of_hr(&Method::GET) {
        let status = admin.get(&path).status;
        assert!(![303, 401, 403].contains(&status) && status < 500, "{path}: {status}");
        read += 1;
    }
    for path in routes_of_hr(&Method::POST) {
        post(&admin, &path, &[]).expect(403);
        tried += 1;
    }
    assert!(read > 10 && tried > 10);
    // What only others than HR may stays shut.
    admin.get("/callbacks/none").expect(403);
    let response = app.value("SELECT id FROM response");
    assert!(admin.get(&format!("/responses/{response}")).expect(200).body.contains("mud on the floor"));
    // What an administrator does goes on meanwhile.
    admin.get("/settings/accounts").expect(200);
    post(&admin, "/delivery/switch", &[("to", "off")]).expect(303);
}

#[test]
fn it_ends_by_itself_and_before_that_on_request() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    open(&admin, WHY, "20").expect(303);
    open(&admin, WHY, "20").expect(409);
    app.advance(TimeDelta::minutes(19));
    admin.get("/evaluations").expect(200);
    app.advance(TimeDelta::minutes(1));
    admin.get("/evaluations").expect(403);
    open(&admin, WHY, "60").expect(303);
    admin.get("/evaluations").expect(200);
    post(&admin, "/settings/break-glass", &[("act", "end")]).expect(303);
    admin.get("/evaluations").expect(403);
    assert!(!admin.get("/").expect(200).body.contains("The glass is broken"));
    // It was theirs alone.
    open(&admin, WHY, "60").expect(303);
    let other = app.sign_in(&app.account(Role::Caller, None));
    other.get("/evaluations").expect(403);
    app.execute("UPDATE user_account SET role = 'caller' WHERE role = 'admin'").unwrap();
    admin.get("/evaluations").expect(403);
}

#[test]
fn it_needs_a_reason_and_lasts_an_hour_at_most() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    for (reason, minutes) in [("", "30"), ("because", "30"), (WHY, "61"), (WHY, "0"), (WHY, "-1"), (WHY, "")]
    {
        let page = open(&admin, reason, minutes).expect(422).body;
        assert!(page.contains("role=\"alert\""), "{reason} {minutes}");
    }
    assert_eq!(app.value("SELECT count(*) FROM break_glass"), "0");
    // What was typed is kept.
    assert!(open(&admin, WHY, "90").expect(422).body.contains("The evaluations of March"));
    for role in [Role::Hr, Role::Manager, Role::Caller, Role::Employee] {
        let person = app.staff(role, Some("North 2"));
        open(&person, WHY, "30").expect(403);
    }
}

#[test]
fn hr_hears_of_it_at_once_and_every_page_stands_in_the_log_with_the_reason() {
    // Whether surveys are mailed is another matter.
    let app = TestApp::with(&[("HEARBACK_SENDING", "off")]);
    app.account(Role::Hr, None);
    app.account(Role::Caller, None);
    let admin = app.staff(Role::Admin, None);
    open(&admin, "Numbers of ada@example.com look wrong, HR asked", "30").expect(303);
    app.work();
    let letter = make::decoded(&app.only_letter_to("hr@example.com"));
    assert!(letter.contains("The admin") && letter.contains("look wrong"), "{letter}");
    assert!(!letter.contains("ada@example.com"), "a reason names nobody by address");
    assert_eq!(app.memory.letters().len(), 1);
    assert!(admin.get("/evaluations").expect(200).body.contains("The glass is broken"));
    assert!(admin.get("/").expect(200).body.contains("The glass is broken"));
    admin.get("/customers?q=Ann").expect(200);
    admin.head("/responses").expect(200);
    let by = format!("user {}", app.value("SELECT id FROM user_account WHERE role = 'admin'"));
    let log = app.rows(
        "SELECT actor || '|' || action || '|' || subject FROM audit_entry WHERE action LIKE 'break_glass.%' ORDER BY id",
    );
    let used = |path: &str| format!("{by}|break_glass.used|page {path}");
    assert_eq!(log[0], format!("{by}|break_glass.opened|{by}"));
    assert_eq!(log[1..], [used("/evaluations"), used("/customers"), used("/responses")]);
    let reasons = "SELECT DISTINCT detail->>'reason' FROM audit_entry WHERE action LIKE 'break_glass.%'";
    assert!(app.value(reasons).ends_with("look wrong, HR asked"));
    // HR sees it in the log and by the query for the start page.
    let hr = app.sign_in("hr@example.com");
    let page = hr.get("/audit?area=break_glass").expect(200).body;
    assert!(page.contains("break glass used") && page.contains("look wrong"), "{page}");
    let since = app.now() - TimeDelta::days(1);
    let rows = list_break_glass(&mut app.connection(), since).unwrap();
    assert_eq!((rows.len(), rows[0].who.as_str(), rows[0].is_open(app.now())), (1, "The admin", true));
    assert!(!hr.get("/").expect(200).body.contains("The glass is broken"), "HR's own pages are as ever");
}
