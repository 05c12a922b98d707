//! The numbers are those of plain SQL over the raw rows, at any moment and over any period.

use crate::support::{TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Scope;
use hearback::scores::fold;
use serde_json::{Value, json};

const SCORES: &[&str] = &["score_contribution", "score_slice", "score_cross", "changed_visit"];

/// Three months of visits: alone, shared 7 to 3, and one who has too few.
pub fn company(app: &TestApp) {
    for at in 0..40 {
        let day = app.now() - TimeDelta::hours(1);
        let employees = match at % 4 {
            0 => json!([{"id": "E1", "name": "Ada", "team": "North"}]),
            1 => {
                json!([{"id": "E1", "share": 0.7}, {"id": "E2", "name": "Ben", "team": "South", "share": 0.3}])
            }
            2 => json!([{"id": "E2"}]),
            _ if at < 20 => json!([{"id": "E3", "name": "Cy", "team": "South"}]),
            _ => json!([{"id": "E1", "share": 0.2}, {"id": "E2", "share": 0.8}]),
        };
        let id = format!("V{at}");
        let change = json!({"visited_at": day.to_rfc3339(), "employees": employees});
        app.bring(&make::with(make::visit(&id), change));
        let path = app.mail_out(&id);
        if at % 7 != 6 {
            app.answer(&path, u8::try_from(1 + at * 7 % 5).unwrap());
        }
        app.advance(TimeDelta::hours(51));
    }
}

pub fn evaluation(app: &TestApp, query: &str) -> Value {
    let reader = app.client(&[Scope::EvaluationsRead]);
    reader.get(&format!("/api/v1/evaluations?{query}")).expect(200).json()["evaluation"].take()
}

fn number(app: &TestApp, sql: &str) -> Option<f64> {
    let text = app.value(sql);
    (text != "-").then(|| text.parse().unwrap())
}

fn same(told: &Value, expected: Option<f64>) -> bool {
    match (told.as_f64(), expected) {
        (Some(told), Some(expected)) => (told - expected).abs() < 1e-9,
        (None, None) => true,
        _ => false,
    }
}

/// Compares every row with plain SQL over what is stored.
#[track_caller]
fn agrees_with_plain_sql(app: &TestApp, from: &str, to: &str) -> i64 {
    let told = evaluation(app, &format!("from={from}&to={to}"));
    let rows = format!(
        "FROM visit v JOIN visit_employee ve ON ve.visit_id = v.id JOIN employee e ON e.id = ve.employee_id \
         LEFT JOIN response r ON r.visit_id = v.id WHERE v.visited_on BETWEEN '{from}' AND '{to}'"
    );
    let steps = "((r.answers->>'overall')::float8 - 1)";
    for row in told["employees"].as_array().unwrap() {
        let theirs = format!("{rows} AND e.external_id = '{}'", row["employee_id"].as_str().unwrap());
        let count = |what: &str| number(app, &format!("SELECT count({what}) {theirs}"));
        assert!(same(&row["visits"], count("*")), "{row}");
        assert!(same(&row["invited"], count("*")), "{row}");
        assert!(same(&row["n"], count("r.id")) && same(&row["answers_email"], count("r.id")), "{row}");
        let enough = row["n"].as_i64().unwrap() >= 10;
        assert_eq!(row["status"], if enough { "direct_only" } else { "not_enough_data" });
        let share = "(CASE WHEN r.id IS NOT NULL THEN ve.share_permille END)::float8";
        let mean = format!("SELECT sum({share} * {steps}) * 25 / sum({share}) {theirs}");
        let top2 = format!("SELECT sum({share} * ({steps} >= 3)::int) / sum({share}) {theirs}");
        let rate = format!("SELECT count(r.id)::float8 / count(*) {theirs}");
        assert!(same(&row["mean"], number(app, &mean).filter(|_| enough)), "{row} {:?}", number(app, &mean));
        assert!(same(&row["top2"], number(app, &top2).filter(|_| enough)), "{row}");
        assert!(same(&row["response_rate"], number(app, &rate)), "{row}");
        for (value, low, high) in [("mean", "mean_lo", "mean_hi"), ("top2", "top2_lo", "top2_hi")] {
            assert_eq!(row[value].is_null(), row[low].is_null() && row[high].is_null());
            assert!(
                !enough
                    || row[low].as_f64() < row[value].as_f64() && row[value].as_f64() < row[high].as_f64()
            );
        }
    }
    let company = "FROM visit v LEFT JOIN response r ON r.visit_id = v.id WHERE v.visited_on BETWEEN";
    let company = format!("{company} '{from}' AND '{to}'");
    let visits = number(app, &format!("SELECT count(*) {company}"));
    assert!(same(&told["company"]["visits"], visits), "{told}");
    assert!(same(&told["company"]["answers_email"], number(app, &format!("SELECT count(r.id) {company}"))));
    let level = number(app, &format!("SELECT avg({steps}) * 25 {company}"));
    let enough = told["company"]["answers_email"].as_i64().unwrap() >= 10;
    assert!(same(&told["company"]["level"], level.filter(|_| enough)), "{told} {level:?}");
    told["employees"].as_array().unwrap().len().try_into().unwrap()
}

#[test]
fn numbers_are_those_of_plain_sql_whatever_the_period() {
    let app = TestApp::start();
    company(&app);
    assert_eq!(
        app.value("SELECT min(visited_on) || ' ' || max(visited_on) FROM visit"),
        "2026-11-20 2027-02-11"
    );
    assert_eq!(agrees_with_plain_sql(&app, "2026-11-01", "2027-02-28"), 3);
    for (from, to) in [
        ("2026-11-20", "2027-02-11"),
        ("2026-12-01", "2026-12-31"),
        ("2026-12-02", "2027-01-30"),
        ("2026-11-25", "2026-12-25"),
        ("2026-12-10", "2026-12-20"),
        ("2026-11-30", "2026-12-01"),
        ("2026-11-20", "2026-11-20"),
    ] {
        agrees_with_plain_sql(&app, from, to);
    }
    let all = evaluation(&app, "from=2026-11-01&to=2027-02-28");
    let few = all["employees"].as_array().unwrap().iter().find(|row| row["employee_id"] == "E3").unwrap();
    assert_eq!(
        (&few["mean"], &few["top2"], &few["status"]),
        (&Value::Null, &Value::Null, &json!("not_enough_data"))
    );
    assert!(few["n"].as_i64().unwrap() > 0);
}

#[test]
fn both_ends_of_a_period_belong_to_it_in_the_organisations_zone() {
    let app = TestApp::with(&[("HEARBACK_TIME_ZONE", "Asia/Tokyo")]);
    for (id, at) in [
        ("A", "2026-11-18T14:59:59Z"),
        ("B", "2026-11-18T15:00:00Z"),
        ("C", "2026-11-19T14:59:59Z"),
        ("D", "2026-11-19T15:00:00Z"),
    ] {
        app.bring(&make::with(make::visit(id), json!({ "visited_at": at })));
    }
    let visits = |query: &str| evaluation(&app, query)["company"]["visits"].as_i64().unwrap();
    assert_eq!(visits("from=2026-11-19&to=2026-11-19"), 2);
    assert_eq!(visits("from=2026-11-18&to=2026-11-19"), 3);
    assert_eq!(visits("from=2026-11-19&to=2026-11-20"), 3);
    assert_eq!(visits("from=2026-11-01&to=2026-11-30"), 4);
    app.client(&[Scope::EvaluationsRead])
        .get("/api/v1/evaluations?from=2026-11-20&to=2026-11-19")
        .expect(422);
}

#[test]
fn an_answer_counts_in_the_next_number_anybody_reads() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let answers = || evaluation(&app, "from=2026-11-01&to=2026-11-30")["company"]["answers_email"].clone();
    assert_eq!(answers(), 0);
    app.answer(&path, 5);
    assert_eq!(answers(), 1);
    let hr = app.staff(hearback::accounts::Role::Hr, None);
    let path = app.mailed("W2");
    app.answer(&path, 5);
    let page = hr.get("/evaluations").expect(200).body;
    assert!(page.contains("2 of 2 invited"), "{page}");
    assert!(page.contains("Erika Muster") && page.contains("too few answers"), "{page}");
}

