use super::*;

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

/// A row of a file that names no first day.
fn without_from(role: &'static str, to: Option<&str>) -> Row {
    Row { line: 2, team: Some("T1".to_owned()), role, from: None, to: to.map(day) }
}

#[test]
fn a_row_without_a_first_day_means_what_is_known_and_the_file_can_be_repeated() {
    let today = day("2026-11-22");
    let team = Uuid::from_u128(1);
    let mut rows = vec![row(1, "member", "2025-01-01", None)];
    for _ in 0..3 {
        let said = without_from("member", Some("2026-06-30"));
        let from = first_day(&rows, team, &said, today);
        rows = merged(&rows, &TeamRow { from, to: said.to, team, role: said.role.to_owned() });
        assert_eq!(rows, [row(1, "member", "2025-01-01", Some("2026-06-30"))]);
    }
    let first = |known: &[TeamRow], role, to| first_day(known, team, &without_from(role, to), today);
    // What ends on that day goes before what is open, and neither another role nor another team is meant.
    let known = [rows[0].clone(), row(1, "member", "2026-09-01", None), row(2, "lead", "2024-01-01", None)];
    assert_eq!(first(&known, "member", Some("2026-06-30")), day("2025-01-01"));
    assert_eq!(first(&known, "member", Some("2026-10-31")), day("2026-09-01"));
    assert_eq!(first(&known, "member", None), day("2026-09-01"));
    assert_eq!(first(&known, "lead", None), today);
    // An earlier end than the known one; an end before anything that is known began; an end to come.
    assert_eq!(first(&known, "member", Some("2026-03-31")), day("2025-01-01"));
    assert_eq!(first(&known, "member", Some("2024-05-31")), day("2024-05-31"));
    assert_eq!(first(&[], "member", Some("2027-05-31")), today);
}

#[test]
fn somebody_lent_to_another_team_goes_back() {
    let known = [row(1, "member", "2025-01-01", None), row(1, "lead", "2025-01-01", None)];
    let lent = row(2, "member", "2026-01-01", Some("2026-03-31"));
    let now = merged(&known, &lent);
    assert_eq!(
        now,
        [
            row(1, "lead", "2025-01-01", None),
            row(1, "member", "2025-01-01", Some("2025-12-31")),
            lent.clone(),
            row(1, "member", "2026-04-01", None),
        ]
    );
    assert_eq!(left_on(&now, &[]), None);
    assert_eq!(merged(&now, &lent), now);
    // Also to a team that began within, and had an end.
    let late = [row(1, "member", "2026-02-01", Some("2026-05-31"))];
    let now = merged(&late, &lent);
    assert_eq!(now, [lent.clone(), row(1, "member", "2026-04-01", Some("2026-05-31"))]);
    assert_eq!(merged(&now, &lent), now);
    // Nothing is left of one that ended on the same day.
    assert_eq!(merged(&[row(1, "member", "2026-02-01", Some("2026-03-31"))], &lent), [lent]);
}

#[test]
fn the_same_team_ends_where_the_file_says() {
    for role in ["member", "lead"] {
        let ended = row(1, role, "2025-06-01", Some("2026-03-31"));
        let now = merged(&[row(1, role, "2025-01-01", None)], &ended);
        assert_eq!(now, [row(1, role, "2025-01-01", Some("2025-05-31")), ended.clone()]);
        assert_eq!(merged(&now, &ended), now);
    }
}

#[test]
fn somebody_has_left_when_every_membership_has_ended() {
    let ended = row(1, "member", "2024-01-01", Some("2025-05-31"));
    assert_eq!(left_on(std::slice::from_ref(&ended), &[]), Some(day("2025-05-31")));
    assert_eq!(left_on(&[ended.clone(), row(2, "member", "2025-06-01", None)], &[]), None);
    assert_eq!(left_on(&[], &[]), None);
}

#[test]
fn leads_count_only_for_who_is_a_member_nowhere() {
    let ended = row(1, "member", "2024-01-01", Some("2025-05-31"));
    let member = row(1, "member", "2024-01-01", None);
    let (led, leads) = (row(2, "lead", "2024-01-01", Some("2026-02-28")), row(3, "lead", "2024-01-01", None));
    assert_eq!(left_on(&[ended.clone(), leads.clone()], &[]), Some(day("2025-05-31")));
    assert_eq!(left_on(&[ended, led.clone()], &[]), Some(day("2025-05-31")));
    assert_eq!(left_on(&[member, led.clone()], &[]), None);
    assert_eq!(left_on(std::slice::from_ref(&led), &[]), Some(day("2026-02-28")));
    assert_eq!(left_on(&[led, leads], &[]), None);
}
