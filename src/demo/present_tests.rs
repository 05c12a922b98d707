use super::*;
use crate::visits::intake;
use std::collections::BTreeSet;

fn began() -> DateTime<Utc> {
    "2026-10-19T11:30:00Z".parse().unwrap()
}

#[test]
fn every_message_is_sound_when_it_arrives_and_all_have_arrived_by_the_end() {
    for began in ["2026-10-19T11:30:00Z", "2026-10-19T00:01:00Z", "2026-03-01T23:59:00Z"] {
        let began: DateTime<Utc> = began.parse().unwrap();
        let mut last = began;
        for index in 0..VISITS {
            let Planned { arrives_at, message } = visit(index, began);
            let checked = intake::check(&message, arrives_at).unwrap();
            assert!(began <= checked.visited_at && checked.visited_at <= arrives_at, "{index}");
            assert!(arrives_at <= end(began), "{index}");
            last = last.max(checked.visited_at);
        }
        assert!(end(began) - last < TimeDelta::hours(1), "the last visit is a fresh one");
    }
}

#[test]
fn the_last_visits_are_of_today_some_mailed_and_some_waiting() {
    let today = end(began()).with_timezone(&ZONE).date_naive();
    let times = |from: usize| (from..VISITS).map(|index| visited_at(index, began()).with_timezone(&ZONE));
    assert!(times(VISITS - TODAY).all(|time| time.date_naive() == today));
    assert!(times(0).take(VISITS - TODAY).all(|time| time.date_naive() < today));
    let waiting = times(0).filter(|time| *time > end(began()) - TimeDelta::hours(2)).count();
    assert!((1..TODAY).contains(&waiting), "{waiting}");
}

#[test]
fn the_same_people_serve_partly_the_same_customers() {
    let cases: Vec<Case> = (0..VISITS).map(case).collect();
    let employees: BTreeSet<usize> = cases.iter().map(|case| case.employee).collect();
    assert!(employees.len() > 30 && !employees.contains(&24), "the one who left is gone: {employees:?}");
    let new = cases.iter().filter(|case| case.customer.id().as_str() > "C2300").count();
    assert!((30..90).contains(&new), "{new}");
    let answered = (0..VISITS).filter(|index| matches!(reaction(*index), Reaction::Answers(_))).count();
    assert!((70..150).contains(&answered), "{answered}");
    let asks = |index: usize| match reaction(index) {
        Reaction::Answers(said) => said.more.is_some_and(|more| more.contains("call_me")),
        _ => false,
    };
    let lately = (VISITS - TODAY - 50..VISITS - TODAY - 10).filter(|index| asks(*index)).count();
    assert!((1..8).contains(&lately), "somebody asked to be called this week: {lately}");
    for odd in
        [Oddity::MalformedAddress, Oddity::NoAddress, Oddity::Cancelled, Oddity::Staff, Oddity::NoBasis]
    {
        assert!((0..VISITS).any(|index| oddity(index) == odd), "{odd:?}");
    }
}
