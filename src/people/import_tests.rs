use super::*;
use crate::imports::{Cells, Staged};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn checked(header: &str, lines: &[&str]) -> std::result::Result<Stated, Vec<String>> {
    let header = Header::read(header.split(',').map(str::as_bytes), &layout()).unwrap();
    let rows = lines.iter().zip(2..).map(|(line, number)| Staged {
        line: number,
        cells: Cells::pack(line.split(',').map(str::as_bytes)),
        problem: None,
    });
    let group = Group { key: "E1".to_owned(), rows: rows.collect(), too_many: false };
    check(&header, &group, str::to_owned, |email| {
        if email.contains('@') { Ok(email.to_owned()) } else { Err("is no address".to_owned()) }
    })
    .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

const HEADER: &str = "employee_id,name,email,team,site,role,valid_from,valid_to";

#[test]
fn the_rows_of_an_employee_make_one_statement() {
    let stated = checked(
        HEADER,
        &["E1,Ann,a@example.com,North,Quay,,2025-01-01,2025-05-31", "E1,Ann B,,South,Hill,lead,2025-06-01,"],
    );
    let stated = stated.unwrap();
    assert_eq!(stated.named.name.as_deref(), Some("Ann B"));
    assert_eq!(stated.named.email.as_deref(), Some("a@example.com"));
    assert_eq!(stated.site.as_deref(), Some("Hill"));
    assert_eq!((stated.rows[0].role, stated.rows[1].role), ("member", "lead"));
}

#[test]
fn everything_that_is_wrong_is_named() {
    let told = checked(HEADER, &["E1,Ann,no,North,Quay,boss,2025-02-30,2024-01-01"]).unwrap_err();
    assert_eq!(
        told,
        [
            "line 2, column email: is no address",
            "line 2, column valid_from: must be a date such as 2026-01-31, not “2025-02-30”",
            "line 2, column role: must be member or lead, not “boss”",
        ]
    );
    let told = checked(HEADER, &["E1,,,North,,,2025-02-01,2024-01-01", "E1,,,,,lead,,"]).unwrap_err();
    assert_eq!(
        told,
        [
            "line 2, column valid_to: lies before valid_from",
            "line 3, column team: must say which team is led"
        ]
    );
}

#[test]
fn nobody_is_in_two_teams_on_one_day_but_may_lead_several() {
    let two = ["E1,,,North,,,2025-01-01,", "E1,,,South,,,2025-06-01,"];
    assert!(checked(HEADER, &two).unwrap_err()[0].contains("overlaps with line 2"));
    let leads = ["E1,,,North,,lead,2025-01-01,", "E1,,,South,,lead,2025-06-01,"];
    assert!(checked(HEADER, &leads).is_ok());
    let one_after_the_other = ["E1,,,North,,,2025-01-01,2025-05-31", "E1,,,South,,,2025-06-01,"];
    assert!(checked(HEADER, &one_after_the_other).is_ok());
}

fn row(team: u128, role: &str, from: &str, to: Option<&str>) -> TeamRow {
    TeamRow { from: day(from), to: to.map(day), team: Uuid::from_u128(team), role: role.to_owned() }
}

#[test]
fn the_file_replaces_what_overlaps_and_keeps_what_lies_before() {
    let known = [row(1, "member", "2024-01-01", None), row(1, "lead", "2024-03-01", None)];
    let stated = row(2, "member", "2025-01-01", None);
    let now = merged(&known, &stated);
    assert_eq!(
        now,
        [
            row(1, "member", "2024-01-01", Some("2024-12-31")),
            row(1, "lead", "2024-03-01", None),
            row(2, "member", "2025-01-01", None)
        ]
    );
    assert_eq!(merged(&now, &stated), now);
    let earlier = row(2, "member", "2023-01-01", None);
    assert_eq!(merged(&now, &earlier), [earlier.clone(), row(1, "lead", "2024-03-01", None)]);
}

#[test]
fn somebody_has_left_when_every_membership_has_ended() {
    let ended = row(1, "member", "2024-01-01", Some("2025-05-31"));
    assert_eq!(left_on(std::slice::from_ref(&ended), &[]), Some(day("2025-05-31")));
    assert_eq!(left_on(&[ended, row(2, "lead", "2024-01-01", None)], &[]), None);
    assert_eq!(left_on(&[], &[]), None);
}
