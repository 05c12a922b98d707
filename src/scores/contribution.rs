//! What one visit adds to the sums, and the difference between two such contributions: pure.

use super::COMPANY;
use super::totals::{Counts, Sum, SumKey};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One rating of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Key of the question.
    pub question: String,
    /// Lowest answer of the scale.
    pub min: i32,
    /// Highest answer of the scale.
    pub max: i32,
    /// The raw answer.
    pub answer: i32,
}

/// What a visit contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// First day of the month of the visit.
    pub month: NaiveDate,
    /// Who is credited, with their share in per-mille.
    pub credits: Vec<(Uuid, i32)>,
    /// Whether it is an eligible visit that was to be mailed first.
    pub invited: bool,
    /// How it was answered; None when it was not, or does not count.
    pub mode: Option<Mode>,
    /// The ratings that count.
    pub ratings: Vec<Rating>,
}

/// How a visit was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By mail, or by a card or on paper where a mail was to come first.
    Email,
    /// By phone, after no answer to the mail.
    Phone,
    /// By phone, without a mail before.
    PhoneFirst,
    /// By a card or on paper, about a visit that was not to be mailed. It counts in means and in no rate: nobody knows
    /// how many such customers were asked.
    Paper,
}

impl Mode {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::PhoneFirst => "phone_first",
            Self::Paper => "paper",
        }
    }
}

/// Changes to the sums, by key; applied in this order by everybody, so that two folds cannot lock each other.
#[derive(Debug, Default)]
pub struct Deltas {
    /// By month and employee.
    pub counts: BTreeMap<(NaiveDate, Uuid), Counts>,
    /// By everything an answer is summed under.
    pub sums: BTreeMap<SumKey, Sum>,
}

impl Contribution {
    /// Returns the first day of a date's month.
    pub fn month_of(date: NaiveDate) -> NaiveDate {
        date.with_day(1).unwrap_or(date)
    }
}

impl Deltas {
    /// Adds a contribution, or takes it away with a `sign` of -1.
    pub fn add(&mut self, contribution: &Contribution, sign: i64) {
        let is = |mode| sign * i64::from(contribution.mode == Some(mode));
        let counts = Counts {
            visits: sign,
            invited: sign * i64::from(contribution.invited),
            answers_email: is(Mode::Email),
            answers_phone: is(Mode::Phone),
            answers_phone_first: is(Mode::PhoneFirst),
        };
        for (employee, share_permille) in contribution.credits.iter().copied().chain([(COMPANY, 1000)]) {
            *self.counts.entry((contribution.month, employee)).or_default() += counts;
            let Some(mode) = contribution.mode else { continue };
            for rating in &contribution.ratings {
                let key = SumKey {
                    month: contribution.month,
                    employee,
                    question: rating.question.clone(),
                    min: rating.min,
                    max: rating.max,
                    mode: mode.as_str().to_owned(),
                    share_permille,
                };
                *self.sums.entry(key).or_default() += Sum::of(rating, sign);
            }
        }
    }

    /// Drops what cancels out, so that a fold of an unchanged visit writes nothing.
    pub fn drop_zeros(&mut self) {
        self.counts.retain(|_, counts| *counts != Counts::default());
        self.sums.retain(|_, sum| *sum != Sum::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contribution(answer: i32) -> Contribution {
        Contribution {
            month: NaiveDate::from_ymd_opt(2026, 11, 1).unwrap(),
            credits: vec![(Uuid::max(), 700), (Uuid::from_u128(1), 300)],
            invited: true,
            mode: Some(Mode::Email),
            ratings: vec![Rating { question: "overall".into(), min: 1, max: 5, answer }],
        }
    }

    #[test]
    fn an_answer_counts_for_each_employee_and_once_for_the_company() {
        let mut deltas = Deltas::default();
        deltas.add(&contribution(4), 1);
        assert_eq!(deltas.counts.len(), 3);
        let company = deltas.sums.iter().find(|(key, _)| key.employee == COMPANY).unwrap();
        assert_eq!(*company.1, Sum { n: 1, steps: 3, steps_squared: 9, top2: 1 });
    }

    #[test]
    fn what_is_taken_away_and_added_again_is_nothing() {
        let mut deltas = Deltas::default();
        deltas.add(&contribution(4), -1);
        deltas.add(&contribution(4), 1);
        deltas.drop_zeros();
        assert!(deltas.counts.is_empty() && deltas.sums.is_empty());
    }

    #[test]
    fn a_changed_answer_moves_the_sums_by_the_difference() {
        let mut deltas = Deltas::default();
        deltas.add(&contribution(2), -1);
        deltas.add(&contribution(5), 1);
        deltas.drop_zeros();
        assert!(deltas.counts.is_empty());
        assert!(deltas.sums.values().all(|sum| *sum == Sum { n: 0, steps: 3, steps_squared: 15, top2: 1 }));
    }
}
