//! The tables that the method reads: sums over visits and answers, STATISTICS 5.

/// How a visit came into the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Design {
    /// Answered by mail.
    Email,
    /// Drawn for a call-back because it must be called.
    Priority,
    /// Drawn at random for a call-back.
    Random,
    /// Drawn at random to be phoned instead of mailed.
    PhoneFirst,
    /// Not answered by mail and never drawn: it stands in the denominator and gives no answer.
    Undrawn,
}

/// Visits that weigh alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// How they came into the sums.
    pub design: Design,
    /// Segment of the customers, any number for each.
    pub segment: u32,
    /// Probability π of being called when the list was drawn.
    pub probability: f64,
    /// Share of the visit that is credited to the person, 0–1.
    pub share: f64,
}

/// Sums over answers, in points.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Answers {
    /// How many.
    pub n: f64,
    /// Σy.
    pub sum: f64,
    /// Σy².
    pub squares: f64,
}

/// Visits of the whole company in a class, each once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whole {
    /// Which class.
    pub class: usize,
    /// Visits that may answer.
    pub eligible: f64,
    /// Of these, how many were called.
    pub called: f64,
    /// Their answers.
    pub answers: Answers,
}

/// Answers of a person in a class and a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelSums {
    /// Which class.
    pub class: usize,
    /// Which level.
    pub level: usize,
    /// How many.
    pub n: f64,
    /// Σy, in points.
    pub sum: f64,
}

/// Visits of a person in a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mix {
    /// Which level.
    pub level: usize,
    /// Visits that may answer.
    pub eligible: f64,
}

/// One person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// Class and visits that may answer.
    pub eligible: Vec<(usize, f64)>,
    /// Class and answers.
    pub answers: Vec<(usize, Answers)>,
    /// Answers by level.
    pub levels: Vec<LevelSums>,
    /// Visits by level.
    pub mix: Vec<Mix>,
}

/// How many answers of the company there are in a class and two levels of different factors; credited answers count
/// once for each person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cross {
    /// Which class.
    pub class: usize,
    /// One level.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// How many.
    pub n: f64,
}

/// Everything about one question in one period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// The classes.
    pub classes: Vec<Class>,
    /// Factor of each level; levels stand by factor and name. Kind of service is factor 0, site factor 3.
    pub levels: Vec<usize>,
    /// The company.
    pub whole: Vec<Whole>,
    /// Its persons who have visits that may answer.
    pub people: Vec<Person>,
    /// Its answers by pairs of levels.
    pub crosses: Vec<Cross>,
}

/// Number of factors: service, channel, segment, site.
pub const FACTORS: usize = 4;

impl Tables {
    /// How a class came into the sums.
    pub(super) fn design(&self, class: usize) -> Design {
        self.classes.get(class).map_or(Design::Undrawn, |class| class.design)
    }

    /// The share of a class.
    pub(super) fn share(&self, class: usize) -> f64 {
        self.classes.get(class).map_or(0.0, |class| class.share)
    }
}
