//! From the sums of a period to the tables of the method, and what the method makes of them.

use crate::scores::names::{ClassKey, Design, Names, Probability};
use crate::scores::sums::Pair;
use crate::scores::{ItemSums, Period, Slice};
use crate::stats::method::{self, Answers, Class, Cross, Fit, LevelSums, Mix, Person, Tables, Whole};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Names of sites by their ids.
pub type Sites = BTreeMap<String, String>;

/// What the method made of one question.
#[derive(Debug)]
pub struct Fitted {
    /// The result.
    pub fit: Fit,
    /// Place of each employee in it.
    pub places: HashMap<Uuid, usize>,
    /// Factor and name of each level, in the order of the result.
    pub levels: Vec<(usize, String)>,
}

impl Fitted {
    /// What the method says of somebody; None without a visit that may answer.
    pub fn of(&self, employee: Uuid) -> Option<&method::PersonFit> {
        self.fit.people.get(*self.places.get(&employee)?)
    }
}

/// Evaluates an item, given by its number.
pub fn fit(period: &Period, item: i32, sites: &Sites) -> Fitted {
    let tables = Mapping::of(period, item, sites);
    let people: Vec<(&Uuid, &Slice)> =
        period.people.iter().filter(|(_, slice)| !slice.cases.is_empty()).collect();
    let built = Tables {
        classes: classes(&period.names),
        levels: tables.levels.iter().map(|(factor, _)| *factor).collect(),
        whole: tables.whole(&period.company),
        people: people.iter().map(|(_, slice)| tables.person(slice)).collect(),
        crosses: tables.crosses(period),
    };
    Fitted {
        fit: method::fit(&built),
        places: people.iter().enumerate().map(|(place, (who, _))| (**who, place)).collect(),
        levels: tables.levels,
    }
}

/// The classes in the order of their numbers.
fn classes(names: &Names) -> Vec<Class> {
    let mut segments = BTreeMap::new();
    let class = |(_, class): (i32, &ClassKey)| {
        let next = u32::try_from(segments.len()).unwrap_or(u32::MAX);
        let design = match class.design {
            Design::Email => method::Design::Email,
            Design::Priority => method::Design::Priority,
            Design::Random => method::Design::Random,
            Design::PhoneFirst => method::Design::PhoneFirst,
            Design::Undrawn | Design::Other => method::Design::Undrawn,
        };
        Class {
            design,
            segment: *segments.entry(class.segment.clone()).or_insert(next),
            probability: class.probability.map_or(f64::INFINITY, Probability::get),
            share: f64::from(class.share_permille) / 1000.0,
        }
    };
    names.classes.iter().map(class).collect()
}

/// How the numbers of the sums are those of the tables.
struct Mapping<'a> {
    names: &'a Names,
    item: i32,
    /// Points per raw step.
    step: f64,
    /// Factor and name of each level, in this order.
    levels: Vec<(usize, String)>,
    /// Place of each level, by its number.
    places: HashMap<i32, usize>,
}

impl<'a> Mapping<'a> {
    fn of(period: &'a Period, item: i32, sites: &Sites) -> Self {
        let names = &period.names;
        let mut levels: Vec<((usize, String), i32)> = names
            .levels
            .iter()
            .map(|(id, key)| ((key.factor, sites.get(&key.level).unwrap_or(&key.level).clone()), id))
            .collect();
        levels.sort_unstable();
        let places = levels.iter().enumerate().map(|(place, (_, id))| (*id, place)).collect();
        let scale = names.items.key(item).map_or(1, |item| item.max - item.min);
        Self {
            names,
            item,
            step: 100.0 / f64::from(scale.max(1)),
            levels: levels.into_iter().map(|(level, _)| level).collect(),
            places,
        }
    }

    /// The place of a class. A visit that is to be phoned first and was never drawn is in no estimate.
    fn class(&self, id: i32) -> Option<usize> {
        let class = self.names.classes.key(id)?;
        let is_outside = class.design == Design::PhoneFirst && class.probability.is_none();
        usize::try_from(id).ok().filter(|_| !is_outside)
    }

    fn answers(&self, item: Option<&ItemSums>) -> Answers {
        let sum = item.map(|item| item.sum).unwrap_or_default();
        Answers {
            n: real(sum.n),
            sum: real(sum.steps) * self.step,
            squares: real(sum.steps_squared) * self.step * self.step,
        }
    }

    fn whole(&self, company: &Slice) -> Vec<Whole> {
        let row = |(id, cases): (&i32, &Pair)| {
            Some(Whole {
                class: self.class(*id)?,
                eligible: real(cases.n),
                called: real(cases.more),
                answers: self.answers(company.items.get(&(self.item, *id))),
            })
        };
        company.cases.iter().filter_map(row).collect()
    }

    fn person(&self, slice: &Slice) -> Person {
        let answered = slice.answers(self.item).filter_map(|(class, item)| Some((self.class(class)?, item)));
        let (mut answers, mut levels) = (Vec::new(), Vec::new());
        for (class, item) in answered {
            answers.push((class, self.answers(Some(item))));
            levels.extend(item.levels.iter().filter_map(|(level, sums)| {
                let (n, sum) = (real(sums.n), real(sums.more) * self.step);
                Some(LevelSums { class, level: *self.places.get(level)?, n, sum })
            }));
        }
        let eligible = slice.cases.iter().filter_map(|(id, cases)| Some((self.class(*id)?, real(cases.n))));
        let mix = slice.mix.iter().filter_map(|(level, visits)| {
            Some(Mix { level: *self.places.get(level)?, eligible: real(*visits) })
        });
        Person { eligible: eligible.collect(), answers, levels, mix: mix.collect() }
    }

    fn crosses(&self, period: &Period) -> Vec<Cross> {
        let of_item = period.crosses.range((self.item, i32::MIN)..=(self.item, i32::MAX));
        let mut crosses = Vec::new();
        for ((_, class), cross) in of_item {
            let Some(class) = self.class(*class) else { continue };
            crosses.extend(cross.iter().filter_map(|((one, other), n)| {
                let (one, other) = (*self.places.get(one)?, *self.places.get(other)?);
                Some(Cross { class, one, other, n: real(*n) })
            }));
        }
        crosses
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
fn real(count: i64) -> f64 {
    count as f64
}
