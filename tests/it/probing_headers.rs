//! The headers that browsers are protected by, on every kind of answer, and what stays in a browser.

use crate::employees::{YEAR, company};
use crate::support::app::PASSWORD;
use crate::support::{Answer, Client, TestApp, make};
use hearback::accounts::{Role, Scope};
use serde_json::json;

/// What every answer of ours carries, in the order of the alphabet.
const ALWAYS: [&str; 6] = [
    "content-security-policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy: same-origin",
    "permissions-policy: interest-cohort=()",
    "referrer-policy: no-referrer",
    "x-content-type-options: nosniff",
    "x-robots-tag: noindex, nofollow, noarchive",
];

/// These say how long the body is, when it was made and how it travels.
const MATTER_OF_FACT: [&str; 5] = ["content-length", "date", "connection", "vary", "transfer-encoding"];

const PAGE: &str = "content-type: text/html; charset=utf-8";
const JSON: &str = "content-type: application/json";
const PROBLEM: &str = "content-type: application/problem+json";
const KEPT: &str = "cache-control: public, max-age=31536000, immutable";
const NOT_KEPT: &str = "cache-control: no-store";

/// The headers of an answer without those that every one has and without its cookies' values.
fn own(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.iter().filter(|(name, _)| !MATTER_OF_FACT.contains(&name.as_str()));
    let mut lines: Vec<String> = lines.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.sort();
    for always in ALWAYS {
        let place = lines.iter().position(|line| line == always);
        lines.remove(place.unwrap_or_else(|| panic!("no {always} in {:?}", answer.headers)));
    }
    lines
}

#[track_caller]
fn has(what: &str, answer: &Answer, status: u16, lines: &[&str]) {
    let mut expected: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    expected.sort();
    assert_eq!((answer.status, own(answer)), (status, expected), "{what}");
}

#[test]
fn each_kind_of_page_has_exactly_these_headers() {
    let app = TestApp::with(&[("HEARBACK_COLOUR", "#1f5f99")]);
    let link = app.mailed("W1");
    let (hr, nobody) = (app.staff(Role::Hr, None), app.anonymous());
    for (what, answer) in [
        ("a customer's page", nobody.get(&link)),
        ("the stop page", nobody.get(&link.replace("/s/", "/u/"))),
        ("the page for codes", nobody.get("/s/")),
        ("the privacy page", nobody.get("/privacy")),
        ("the sign-in", nobody.get("/login")),
        ("a staff page", hr.get("/")),
        ("a list", hr.get("/visits")),
        ("the description of the API", nobody.get("/api/docs")),
    ] {
        has(what, &answer, 200, &[PAGE, NOT_KEPT]);
    }
    has("nothing", &nobody.get("/nothing-here"), 404, &[PAGE, NOT_KEPT]);
    has("a link that leads nowhere", &nobody.get("/s/0000000000000000000000000z"), 404, &[PAGE, NOT_KEPT]);
    has("another role's page", &hr.get("/delivery/never"), 403, &[PAGE, NOT_KEPT]);
    has("a form without its token", &hr.post_form("/surveys/new", &[]), 403, &[PAGE, NOT_KEPT]);
    has("another method", &nobody.send("DELETE", "/login", &[], &[]), 405, &[PAGE, NOT_KEPT]);
    has("an address that cannot be read", &nobody.get("/login?next=a&next=b"), 400, &[PAGE, NOT_KEPT]);
    let wrong = nobody.post_form("/login", &[("email", "a@example.com"), ("password", "none")]);
    has("a wrong pair", &wrong, 401, &[PAGE, NOT_KEPT]);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let heavy = nobody.send("POST", "/login", &form, &vec![b'a'; hearback::web::form::LARGEST + 1]);
    has("a form that is too large", &heavy, 413, &[PAGE, NOT_KEPT]);
    has("a redirect", &nobody.get("/visits"), 303, &["location: /login?next=%2Fvisits", NOT_KEPT]);
    let css = |page: &Answer, begin: &str| {
        let rest = page.body.split_once(&format!("href=\"{begin}")).unwrap().1;
        nobody.get(&format!("{begin}{}", rest.split('"').next().unwrap()))
    };
    let (staff, customer) = (nobody.get("/login"), nobody.get(&link));
    has("a style sheet", &css(&staff, "/assets/"), 200, &["content-type: text/css; charset=utf-8", KEPT]);
    has("our colours", &css(&customer, "/theme/"), 200, &["content-type: text/css; charset=utf-8", KEPT]);
    has("no style sheet", &nobody.get("/assets/none.css"), 404, &[NOT_KEPT]);
    has("a probe", &nobody.get("/healthz"), 200, &["content-type: text/plain; charset=utf-8", NOT_KEPT]);
}

