//! The five weeks with Hearback: three hundred visits that come as messages, and what their customers do with the
//! mail. The last of them are of today.

use super::case::Case;
use super::customers::{CUSTOMERS, Customer, KNOWN};
use super::draw::Dice;
use super::past::{self, is_workday, moment};
use super::roster::{self, EMPLOYEES};
use super::words;
use crate::visits::model::{BasisMessage, CustomerMessage, EmployeeMessage, VisitMessage};
use chrono::{DateTime, Days, SecondsFormat, TimeDelta, Timelike, Utc};

/// How many visits there are.
pub const VISITS: usize = 300;

/// How many of them are of the last day.
const TODAY: usize = 14;

/// How many days they take.
pub const DAYS: u64 = 35;

/// The zone of the company.
pub const ZONE: chrono_tz::Tz = chrono_tz::Europe::London;

/// A visit and when its message arrives.
pub struct Planned {
    /// When the message arrives.
    pub arrives_at: DateTime<Utc>,
    /// The message.
    pub message: VisitMessage,
}

/// What is odd about a message, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Oddity {
    MalformedAddress,
    NoAddress,
    Cancelled,
    Staff,
    Late,
    NoBasis,
    None,
}

/// Returns the id of a live visit; the numbers go on where history ends.
pub fn visit_id(index: usize) -> String {
    past::visit_id(past::visits() + index)
}

/// Makes the visit with that index, counted from when the five weeks began.
pub fn visit(index: usize, began: DateTime<Utc>) -> Planned {
    let (case, oddity, visited_at) = (case(index), oddity(index), visited_at(index, began));
    let late = visited_at + TimeDelta::days(15);
    let arrives_at = match oddity {
        // A few messages come weeks late, as they do where somebody types them in.
        Oddity::Late if late < end(began) => late,
        _ => (visited_at + TimeDelta::minutes(12)).min(end(began)),
    };
    let employee = |(at, share)| EmployeeMessage {
        id: roster::id(at),
        name: roster::employee(at).map(|employee| employee.name.to_owned()),
        email: Some(roster::email(at)),
        team: roster::employee(at).map(|employee| employee.team_on(past::DAYS).to_owned()),
        share,
    };
    let message = VisitMessage {
        id: visit_id(index),
        visited_at: visited_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        service: case.service.to_owned(),
        channel: Some(case.channel.to_owned()),
        site: Some(case.site.to_owned()),
        segment: Some(case.segment().word.to_owned()),
        priority: case.complained,
        employees: case.credits().into_iter().map(employee).collect(),
        customer: Some(customer(case.customer, oddity)),
        lawful_basis: (oddity != Oddity::NoBasis).then(|| BasisMessage {
            kind: "existing_customer".to_owned(),
            channels: None,
            evidence: Some("service contract".to_owned()),
        }),
    };
    Planned { arrives_at, message }
}

fn end(began: DateTime<Utc>) -> DateTime<Utc> {
    began.checked_add_days(Days::new(DAYS)).unwrap_or(began)
}

fn visited_at(index: usize, began: DateTime<Utc>) -> DateTime<Utc> {
    let regular = VISITS - TODAY;
    if index < regular {
        let date = |day| began.date_naive().checked_add_days(Days::new(day));
        let days: Vec<_> = (0..DAYS).filter_map(date).filter(|date| is_workday(*date)).collect();
        let date = days.get(index * days.len() / regular).copied().unwrap_or_default();
        return moment(date, Dice::of("minute", index).time(540)).max(began);
    }
    // Those of today are spread over the hours since midnight, ten at most, so that some were mailed and some wait.
    let end = end(began);
    let since_midnight = i64::from(end.with_timezone(&ZONE).num_seconds_from_midnight());
    let span = since_midnight.clamp(3_600, 36_000);
    let left = i64::try_from(VISITS - index).unwrap_or(1);
    end - TimeDelta::seconds(span * left / i64::try_from(TODAY + 1).unwrap_or(1))
}

fn oddity(index: usize) -> Oddity {
    match Dice::of("oddity", index).share() {
        ..0.02 => Oddity::MalformedAddress,
        0.02..0.05 => Oddity::NoAddress,
        0.05..0.07 => Oddity::Cancelled,
        0.07..0.085 => Oddity::Staff,
        0.085..0.105 => Oddity::Late,
        0.105..0.12 => Oddity::NoBasis,
        _ => Oddity::None,
    }
}

