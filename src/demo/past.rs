//! The year before Hearback came, as another system would hand it over: a file of about 6,000 visits with what came
//! of each, written while it is read.

use super::case::{Case, PHONE};
use super::customers::Customer;
use super::draw::Dice;
use super::roster::{self, EMPLOYEES};
use super::words;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc, Weekday};
use std::collections::VecDeque;
use std::io::Read;

/// How many days of history there are; it ends the day before the live weeks begin.
pub const DAYS: u64 = 365;

/// Share of visits whose customers are phoned instead of mailed, at random.
const PHONE_FIRST: f64 = 0.08;

/// Share of those who did not answer the mail that is called, at random.
const CALLED: f64 = 0.35;

/// Days after the visit when the list of calls is drawn.
const DRAWN_AFTER: i64 = 8;

const HEADER: &str = "visit_id,visited_at,employee_id,employee_name,employee_email,team,share,service,channel,site,\
     segment,priority,customer_id,customer_name,customer_email,customer_phone,customer_language,lawful_basis,\
     first_contact,answered_by,answered_at,overall,process,communication,value,skill,comment,call_priority,\
     call_probability,called\n";

/// Returns the first day of history.
pub fn first_day(ends: DateTime<Utc>) -> NaiveDate {
    let day = ends.date_naive();
    day.checked_sub_days(Days::new(DAYS)).unwrap_or(day)
}

/// Returns the id of a visit by its number, from 0; the live ones go on where history ends.
pub fn visit_id(number: usize) -> String {
    format!("NW-{:05}", number + 1)
}

/// Returns how many visits history has.
pub fn visits() -> usize {
    EMPLOYEES.iter().map(|employee| employee.visits).sum()
}

/// Tells whether the company works on a day.
pub fn is_workday(date: NaiveDate) -> bool {
    date.weekday() != Weekday::Sun
}

/// Returns a moment of a working day; what would fall on a Sunday is done the day before.
pub fn moment(date: NaiveDate, minutes: i64) -> DateTime<Utc> {
    let sunday = u64::from(!is_workday(date));
    let date = date.checked_sub_days(Days::new(sunday)).unwrap_or(date);
    date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(8) + TimeDelta::minutes(minutes)
}

/// The file.
pub struct Past {
    ends: DateTime<Utc>,
    /// Day and employee of the visits to come, in the order of time.
    visits: std::vec::IntoIter<(u64, usize)>,
    number: usize,
    text: VecDeque<u8>,
}

impl Past {
    /// Opens the file of a year that ends at a moment.
    pub fn new(ends: DateTime<Utc>) -> Self {
        let first = first_day(ends);
        let mut visits: Vec<(u64, usize)> = (0..EMPLOYEES.len()).flat_map(|at| days_of(at, first)).collect();
        visits.sort_unstable();
        Self { ends, visits: visits.into_iter(), number: 0, text: HEADER.bytes().collect() }
    }

    fn write_next(&mut self) {
        let Some((day, employee)) = self.visits.next() else { return };
        self.text.extend(rows(self.number, employee, day, self.ends).into_bytes());
        self.number += 1;
    }
}

impl Read for Past {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.text.len() < buffer.len() && self.visits.len() > 0 {
            self.write_next();
        }
        self.text.read(buffer)
    }
}

/// On which days an employee has visits: spread over the working days they are here.
fn days_of(at: usize, first: NaiveDate) -> Vec<(u64, usize)> {
    let Some(employee) = roster::employee(at) else { return Vec::new() };
    let workday = |day: &u64| first.checked_add_days(Days::new(*day)).is_some_and(is_workday);
    let days: Vec<u64> = (0..DAYS).filter(|day| employee.is_here(*day)).filter(workday).collect();
    let count = employee.visits;
    let nth = |number: usize| days.get((2 * number + 1) * days.len() / (2 * count)).copied();
    (0..count).filter_map(nth).map(|day| (day, at)).collect()
}

/// What came of a visit, as the cells of the file.
#[derive(Default)]
struct Came {
    phone_first: bool,
    answer: Option<Answer>,
    probability: Option<f64>,
    called: Option<bool>,
}

struct Answer {
    by: &'static str,
    at: DateTime<Utc>,
    marks: [i32; 5],
    comment: Option<String>,
}

