//! Every page under the eyes of axe-core: light and dark, on a phone and on a desk. The routes are the program's own
//! table; a route that answers GET and has no sample here fails the test.

use crate::callbacks::standing;
use crate::callbacks_waves::{draw, keys};
use crate::delivery_pages::{self, failing, link_to_send_again, silence};
use crate::employees::{YEAR, company};
use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{Client, TestApp, make, programs_or_skip};
use crate::webhooks;
use actix_web::http::Method;
use hearback::accounts::Role;
use hearback::accounts::links::{self, Colleague};
use hearback::mail::Phase;
use hearback::webhooks::Kind;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const NOBODY: &str = "";

/// Pattern of the route, who looks, and an address in which {names} stand for [`Samples`]. One line a page; a page with
/// several faces has several lines.
const PAGES: &[(&str, &str, &str)] = &[
    ("/", "hr@example.com", "/"),
    ("/", "manager@example.com", "/"),
    ("/", "caller@example.com", "/"),
    ("/", "admin@example.com", "/"),
    ("/", "e1@staff.example.com", "/"),
    ("/login", NOBODY, "/login"),
    ("/login/code", NOBODY, "/login/code"),
    ("/forgot", NOBODY, "/forgot"),
    ("/invite/{token}", NOBODY, "{invitation}"),
    ("/account", "hr@example.com", "/account"),
    ("/account", "e1@staff.example.com", "/account"),
    ("/account/second-factor", "hr@example.com", "/account/second-factor"),
    ("/settings", "admin@example.com", "/settings"),
    ("/settings", "hr@example.com", "/settings"),
    ("/settings/accounts", "admin@example.com", "/settings/accounts"),
    ("/settings/accounts/{id}", "admin@example.com", "/settings/accounts/{account}"),
    ("/settings/break-glass", "admin@example.com", "/settings/break-glass"),
    ("/settings/keys", "admin@example.com", "/settings/keys"),
    ("/settings/webhooks", "admin@example.com", "/settings/webhooks"),
    ("/settings/webhooks/{id}", "admin@example.com", "/settings/webhooks/{endpoint}"),
    ("/settings/retention", "hr@example.com", "/settings/retention"),
    ("/settings/retention", "admin@example.com", "/settings/retention"),
    ("/settings/processing", "hr@example.com", "/settings/processing"),
    ("/settings/works-council", "e1@staff.example.com", "/settings/works-council"),
    ("/privacy", NOBODY, "/privacy"),
    ("/s", NOBODY, "/s"),
    ("/s/", NOBODY, "/s/"),
    ("/s/{token}", NOBODY, "{link}?score=4"),
    ("/s/{token}", NOBODY, "{link}?step=2"),
    ("/s/{token}", NOBODY, "{answered}"),
    ("/s/{token}/all", NOBODY, "{link}/all"),
    ("/u/{token}", NOBODY, "{stop}"),
    ("/api/docs", NOBODY, "/api/docs"),
    ("/evaluations", "hr@example.com", "/evaluations?{year}"),
    ("/evaluations/standouts", "hr@example.com", "/evaluations/standouts?{year}"),
    ("/evaluations/fairness", "hr@example.com", "/evaluations/fairness"),
    ("/evaluations/method", "hr@example.com", "/evaluations/method?{year}"),
    ("/employees/{id}", "hr@example.com", "/employees/E1?{year}"),
    ("/employees/{id}", "e1@staff.example.com", "/employees/me?{year}"),
    ("/employees/{id}/comments", "hr@example.com", "/employees/E1/comments?{year}"),
    ("/employees/{id}/looks", "e1@staff.example.com", "/employees/me/looks"),
    ("/employees/{id}/contest", "e1@staff.example.com", "/employees/me/contest?{year}"),
    ("/statements", "hr@example.com", "/statements"),
    ("/statements", "e1@staff.example.com", "/statements"),
    ("/statements/{id}", "hr@example.com", "/statements/{statement}"),
    ("/statements/{id}", "e1@staff.example.com", "/statements/{statement}"),
    ("/objections", "hr@example.com", "/objections"),
    ("/objections/{id}", "hr@example.com", "/objections/{objection}"),
    ("/objections/{id}", "manager@example.com", "/objections/{objection}"),
    ("/responses", "hr@example.com", "/responses?comment=yes"),
    ("/responses", "hr@example.com", "/responses?certainty=undecided"),
    ("/responses/{id}", "hr@example.com", "/responses/{response}"),
    ("/responses/{id}/withdraw", "hr@example.com", "/responses/{response}/withdraw"),
    ("/cases", "hr@example.com", "/cases"),
    ("/cases", "hr@example.com", "/cases?state=closed"),
    ("/cases/{id}", "hr@example.com", "/cases/{case}"),
    ("/visits", "hr@example.com", "/visits?sort=oldest"),
    ("/visits", "hr@example.com", "/visits?q=nothing"),
    ("/visits", "hr@example.com", "/visits?from=x"),
    ("/visits/{id}", "hr@example.com", "/visits/{visit}"),
    ("/visits/cards", "hr@example.com", "/visits/cards"),
    ("/visits/{id}/card", "hr@example.com", "/visits/{carded}/card"),
    ("/visits/{id}/paper", "hr@example.com", "/visits/{carded}/paper"),
    ("/callbacks", "hr@example.com", "/callbacks"),
    ("/callbacks", "caller@example.com", "/callbacks?due=none"),
    ("/callbacks/waves", "hr@example.com", "/callbacks/waves"),
    ("/callbacks/{id}", "caller@example.com", "{call}"),
    ("/customers", "hr@example.com", "/customers?q=ann"),
    ("/customers", "hr@example.com", "/customers?q=nobody"),
    ("/customers/{id}", "hr@example.com", "/customers/{customer}?done=noted"),
    ("/customers/{id}/merge", "hr@example.com", "/customers/{customer}/merge?q=ann"),
    ("/customers/{id}/export", "hr@example.com", "/customers/{customer}/export"),
    ("/customers/{id}/erase", "hr@example.com", "/customers/{customer}/erase"),
    ("/people", "hr@example.com", "/people"),
    ("/surveys", "hr@example.com", "/surveys"),
    ("/surveys/new", "hr@example.com", "/surveys/new"),
    ("/surveys/rules", "hr@example.com", "/surveys/rules?try_service=boiler"),
    ("/surveys/{key}", "hr@example.com", "/surveys/post-service?done=saved&lang=de"),
    ("/surveys/{key}/question", "hr@example.com", "/surveys/post-service/question?key=overall&lang=en"),
    ("/surveys/{key}/question", "hr@example.com", "/surveys/post-service/question?kind=choice&lang=en"),
    ("/surveys/{key}/question", "hr@example.com", "/surveys/post-service/question?key=skill&lang=ar"),
    ("/surveys/{key}/publish", "hr@example.com", "/surveys/post-service/publish"),
    ("/surveys/{key}/versions/{version}", "hr@example.com", "/surveys/post-service/versions/1"),
    ("/surveys/{key}/preview/mail", "hr@example.com", "/surveys/post-service/preview/mail?lang=en"),
    ("/surveys/{key}/preview/page", "hr@example.com", "/surveys/post-service/preview/page?lang=en&step=2"),
    ("/audit", "hr@example.com", "/audit"),
    ("/delivery", "admin@example.com", "/delivery"),
    ("/delivery", "hr@example.com", "/delivery"),
    ("/delivery/unknown/{id}", "admin@example.com", "{again}"),
    ("/delivery/never", "admin@example.com", "/delivery/never"),
];

