//! The difference that contributions make to the sums, by key.

use super::COMPANY;
use super::contribution::{Contribution, Mode, Rating};
use super::names::{Design, ItemKey, LevelKey, Names};
use super::period::Span;
use super::sums::{Counts, Cross, ItemSums, Pair, Slice, Sum};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A stretch of time: its kind and first day.
pub type Stretch = (Span, NaiveDate);

/// Changes to the sums, by key; applied in this order by everybody.
#[derive(Debug, Default)]
pub struct Deltas {
    /// By stretch and employee, or the company.
    pub slices: BTreeMap<(Stretch, Uuid), Slice>,
    /// Pairs of levels by stretch, item and class.
    pub crosses: BTreeMap<(Stretch, i32, i32), Cross>,
}

/// What a contribution is under its numbers, for one credit.
struct Numbered {
    class: i32,
    levels: [i32; 4],
    ratings: Vec<(i32, Sum)>,
}

impl Deltas {
    /// Adds a contribution to these stretches, or takes it away with a `sign` of -1.
    pub fn add(&mut self, contribution: &Contribution, sign: i64, stretches: &[Stretch], names: &mut Names) {
        let counts = counts(contribution, sign);
        for (employee, share) in contribution.credits.iter().copied().chain([(COMPANY, 1000)]) {
            let numbered = Numbered::of(contribution, share, sign, names);
            for stretch in stretches {
                // Weeks are there for the trend of an employee alone.
                if employee == COMPANY && stretch.0 == Span::Week {
                    continue;
                }
                let slice = self.slices.entry((*stretch, employee)).or_default();
                slice.counts += counts;
                numbered.add_to(slice, contribution, sign, employee != COMPANY);
                if employee != COMPANY && stretch.0 != Span::Week {
                    self.add_crosses(*stretch, &numbered, sign);
                }
            }
        }
    }

    fn add_crosses(&mut self, stretch: Stretch, numbered: &Numbered, sign: i64) {
        for (item, _) in &numbered.ratings {
            let cross = self.crosses.entry((stretch, *item, numbered.class)).or_default();
            for (place, one) in numbered.levels.iter().enumerate() {
                for other in numbered.levels.iter().skip(place + 1) {
                    *cross.entry((*one, *other)) += sign;
                }
            }
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty() && self.crosses.is_empty()
    }

    /// Adds other changes.
    pub fn merge(&mut self, other: Self) {
        for (key, slice) in other.slices {
            self.slices.entry(key).or_default().add(slice);
        }
        for (key, cross) in other.crosses {
            self.crosses.entry(key).or_default().add(cross);
        }
    }

    /// Drops what cancels out, so that a fold of an unchanged visit writes nothing.
    pub fn drop_zeros(&mut self) {
        self.slices.values_mut().for_each(Slice::drop_zeros);
        self.slices.retain(|_, slice| !slice.is_empty());
        self.crosses.values_mut().for_each(|cross| cross.retain(|answers| *answers != 0));
        self.crosses.retain(|_, cross| !cross.is_empty());
    }
}

fn counts(contribution: &Contribution, sign: i64) -> Counts {
    let is = |mode| sign * i64::from(contribution.mode == Some(mode));
    Counts {
        visits: sign,
        invited: sign * i64::from(contribution.invited),
        answers_email: is(Mode::Email),
        answers_phone: is(Mode::Phone),
        answers_phone_first: is(Mode::PhoneFirst),
    }
}

impl Numbered {
    fn of(contribution: &Contribution, share: i32, sign: i64, names: &mut Names) -> Self {
        let mut factor = 0..;
        let levels = contribution.levels.clone().map(|level| {
            let factor = factor.next().unwrap_or_default();
            names.levels.id(&LevelKey { factor, level })
        });
        let item = |rating: &Rating| {
            let Rating { question, min, max, .. } = rating;
            names.items.id(&ItemKey { question: question.clone(), min: *min, max: *max })
        };
        let ratings = contribution.ratings.iter().map(item).collect::<Vec<_>>();
        let sums = contribution.ratings.iter().map(|rating| Sum::of(rating, sign));
        Self {
            class: names.classes.id(&contribution.class(share)),
            levels,
            ratings: ratings.into_iter().zip(sums).collect(),
        }
    }

