//! What the demo says when it is made: the outcomes, some numbers, and what to open, as whom, and what to look for.
//! Counts and examples are read from the data, so that they also hold in a folder that was used meanwhile.

use super::mailbox::Mailbox;
use super::past;
use super::play::{EMPLOYEE, PASSWORD, TEAM};
use super::present::{self, Reaction, VISITS};
use super::roster::{self, EMPLOYEES, TEAMS};
use crate::accounts::Sees;
use crate::answering::queries as answers;
use crate::app::App;
use crate::callbacks::queries::standing::list_asked_for;
use crate::error::Result;
use crate::evaluations::{Evaluation, Selection, evaluate};
use crate::reports::table;
use crate::visits::{Outcome, api, queries as visits};
use crate::web::format::thousands;
use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::PgConnection;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// How many employees are shown.
const EXTRACT: usize = 6;

/// The longest comment that is quoted (characters).
const LONGEST: usize = 60;

/// A row of the table: what to open, as whom, what to look for.
type Row = (String, &'static str, String);

/// What the summary is made of.
struct Facts {
    outcomes: BTreeMap<&'static str, i64>,
    total: i64,
    evaluation: Evaluation,
    asks_for_a_call: usize,
    example: Option<Example>,
    mail: Option<PathBuf>,
}

/// A customer with a number who answered.
struct Example {
    name: String,
    digits: String,
    visit: String,
    visited_on: NaiveDate,
    comment: String,
}

/// Writes the summary.
///
/// # Errors
/// When the database does not answer or a mail cannot be read.
pub async fn write(app: &App, began: DateTime<Utc>, mail: &Path, once: bool) -> Result<String> {
    let now = app.clock.now();
    let to = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    let selection =
        Selection { from: past::first_day(began), to, team: None, employee: None, all_estimates: false };
    let mailbox = Mailbox::new(mail);
    let facts = app.db(move |connection| Facts::read(connection, &selection, mailbox, now)).await?;
    let mut text = format!("{}\n\n", super::NAME);
    facts.outcomes(&mut text);
    facts.extract(&mut text);
    let serving = if once { "start it without --once, then open" } else { "open" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\nTo look around, {serving} {} and sign in.", app.config.http.link("/"));
    let _ = writeln!(text, "The password of every account is {PASSWORD}.\n");
    let rows = facts.rows(began, &app.config.data);
    let heading = ("OPEN".to_owned(), "AS", "LOOK FOR".to_owned());
    for (open, who, what) in std::iter::once(&heading).chain(&rows) {
        // What is too long to stand beside something stands above it.
        let open =
            if open.chars().count() > 21 { format!("{open}\n{:<21}", "") } else { format!("{open:<21}") };
        let _ = writeln!(text, "{open}  {who:<19}  {what}");
    }
    Ok(text.trim_end().to_owned())
}

impl Facts {
    fn read(
        connection: &mut PgConnection,
        selection: &Selection,
        mailbox: Mailbox,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let counts = visits::count_by_outcome(connection, NaiveDate::default(), selection.to, None)?;
        Ok(Self {
            outcomes: api::all_outcomes(counts),
            total: visits::count_visits(connection)?,
            evaluation: evaluate(connection, selection, now)?,
            asks_for_a_call: list_asked_for(connection, Sees::Everything, 20)?.len(),
            example: example(connection)?,
            mail: open_mail(connection, mailbox, now)?,
        })
    }

    fn count(&self, outcome: Outcome) -> String {
        thousands(self.outcomes.get(outcome.as_str()).copied().unwrap_or(0))
    }

    fn outcomes(&self, text: &mut String) {
        text.push_str("OUTCOME             VISITS\n");
        for (outcome, count) in self.outcomes.iter().filter(|(_, count)| **count > 0) {
            let _ = writeln!(text, "{outcome:<18} {count:>7}");
        }
        let sum: i64 = self.outcomes.values().sum();
        let _ = writeln!(
            text,
            "{:<18} {sum:>7}   (of {} visits: every visit stands in exactly one outcome)\n",
            "total", self.total
        );
    }

    fn extract(&self, text: &mut String) {
        let mut few = self.evaluation.clone();
        few.employees.truncate(EXTRACT);
        text.push_str(&table::write(&few));
        let more = self.evaluation.employees.len().saturating_sub(EXTRACT);
        if more > 0 {
            let _ = writeln!(text, "… and {more} more");
        }
    }

    fn rows(&self, began: DateTime<Utc>, data: &Path) -> Vec<Row> {
        let (hr, manager, admin, caller) =
            ("hr@example.com", "manager@example.com", "admin@example.com", "caller@example.com");
        let at = |path: &str, who, what| (path.to_owned(), who, what);
        let mut rows = vec![at("/", hr, self.today()), at("/visits", admin, self.on_the_way())];
        if let Some(Example { name, digits, visit, visited_on, comment }) = &self.example {
            rows.push(at("/responses", hr, format!("what {name} said: “{comment}”")));
            let day = visited_on.format("%-d %B");
            let what = format!("…{digits} rings: {name}, whose visit {visit} of {day} was answered");
            rows.push((format!("/customers?q={digits}"), caller, what));
        }
        let open = self.count(Outcome::ToCall);
        rows.extend([
            at(
                "/callbacks",
                caller,
                format!("complaints first, then by lot; {open} calls are drawn and open"),
            ),
            at(
                "/delivery",
                admin,
                "every mail of the last days: what is due, held, taken, and who is never mailed".to_owned(),
            ),
            at("/people", admin, people(began)),
            at("/evaluations", manager, format!("only the team {TEAM}; each mean with its interval")),
            at("/evaluations", hr, self.too_few()),
            at("/employees/me", "employee@example.com", own_page()),
        ]);
        if let Some(mail) = &self.mail {
            let what = "open its link: it still takes an answer".to_owned();
            rows.push((mail.display().to_string(), "the customer", what));
        }
        let Evaluation { from, to, .. } = self.evaluation;
        let command = format!(
            "HEARBACK_DATA={} hearback evaluate --from {from} --to {to} --team {TEAM}",
            data.display()
        );
        rows.push((command, "the shell", "the same rows; --format csv for a spreadsheet".to_owned()));
        rows
    }

    fn today(&self) -> String {
        let week = "what became of the last 7 days";
        match self.asks_for_a_call {
            0 => week.to_owned(),
            1 => format!("a customer who asks to be called; {week}"),
            count => format!("{count} customers who ask to be called; {week}"),
        }
    }

    fn on_the_way(&self) -> String {
        format!(
            "{} visits: {} wait for their mail, {} are mailed and not answered yet",
            thousands(self.total),
            self.count(Outcome::Planned),
            self.count(Outcome::Sent),
        )
    }

    fn too_few(&self) -> String {
        let everybody = format!("all {} people by team", self.evaluation.employees.len());
        let without = self.evaluation.employees.iter().find(|employee| employee.mean.is_none());
        without.map_or(everybody.clone(), |employee| {
            format!("{everybody}; {} has below 10 answers, so no mean", employee.employee_name)
        })
    }
}

/// Whose page it is, and what can be done there.
fn own_page() -> String {
    let name = roster::employee(EMPLOYEE).map_or("somebody", |person| person.name);
    format!("what customers said about the work of {name}, and how to contest an answer")
}

/// Who moved, and who left.
fn people(began: DateTime<Utc>) -> String {
    let mut text = format!("{} people in {} teams", EMPLOYEES.len(), TEAMS.len());
    let first = past::first_day(began);
    let day = |day: u64| first.checked_add_days(Days::new(day)).unwrap_or(first).format("%-d %B");
    for employee in &EMPLOYEES {
        // Writing to a String cannot fail.
        if let Some((_, team)) = employee.moved {
            let _ = write!(text, "; {} went from {} to {team}", employee.name, employee.team);
        }
        if let Some(left) = employee.left {
            let _ = write!(text, "; {} left on {}", employee.name, day(left));
        }
    }
    text
}

/// Finds the newest live visit of a customer with a number that was answered with a comment.
fn example(connection: &mut PgConnection) -> Result<Option<Example>> {
    for index in (0..VISITS).rev() {
        let customer = present::customer_of(index);
        let (Reaction::Answers(_), Some(phone)) = (present::reaction(index), customer.phone()) else {
            continue;
        };
        let Ok(visit) = visits::find_visit(connection, &present::visit_id(index)) else { continue };
        let response = answers::find_response(connection, visit.id)?;
        let comment = response.and_then(|response| response.comment);
        let contact = visits::find_contact(connection, visit.id)?;
        let (Some(comment), Some(name)) = (comment, contact.customer_name) else { continue };
        if comment.chars().count() > LONGEST
            || customer.is_german()
            || contact.customer_phone.as_ref() != Some(&phone)
        {
            continue;
        }
        let digits = phone.chars().skip(phone.len().saturating_sub(4)).collect();
        let visited_on = visit.visited_at.with_timezone(&present::ZONE).date_naive();
        return Ok(Some(Example { name, digits, visit: visit.external_id, visited_on, comment }));
    }
    Ok(None)
}

/// Finds the newest mail whose link still takes an answer and has none.
fn open_mail(
    connection: &mut PgConnection,
    mut mailbox: Mailbox,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>> {
    for mail in mailbox.fresh()?.into_iter().rev() {
        let link = answers::find_behind(connection, &mail.token.hash())?.map(|behind| behind.link);
        let is_open = link.is_some_and(|link| {
            link.outcome == Outcome::Sent.as_str() && link.expires_at.is_none_or(|expires| expires > now)
        });
        if is_open {
            return Ok(Some(mail.path));
        }
    }
    Ok(None)
}
