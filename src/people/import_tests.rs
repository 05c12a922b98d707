use super::*;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
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