/// Answered to a person and not looked at: a file, and a letter as a mail program shows it (`letters_look.rs`).
const NOT_LOOKED_AT: [&str; 2] = ["/customers/{id}/export", "/surveys/{key}/preview/mail"];

/// What answers GET and is no page: files, styles, pictures, and what programs read.
/// A sign-in by a provider leads through addresses that show nothing (`provider_browser.rs` looks at its pages).
const NO_PAGES: &[&str] = &[
    "/assets/{name}",
    "/theme/{name}",
    "/healthz",
    "/readyz",
    "/evaluations.xlsx",
    "/employees/{id}/export",
    "/login/oidc",
    "/login/oidc/callback",
    "/login/oidc/out",
];

fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/v1/") || path.rsplit('.').next() == Some("csv") || NO_PAGES.contains(&path)
}

/// Values of the names in the addresses.
type Samples = BTreeMap<&'static str, String>;

fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> String {
    delivery_pages::post(client, path, fields).expect(303).location().to_owned()
}

/// A company that has something to show on every page.
fn everything(app: &TestApp) -> Samples {
    company(app);
    let (hr, admin) = (app.staff(Role::Hr, None), app.staff(Role::Admin, None));
    app.account(Role::Manager, Some("North"));
    let (caller, ada) = (app.staff(Role::Caller, None), app.employee("E1"));
    let mut samples: Samples = BTreeMap::from([("year", YEAR.to_owned())]);
    // An unhappy customer who writes and wants to be called, and one who has not answered yet.
    app.bring(&make::with(
        make::visit("W1"),
        json!({"customer": {"name": "Eleanor Ashdown", "phone": "+44 1632 960114"}}),
    ));
    let answered = app.mail_out("W1");
    app.answer(&answered, 1);
    app.say(&answered, "1", "Third visit for the same valve");
    let link = app.mailed("W2");
    samples.insert("stop", link.replace("/s/", "/u/"));
    samples.extend([("answered", answered), ("link", link)]);
    app.bring(&make::with(make::visit("W3"), json!({"customer": {"email": null}})));
    app.follow_answers();
    app.execute(
        "UPDATE response SET certainty = 'suspect' WHERE id = (SELECT id FROM response ORDER BY id LIMIT 1)",
    )
    .unwrap();
    // What an employee contests, and what HR froze.
    let form = ada.get(&format!("/employees/me/contest?{YEAR}")).expect(200).body;
    let answer = form.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let contested = [("answer", answer.as_str()), ("reason", "abuse"), ("words", "I was not there.")];
    post(&ada, &format!("/employees/me/contest?{YEAR}"), &contested);
    let statement = post(&hr, "/employees/E1/statement", &[("from", "2026-01-01"), ("to", "2026-06-30")]);
    samples.insert("statement", statement.trim_start_matches("/statements/").to_owned());
    post(&hr, "/visits/cards", &[]);
    post(
        &hr,
        "/surveys/post-service",
        &[("op", "up"), ("question", "skill"), ("seen", &seen(&hr)), ("lang", "en")],
    );
    // A call that somebody has begun.
    standing(app, "C1", "unanswered", 0.1, false);
    draw(&keys(app).1, 1.0);
    samples.insert("call", post(&caller, "/callbacks/next", &[]));
    failing(app, "U1", silence(), Phase::Body);
    samples.insert("again", link_to_send_again(&admin));
    let colleague = Colleague {
        email: "new@example.com".to_owned(),
        name: "New".to_owned(),
        role: Role::Hr,
        employee: None,
        team: None,
    };
    samples.insert("invitation", links::invite(&mut app.connection(), &colleague, app.now()).unwrap());
    samples.extend(by_id(app));
    samples
}