#[test]
fn each_kind_of_file_and_of_answer_to_a_program_has_exactly_these_headers() {
    let app = TestApp::start();
    company(&app);
    app.bring(&make::visit("W1"));
    let (hr, program) = (app.staff(Role::Hr, None), app.client(&[Scope::VisitsWrite]));
    let attached = |name: &str| format!("content-disposition: attachment; filename=\"{name}\"");
    let (csv, xlsx) = ("evaluations-2026-01-01-2026-10-31.csv", "evaluations-2026-01-01-2026-10-31.xlsx");
    let kind = "content-type: text/csv; charset=utf-8";
    has("CSV", &hr.get(&format!("/evaluations.csv?{YEAR}")), 200, &[kind, &attached(csv), NOT_KEPT]);
    let kind = "content-type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    has("XLSX", &hr.get(&format!("/evaluations.xlsx?{YEAR}")), 200, &[kind, &attached(xlsx), NOT_KEPT]);
    let customer = app.value("SELECT id FROM customer WHERE external_id = 'C-W1'");
    let copy = hr.get(&format!("/customers/{customer}/export"));
    has("a copy of everything", &copy, 200, &[JSON, &attached("person.json"), NOT_KEPT]);
    has("JSON", &beside_limits(program.get("/api/v1/visits")), 200, &[JSON, NOT_KEPT]);
    has("the description", &app.anonymous().get("/api/v1/openapi.json"), 200, &[JSON, NOT_KEPT]);
    has("no key", &app.anonymous().get("/api/v1/visits"), 401, &[PROBLEM, NOT_KEPT]);
    has("no scope", &beside_limits(program.get("/api/v1/responses")), 403, &[PROBLEM, NOT_KEPT]);
    has("nothing", &app.anonymous().get("/api/v1/none"), 404, &[PROBLEM, NOT_KEPT]);
    has(
        "another method",
        &app.anonymous().send("DELETE", "/api/v1/visits", &[], &[]),
        405,
        &[PROBLEM, NOT_KEPT],
    );
    let wrong = beside_limits(program.post_json("/api/v1/visits", &json!({})));
    has("a field that is wrong", &wrong, 422, &[PROBLEM, NOT_KEPT]);
    let heavy = vec![b'a'; hearback::web::form::LARGEST + 1];
    let heavy = program.send("POST", "/api/v1/visits", &[("content-type", "application/json")], &heavy);
    has("too much", &beside_limits(heavy), 413, &[PROBLEM, NOT_KEPT]);
    app.execute("ALTER TABLE visit RENAME TO elsewhere").unwrap();
    let away = beside_limits(program.get("/api/v1/visits"));
    has("no database, to a program", &away, 503, &[PROBLEM, NOT_KEPT, "retry-after: 5"]);
    has("no database", &hr.get("/visits"), 503, &[PAGE, NOT_KEPT, "retry-after: 5"]);
}

/// How much a program may still ask is told with each answer; it is no matter here.
fn beside_limits(mut answer: Answer) -> Answer {
    answer.headers.retain(|(name, _)| !name.starts_with("ratelimit"));
    answer
}

#[test]
fn over_https_every_answer_says_so_for_a_year_and_all_below_and_else_none_does() {
    const FOR_A_YEAR: &str = "max-age=31536000; includeSubDomains";
    for (public, told) in
        [("https://feedback.example.com", Some(FOR_A_YEAR)), ("http://127.0.0.1:8080", None)]
    {
        let app = TestApp::with(&[("HEARBACK_PUBLIC_URL", public)]);
        let nobody = app.anonymous();
        for answer in [
            nobody.get("/login"),
            nobody.get("/"),
            nobody.get("/nothing-here"),
            nobody.get("/assets/none"),
            nobody.get("/healthz"),
            nobody.get("/api/v1/visits"),
            nobody.send("DELETE", "/login", &[], &[]),
        ] {
            assert_eq!(answer.header("strict-transport-security"), told, "{public}: {answer:?}");
        }
    }
}

