//! Counts and sums, and adding them up over a period.

use super::contribution::Rating;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use uuid::Uuid;

/// How many visits there were and how they were answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All visits.
    pub visits: i64,
    /// Eligible visits that were to be mailed first.
    pub invited: i64,
    /// Answered by mail.
    pub answers_email: i64,
    /// Answered by phone after no answer to the mail.
    pub answers_phone: i64,
    /// Answered by phone without a mail before.
    pub answers_phone_first: i64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.visits += other.visits;
        self.invited += other.invited;
        self.answers_email += other.answers_email;
        self.answers_phone += other.answers_phone;
        self.answers_phone_first += other.answers_phone_first;
    }
}

/// Sums over answers in raw steps (answer − scale minimum).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Number of answers.
    pub n: i64,
    /// Sum of steps.
    pub steps: i64,
    /// Sum of squared steps.
    pub steps_squared: i64,
    /// Answers among the two highest points of the scale.
    pub top2: i64,
}

impl Sum {
    /// Makes the sums of one rating, or takes it away with a `sign` of -1.
    pub fn of(rating: &Rating, sign: i64) -> Self {
        let steps = i64::from(rating.answer - rating.min);
        let top2 = i64::from(rating.answer >= rating.max - 1);
        Self { n: sign, steps: sign * steps, steps_squared: sign * steps * steps, top2: sign * top2 }
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.n += other.n;
        self.steps += other.steps;
        self.steps_squared += other.steps_squared;
        self.top2 += other.top2;
    }
}

/// What an answer is summed under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SumKey {
    /// First day of the month.
    pub month: NaiveDate,
    /// The employee, or the company.
    pub employee: Uuid,
    /// Key of the question.
    pub question: String,
    /// Lowest answer of the scale.
    pub min: i32,
    /// Highest answer of the scale.
    pub max: i32,
    /// How it was answered.
    pub mode: String,
    /// The employee's share of the visit, in per-mille.
    pub share_permille: i32,
}

/// A scale: its lowest and highest answer. Answers on different scales never mix.
pub type Scale = (i32, i32);

/// Counts and sums over a period.
#[derive(Debug, Default)]
pub struct Totals {
    /// By employee; the company's own under [`super::COMPANY`].
    pub counts: BTreeMap<Uuid, Counts>,
    /// By employee, question, scale and share.
    pub sums: BTreeMap<(Uuid, String, Scale, i32), Sum>,
}

impl Totals {
    /// Adds counts of an employee.
    pub fn add_counts(&mut self, employee: Uuid, counts: Counts) {
        *self.counts.entry(employee).or_default() += counts;
    }

    /// Adds a sum.
    pub fn add_sum(&mut self, key: SumKey, sum: Sum) {
        let key = (key.employee, key.question, (key.min, key.max), key.share_permille);
        *self.sums.entry(key).or_default() += sum;
    }
}