/// What has a page under its id.
fn by_id(app: &TestApp) -> Samples {
    let (endpoint, _) = webhooks::endpoint(app, "https://hooks.example.com/in", &[Kind::AnswerReceived]);
    let mut samples = Samples::from([("endpoint", endpoint.to_string())]);
    for (name, sql) in [
        ("visit", "SELECT id FROM visit WHERE external_id = 'W1'"),
        ("carded", "SELECT id FROM visit WHERE external_id = 'W3'"),
        ("customer", "SELECT customer_id FROM visit WHERE external_id = 'W1'"),
        (
            "response",
            "SELECT r.id FROM response r JOIN visit v ON v.id = r.visit_id WHERE v.external_id = 'W1'",
        ),
        ("objection", "SELECT id FROM objection"),
        ("case", "SELECT id FROM recovery_case"),
        ("account", "SELECT id FROM user_account WHERE role = 'manager'"),
    ] {
        samples.insert(name, app.value(sql));
    }
    samples
}

fn seen(hr: &Client) -> String {
    hr.get("/surveys/post-service").expect(200).hidden("seen")
}

fn filled(address: &str, samples: &Samples) -> String {
    let name = |text: &str, (name, value): (&&str, &String)| text.replace(&format!("{{{name}}}"), value);
    let path = samples.iter().fold(address.to_owned(), |text, sample| name(&text, sample));
    assert!(!path.contains('{'), "{address}: there is no sample of that name");
    path
}

