use super::*;
use crate::demo::customers::KNOWN;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

fn ends() -> DateTime<Utc> {
    "2026-10-19T09:30:00Z".parse().unwrap()
}

fn file() -> String {
    file_until(ends())
}

fn file_until(ends: DateTime<Utc>) -> String {
    let mut text = String::new();
    Past::new(ends).read_to_string(&mut text).unwrap();
    text
}

/// The rows by column.
fn read(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn is_share(range: RangeInclusive<usize>, part: usize, of: usize) -> bool {
    range.contains(&(part * 100 / of))
}

/// The first row of each visit.
fn visits(rows: &[BTreeMap<String, String>]) -> Vec<&BTreeMap<String, String>> {
    let mut seen = BTreeSet::new();
    rows.iter().filter(|row| seen.insert(&row["visit_id"])).collect()
}

#[test]
fn the_file_is_always_the_same_however_it_is_read() {
    let whole = file();
    let mut past = Past::new(ends());
    let (mut parts, mut buffer) = (Vec::new(), [0; 777]);
    loop {
        let count = past.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        parts.extend_from_slice(&buffer[..count]);
    }
    assert!(parts == whole.as_bytes());
    let later = file_until(ends() + TimeDelta::days(7)).len();
    assert!(later.abs_diff(whole.len()) < whole.len() / 50);
}

#[test]
fn a_year_of_forty_people_at_four_sites_and_nothing_of_the_future() {
    let rows = read(&file());
    let visits = visits(&rows);
    assert_eq!(visits.len(), super::visits());
    let distinct = |column: &str| rows.iter().map(|row| row[column].as_str()).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct("employee_id"), distinct("team"), distinct("site")), (40, 6, 4));
    assert_eq!((distinct("service"), distinct("channel"), distinct("segment")), (6, 3, 4));
    assert_eq!(distinct("customer_id"), KNOWN);
    let mut volumes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *volumes.entry(&row["employee_id"]).or_default() += 1;
    }
    assert!(volumes.values().min() < Some(&15) && volumes.values().max() > Some(&600), "{volumes:?}");
    let sunday = |row: &&BTreeMap<String, String>| {
        !is_workday(row["visited_at"].parse::<DateTime<Utc>>().unwrap().date_naive())
    };
    assert_eq!(rows.iter().filter(sunday).count(), 0);
    for column in ["visited_at", "answered_at"] {
        let times: Vec<DateTime<Utc>> = rows.iter().filter_map(|row| row[column].parse().ok()).collect();
        assert!(times.iter().all(|time| *time < ends()), "{column}");
        assert!(times.iter().min().unwrap() >= &(ends() - TimeDelta::days(366)), "{column}");
    }
    let shared = rows.len() - visits.len();
    assert!((150..450).contains(&shared), "{shared}");
    assert!(rows.iter().any(|row| row["share"] == "0.3") && rows.iter().any(|row| row["share"].is_empty()));
}

#[test]
fn who_is_mailed_answers_or_is_called_has_the_promised_shares() {
    let rows = read(&file());
    let visits = visits(&rows);
    let count =
        |is: &dyn Fn(&BTreeMap<String, String>) -> bool| visits.iter().filter(|visit| is(visit)).count();
    let phone_first = count(&|visit| visit["first_contact"] == "phone");
    assert!((340..480).contains(&phone_first), "{phone_first}");
    let by_mail = count(&|visit| visit["answered_by"] == "email");
    assert!((1_500..2_500).contains(&by_mail), "{by_mail}");
    let drawn_at_random = |visit: &BTreeMap<String, String>| visit["call_probability"] == "0.35";
    let (drawn, called) = (
        count(&|visit| drawn_at_random(visit)),
        count(&|visit| drawn_at_random(visit) && visit["called"] == "true"),
    );
    assert!(is_share(30..=39, called, drawn), "{called} of {drawn}");
    let reached = count(&|visit| visit["called"] == "true" && visit["answered_by"] == "phone");
    let all_called = count(&|visit| visit["called"] == "true");
    assert!(is_share(50..=69, reached, all_called), "{reached} of {all_called}");
    let open = count(&|visit| !visit["call_probability"].is_empty() && visit["called"].is_empty());
    assert!((30..150).contains(&open), "{open}");
    for visit in &visits {
        let is_certain = visit["priority"] == "true" || visit["first_contact"] == "phone";
        let probability = visit["call_probability"].as_str();
        assert!(probability.is_empty() || (probability == "1") == is_certain, "{visit:?}");
        let is_reachable = !visit["customer_phone"].is_empty();
        assert!(is_reachable || (probability.is_empty() && visit["first_contact"] == "email"), "{visit:?}");
    }
}

#[test]
fn customers_write_in_plain_words_and_often_enough() {
    let rows = read(&file());
    let comments: Vec<&str> =
        rows.iter().map(|row| row["comment"].as_str()).filter(|c| !c.is_empty()).collect();
    assert!((300..900).contains(&comments.len()), "{}", comments.len());
    assert!(comments.iter().collect::<BTreeSet<_>>().len() > 150);
    assert!(!comments.iter().any(|comment| comment.contains(['"', '\n'])));
}

#[test]
fn the_one_who_left_and_the_one_who_moved_have_their_past() {
    let rows = read(&file());
    let of = |id: &str| rows.iter().filter(|row| row["employee_id"] == id).collect::<Vec<_>>();
    let last = of("E25").iter().map(|row| row["visited_at"].clone()).max().unwrap();
    assert_eq!(&last[..7], "2026-06", "{last}");
    let teams: BTreeSet<&str> = of("E09").iter().map(|row| row["team"].as_str()).collect();
    assert_eq!(teams, BTreeSet::from(["Hills", "Harbour"]));
}
