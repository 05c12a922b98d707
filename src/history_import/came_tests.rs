use super::*;
use crate::imports::{Cells, Group, Layout, Staged};
use crate::visits::import as visits;

/// Reads one visit whose columns are given as `name=value`, beside the required ones.
fn read(pairs: &str) -> std::result::Result<Came, Vec<String>> {
    let given: Vec<(&str, &str)> = pairs.split(' ').filter_map(|pair| pair.split_once('=')).collect();
    let required = [("visit_id", "V1"), ("visited_at", "x"), ("employee_id", "E1"), ("service", "s")];
    let all: Vec<(&str, &str)> = required.into_iter().chain(given).collect();
    let columns = visits::COLUMNS.iter().chain(&COLUMNS).copied().collect();
    let questions = vec!["overall".to_owned(), "skill".to_owned()];
    let layout = Layout { kind: "history", key: "visit_id", columns, more: questions.clone() };
    let header = Header::read(all.iter().map(|(name, _)| name.as_bytes()), &layout).unwrap();
    let cells = Cells::pack(all.iter().map(|(_, value)| value.as_bytes()));
    let group = Group {
        key: "V1".into(),
        rows: vec![Staged { ordinal: 1, line: 2, cells, problem: None, is_shadow: false }],
        too_many: false,
    };
    let mut rows = Rows::of(&header, &group);
    let asked = Asked::of(&header, &questions, Scale { min: 1, max: 5 });
    let came = Came::read(&mut rows, &asked, "2026-02-01T00:00:00Z".parse().unwrap());
    came.check(&mut rows, "2026-01-10T09:00:00Z".parse().unwrap());
    if rows.problems.is_empty() {
        Ok(came)
    } else {
        Err(rows.problems.iter().map(ToString::to_string).collect())
    }
}

fn outcome(pairs: &str) -> (Outcome, Option<&'static str>, Option<bool>) {
    let came = read(pairs).unwrap();
    (came.outcome().0, came.callback_kind(false).map(Kind::as_str), came.was_called())
}

#[test]
fn each_way_a_visit_can_have_gone_has_its_outcome_and_its_call_back() {
    let answered = "answered_at=2026-01-11T09:00:00Z overall=4";
    for (pairs, expected) in [
        (format!("answered_by=email {answered}"), (Outcome::Answered, None, Some(false))),
        (
            format!("answered_by=phone call_probability=0.35 called=true {answered}"),
            (Outcome::Answered, Some("random"), Some(true)),
        ),
        (
            format!("answered_by=phone first_contact=phone call_probability=1.0 {answered}"),
            (Outcome::Answered, Some("phone_first"), Some(true)),
        ),
        (format!("answered_by=phone {answered}"), (Outcome::Answered, Some("service"), Some(true))),
        (String::new(), (Outcome::Unanswered, None, None)),
        ("called=false".into(), (Outcome::Unanswered, None, Some(false))),
        ("call_probability=0.35".into(), (Outcome::ToCall, Some("random"), None)),
        ("call_probability=0.35 called=false".into(), (Outcome::Unanswered, Some("random"), Some(false))),
        ("call_probability=0.35 called=true".into(), (Outcome::Unreachable, Some("random"), Some(true))),
        ("called=true".into(), (Outcome::Unreachable, Some("service"), Some(true))),
        ("first_contact=phone".into(), (Outcome::PhoneFirst, None, None)),
        ("first_contact=phone called=false".into(), (Outcome::PhoneFirst, None, Some(false))),
        ("first_contact=phone call_probability=1".into(), (Outcome::ToCall, Some("phone_first"), None)),
    ] {
        assert_eq!(outcome(&pairs), expected, "{pairs}");
    }
    let priority = read("call_probability=1").unwrap();
    assert_eq!(priority.callback_kind(true), Some(Kind::Priority));
}

#[test]
fn wrong_cells_are_named_with_what_was_expected() {
    let told = read("first_contact=fax call_priority=1 call_probability=0 called=maybe").unwrap_err();
    assert_eq!(told.len(), 4);
    assert_eq!(told[0], "line 2, column first_contact: must be email or phone, not “fax”");
    let told = read("answered_by=email answered_at=2026-01-11 overall=6").unwrap_err();
    assert_eq!(told[0], "line 2, column overall: must be a whole number from 1 to 5, not “6”");
    assert!(told[1].starts_with("line 2, column answered_at: must be a date and time with a zone"));
    assert!(read("answered_by=email answered_at=2026-01-11T09:00:00Z overall=4.5").is_err());
}

#[test]
fn cells_that_contradict_each_other_are_refused() {
    for pairs in [
        "overall=4",
        "comment=fine",
        "answered_by=email overall=4",
        "answered_by=email answered_at=2026-01-11T09:00:00Z",
        "answered_by=email answered_at=2026-01-09T09:00:00Z overall=4",
        "answered_by=email answered_at=2027-01-09T09:00:00Z overall=4",
        "answered_by=email first_contact=phone answered_at=2026-01-11T09:00:00Z overall=4",
        "answered_by=phone called=false answered_at=2026-01-11T09:00:00Z overall=4",
    ] {
        assert!(read(pairs).is_err(), "{pairs}");
    }
}

#[test]
fn whole_numbers_may_be_written_with_a_point() {
    assert_eq!((whole("5"), whole("5.0"), whole("-1.00")), (Some(5), Some(5), Some(-1)));
    assert_eq!((whole("5.1"), whole("5."), whole("five"), whole("")), (None, None, None, None));
}