/// What the visit is like; its customer is one of those of the year before or a new one.
fn case(index: usize) -> Case {
    let mut dice = Dice::of("live", index);
    let day = past::DAYS;
    let weights = EMPLOYEES.each_ref().map(|employee| {
        let visits = u32::try_from(employee.visits.max(40)).unwrap_or(0);
        if employee.is_here(day) { f64::from(visits) } else { 0.0 }
    });
    let employee = dice.weighted(&weights);
    let is_new = dice.chance(0.2);
    let customer =
        if is_new { Customer::at(KNOWN + dice.below(CUSTOMERS - KNOWN)) } else { Customer::known(&mut dice) };
    Case::draw(&mut dice, employee, customer, day)
}

fn customer(customer: Customer, oddity: Oddity) -> CustomerMessage {
    if oddity == Oddity::Staff {
        // A colleague's own boiler.
        let at = 2;
        return CustomerMessage {
            name: roster::employee(at).map(|employee| employee.name.to_owned()),
            email: Some(roster::email(at)),
            ..CustomerMessage::default()
        };
    }
    CustomerMessage {
        id: Some(customer.id()),
        name: Some(customer.name()),
        email: match oddity {
            Oddity::MalformedAddress => Some(customer.email().replace(".com", "")),
            Oddity::NoAddress => None,
            _ => Some(customer.email()),
        },
        phone: customer.phone(),
        language: Some(customer.language().to_owned()),
        time_zone: None,
    }
}

/// Returns the customer of a visit.
pub fn customer_of(index: usize) -> Customer {
    case(index).customer
}

/// Tells whether the office cancels a visit before its survey goes out.
pub fn is_cancelled(index: usize) -> bool {
    oddity(index) == Oddity::Cancelled
}

/// Tells whether a mail filter answers before the customer can.
pub const fn is_scanned(index: usize) -> bool {
    index % 23 == 7
}

/// What the customer of a visit does with the mail.
pub enum Reaction {
    /// Nothing.
    Nothing,
    /// Uses the link that stops the mails.
    Stops,
    /// Answers after some time.
    Answers(Said),
}

/// What a customer says.
pub struct Said {
    /// Time after the mail.
    pub after: TimeDelta,
    /// The opening answer, 1–5.
    pub overall: i32,
    /// The second step as a posted form, if it is sent.
    pub more: Option<String>,
}

/// Returns what the customer of a visit does with the mail.
pub fn reaction(index: usize) -> Reaction {
    let (case, mut dice) = (case(index), Dice::of("reaction", index));
    if dice.chance(0.015) {
        return Reaction::Stops;
    }
    if !dice.chance(case.answers_mail()) {
        return Reaction::Nothing;
    }
    #[expect(clippy::cast_possible_truncation, reason = "minutes of three days")]
    let after = TimeDelta::minutes((20.0 + 70.0 * 60.0 * dice.share().powi(3)) as i64);
    let marks = case.answers(&mut dice, 0.0);
    let [overall, ..] = marks;
    let complete = dice.chance(0.8);
    let more = complete.then(|| more(&case, &marks, &mut dice));
    Reaction::Answers(Said { after, overall, more })
}

fn more(case: &Case, marks: &[i32; 5], dice: &mut Dice) -> String {
    let [overall, dimensions @ ..] = marks;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("step", "2").append_pair("overall", &overall.to_string());
    for (key, answer) in ["process", "communication", "value", "skill"].iter().zip(dimensions) {
        if dice.chance(0.9) {
            form.append_pair(key, &answer.to_string());
        }
    }
    if dice.chance(0.4) {
        form.append_pair("comment", &words::comment(marks, case.customer.is_german(), dice));
    }
    let asks = if *overall <= 2 { 0.9 } else { 0.15 };
    if *overall <= 3 && dice.chance(asks) && case.customer.phone().is_some() {
        form.append_pair("call_me", "yes");
    }
    form.finish()
}

#[cfg(test)]
#[path = "present_tests.rs"]
mod tests;
