//! From a message to a checked visit: every wrong field is named at once, and nothing is stored before.

use super::model::{
    Basis, BasisMessage, CheckedVisit, Credit, CustomerMessage, EmployeeMessage, VisitMessage,
};
use crate::customers::Contact;
use crate::error::FieldError;
use crate::ids;
use crate::mail::{EmailAddress, clean_name};
use crate::people::model::NamedEmployee;
use chrono::{DateTime, TimeDelta, Utc};

/// The longest id, name or word (characters).
const LONGEST: usize = 200;

/// Most employees of one visit.
const MOST_EMPLOYEES: usize = 50;

/// Collects what is wrong with a message.
#[derive(Default)]
struct Checker(Vec<FieldError>);

impl Checker {
    fn refuse(&mut self, field: &str, reason: impl Into<String>) {
        self.0.push(FieldError::new(field, reason));
    }

    /// A name or a word: control characters are cleaned away, a NUL is refused.
    fn optional(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = text?;
        if text.contains('\0') {
            self.refuse(field, "contains a NUL character");
            return None;
        }
        let clean = clean_name(text);
        if clean.chars().count() > LONGEST {
            self.refuse(field, format!("is longer than {LONGEST} characters"));
            return None;
        }
        (!clean.is_empty()).then_some(clean)
    }

    fn required(&mut self, field: &str, text: &str) -> String {
        let before = self.0.len();
        let clean = self.optional(field, Some(text));
        if clean.is_none() && self.0.len() == before {
            self.refuse(field, "must not be empty");
        }
        clean.unwrap_or_default()
    }

    /// An id: nothing is cleaned in it, for two ids must never become one.
    fn id(&mut self, field: &str, text: &str) -> String {
        if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            self.refuse(field, format!("must have from 1 to {LONGEST} characters and no control characters"));
        }
        text.to_owned()
    }
}

/// Checks a message.
///
/// # Errors
/// Every field that is wrong, with what was expected.
pub fn check(message: &VisitMessage, now: DateTime<Utc>) -> Result<CheckedVisit, Vec<FieldError>> {
    let content = serde_json::to_vec(message).unwrap_or_default();
    check_content(message, &content, now)
}

/// Checks a message whose content is more than itself, such as what came of the visit: a repetition is told from a
/// contradiction by all of it.
///
/// # Errors
/// As [`check`].
pub fn check_content(
    message: &VisitMessage,
    content: &[u8],
    now: DateTime<Utc>,
) -> Result<CheckedVisit, Vec<FieldError>> {
    let mut checker = Checker::default();
    let customer = message.customer.clone().unwrap_or_default();
    let (email, address_problem) = address(&customer);
    let customer_id = customer.id.as_deref().filter(|id| !id.is_empty());
    let customer_id = customer_id.map(|id| checker.id("/customer/id", id));
    let visit = CheckedVisit {
        external_id: checker.id("/id", &message.id),
        content_hash: ids::sha256(content),
        visited_at: visited_at(&mut checker, &message.visited_at, now),
        service: checker.required("/service", &message.service),
        channel: checker.optional("/channel", message.channel.as_deref()),
        site: checker.optional("/site", message.site.as_deref()),
        segment: checker.optional("/segment", message.segment.as_deref()),
        priority: message.priority,
        credits: credits(&mut checker, &message.employees),
        contact: contact(&mut checker, &customer, customer_id, email),
        address_problem,
        language: language(&mut checker, customer.language.as_deref()),
        time_zone: time_zone(&mut checker, customer.time_zone.as_deref()),
        basis: message.lawful_basis.as_ref().map(|basis| lawful_basis(&mut checker, basis)),
    };
    if checker.0.is_empty() { Ok(visit) } else { Err(checker.0) }
}

/// Contact data of a correction, checked.
#[derive(Debug)]
pub struct CheckedContact {
    /// Name, address and number.
    pub contact: Contact,
    /// Why there is no address, when one was given and cannot be used.
    pub address_problem: Option<String>,
    /// The language (BCP 47).
    pub language: Option<String>,
    /// The zone.
    pub time_zone: Option<chrono_tz::Tz>,
}

/// Checks the contact data of a correction; the same rules as for a message.
///
/// # Errors
/// Every field that is wrong.
pub fn check_contact(customer: &CustomerMessage) -> Result<CheckedContact, Vec<FieldError>> {
    let mut checker = Checker::default();
    let (email, address_problem) = address(customer);
    let correction = CheckedContact {
        contact: contact(&mut checker, customer, None, email),
        address_problem,
        language: language(&mut checker, customer.language.as_deref()),
        time_zone: time_zone(&mut checker, customer.time_zone.as_deref()),
    };
    if customer.id.is_some() {
        checker.refuse("/customer/id", "cannot be changed; contact data only");
    }
    if checker.0.is_empty() { Ok(correction) } else { Err(checker.0) }
}

fn contact(
    checker: &mut Checker,
    customer: &CustomerMessage,
    external_id: Option<String>,
    email: Option<String>,
) -> Contact {
    Contact {
        external_id,
        name: checker.optional("/customer/name", customer.name.as_deref()),
        email,
        phone: phone(checker, customer.phone.as_deref()),
    }
}