/// Writes a visit: one row, or two when two did it.
fn rows(number: usize, employee: usize, day: u64, ends: DateTime<Utc>) -> String {
    let mut dice = Dice::of("past", number);
    let first = first_day(ends);
    let date = first.checked_add_days(Days::new(day)).unwrap_or(first);
    let visited_at = moment(date, dice.time(540));
    // Half of the visits go round, so that everybody comes; the others are those of the regulars.
    let drawn = Customer::known(&mut dice);
    let customer = if number.is_multiple_of(2) { Customer::in_turn(number / 2) } else { drawn };
    let visit = Case::draw(&mut dice, employee, customer, day);
    // Six digits, as they stand in the file.
    let call_priority = (dice.share() * 1e6).floor() / 1e6;
    let result = came(&visit, &mut dice, call_priority, visited_at, ends);
    let what =
        [visit.service, visit.channel, visit.site, visit.segment().word, truth(visit.complained)].join(",");
    let who = [
        &customer.id(),
        &customer.name(),
        &customer.email(),
        &customer.phone().unwrap_or_default(),
        customer.language(),
        "existing_customer",
    ]
    .join(",");
    let result = cells(&result, call_priority);
    let (id, time) = (visit_id(number), written(visited_at));
    let row = |(at, share): (usize, Option<f64>)| {
        let (name, team) =
            roster::employee(at).map_or(("", ""), |employee| (employee.name, employee.team_on(day)));
        let (employee, email) = (roster::id(at), roster::email(at));
        let share = share.map(|share| share.to_string()).unwrap_or_default();
        format!("{id},{time},{employee},{name},{email},{team},{share},{what},{who},{result}\n")
    };
    visit.credits().into_iter().map(row).collect()
}

fn came(
    case: &Case,
    dice: &mut Dice,
    call_priority: f64,
    visited_at: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Came {
    let has_number = case.customer.phone().is_some();
    let phone_first = dice.chance(PHONE_FIRST) && has_number;
    let mailed_back = dice.chance(case.answers_mail()) && !phone_first;
    let hours = 3.0 + 70.0 * dice.share().powi(3);
    let (wait, minutes) = (dice.time(18), dice.time(540));
    let reached = dice.chance(case.segment().reached);
    let speaks_up = dice.share();
    let mut answer = |by, at, kinder_by, comments| {
        let marks = case.answers(dice, kinder_by);
        let comment = (speaks_up < comments).then(|| words::comment(&marks, case.customer.is_german(), dice));
        Some(Answer { by, at, marks, comment })
    };
    if mailed_back {
        #[expect(clippy::cast_possible_truncation, reason = "minutes of three days")]
        let at = visited_at + TimeDelta::minutes((hours * 60.0) as i64);
        // Whoever would answer only after the end of history has not answered yet.
        let answer = if at < ends { answer("email", at, 0.0, 0.24) } else { None };
        return Came { answer, ..Came::default() };
    }
    let drawn_at = visited_at + TimeDelta::days(if phone_first { 1 } else { DRAWN_AFTER });
    if !has_number || drawn_at > ends {
        return Came { phone_first, ..Came::default() };
    }
    let probability = if phone_first || case.complained { 1.0 } else { CALLED };
    let days = if phone_first { wait / 4 } else { wait };
    let call_at = moment(drawn_at.date_naive() + TimeDelta::days(1 + days), 60 + minutes * 8 / 9);
    let called = match call_priority < probability {
        true if call_at >= ends => None,
        is_drawn => Some(is_drawn),
    };
    let reached = reached && called == Some(true);
    let answer = if reached { answer("phone", call_at, PHONE, 0.14) } else { None };
    Came { phone_first, answer, probability: Some(probability), called }
}

fn cells(came: &Came, call_priority: f64) -> String {
    let first_contact = if came.phone_first { "phone" } else { "email" };
    let answer = came.answer.as_ref().map_or(",,,,,,,".to_owned(), |answer| {
        let [overall, process, communication, value, skill] = answer.marks;
        let (by, at) = (answer.by, written(answer.at));
        let comment = answer.comment.as_deref().unwrap_or_default();
        format!("{by},{at},{overall},{process},{communication},{value},{skill},\"{comment}\"")
    });
    let probability = came.probability.map(|probability| probability.to_string()).unwrap_or_default();
    let called = match (&came.answer, came.called) {
        (_, Some(called)) => truth(called),
        (Some(_), None) => "false",
        (None, None) => "",
    };
    format!("{first_contact},{answer},{call_priority:.6},{probability},{called}")
}

const fn truth(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
#[path = "past_tests.rs"]
mod tests;
