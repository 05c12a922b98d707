//! `/metrics`: what operators need, nobody named; the dashboard and the alerts of the handbook rest on it.

use crate::faults_database::OwnServer;
use crate::road::{bring_and_answer, lent, settings, wait_ready};
use crate::support::database::Database;
use crate::support::program::Program;
use crate::support::scripted::{SOON, Scripted};
use crate::support::{Client, TestApp, free_port, wait_until};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use yaml_rust2::{Yaml, YamlLoader};

const DASHBOARD: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations/grafana-dashboard.json"));
const ALERTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations/alerts.yml"));
const HANDBOOK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md"));

/// What a used program tells, and what must not stand in it.
struct Told {
    text: String,
    secrets: Vec<String>,
}

static TOLD: LazyLock<Told> = LazyLock::new(told);

/// Runs the program with a visit, a letter, an answer, a wrong password and an address where nothing is.
fn told() -> Told {
    let (database, relay) = (Database::migrated(), Scripted::start(&[]));
    let (mut all, base) = settings(&database, relay.url());
    let metrics = format!("127.0.0.1:{}", free_port());
    all.push(("HEARBACK_METRICS_LISTEN", metrics.clone()));
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    let (customer, passed) = bring_and_answer(&database, &relay, (&all, &base));
    customer.post_form("/login", &[("email", "who@example.com"), ("password", "a wrong one")]).expect(401);
    customer.get("/who/at/example").expect(404);
    customer.send("OPTIONS", "/login", &[], &[]).expect(405);
    assert_eq!(customer.get("/metrics").status, 404, "it is on its own address alone");
    let sealed = "SELECT 1 FROM audit_head WHERE position > 0";
    wait_until("the seal", SOON, || crate::support::database::rows(&mut database.connect(), sealed).pop());
    let answer = Client::new(&format!("http://{metrics}")).get("/metrics").expect(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let mut secrets: Vec<String> =
        ["@example.com", "/who", "Ann Sample", "Erika", "E17", "North 2", "W1", "OPTIONS"]
            .map(str::to_owned)
            .to_vec();
    secrets.extend(passed);
    Told { text: answer.body, secrets }
}

/// The figure of a series, written as in the text.
#[track_caller]
fn figure(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().unwrap()
}

#[test]
fn what_operators_need_is_told() {
    let text = &TOLD.text;
    let requests = "hearback_http_request_duration_seconds_count";
    for (series, wanted) in [
        (format!("{requests}{{method=\"POST\",route=\"/s/{{token}}\",status=\"3xx\"}}"), 1.0),
        (format!("{requests}{{method=\"GET\",route=\"/s/{{token}}\",status=\"2xx\"}}"), 1.0),
        (format!("{requests}{{method=\"POST\",route=\"/api/v1/visits\",status=\"2xx\"}}"), 1.0),
        (format!("{requests}{{method=\"POST\",route=\"/login\",status=\"4xx\"}}"), 1.0),
        (format!("{requests}{{method=\"other\",route=\"/login\",status=\"4xx\"}}"), 1.0),
        (format!("{requests}{{method=\"GET\",route=\"none\",status=\"4xx\"}}"), 2.0),
        ("hearback_answers_stored_total{mode=\"email\"}".to_owned(), 1.0),
        ("hearback_answers_stored_total{mode=\"phone\"}".to_owned(), 0.0),
        ("hearback_letters_total{verdict=\"accepted\"}".to_owned(), 1.0),
        ("hearback_letters_total{verdict=\"bounced\"}".to_owned(), 0.0),
        ("hearback_sign_in_failures_total".to_owned(), 1.0),
        ("hearback_invitations{state=\"due\"}".to_owned(), 0.0),
        ("hearback_invitation_oldest_due_seconds".to_owned(), 0.0),
        ("hearback_fuse_blown".to_owned(), 0.0),
        ("hearback_breaker_open".to_owned(), 0.0),
        ("hearback_sending_on".to_owned(), 1.0),
        ("hearback_jobs{state=\"failed\"}".to_owned(), 0.0),
        ("hearback_callbacks{state=\"open\"}".to_owned(), 0.0),
        ("hearback_database_up".to_owned(), 1.0),
        ("hearback_migrations_pending".to_owned(), 0.0),
        ("hearback_pool_timeouts_total".to_owned(), 0.0),
        ("hearback_pool_max_connections".to_owned(), 12.0),
        (format!("hearback_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1.0),
    ] {
        assert!((figure(text, &series) - wanted).abs() < f64::EPSILON, "{series} in\n{text}");
    }
    assert!(figure(text, "hearback_worker_rounds_total{result=\"ok\"}") >= 1.0, "{text}");
    assert!(figure(text, "hearback_pool_wait_seconds_count") >= 5.0, "{text}");
    assert!(figure(text, "hearback_audit_sealed") >= 1.0, "{text}");
    assert!(figure(text, "process_resident_memory_bytes") > 1e7, "{text}");
    assert!(figure(text, "hearback_worker_seen_seconds") < 60.0, "{text}");
}

#[test]
fn metrics_hold_no_token_no_address_and_no_name() {
    for secret in &TOLD.secrets {
        assert!(!TOLD.text.contains(secret.as_str()), "{secret} in\n{}", TOLD.text);
    }
}

/// The names of series that an expression uses.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("hearback_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

/// Fails when an expression uses a series that the program does not tell.
#[track_caller]
fn is_told(expression: &str) {
    for name in named(expression) {
        let begins = |end: char| TOLD.text.lines().any(|line| line.starts_with(&format!("{name}{end}")));
        assert!(begins('{') || begins(' '), "{name}, of {expression}, is not told:\n{}", TOLD.text);
    }
    // Labels and their values too: a route or a state that was renamed would be an empty panel.
    for (label, value) in matched(expression) {
        let told = value.split('|').all(|one| TOLD.text.contains(&format!("{label}=\"{one}\"")));
        let may_be_absent = (label, value) == ("status", "5xx") || label == "job";
        assert!(told || may_be_absent, "no {label}=\"{value}\", of {expression}");
    }
}

#[test]
fn a_series_or_a_state_that_nobody_tells_is_found() {
    is_told("max(hearback_jobs{state=\"due\"}) > 0");
    for wrong in ["max(hearback_job) > 0", "hearback_jobs{state=\"gone\"} > 0", "hearback_nothing == 1"] {
        assert!(std::panic::catch_unwind(|| is_told(wrong)).is_err(), "{wrong}");
    }
}

/// Labels with the values that an expression looks for.
fn matched(expression: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = expression.split('"').collect();
    let before = parts.iter().step_by(2).map(|part| part.trim_end_matches(['=', '~']));
    let label = before.map(|part| part.rsplit(['{', ',', ' ']).next().unwrap());
    label.zip(parts.iter().skip(1).step_by(2).copied()).collect()
}

#[test]
fn the_dashboard_shows_only_what_the_program_tells() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let expressions: Vec<&str> = targets.map(|target| target["expr"].as_str().unwrap()).collect();
    assert!(expressions.len() > 30, "{expressions:?}");
    for expression in &expressions {
        assert!(!named(expression).is_empty(), "{expression}");
        is_told(expression);
    }
    // And what it tells is shown.
    let shown: BTreeSet<String> = expressions.iter().flat_map(|expression| named(expression)).collect();
    for line in TOLD.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        assert!(shown.iter().any(|shown| shown.starts_with(name)), "{name} stands on no panel");
    }
}

/// The anchors of the headings of a page, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings =
        text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#'));
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings
        .map(|line| line.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-"))
        .collect()
}

#[test]
fn every_alert_looks_at_what_the_program_tells_and_names_a_runbook_that_exists() {
    let file = YamlLoader::load_from_str(ALERTS).unwrap().remove(0);
    let rules = file["groups"][0]["rules"].as_vec().unwrap();
    assert!(rules.len() >= 15);
    let (anchors, mut names) = (anchors(HANDBOOK), BTreeSet::new());
    for rule in rules {
        let text = |yaml: &Yaml| yaml.as_str().unwrap_or_else(|| panic!("{rule:?}")).to_owned();
        let name = text(&rule["alert"]);
        is_told(&text(&rule["expr"]));
        let runbook = text(&rule["annotations"]["runbook_url"]);
        let anchor =
            runbook.strip_prefix("docs/operations.md#").unwrap_or_else(|| panic!("{name}: {runbook}"));
        assert!(anchors.contains(anchor), "{name}: the handbook has no {anchor}");
        assert!(["page", "ticket"].contains(&text(&rule["labels"]["severity"]).as_str()), "{name}");
        assert!(text(&rule["annotations"]["summary"]).ends_with('.'), "{name}");
        assert!(names.insert(name.clone()), "{name} stands there twice");
    }
}

#[test]
fn without_an_address_nothing_is_told() {
    let app = TestApp::start();
    assert_eq!(app.anonymous().get("/metrics").status, 404);
}

#[test]
fn a_worker_tells_too_and_a_database_that_is_away_is_told() {
    let server = OwnServer::start();
    let database = server.database();
    let metrics = format!("127.0.0.1:{}", free_port());
    let (mut all, _) = settings(&database, "file:mail".to_owned());
    all.push(("HEARBACK_METRICS_LISTEN", metrics.clone()));
    let mut program = Program::start(&lent(&all), &["work"]);
    let client = Client::new(&format!("http://{metrics}"));
    wait_until("working", SOON, || {
        assert!(!program.has_ended(), "{}", program.words());
        std::net::TcpStream::connect(&metrics).ok()
    });
    let up = || figure(&client.get("/metrics").expect(200).body, "hearback_database_up");
    assert!(up() > 0.5);
    server.crash();
    wait_until("the loss of the database", SOON, || (up() < 0.5).then_some(()));
    assert!(!program.has_ended(), "{}", program.words());
}