/// A malformed address is not refused: leaving the visit out would flatter the employee (DESIGN 6.17).
fn address(customer: &CustomerMessage) -> (Option<String>, Option<String>) {
    match customer.email.as_deref().map(str::trim).filter(|email| !email.is_empty()) {
        None => (None, Some("no mail address".to_owned())),
        Some(email) => match EmailAddress::parse(email) {
            Ok(address) => (Some(address.as_str().to_owned()), None),
            Err(problem) => (None, Some(format!("malformed mail address: {problem}"))),
        },
    }
}

fn visited_at(checker: &mut Checker, text: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    match DateTime::parse_from_rfc3339(text.trim()) {
        Ok(time) if time.with_timezone(&Utc) > now + TimeDelta::days(1) => {
            checker.refuse("/visited_at", "lies in the future; send a visit when it is finished");
            now
        }
        Ok(time) if time.timestamp() < 0 => {
            checker.refuse("/visited_at", "lies before 1970");
            now
        }
        Ok(time) => time.with_timezone(&Utc),
        Err(_) => {
            checker
                .refuse("/visited_at", "must be a date and time with a zone, such as 2026-11-20T14:05:00Z");
            now
        }
    }
}

fn credits(checker: &mut Checker, employees: &[EmployeeMessage]) -> Vec<Credit> {
    if employees.is_empty() || employees.len() > MOST_EMPLOYEES {
        checker.refuse("/employees", format!("must name from 1 to {MOST_EMPLOYEES} employees"));
    }
    let given: Vec<f64> = employees.iter().filter_map(|employee| employee.share).collect();
    let shares = if given.is_empty() {
        equal_shares(employees.len())
    } else if given.len() < employees.len() {
        checker.refuse("/employees", "either every employee has a share or none");
        Vec::new()
    } else if given.iter().any(|share| !(0.0..=1.0).contains(share))
        || (given.iter().sum::<f64>() - 1.0).abs() > 0.001
    {
        checker.refuse("/employees", "shares lie between 0 and 1 and sum to 1");
        Vec::new()
    } else {
        permille(&given)
    };
    let mut credits: Vec<Credit> = Vec::new();
    for (at, employee) in employees.iter().enumerate() {
        let field = |name: &str| format!("/employees/{at}/{name}");
        let external_id = checker.id(&field("id"), &employee.id);
        if credits.iter().any(|known| known.employee.external_id == external_id) {
            checker.refuse(&field("id"), "stands twice in this visit");
        }
        let email = employee.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
        let named = NamedEmployee {
            external_id,
            name: checker.optional(&field("name"), employee.name.as_deref()),
            email: email.map(|email| email.as_str().to_owned()),
            team: checker.optional(&field("team"), employee.team.as_deref()),
        };
        credits.push(Credit { employee: named, share_permille: shares.get(at).copied().unwrap_or(0) });
    }
    credits
}

fn equal_shares(count: usize) -> Vec<i32> {
    let count = i32::try_from(count.max(1)).unwrap_or(1);
    (0..count).map(|at| 1000 / count + i32::from(at < 1000 % count)).collect()
}

/// Rounds shares to per-mille so that they sum to exactly 1000: the largest remainders get what is left.
fn permille(shares: &[f64]) -> Vec<i32> {
    let sum: f64 = shares.iter().sum();
    let exact: Vec<f64> = shares.iter().map(|share| share / sum * 1000.0).collect();
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1000")]
    let mut parts: Vec<i32> = exact.iter().map(|part| part.floor() as i32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let remainder = |at: usize| exact.get(at).map_or(0.0, |part| part.fract());
    order.sort_by(|a, b| remainder(*b).total_cmp(&remainder(*a)));
    let mut left = 1000 - parts.iter().sum::<i32>();
    for at in order {
        if let Some(part) = parts.get_mut(at).filter(|_| left > 0) {
            *part += 1;
            left -= 1;
        }
    }
    parts
}

/// A number needs five digits to be one; anything shorter is left out rather than dialled.
fn phone(checker: &mut Checker, text: Option<&str>) -> Option<String> {
    let number = checker.optional("/customer/phone", text)?;
    (number.chars().filter(char::is_ascii_digit).count() >= 5).then_some(number)
}

fn language(checker: &mut Checker, text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let mut parts = text.split('-');
    let primary = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic()));
    let rest =
        parts.all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if !(primary && rest) || text.len() > 35 {
        checker.refuse("/customer/language", "must be a language such as en or de-AT (BCP 47)");
        return None;
    }
    Some(text.to_owned())
}

fn time_zone(checker: &mut Checker, text: Option<&str>) -> Option<chrono_tz::Tz> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let zone = text.parse().ok();
    if zone.is_none() {
        checker.refuse("/customer/time_zone", "must be a zone such as Europe/London (IANA)");
    }
    zone
}

fn lawful_basis(checker: &mut Checker, basis: &BasisMessage) -> Basis {
    if !["consent", "existing_customer", "contract"].contains(&basis.kind.as_str()) {
        checker.refuse("/lawful_basis/kind", "must be consent, existing_customer or contract");
    }
    let both = || vec!["email".to_owned(), "phone".to_owned()];
    let channels = basis.channels.clone().unwrap_or_else(both);
    if channels.iter().any(|channel| channel != "email" && channel != "phone") {
        checker.refuse("/lawful_basis/channels", "are email and phone");
    }
    let evidence = checker.optional("/lawful_basis/evidence", basis.evidence.as_deref());
    Basis { kind: basis.kind.clone(), channels, evidence }
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