fn is_in(client: &Client) -> bool {
    client.get("/").status == 200
}

#[test]
fn signing_out_leaves_nothing_in_the_browser_and_the_next_sign_in_works() {
    for public in ["http://127.0.0.1:8080", "https://feedback.example.com"] {
        let app = TestApp::with(&[("HEARBACK_PUBLIC_URL", public)]);
        let email = app.account(Role::Caller, None);
        let person = app.sign_in(&email);
        let csrf = person.get("/").hidden("csrf");
        let out = person.post_form("/logout", &[("csrf", &csrf)]).expect(303);
        assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"storage\""));
        let gone: Vec<&str> = out
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .map(|(_, one)| one.as_str())
            .collect();
        let name = if public.starts_with("https") { "__Host-hearback=" } else { "hearback=" };
        assert!(gone.iter().any(|one| one.starts_with(name) && one.contains("Max-Age=0")), "{gone:?}");
        assert!(!is_in(&person));
        person.post_form("/login", &[("email", &email), ("password", PASSWORD)]).expect(303);
        assert!(is_in(&person));
    }
}

#[test]
fn customers_get_no_cookie_at_all_and_staff_only_such_as_no_script_and_no_other_host_gets() {
    let app = TestApp::with(&[("HEARBACK_PUBLIC_URL", "https://feedback.example.com")]);
    let link = app.mailed("W1");
    app.answer(&link, 4);
    let customer = app.anonymous();
    for path in [link.as_str(), &link.replace("/s/", "/u/"), "/s/", "/privacy", "/login", "/nothing-here"] {
        assert_eq!(customer.get(path).header("set-cookie"), None, "{path}");
    }
    let email = app.account(Role::Hr, None);
    let entered = customer.post_form("/login", &[("email", &email), ("password", PASSWORD)]).expect(303);
    let cookies: Vec<&(String, String)> =
        entered.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
    assert!(!cookies.is_empty());
    for (_, cookie) in cookies {
        let parts: Vec<&str> = cookie.split("; ").collect();
        assert!(cookie.starts_with("__Host-") && cookie.len() < 4096, "{cookie}");
        for wanted in ["HttpOnly", "Secure", "Path=/"] {
            assert!(parts.contains(&wanted), "{wanted}: {cookie}");
        }
        assert!(parts.iter().any(|part| matches!(*part, "SameSite=Lax" | "SameSite=Strict")), "{cookie}");
        assert!(!cookie.to_lowercase().contains("domain"), "{cookie}");
    }
}

#[test]
fn a_secret_that_a_browser_brings_along_is_never_taken_over_and_ends_with_the_next_sign_in() {
    let app = TestApp::start();
    let email = app.account(Role::Caller, None);
    let victim = app.anonymous();
    victim.take_cookie("hearback", "chosen-by-somebody-else");
    let enter = |client: &Client| {
        client.post_form("/login", &[("email", &email), ("password", PASSWORD)]).expect(303);
        client.cookies()["hearback"].clone()
    };
    let first = enter(&victim);
    assert_ne!(first, "chosen-by-somebody-else");
    let with = |secret: &str| {
        let client = app.anonymous();
        client.take_cookie("hearback", secret);
        client
    };
    assert!(!is_in(&with("chosen-by-somebody-else")) && is_in(&with(&first)));
    // Signing in anew gives another secret and ends the session before it; others of the account go on.
    let other = enter(&app.anonymous());
    let second = enter(&victim);
    assert!(second != first && second.len() >= 43);
    assert!(!is_in(&with(&first)) && is_in(&with(&second)) && is_in(&with(&other)));
    // A wrong password ends nothing.
    victim.post_form("/login", &[("email", &email), ("password", "none")]).expect(401);
    assert!(is_in(&victim));
}
