//! Evaluations as JSON, CSV and page, and who sees whom.

use crate::evaluations::{company, evaluation};
use crate::support::app::SECRET;
use crate::support::{TestApp, make, program};
use hearback::accounts::Role;
use serde_json::{Value, json};

const PERIOD: [&str; 5] = ["evaluate", "--from", "2026-11-01", "--to", "2027-02-28"];

/// The columns as the handbook of the API names them.
const HEADER: &str = "employee_id,employee_name,team,visits,invited,answers_email,answers_phone,answers_phone_first,\
    response_rate,score,difference,difference_se,difference_lo,difference_hi,direct,direct_se,direct_lo,direct_hi,\
    reliability,status,flag,n,mean,mean_lo,mean_hi,top2,top2_lo,top2_hi,basis";

fn command(app: &TestApp, more: &[&str]) -> String {
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", SECRET)];
    let arguments: Vec<&str> = PERIOD.iter().chain(more).copied().collect();
    let output = program::run(&settings, &arguments);
    assert!(output.status.success(), "{}", program::complained(&output));
    program::said(&output)
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12 * one.abs().max(1.0)
}

#[test]
fn the_command_tells_the_numbers_of_the_api_as_json_and_as_csv() {
    let app = TestApp::start();
    company(&app);
    let api = evaluation(&app, "from=2026-11-01&to=2027-02-28");
    let told: Value = serde_json::from_str(&command(&app, &["--format", "json"])).unwrap();
    assert_eq!(told, json!({ "evaluation": api }));
    let csv = command(&app, &["--format", "csv"]);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some(HEADER));
    let names: Vec<&str> = HEADER.split(',').collect();
    for (line, row) in lines.zip(api["employees"].as_array().unwrap()) {
        for (name, cell) in names.iter().zip(line.split(',')).take(names.len() - 1) {
            match &row[name] {
                Value::Null => assert_eq!(cell, "", "{name}"),
                Value::String(text) => assert_eq!(cell, text, "{name}"),
                // Reading JSON may cost the last bit.
                number => {
                    assert!(near(cell.parse().unwrap(), number.as_f64().unwrap()), "{name}: {cell} {number}");
                }
            }
        }
        assert!(line.ends_with(",respondents_only"), "{line}");
    }
    assert_eq!(csv.lines().count(), 4);
}

#[test]
fn all_estimates_are_shown_on_demand_marked_and_audited() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    let told: Value = serde_json::from_str(&command(&app, &["--format", "json", "--all-estimates"])).unwrap();
    assert_eq!(told["evaluation"]["all_estimates"], true);
    assert_eq!(told["evaluation"]["employees"][0]["mean"], 75.0);
    let audited = "SELECT count(*) FROM audit_entry WHERE action = 'evaluations.read' \
                   AND (detail->>'all_estimates')::boolean";
    assert_eq!(app.value(audited), "1");
    let told: Value = serde_json::from_str(&command(&app, &["--format", "json"])).unwrap();
    assert_eq!(told["evaluation"]["employees"][0]["mean"], Value::Null);
    assert!(command(&app, &[]).contains("too few answers"));
}

#[test]
fn an_evaluation_has_the_names_of_the_handbook() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    let told = evaluation(&app, "from=2026-11-01&to=2026-11-30&team=North%202&employee=E17");
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&told), ["basis", "company", "employees", "from", "method", "method_version", "to"]);
    assert_eq!(
        keys(&told["company"]),
        [
            "answers_email",
            "answers_phone",
            "answers_phone_first",
            "invited",
            "level",
            "level_mode_corrected",
            "level_se",
            "mode_effect",
            "mode_effect_se",
            "response_rate",
            "visits"
        ]
    );
    let mut names: Vec<String> =
        HEADER.split(',').filter(|name| *name != "basis").map(str::to_owned).collect();
    names.push("dimensions".to_owned());
    names.sort();
    assert_eq!(keys(&told["employees"][0]), names);
    assert_eq!(evaluation(&app, "from=2026-11-01&to=2026-11-30&team=South")["employees"], json!([]));
}

#[test]
fn a_manager_sees_the_own_team_and_nobody_else() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.bring(&make::with(
        make::visit("W2"),
        json!({"employees": [{"id": "E9", "name": "Otto Other", "team": "South"}]}),
    ));
    app.bring(&make::with(make::visit("W3"), json!({"employees": [{"id": "E8", "name": "Lena Loose"}]})));
    let manager = app.staff(Role::Manager, Some("North 2"));
    for address in ["/evaluations", "/evaluations?team=South", "/evaluations?team="] {
        let page = manager.get(address).expect(200).body;
        assert!(page.contains("Erika Muster"), "{address}");
        assert!(
            !page.contains("Otto Other") && !page.contains("Lena Loose") && !page.contains("South"),
            "{address}"
        );
    }
    let hr = app.staff(Role::Hr, None);
    let page = hr.get("/evaluations").expect(200).body;
    assert!(page.contains("Erika Muster") && page.contains("Otto Other") && page.contains("Lena Loose"));
    let page = hr.get("/evaluations?team=South").expect(200).body;
    assert!(!page.contains("Erika Muster") && page.contains("Otto Other"));
}

#[test]
fn a_manager_without_a_team_sees_nobody() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let page = app.staff(Role::Manager, None).get("/evaluations").expect(200).body;
    assert!(!page.contains("Erika Muster"));
}

#[test]
fn whoever_reads_scores_leaves_a_trace() {
    let app = TestApp::start();
    app.staff(Role::Hr, None).get("/evaluations").expect(200);
    evaluation(&app, "from=2026-11-01&to=2026-11-30");
    let actors =
        "SELECT split_part(actor, ' ', 1) FROM audit_entry WHERE action = 'evaluations.read' ORDER BY id";
    assert_eq!(app.rows(actors), ["user", "key"]);
}

#[test]
fn dates_that_cannot_be_read_are_said_on_the_page() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    for query in ["from=x", "from=2026-11-20&to=2026-11-19", "to=2026-13-01"] {
        assert!(
            hr.get(&format!("/evaluations?{query}")).expect(200).body.contains("Write dates as"),
            "{query}"
        );
    }
}
