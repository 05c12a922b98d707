//! What the demo says when it is made: the outcomes, the numbers, and what to open.

use super::company;
use super::play::{ACCOUNTS, PASSWORD};
use crate::app::App;
use crate::error::Result;
use crate::evaluations::{Selection, evaluate};
use crate::reports::table;
use crate::visits::{api, queries as visits};
use chrono::{Days, NaiveDate};
use std::fmt::Write;
use std::path::Path;

/// Writes the summary.
///
/// # Errors
/// When the database does not answer.
pub async fn write(app: &App, mail: &Path) -> Result<String> {
    let now = app.clock.now();
    let to = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    let from = to.checked_sub_days(Days::new(company::DAYS + 30)).unwrap_or(to);
    let (first, last) = (NaiveDate::default(), to);
    let (outcomes, total, numbers) = app
        .db(move |connection| {
            let outcomes = api::all_outcomes(visits::count_by_outcome(connection, first, last, None)?);
            let total = visits::count_visits(connection)?;
            let selection = Selection { from, to, team: None, employee: None, all_estimates: false };
            Ok((outcomes, total, table::write(&evaluate(connection, &selection, now)?)))
        })
        .await?;
    let mut text = format!("{}\n\nOUTCOME             VISITS\n", company::NAME);
    for (outcome, count) in outcomes.iter().filter(|(_, count)| **count > 0) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{outcome:<18} {count:>7}");
    }
    let sum: i64 = outcomes.values().sum();
    let _ = writeln!(
        text,
        "{:<18} {sum:>7}   (of {total} visits: every visit stands in exactly one outcome)\n",
        "total"
    );
    let _ = writeln!(text, "{numbers}");
    let _ = writeln!(text, "OPEN               {}", app.config.http.link("/"));
    for (email, _, role, team) in ACCOUNTS {
        let sees = match role {
            crate::accounts::Role::Hr => "all evaluations, and how the week stands".to_owned(),
            crate::accounts::Role::Manager => {
                format!("the evaluations of the team {}", team.unwrap_or_default())
            }
            _ => "how the week stands, and no scores".to_owned(),
        };
        let _ = writeln!(text, "  sign in as       {email:<20} password {PASSWORD}   {sees}");
    }
    let _ = writeln!(text, "MAILS              {}", mail.display());
    let _ = write!(text, "                   the newest ones have links that still take an answer");
    Ok(text)
}
