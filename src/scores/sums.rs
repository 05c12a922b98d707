//! Sums of somebody over a stretch of time, and adding them up.

use super::contribution::Rating;
use super::sorted::Sorted;
use std::ops::{AddAssign, Neg};

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

impl Neg for Counts {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            visits: -self.visits,
            invited: -self.invited,
            answers_email: -self.answers_email,
            answers_phone: -self.answers_phone,
            answers_phone_first: -self.answers_phone_first,
        }
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

impl Neg for Sum {
    type Output = Self;

    fn neg(self) -> Self {
        Self { n: -self.n, steps: -self.steps, steps_squared: -self.steps_squared, top2: -self.top2 }
    }
}

/// Numbers that are added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pair {
    /// Visits that may answer, or answers.
    pub n: i64,
    /// Visits that were called, or steps of the answers.
    pub more: i64,
}

impl AddAssign for Pair {
    fn add_assign(&mut self, other: Self) {
        self.n += other.n;
        self.more += other.more;
    }
}

impl Neg for Pair {
    type Output = Self;

    fn neg(self) -> Self {
        Self { n: -self.n, more: -self.more }
    }
}

/// Answers to one question in one class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemSums {
    /// All of them.
    pub sum: Sum,
    /// Number and steps by level.
    pub levels: Sorted<i32, Pair>,
}

impl AddAssign for ItemSums {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.levels.add(other.levels);
    }
}

/// The sums of an employee, or of the company, over a stretch of time. Classes, items and levels by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slice {
    /// How many visits.
    pub counts: Counts,
    /// Visits that may answer, and how many of them were called, by class.
    pub cases: Sorted<i32, Pair>,
    /// Visits that may answer, by level; not of the company.
    pub mix: Sorted<i32, i64>,
    /// Answers by item and class; by level not of the company.
    pub items: Sorted<(i32, i32), ItemSums>,
}

impl Slice {
    /// Adds other sums.
    pub fn add(&mut self, other: Self) {
        self.counts += other.counts;
        self.cases.add(other.cases);
        self.mix.add(other.mix);
        self.items.add(other.items);
    }

    /// Returns what takes these sums away when it is added.
    #[must_use]
    pub fn negative(&self) -> Self {
        let item = |item: &ItemSums| ItemSums { sum: -item.sum, levels: item.levels.map(|pair| -*pair) };
        Self {
            counts: -self.counts,
            cases: self.cases.map(|cases| -*cases),
            mix: self.mix.map(|visits| -*visits),
            items: self.items.map(item),
        }
    }

    /// Returns the answers to an item, by class.
    pub fn answers(&self, item: i32) -> impl Iterator<Item = (i32, &ItemSums)> {
        let of_item = self.items.between((item, i32::MIN)..=(item, i32::MAX));
        of_item.map(|((_, class), answers)| (*class, answers))
    }

    /// Drops what cancels out, so that equal sums are equal and a fold of an unchanged visit writes nothing.
    pub fn drop_zeros(&mut self) {
        self.cases.retain(|cases| *cases != Pair::default());
        self.mix.retain(|visits| *visits != 0);
        for item in self.items.values_mut() {
            item.levels.retain(|answers| *answers != Pair::default());
        }
        self.items.retain(|item| *item != ItemSums::default());
    }

    /// Whether there is nothing left.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How many answers the company has in a class by pairs of levels of different facts.
pub type Cross = Sorted<(i32, i32), i64>;
