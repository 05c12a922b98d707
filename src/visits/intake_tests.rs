use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn message() -> VisitMessage {
    serde_json::from_value(serde_json::json!({
        "id": "WO-1", "visited_at": "2026-11-20T14:05:00+01:00", "service": "repair",
        "employees": [{"id": "E1"}],
        "customer": {"email": "C9@Example.com", "language": "de-AT", "time_zone": "Europe/Vienna"},
    }))
    .unwrap()
}

fn refused(change: impl Fn(&mut VisitMessage)) -> Vec<String> {
    let mut message = message();
    change(&mut message);
    check(&message, now()).unwrap_err().into_iter().map(|error| error.field).collect()
}

fn with_employees(shares: &[Option<f64>]) -> Result<Vec<i32>, Vec<FieldError>> {
    let mut message = message();
    message.employees = shares
        .iter()
        .enumerate()
        .map(|(at, share)| EmployeeMessage {
            id: format!("E{at}"),
            share: *share,
            ..EmployeeMessage::default()
        })
        .collect();
    let visit = check(&message, now())?;
    Ok(visit.credits.iter().map(|credit| credit.share_permille).collect())
}

#[test]
fn a_sound_message_is_accepted_and_its_time_is_utc() {
    let visit = check(&message(), now()).unwrap();
    assert_eq!(visit.visited_at.to_rfc3339(), "2026-11-20T13:05:00+00:00");
    assert_eq!(visit.contact.email.as_deref(), Some("C9@Example.com"));
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let fields = refused(|message| {
        message.id = String::new();
        message.visited_at = "2026-11-20".into();
        message.service = " ".into();
        message.employees.clear();
        message.customer = Some(CustomerMessage {
            name: Some("A\0B".into()),
            language: Some("german!".into()),
            time_zone: Some("Mars".into()),
            ..CustomerMessage::default()
        });
        message.lawful_basis = Some(BasisMessage { kind: "because".into(), ..BasisMessage::default() });
    });
    assert_eq!(
        fields,
        [
            "/id",
            "/visited_at",
            "/service",
            "/employees",
            "/customer/name",
            "/customer/language",
            "/customer/time_zone",
            "/lawful_basis/kind"
        ]
    );
}

#[test]
fn a_time_without_zone_and_a_future_visit_are_refused() {
    assert_eq!(refused(|message| message.visited_at = "2026-11-20T14:05:00".into()), ["/visited_at"]);
    assert_eq!(refused(|message| message.visited_at = "2027-11-20T14:05:00Z".into()), ["/visited_at"]);
}

#[test]
fn a_name_with_a_line_break_is_cleaned() {
    let mut message = message();
    message.customer =
        Some(CustomerMessage { name: Some("A\r\nBcc: x".into()), ..CustomerMessage::default() });
    let name = check(&message, now()).unwrap().contact.name.unwrap();
    assert!(!name.chars().any(char::is_control), "{name:?}");
}

#[test]
fn a_malformed_or_missing_address_is_a_reason_and_no_refusal() {
    for (email, word) in
        [(Some("nobody@"), "malformed"), (Some("a\0@example.com"), "malformed"), (None, "no mail")]
    {
        let mut message = message();
        message.customer =
            Some(CustomerMessage { email: email.map(str::to_owned), ..CustomerMessage::default() });
        let visit = check(&message, now()).unwrap();
        assert_eq!(visit.contact.email, None);
        assert!(visit.address_problem.unwrap().contains(word));
    }
}

#[test]
fn shares_become_per_mille_that_sum_to_a_thousand() {
    assert_eq!(with_employees(&[None, None, None]).unwrap(), [334, 333, 333]);
    assert_eq!(with_employees(&[Some(0.25), Some(0.75)]).unwrap(), [250, 750]);
    assert_eq!(
        with_employees(&[Some(0.3333), Some(0.3333), Some(0.3334)]).unwrap().iter().sum::<i32>(),
        1000
    );
}

#[test]
fn shares_that_do_not_sum_to_one_are_refused() {
    assert!(with_employees(&[Some(0.5), Some(0.4)]).is_err());
    assert!(with_employees(&[Some(0.5), None]).is_err());
    assert!(with_employees(&[Some(-0.5), Some(1.5)]).is_err());
    assert!(with_employees(&[Some(f64::NAN), Some(1.0)]).is_err());
}

#[test]
fn an_employee_named_twice_is_refused() {
    assert_eq!(refused(|message| message.employees.push(message.employees[0].clone())), ["/employees/1/id"]);
}
