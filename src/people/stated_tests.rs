use super::*;
use crate::imports::{Cells, Staged};
use crate::people::import::layout;

fn checked(header: &str, lines: &[&str]) -> std::result::Result<Stated, Vec<String>> {
    let header = Header::read(header.split(',').map(str::as_bytes), &layout()).unwrap();
    let rows = lines.iter().zip(2..).map(|(line, number)| Staged {
        ordinal: number,
        line: number,
        cells: Cells::pack(line.split(',').map(str::as_bytes)),
        problem: None,
        is_shadow: false,
    });
    let group = Group { key: "E1".to_owned(), rows: rows.collect(), too_many: false };
    check(&header, &group).map_err(|problems| problems.iter().map(ToString::to_string).collect())
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
            "line 2, column email: not a mail address: write it like anna@example.com",
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
