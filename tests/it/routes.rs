//! Who may do what, route by route, against one table written here and not taken from the program.

use crate::support::{Answer, Client, TestApp, make};
use hearback::accounts::{Role, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const NOBODY: &str = "anonymous";
const STAFF: &[&str] = &["admin", "hr", "manager", "caller", "employee"];
/// A method, a path, and who may.
type Line = (String, String, Vec<String>);

/// Who may, as `docs/access.csv` has it; the route that ends a session comes last.
static WHO_MAY: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let mut all: BTreeMap<(bool, String, String), Vec<String>> = BTreeMap::new();
    for (method, path, who) in crate::access::table().into_keys() {
        all.entry((path == "/logout", path, method)).or_default().push(who);
    }
    all.into_iter().map(|((_, path, method), may)| (method, path, may)).collect()
});

/// Whether anybody may who knows the path.
fn is_open(may: &[String]) -> bool {
    may.contains(&crate::access::STRANGER.to_owned())
}

fn routes() -> BTreeSet<(String, String)> {
    let table = hearback::routes::table();
    table.into_iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect()
}

/// Everybody there is: a stranger, each role, a key of each scope.
fn everybody(app: &TestApp) -> BTreeMap<&'static str, Client> {
    let roles = Role::ALL.iter().map(|role| (role.as_str(), app.staff(*role, Some("North 2"))));
    let keys = Scope::ALL.iter().map(|scope| (scope.as_str(), app.client(&[*scope])));
    roles.chain(keys).chain([(NOBODY, app.anonymous())]).collect()
}

/// Asks for a route with everything in order but the right to it.
fn ask(client: &Client, who: &str, method: &str, pattern: &str) -> Answer {
    let path = pattern.replace("{token}", &"0".repeat(26)).replace("{name}", "none").replace("{id}", "none");
    let path = path.replace("{key}", "none").replace("{version}", "1");
    let is_public_form =
        ["/s/", "/u/", "/login", "/invite", "/forgot"].iter().any(|public| path.starts_with(public));
    let is_staff_form = !path.starts_with("/api") && !is_public_form;
    if method == "POST" && is_staff_form && STAFF.contains(&who) {
        let csrf = client.get("/").expect(200).hidden("csrf");
        return client.post_form(&path, &[("csrf", &csrf)]);
    }
    client.send(method, &path, &[("content-type", "application/json")], b"{}")
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403)
        || answer.header("location").is_some_and(|path| path.starts_with("/login?next="))
}

#[test]
fn every_route_lets_in_exactly_those_who_may() {
    let app = TestApp::start();
    for (who, client) in everybody(&app) {
        for (method, path, may) in WHO_MAY.iter() {
            let answer = ask(&client, who, method, path);
            let place = format!("{method} {path} as {who}: {}", answer.status);
            if is_open(may) || may.iter().any(|one| one == who) {
                // A wrong pair at the sign-in is 401 too, but not for lack of a right.
                assert!(!is_refused(&answer) || path == "/login", "{place}");
                assert!(answer.status < 500, "{place}");
            } else {
                assert!(is_refused(&answer), "{place}");
                assert_eq!(answer.status, refusal(path, who), "{place}");
            }
        }
    }
}

#[test]
fn an_address_with_an_encoded_letter_passes_the_same_gate() {
    let app = TestApp::start();
    let stranger = app.anonymous();
    for (method, pattern, _) in WHO_MAY.iter().filter(|(_, _, may)| !is_open(may)) {
        let path = pattern.replace("{id}", "none");
        for at in path.char_indices().filter(|(_, letter)| letter.is_ascii_lowercase()).map(|(at, _)| at) {
            let encoded = format!("{}%{:02x}{}", &path[..at], path.as_bytes()[at], &path[at + 1..]);
            let answer = stranger.send(method, &encoded, &[("content-type", "application/json")], b"{}");
            assert!(is_refused(&answer) || answer.status == 404, "{method} {encoded}: {}", answer.status);
        }
    }
}

/// A program is told what it lacks, a stranger on a page is sent to the sign-in, a colleague is told no.
fn refusal(path: &str, who: &str) -> u16 {
    match (path.starts_with("/api/v1/"), who) {
        (true, who) if who.contains(':') => 403,
        (true, _) => 401,
        (false, who) if STAFF.contains(&who) => 403,
        (false, _) => 303,
    }
}

#[test]
fn a_staff_form_without_its_token_is_refused_whoever_is_signed_in() {
    let app = TestApp::start();
    let posts = WHO_MAY
        .iter()
        .filter(|(method, path, may)| method == "POST" && !path.starts_with("/api/") && !is_open(may));
    for (_, path, may) in posts {
        for role in Role::ALL.iter().filter(|role| may.iter().any(|one| one == role.as_str())) {
            let email = app.account(*role, None);
            let person = app.sign_in(&email);
            let other = app.sign_in(&email).get("/").hidden("csrf");
            person.post_form(path, &[]).expect(403);
            person.post_form(path, &[("csrf", "")]).expect(403);
            person.post_form(path, &[("csrf", &other)]).expect(403);
            person.get("/").expect(200);
        }
    }
}

