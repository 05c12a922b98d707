//! From the answers about one person to comments, counts and the line over time: pure.

use super::queries::AnswerRow;
use super::veil::veiled;
use super::{FEWEST_FOR_COMMENTS, views::Comment};
use crate::evaluations::charts::trend::{Trend, Week};
use crate::evaluations::period::Period;
use crate::evaluations::words;
use crate::ids;
use chrono::{Datelike, Months, NaiveDate};
use std::collections::BTreeMap;

/// The question that opens every survey.
const OVERALL: &str = "overall";

/// What is said of an answer that counts no more after an objection.
const EXCLUDED: &str = "excluded after an objection";

impl AnswerRow {
    /// Returns the raw answer to the opening question.
    pub fn overall(&self) -> Option<i32> {
        self.answers.get(OVERALL)?.as_i64().and_then(|answer| i32::try_from(answer).ok())
    }

    /// Returns it in points from 0 to 100.
    pub fn points(&self) -> Option<f64> {
        let (min, max) = self.scale.filter(|(min, max)| max > min)?;
        Some(100.0 * f64::from(self.overall()? - min) / f64::from(max - min))
    }

    /// Tells whether the scores take it.
    pub fn counts(&self) -> bool {
        self.certainty == "confirmed" && !self.excluded
    }

    /// Returns it as people say it: `3 of 5`.
    pub fn words(&self) -> Option<String> {
        let (_, max) = self.scale?;
        Some(format!("{} of {max}", self.overall()?))
    }
}

/// What customers wrote.
#[derive(Debug, Clone, Default)]
pub struct Comments {
    /// In no order.
    pub all: Vec<Comment>,
    /// Why there are none, or what is left out of them.
    pub why: String,
}

/// Picks the comments that may be read: from ten answers on, in no order, without date and job; what a customer's own
/// words give away is taken out for the person whom they are about.
pub fn comments(rows: &[AnswerRow], is_own: bool) -> Comments {
    let counted: Vec<&AnswerRow> = rows.iter().filter(|row| row.counts()).collect();
    if counted.len() < FEWEST_FOR_COMMENTS {
        let why = format!(
            "What customers wrote is shown from {FEWEST_FOR_COMMENTS} answers on: with fewer one could guess who they are."
        );
        return Comments { all: Vec::new(), why };
    }
    // By a fingerprint, so that the order tells nothing and is the same each time.
    let mut written: Vec<(Vec<u8>, Comment)> = counted
        .iter()
        .filter_map(|row| Some((ids::sha256(row.response.as_bytes()), comment(row, is_own)?)))
        .collect();
    written.sort_by(|one, other| one.0.cmp(&other.0));
    let why = match (written.is_empty(), is_own) {
        (true, _) => "No customer wrote anything in this period.",
        (false, true) => "In no order, without date and job. Names, numbers and addresses are taken out.",
        (false, false) => "In no order, without date and job.",
    };
    Comments { all: written.into_iter().map(|(_, comment)| comment).collect(), why: why.to_owned() }
}

/// Returns what a customer wrote as the person whom it is about may read it.
pub fn veiled_comment(row: &AnswerRow) -> Option<String> {
    let text = row.comment.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    Some(veiled(text, row.customer_name.as_deref()))
}

fn comment(row: &AnswerRow, is_own: bool) -> Option<Comment> {
    let written = row.comment.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    let text = if is_own { veiled(written, row.customer_name.as_deref()) } else { written.to_owned() };
    let others = row.answers.as_object().into_iter().flatten().filter(|(key, _)| key.as_str() != OVERALL);
    let others =
        others.filter_map(|(key, value)| Some(format!("{} {}", words::question(key), value.as_i64()?)));
    let overall = row.words().map(|words| format!("Overall {words}"));
    Some(Comment { text, said: overall.into_iter().chain(others).collect() })
}