#[test]
fn every_route_that_answers_get_is_a_page_with_a_sample_or_for_programs() {
    let routes: BTreeSet<&str> = hearback::routes::table()
        .into_iter()
        .filter(|route| route.method == Method::GET && !is_for_programs(route.path))
        .map(|route| route.path)
        .collect();
    let sampled: BTreeSet<&str> = PAGES.iter().map(|(pattern, ..)| *pattern).collect();
    assert_eq!(routes, sampled, "a page needs a line in PAGES of tests/it/pages_axe.rs");
}

/// Opens the pages of some people and looks at each.
fn look_at(name: &str, whose: impl Fn(&str) -> bool) {
    let Some([chromium, driver]) = programs_or_skip(name, ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip(name) else { return };
    let app = TestApp::with(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    let samples = everything(&app);
    let people: BTreeSet<&str> = PAGES.iter().map(|(_, who, _)| *who).filter(|who| whose(who)).collect();
    for who in people {
        let browser = Browser::start(&chromium, &driver, Scripts::On);
        if who != NOBODY {
            browser.open(&format!("{}/", app.base));
            browser.tab_to("Mail address");
            browser.keys(who);
            browser.tab_to("Password");
            browser.keys(PASSWORD);
            browser.keys(ENTER);
            browser.wait_for("Today");
        }
        for (pattern, _, address) in PAGES.iter().filter(|(_, whose, _)| *whose == who) {
            let path = filled(address, &samples);
            if who == NOBODY && !app.anonymous().get(&path).header("content-type").is_some_and(is_html) {
                assert_eq!(*pattern, "/s/{token}/all", "{path} is no page");
                continue;
            }
            browser.open(&format!("{}{path}", app.base));
            if NOT_LOOKED_AT.contains(pattern) {
                continue;
            }
            axe::finds_nothing(&browser, axe);
        }
    }
}

fn is_html(kind: &str) -> bool {
    kind.starts_with("text/html")
}

#[test]
fn whoever_finds_nothing_can_find_something() {
    let Some([chromium, driver]) = programs_or_skip("axe", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("axe") else { return };
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.open("data:text/html,<title>faults</title><img src=x><p style=color:%23ddd>pale</p>");
    let faults = axe::found(&browser, axe);
    for rule in ["image-alt", "color-contrast", "html-has-lang"] {
        assert!(faults.iter().any(|fault| fault.starts_with(rule)), "{rule} is not in {faults:?}");
    }
}

#[test]
fn axe_finds_nothing_on_any_page_of_hr() {
    look_at("axe-hr", |who| who == "hr@example.com");
}

#[test]
fn axe_finds_nothing_on_any_other_page() {
    look_at("axe-others", |who| who != "hr@example.com");
}
