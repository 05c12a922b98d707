//! The page where people are compared, without a database.

use super::*;
use crate::evaluations::model::{Assumed, CompanyEvaluation, DimensionEvaluation, EmployeeEvaluation};
use crate::web::{assets, page};

/// Somebody with so many answers, this far from what was to be expected.
fn row(id: usize, team: &str, n: i64, direct: f64) -> EmployeeEvaluation {
    let se = 20.0 / f64::from(i32::try_from(n).unwrap()).sqrt();
    let reliability = 25.0 / (25.0 + se * se);
    let (difference, difference_se) = (direct * reliability, se * reliability.sqrt());
    let status = match reliability {
        r if r >= 0.7 => "report",
        r if r >= 0.5 && n >= 10 => "indicative",
        _ => "not_enough_data",
    };
    let shown = (status != "not_enough_data").then_some(());
    let of = |value: f64| shown.map(|()| value);
    let flag = match (status, difference) {
        ("report", d) if d > 5.0 => "high",
        ("report", d) if d < -5.0 => "low",
        _ => "",
    };
    EmployeeEvaluation {
        employee_id: format!("E{id:02}"),
        employee_name: format!("Person {id:02}"),
        team: Some(team.to_owned()),
        visits: n * 2,
        invited: n * 2,
        answers_email: n,
        score: of(70.0 + difference),
        difference: of(difference),
        difference_se: of(difference_se),
        difference_lo: of(difference - 1.96 * difference_se),
        difference_hi: of(difference + 1.96 * difference_se),
        direct: of(direct),
        direct_se: of(se),
        direct_lo: of(direct - 1.96 * se),
        direct_hi: of(direct + 1.96 * se),
        reliability: of(reliability),
        status,
        flag,
        n,
        dimensions: vec![DimensionEvaluation {
            question: "skill".to_owned(),
            difference: of(difference + 1.0),
            lo: of(difference - 3.0),
            hi: of(difference + 5.0),
            flag: "",
        }],
        ..EmployeeEvaluation::default()
    }
}

fn found(own: Option<&str>) -> Found {
    let people = (0..36_i32).map(|at| {
        let id = usize::try_from(at).unwrap();
        let team = ["Harbour", "Hills", "Valley"][id % 3];
        row(id, team, 6 + i64::from(at * 37 % 113), f64::from(at * 29 % 21 - 10) * 0.9)
    });
    let evaluation = Evaluation {
        from: day("2025-11-01"),
        to: day("2026-10-31"),
        basis: "two_phase",
        method: "bivariate",
        method_version: "1",
        all_estimates: false,
        company: CompanyEvaluation {
            visits: 5_381,
            invited: 5_100,
            answers_email: 1_916,
            answers_phone: 526,
            answers_phone_first: 140,
            response_rate: Some(0.36),
            level: Some(74.6),
            level_se: Some(0.6),
            level_mode_corrected: true,
            mode_effect: Some(3.1),
            mode_effect_se: Some(0.8),
        },
        employees: people.collect(),
        assumed: Assumed { called: 862, reached: 526, spread: 4.6, ..Assumed::default() },
    };
    let sites = HashMap::from([("E01".to_owned(), "Quay".to_owned())]);
    Found { evaluation, own: own.map(str::to_owned), sites, first_days: HashMap::new() }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period() -> Period {
    Period { from: day("2025-11-01"), to: day("2026-10-31") }
}

fn shown(found: &Found, query: &str) -> String {
    let filter = Filter::new(&Asked::new("/evaluations", query), found);
    let shell = crate::web::shell::Shell { css: assets::staff_css().to_owned(), ..Default::default() };
    let page = EvaluationsPage {
        shell,
        period: String::new(),
        typed: (String::new(), String::new()),
        error: None,
        periods: Vec::new(),
        teams: Vec::new(),
        sites: Vec::new(),
        questions: Vec::new(),
        tabs: Vec::new(),
        files: Vec::new(),
        numbers: None,
    };
    let page = filled(page, found, &filter, period()).unwrap();
    page::render(&page).unwrap()
}

#[test]
fn compared_people_stand_in_a_funnel_and_in_intervals_and_never_by_score() {
    let page = shown(&found(None), "");
    for words in [
        "Satisfaction, corrected",
        "73.4 to 75.8, with 95 % certainty",
        "taken out of the level",
        "526 of 862 called",
        "Who stands out, given how many answers there are",
        "are clear enough to name",
        "<title>Person",
        "best guess (thick)",
        "too few answers",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let links = page.split("<a href=\"/employees/").skip(1);
    let names: Vec<&str> = links.map(|link| link.split(['>', '<']).nth(1).unwrap()).collect();
    assert_eq!(names.len(), 36);
    let teams: Vec<&[&str]> = names.chunks(12).collect();
    assert!(teams.iter().all(|team| team.is_sorted()), "{names:?}");
}

#[test]
fn a_question_has_its_own_differences_and_no_funnel() {
    let page = shown(&found(None), "question=skill");
    assert!(page.contains("The funnel is drawn for the overall question only."));
    assert!(page.contains("<option value=\"skill\" selected>Skill and manner</option>"));
}

#[test]
fn a_site_and_a_team_narrow_the_rows() {
    let rows = |query: &str, own| shown(&found(own), query).matches("<th scope=\"row\">").count();
    assert_eq!(
        (rows("site=Quay", None), rows("team=Hills", None), rows("team=Hills", Some("Valley"))),
        (1, 12, 12)
    );
    assert!(!shown(&found(Some("Valley")), "team=Hills").contains("Hills"));
}

#[test]
fn whoever_is_new_is_never_named() {
    let mut found = found(None);
    let flagged: Vec<String> = found
        .evaluation
        .employees
        .iter()
        .filter(|row| !row.flag.is_empty())
        .map(|row| row.employee_id.clone())
        .collect();
    assert!(!flagged.is_empty() && shown(&found, "").contains("fill-above halo"));
    found.first_days = flagged.into_iter().map(|id| (id, day("2026-08-01"))).collect();
    let page = shown(&found, "");
    assert!(!page.contains("halo") && page.contains("none of 36 is clear enough to name"));
}

#[test]
fn with_call_backs_too_few_nobody_is_named_and_the_page_says_why() {
    let mut found = found(None);
    found.evaluation.basis = "respondents_only";
    assert!(shown(&found, "").contains("fewer than 30 were"));
}
