//! The page of somebody who is compared, without a database.

use super::*;
use crate::evaluations::figures::Dimension;
use crate::web::page;
use serde_json::json;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn answer(at: u32) -> AnswerRow {
    AnswerRow {
        response: Uuid::from_u128(u128::from(at)),
        visit: Uuid::from_u128(u128::from(at)),
        visited_on: day("2025-11-01") + chrono::Days::new(u64::from(at) * 5),
        mode: "email".to_owned(),
        certainty: "confirmed".to_owned(),
        excluded: false,
        decided_by: None,
        answers: json!({"overall": 2 + at % 4}),
        comment: at.is_multiple_of(2).then(|| "Came on time and called ahead.".to_owned()),
        scale: Some((1, 5)),
        customer_name: None,
    }
}

fn marta() -> Figures {
    let three = |value: f64, half: f64| (Some(value), Some(value - half), Some(value + half));
    let (difference, difference_lo, difference_hi) = three(7.5, 3.9);
    let (direct, direct_lo, direct_hi) = three(9.1, 4.2);
    let (skill, lo, hi) = three(8.8, 3.7);
    let question = |question: &str, flag: &str| Dimension {
        question: question.to_owned(),
        difference: skill,
        lo,
        hi,
        flag: flag.to_owned(),
    };
    Figures {
        employee_id: "E5".to_owned(),
        employee_name: "Marta Olsen".to_owned(),
        visits: 227,
        answers_email: 75,
        answers_phone: 23,
        n: 98,
        score: Some(82.1),
        difference,
        difference_lo,
        difference_hi,
        direct,
        direct_lo,
        direct_hi,
        reliability: Some(0.82),
        status: "report".to_owned(),
        flag: "high".to_owned(),
        dimensions: vec![question("skill", "high"), question("value", "")],
        expected: Some(72.9),
        ..Figures::default()
    }
}

fn found(figures: Figures, is_own: bool) -> Found {
    let employee = queries::Employee {
        id: Uuid::nil(),
        external_id: "E5".to_owned(),
        name: "Marta Olsen".to_owned(),
        site: Some("Quay".to_owned()),
        left_on: None,
    };
    let period = Period { from: day("2025-11-01"), to: day("2026-10-31") };
    let outcomes = [("answered", 70), ("unanswered", 130), ("sent", 27)];
    Found {
        seen: Seen { employee, is_own, period, was_cut: false },
        team: Some("Harbour".to_owned()),
        figures,
        company: Company { level: Some(74.6), level_se: Some(0.6), ..Company::default() },
        frame: Frame {
            basis: "two_phase".to_owned(),
            method: "bivariate".to_owned(),
            spread: 4.0,
            ..Frame::default()
        },
        outcomes: outcomes.map(|(word, count)| (word.to_owned(), count)).into(),
        answers: (0..70).map(answer).collect(),
        is_new: false,
        objections: Vec::new(),
        accounts: HashMap::new(),
    }
}

fn shown(found: &Found) -> String {
    let reader = Reader { today: day("2026-11-20"), zone: Tz::UTC, is_hr: !found.seen.is_own };
    page::render(&page(Shell::default(), found, reader)).unwrap()
}

#[test]
fn a_reader_learns_where_they_stand_how_sure_it_is_what_it_rests_on_and_what_to_do() {
    let own = shown(&found(marta(), true));
    for words in [
        "For the jobs you had, 72.9 of 100 points was to be expected. Your customers gave <strong>80.4</strong>: 7.5 points \
         more, and very likely between 3.6 and 11.4 more.",
        "Clearly above what was to be expected",
        "It rests on 75 answers by mail and 23 call-backs, of 227 visits.",
        "How sure: 0.82 of 1; from 0.70 on it is reported.",
        "Contest an answer",
        "within 14 days",
        "<title id=\"line-t\">Expected 73, found 80</title>",
        "Skill and manner<small>Above</small>",
        "Value for the price<small>Reported</small>",
        "The smoothed line stays within its alert limits.",
        "227 visits: answered 70; asked, no answer 157; still on the way 0; not asked 0",
    ] {
        assert!(own.contains(words), "{words} is not in {own}");
    }
    assert!(!own.contains("Make a statement"));
    let hr = shown(&found(marta(), false));
    assert!(hr.contains("For the jobs Marta Olsen had, 72.9") && hr.contains("Make a statement"), "{hr}");
}

#[test]
fn what_the_status_forbids_is_said_in_words() {
    let few = Figures { status: "not_enough_data".to_owned(), n: 7, visits: 21, ..Figures::default() };
    let page = shown(&found(few, true));
    assert!(page.contains("<strong>too few answers</strong>") && page.contains("Not enough data"), "{page}");
    assert!(!page.contains("was to be expected. Your") && !page.contains("id=\"line-t\""));
    let coaching = Figures { status: "indicative".to_owned(), flag: String::new(), ..marta() };
    let page = shown(&found(coaching, true));
    assert!(page.contains("For coaching only") && page.contains("not sure enough to judge by"));
}

#[test]
fn whoever_is_new_gets_a_curve_with_its_uncertainty() {
    let mut new = found(marta(), true);
    new.is_new = true;
    let page = shown(&new);
    assert!(
        page.contains("never named as standing out") && page.contains("with its 95 % interval."),
        "{page}"
    );
}