#[test]
fn a_form_of_another_site_is_refused_and_one_click_unsubscribe_is_not() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let nonce = app.anonymous().get(&path).hidden("nonce");
    let fields = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "5")];
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.com")] {
        let foreign = app.anonymous().with(name, value);
        foreign.post_form(&path, &fields).expect(403);
        foreign.post_form("/login", &[("email", "a@example.com"), ("password", "x")]).expect(403);
        foreign.get(&path).expect(200);
    }
    assert_eq!(app.outcome("W1"), "sent");
    let stop = path.replace("/s/", "/u/");
    let program = app.anonymous().with("sec-fetch-site", "cross-site");
    program.post_form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    assert_eq!(app.outcome("W1"), "opted_out");
}

#[test]
fn the_description_of_the_api_lists_exactly_its_routes() {
    let description = hearback::openapi::description();
    let mut listed = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            listed.insert((method.to_uppercase(), path.clone()));
        }
    }
    let is_described =
        |(_, path): &(String, String)| path.starts_with("/api/v1/") && path != "/api/v1/openapi.json";
    assert_eq!(listed, routes().into_iter().filter(is_described).collect());
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn the_description_says_which_parameters_stand_behind_the_question_mark() {
    let description = hearback::openapi::description();
    let told: Vec<(&str, &str, bool)> = description["paths"]["/api/v1/outcomes"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let required = one["required"].as_bool().unwrap_or_default();
            (one["name"].as_str().unwrap(), one["in"].as_str().unwrap(), required)
        })
        .collect();
    assert_eq!(told, [("from", "query", true), ("to", "query", true), ("employee", "query", false)]);
}

#[test]
fn the_description_names_the_scopes_that_the_routes_ask_for() {
    let description = hearback::openapi::description();
    for (method, path, may) in
        WHO_MAY.iter().filter(|(_, path, may)| path.starts_with("/api/v1/") && !is_open(may))
    {
        let security = &description["paths"][path][method.to_lowercase()]["security"][0]["key"];
        let told: BTreeSet<&str> =
            security.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
        assert_eq!(told, may.iter().map(String::as_str).collect(), "{method} {path}");
    }
}

#[test]
fn every_response_forbids_scripts_frames_caches_and_referrers() {
    let app = TestApp::start();
    let survey = app.mailed("W1");
    for path in [survey.as_str(), "/login", "/privacy", "/nothing-here", "/api/v1/visits"] {
        let answer = app.anonymous().get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(answer.header("x-robots-tag").unwrap().contains("noindex"), "{path}");
    }
}

#[test]
fn no_page_asks_a_third_party_for_anything_or_runs_a_script() {
    let app = TestApp::start();
    let survey = app.mailed("W1");
    let hr = app.staff(Role::Hr, None);
    let stop = survey.replace("/s/", "/u/");
    let visit = format!("/visits/{}", app.value("SELECT id FROM visit"));
    let customer = format!("/customers/{}", app.value("SELECT id FROM customer"));
    for path in [
        survey.as_str(),
        &stop,
        "/login",
        "/privacy",
        "/",
        "/evaluations",
        "/evaluations/standouts",
        "/evaluations/method",
        "/employees/E17",
        "/objections",
        "/statements",
        "/responses",
        "/callbacks",
        "/customers?q=ann",
        &customer,
        "/visits",
        &visit,
        "/people",
        "/delivery",
        "/api/docs",
    ] {
        let body = hr.get(path).expect(200).body;
        assert!(!body.contains("<script") && !body.contains(" onclick="), "{path}");
        for address in
            body.split(['"', '\'']).filter(|text| text.starts_with("http") || text.starts_with("//"))
        {
            assert!(address.contains("example.com"), "{path} leads to {address}");
        }
    }
}

#[test]
fn head_answers_like_get_without_a_body() {
    let app = TestApp::start();
    let survey = app.mailed("W1");
    let hr = app.staff(Role::Hr, None);
    for path in
        [survey.as_str(), "/login", "/healthz", "/readyz", "/", "/evaluations", "/nothing-here", "/api/docs"]
    {
        let (get, head) = (hr.get(path), hr.head(path));
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
    }
}

#[test]
fn a_method_that_a_path_does_not_have_is_told_so() {
    let app = TestApp::start();
    app.anonymous().send("DELETE", "/login", &[], &[]).expect(405);
    let answer = app.client(&[Scope::VisitsWrite]).send("DELETE", "/api/v1/visits", &[], &[]).expect(405);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    app.bring(&make::visit("W1"));
}