    fn add_to(&self, slice: &mut Slice, contribution: &Contribution, sign: i64, with_levels: bool) {
        if contribution.design != Design::Other {
            let called = sign * i64::from(contribution.called);
            *slice.cases.entry(self.class) += Pair { n: sign, more: called };
            if with_levels {
                for level in self.levels {
                    *slice.mix.entry(level) += sign;
                }
            }
        }
        for (item, sum) in &self.ratings {
            let answers: &mut ItemSums = slice.items.entry((*item, self.class));
            answers.sum += *sum;
            if with_levels && contribution.design != Design::Other {
                for level in self.levels {
                    *answers.levels.entry(level) += Pair { n: sum.n, more: sum.steps };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::Probability;
    use super::*;

    fn month() -> [Stretch; 1] {
        [(Span::Month, NaiveDate::from_ymd_opt(2026, 11, 1).unwrap())]
    }

    fn contribution(answer: i32) -> Contribution {
        Contribution {
            visited_on: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            credits: vec![(Uuid::max(), 700), (Uuid::from_u128(1), 300)],
            invited: true,
            mode: Some(Mode::Phone),
            design: Design::Random,
            probability: Some(Probability::of(0.35)),
            called: true,
            levels: ["boiler", "on site", "private", "North"].map(str::to_owned),
            ratings: vec![Rating { question: "overall".into(), min: 1, max: 5, answer }],
        }
    }

    #[test]
    fn an_answer_counts_for_each_employee_and_once_for_the_company() {
        let (mut deltas, mut names) = (Deltas::default(), Names::default());
        deltas.add(&contribution(4), 1, &month(), &mut names);
        assert_eq!(deltas.slices.len(), 3);
        let company = &deltas.slices[&(month()[0], COMPANY)];
        let sum = Sum { n: 1, steps: 3, steps_squared: 9, top2: 1 };
        assert!(company.items.values().all(|item| item.sum == sum && item.levels.is_empty()));
        assert_eq!(company.cases.values().collect::<Vec<_>>(), [&Pair { n: 1, more: 1 }]);
        let own = &deltas.slices[&(month()[0], Uuid::max())];
        assert!(own.items.values().all(|item| item.sum == sum && item.levels.len() == 4));
        // Six pairs of four facts, in the class of either share.
        assert_eq!(deltas.crosses.values().map(Cross::len).collect::<Vec<_>>(), [6, 6]);
    }

    #[test]
    fn what_is_taken_away_and_added_again_is_nothing() {
        let (mut deltas, mut names) = (Deltas::default(), Names::default());
        deltas.add(&contribution(4), -1, &month(), &mut names);
        deltas.add(&contribution(4), 1, &month(), &mut names);
        deltas.drop_zeros();
        assert!(deltas.slices.is_empty() && deltas.crosses.is_empty());
    }

    #[test]
    fn a_changed_answer_moves_the_sums_by_the_difference() {
        let (mut deltas, mut names) = (Deltas::default(), Names::default());
        deltas.add(&contribution(2), -1, &month(), &mut names);
        deltas.add(&contribution(5), 1, &month(), &mut names);
        deltas.drop_zeros();
        let expected = Sum { n: 0, steps: 3, steps_squared: 15, top2: 1 };
        assert!(deltas.slices.values().all(|slice| slice.counts == Counts::default()));
        assert!(
            deltas.slices.values().flat_map(|slice| slice.items.values()).all(|item| item.sum == expected)
        );
        assert!(deltas.crosses.is_empty());
    }
}
