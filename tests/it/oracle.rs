//! The numbers are those of another implementation of the method, employee by employee.
//!
//! `tests/data/oracle` holds a made-up company of 24 employees and what the reference in `NumPy` says of it.

use crate::support::TestApp;
use crate::support::history::ELEVEN;
use flate2::read::GzDecoder;
use hearback::evaluations::model::EmployeeEvaluation;
use hearback::evaluations::{Evaluation, Selection, evaluate};
use std::collections::BTreeMap;
use std::io::Read;

const HISTORY: &[u8] = include_bytes!("../data/oracle/history.csv.gz");
const EXPECTED: &str = include_str!("../data/oracle/expected.csv");

fn imported() -> TestApp {
    let app = TestApp::start();
    let mut history = Vec::new();
    GzDecoder::new(HISTORY).read_to_end(&mut history).unwrap();
    app.import_history(&history, ELEVEN, None).unwrap();
    app
}

fn evaluation(app: &TestApp, all_estimates: bool) -> Evaluation {
    let selection = Selection {
        from: "2025-01-01".parse().unwrap(),
        to: "2025-12-31".parse().unwrap(),
        team: None,
        employee: None,
        all_estimates,
    };
    evaluate(&mut app.connection(), &selection, app.now()).unwrap()
}

/// What the reference says, by employee and column.
fn expected() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut rows = csv::Reader::from_reader(EXPECTED.as_bytes());
    let names = rows.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        let cells: BTreeMap<String, String> =
            names.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
        (format!("E{:0>4}", cells["employee"]), cells)
    };
    rows.records().map(|found| row(found.unwrap())).collect()
}

#[track_caller]
fn near(found: Option<f64>, expected: &str, tolerance: f64, what: &str) {
    let (found, expected) = (found.unwrap(), expected.parse::<f64>().unwrap());
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

#[track_caller]
fn same(row: &EmployeeEvaluation, expected: &BTreeMap<String, String>) {
    let id = &row.employee_id;
    for (found, column, tolerance) in [
        (row.difference, "score", 1e-5),
        (row.difference_se, "se", 1e-5),
        (row.difference_lo, "lo", 1e-5),
        (row.difference_hi, "hi", 1e-5),
        (row.direct, "direct", 1e-5),
        (row.direct_se, "se_direct", 1e-5),
        (row.reliability, "reliability", 1e-6),
    ] {
        near(found, &expected[column], tolerance, &format!("{column} of {id}"));
    }
    assert_eq!(row.status.replace('_', " "), expected["status"], "{id}");
    assert_eq!(u8::from(row.flag == "high").to_string(), expected["flag_high"], "{id}");
    assert_eq!(u8::from(row.flag == "low").to_string(), expected["flag_low"], "{id}");
}

#[test]
fn every_number_is_that_of_the_reference() {
    let app = imported();
    let (told, expected) = (evaluation(&app, true), expected());
    assert_eq!((told.basis, told.method, told.employees.len()), ("two_phase", "univariate", 24));
    for row in &told.employees {
        same(row, &expected[&row.employee_id]);
        assert_eq!(row.dimensions.len(), 4);
    }
    assert!((told.company.level.unwrap() - 69.967_933_530).abs() < 1e-6, "{:?}", told.company);
    assert!((told.company.level_se.unwrap() - 0.565_415_852).abs() < 1e-6, "{:?}", told.company);
    assert!((told.company.mode_effect.unwrap() + 1.141_229_917).abs() < 1e-6, "{:?}", told.company);
    assert!(!told.company.level_mode_corrected);
}

#[test]
fn the_status_decides_what_is_shown() {
    let app = imported();
    let told = evaluation(&app, false);
    let mut seen = BTreeMap::new();
    for row in &told.employees {
        *seen.entry(row.status).or_insert(0) += 1;
        let estimates = [
            row.score,
            row.difference,
            row.difference_se,
            row.difference_lo,
            row.difference_hi,
            row.reliability,
        ];
        let own = [row.direct, row.direct_se, row.direct_lo, row.direct_hi, row.mean, row.top2];
        let is_shown = row.status != "not_enough_data";
        assert!(estimates.iter().chain(&own).all(|number| number.is_some() == is_shown), "{row:?}");
        assert!(row.flag.is_empty() || row.status == "report", "{row:?}");
        if let Some((score, difference)) = row.score.zip(row.difference) {
            assert!((score - difference - told.company.level.unwrap()).abs() < 1e-9);
        }
    }
    assert_eq!(seen, BTreeMap::from([("report", 9), ("indicative", 14), ("not_enough_data", 1)]));
}

#[test]
fn a_part_of_the_rows_has_the_numbers_of_the_whole() {
    let app = imported();
    let whole = evaluation(&app, false);
    let selection = Selection {
        from: whole.from,
        to: whole.to,
        team: whole.employees[3].team.clone(),
        employee: Some(whole.employees[3].employee_id.clone()),
        all_estimates: false,
    };
    let one = evaluate(&mut app.connection(), &selection, app.now()).unwrap();
    assert_eq!(one.employees.len(), 1);
    assert_eq!(one.employees[0].difference, whole.employees[3].difference);
    assert_eq!(one.company.level, whole.company.level);
}

#[test]
fn visits_at_the_edges_months_and_years_are_read_to_the_same_numbers() {
    let app = imported();
    let (from, to) = ("2025-03-10", "2025-10-20");
    let selection = |from: &str, to: &str| Selection {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        team: None,
        employee: None,
        all_estimates: true,
    };
    let edges = evaluate(&mut app.connection(), &selection(from, to), app.now()).unwrap();
    // With everything else moved away, the year holds exactly these visits.
    let moved = format!(
        "UPDATE visit SET visited_on = '2020-05-05' WHERE NOT visited_on BETWEEN '{from}' AND '{to}'"
    );
    assert!(app.execute(&moved).unwrap() > 1_000);
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    let year = evaluate(&mut app.connection(), &selection("2025-01-01", "2025-12-31"), app.now()).unwrap();
    assert!(edges.company.visits > 2_000 && edges.company.visits == year.company.visits);
    for (one, other) in edges.employees.iter().zip(&year.employees) {
        assert_eq!((&one.employee_id, one.visits, one.n), (&other.employee_id, other.visits, other.n));
        assert!((one.difference.unwrap() - other.difference.unwrap()).abs() < 1e-9, "{one:?} {other:?}");
        assert!((one.reliability.unwrap() - other.reliability.unwrap()).abs() < 1e-9);
    }
}