#[test]
fn a_changed_answer_replaces_what_it_counted_before() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    for overall in [1, 5, 3] {
        let page = app.anonymous().get(&format!("{path}?step=2")).expect(200).hidden("nonce");
        let overall = overall.to_string();
        let fields = [("nonce", page.as_str()), ("step", "2"), ("overall", &overall)];
        app.anonymous().post_form(&path, &fields).expect(303);
        agrees_with_plain_sql(&app, "2026-11-01", "2026-11-30");
    }
    let sums = [app.overall(true), app.overall(false)].concat();
    assert_eq!(sums.iter().map(|(_, _, sum)| (sum.n, sum.steps)).collect::<Vec<_>>(), [(1, 2), (1, 2)]);
}

#[test]
fn folding_again_changes_nothing() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    app.work();
    let before = app.dump(SCORES);
    assert!(before.contains("score_slice"));
    assert_eq!(fold(&mut app.connection(), app.now()).unwrap(), 0);
    // Also when the same visits are told again.
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    assert_eq!(fold(&mut app.connection(), app.now()).unwrap(), 1);
    assert_eq!(app.dump(SCORES), before);
}

#[test]
fn folds_side_by_side_give_the_sums_of_one() {
    let app = TestApp::start();
    let paths: Vec<String> = (0..24).map(|at| app.mailed(&format!("W{at}"))).collect();
    std::thread::scope(|scope| {
        for lane in 0..4 {
            let (app, paths) = (&app, &paths);
            scope.spawn(move || {
                for path in paths.iter().skip(lane).step_by(4) {
                    app.answer(path, u8::try_from(1 + lane).unwrap());
                    fold(&mut app.connection(), app.now()).unwrap();
                }
            });
        }
    });
    fold(&mut app.connection(), app.now()).unwrap();
    let together = app.dump(SCORES);
    for table in ["score_contribution", "score_slice", "score_cross"] {
        app.execute(&format!("DELETE FROM {table}")).unwrap();
    }
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    fold(&mut app.connection(), app.now()).unwrap();
    assert_eq!(app.dump(SCORES), together);
    agrees_with_plain_sql(&app, "2026-11-01", "2026-11-30");
}