/// Counts how those who answered did so, for the road of all visits.
pub fn by_mode(rows: &[AnswerRow], answered: i64) -> Vec<(&'static str, i64)> {
    let count = |mode: &str| whole(rows.iter().filter(|row| row.counts() && row.mode == mode).count());
    let excluded = rows.iter().filter(|row| row.certainty == "confirmed" && row.excluded).count();
    let known = [
        ("by mail", count("email")),
        ("by phone", count("phone")),
        ("by card or on paper", count("paper")),
        (EXCLUDED, whole(excluded)),
    ];
    let rest = answered - known.iter().map(|(_, count)| count).sum::<i64>();
    known.into_iter().chain([("otherwise", rest)]).collect()
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Counts what was put aside, and why.
pub fn aside(rows: &[AnswerRow]) -> Vec<(&'static str, i64)> {
    let mut counts: BTreeMap<&'static str, i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.counts()) {
        *counts.entry(why_aside(row)).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// Says why an answer does not count.
fn why_aside(row: &AnswerRow) -> &'static str {
    match &row.decided_by {
        _ if row.excluded => EXCLUDED,
        Some(_) => "put aside by HR, with a reason",
        None => "looks like a machine’s",
    }
}

/// Names the months of a period.
fn months(period: Period) -> Vec<String> {
    let mut month = period.from.with_day(1).unwrap_or(period.from);
    let mut names = Vec::new();
    while month <= period.to {
        names.push(month.format("%b %Y").to_string());
        month = month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    }
    names
}

fn month_of(day: NaiveDate, period: Period) -> usize {
    let months = (day.year() - period.from.year()) * 12 + day.month0().cast_signed()
        - period.from.month0().cast_signed();
    usize::try_from(months).unwrap_or(0)
}

/// Draws the answers over time; a curve that grows surer for somebody who is new.
pub fn trend(rows: &[AnswerRow], period: Period, is_new: bool) -> Option<Trend> {
    let scale = main_scale(rows)?;
    let counted = rows.iter().filter(|row| row.counts() && row.scale == Some(scale));
    let points: Vec<(NaiveDate, f64)> =
        counted.filter_map(|row| Some((row.visited_on, row.points()?))).collect();
    #[allow(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
    let n = points.len() as f64;
    let level = points.iter().map(|(_, points)| points).sum::<f64>() / n;
    let sigma = (points.iter().map(|(_, points)| (points - level).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let draw = if is_new { Trend::growing } else { Trend::draw };
    (points.len() >= FEWEST_FOR_COMMENTS && sigma > 0.0)
        .then(|| draw(&weeks(&points, period), &months(period), level, sigma))
        .flatten()
}

/// Scales never mix: the one with most answers is drawn.
fn main_scale(rows: &[AnswerRow]) -> Option<(i32, i32)> {
    let mut counts: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    for scale in rows.iter().filter(|row| row.counts()).filter_map(|row| row.scale) {
        *counts.entry(scale).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(scale, _)| scale)
}

fn weeks(points: &[(NaiveDate, f64)], period: Period) -> Vec<Week> {
    // A week that spans two months is two, so that each month has its own answers.
    let mut weeks: BTreeMap<(usize, i32, u32), (i64, f64)> = BTreeMap::new();
    for (day, points) in points {
        let week = day.iso_week();
        let sum = weeks.entry((month_of(*day, period), week.year(), week.week())).or_default();
        *sum = (sum.0 + 1, sum.1 + points);
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
    let week = |((month, _, _), (answers, sum)): ((usize, i32, u32), (i64, f64))| Week {
        month,
        answers,
        mean: sum / answers as f64,
    };
    weeks.into_iter().map(week).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn row(at: u128, overall: i32, comment: Option<&str>) -> AnswerRow {
        AnswerRow {
            response: Uuid::from_u128(at),
            visit: Uuid::from_u128(at),
            visited_on: "2026-01-05".parse().unwrap(),
            mode: "email".into(),
            certainty: "confirmed".into(),
            excluded: false,
            decided_by: None,
            answers: json!({"overall": overall, "skill": 5}),
            comment: comment.map(str::to_owned),
            scale: Some((1, 5)),
            customer_name: Some("Ann Sample".into()),
        }
    }

    #[test]
    fn nobody_reads_a_comment_below_ten_answers() {
        let mut rows: Vec<AnswerRow> = (0..9).map(|at| row(at, 5, Some("Tidy, says Ann"))).collect();
        assert!(comments(&rows, true).all.is_empty());
        rows.push(row(9, 3, None));
        let own = comments(&rows, true).all;
        assert_eq!((own.len(), own[0].text.as_str()), (9, "Tidy, says (…)"));
        assert_eq!(own[0].said, ["Overall 5 of 5", "Skill and manner 5"]);
        assert_eq!(comments(&rows, false).all[0].text, "Tidy, says Ann");
        rows[9].certainty = "suspect".into();
        assert!(comments(&rows, false).all.is_empty(), "what was put aside is no answer");
    }

    #[test]
    fn the_order_of_the_comments_is_not_that_of_the_answers() {
        let rows: Vec<AnswerRow> = (0..30).map(|at| row(at, 4, Some(&format!("{at:02}")))).collect();
        let texts: Vec<String> = comments(&rows, false).all.into_iter().map(|one| one.text).collect();
        let mut sorted = texts.clone();
        sorted.sort();
        assert_ne!(texts, sorted);
        assert_eq!(texts.len(), 30);
    }

    #[test]
    fn points_go_from_nothing_to_a_hundred_and_every_answer_is_in_a_month() {
        assert_eq!((row(0, 1, None).points(), row(0, 5, None).points()), (Some(0.0), Some(100.0)));
        let period = Period { from: "2025-11-10".parse().unwrap(), to: "2026-02-03".parse().unwrap() };
        assert_eq!(months(period), ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026"]);
        assert_eq!(month_of("2026-02-01".parse().unwrap(), period), 3);
    }
}
