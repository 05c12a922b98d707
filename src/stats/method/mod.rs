//! The method: from sums over answers to what can be said about each employee. STATISTICS 00 and 2(b).
//!
//! Case mix with a fixed effect for each employee and way of answering; two-phase means, in which random call-backs
//! stand for those who did not answer; empirical Bayes; both intervals; status. With fewer than [`FEWEST_CALLED`]
//! called random cases nothing is known about those who did not answer, and only respondents are described. The
//! tables are sufficient: the same numbers as from single answers.

mod casemix;
mod flags;
mod level;
mod moments;
mod peers;
pub mod rating_bias;
mod respondents;
mod tables;
mod two_phase;
mod univariate;
mod weights;

pub use flags::{Lowest, standouts};
pub use tables::{Answers, Class, Cross, Design, LevelSums, Mix, Person, Tables, Whole};

/// Version of the method; it changes when the same answers would give other numbers.
pub const VERSION: &str = "1";

/// Called random cases below which only respondents are described.
pub const FEWEST_CALLED: f64 = 30.0;

/// Employees with answers below which persons are not compared.
pub const FEWEST_COMPARED: usize = 10;

/// Employees with answers from which the bivariate estimate is used.
pub const FEWEST_BIVARIATE: usize = 30;

/// Answers below which a person is not reported.
pub const FEWEST_ANSWERS: f64 = 10.0;

/// Reliability from which a person is reported.
pub const REPORTED: f64 = 0.7;

/// Reliability from which a number is an indication, for coaching only.
pub const INDICATED: f64 = 0.5;

/// Share of a factor's variation within persons below which it cannot be told from them.
pub const SEPARABLE: f64 = 0.1;

/// Points beyond which a difference matters.
pub const MARGIN: f64 = 2.0;

/// Rate of false discoveries among those who are flagged.
pub const FALSE_DISCOVERIES: f64 = 0.05;

/// What the numbers speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// All customers: those who answered by mail, and by random call-backs those who did not.
    TwoPhase,
    /// Those who answered by mail; not corrected for those who did not.
    RespondentsOnly,
}

impl Basis {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TwoPhase => "two_phase",
            Self::RespondentsOnly => "respondents_only",
        }
    }
}

/// How the numbers were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Bivariate empirical Bayes, 30 employees or more.
    Bivariate,
    /// Univariate empirical Bayes with REML, 30 employees or more of whom only respondents were heard.
    UnivariateReml,
    /// Univariate empirical Bayes with adjusted REML, 10 to 29 employees.
    Univariate,
    /// Each person's own answers alone, below 10 employees.
    DirectOnly,
}

impl Method {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bivariate => "bivariate",
            Self::UnivariateReml => "univariate_reml",
            Self::Univariate => "univariate",
            Self::DirectOnly => "direct_only",
        }
    }
}

/// What may be done with a person's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Reliable enough to be reported.
    Report,
    /// An indication, for coaching only.
    Indicative,
    /// The direct estimate alone; compared with nobody.
    DirectOnly,
    /// Nothing may be said.
    NotEnoughData,
}

impl Status {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Indicative => "indicative",
            Self::DirectOnly => "direct_only",
            Self::NotEnoughData => "not_enough_data",
        }
    }
}

/// A number in points with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

/// What is known of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonFit {
    /// Points from the comparable mean, the best guess (shrunk). None where nothing can be guessed.
    pub difference: Option<Estimate>,
    /// Points from the comparable mean, from this person's answers alone.
    pub direct: Option<Estimate>,
    /// Share of the variance that is the person's, 0–1.
    pub reliability: f64,
    /// What may be done with it.
    pub status: Status,
    /// Answers by mail and by call-back that it rests on.
    pub answers: f64,
    /// By how many points the jobs of this person make answers better or worse than those of the mean person.
    pub mix_effect: f64,
    /// Points by which answers by mail lie above those by call-back, where both were heard.
    pub mail_less_calls: Option<f64>,
}

/// The level of the company: points 0–100 over all its visits as they were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The level.
    pub level: Estimate,
    /// Whether the effect of the phone is taken out of it.
    pub is_mode_corrected: bool,
    /// By how much answers on the phone are higher; None without phone-first answers.
    pub mode_effect: Option<Estimate>,
}

/// What the numbers assume, to be said beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumed {
    /// Factors that cannot be told from the persons; these are compared inside their levels only.
    pub not_separable: Vec<usize>,
    /// Groups of persons that share neither kinds of service nor sites; compared inside them only.
    pub components: usize,
    /// Called call-backs, over all visits.
    pub called: f64,
    /// Of these, how many answered.
    pub reached: f64,
    /// Standard deviation of true differences between persons, in points.
    pub spread: f64,
    /// Effect of each level of each factor in points, against the first level of its factor; None where not estimated.
    pub effects: Vec<Option<f64>>,
}

/// The result of the method for one question and period.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// What the numbers speak of.
    pub basis: Basis,
    /// How they were made.
    pub method: Method,
    /// The persons, in the order of the tables.
    pub people: Vec<PersonFit>,
    /// The company; None when nobody answered.
    pub level: Option<Level>,
    /// What is assumed.
    pub assumed: Assumed,
}

/// Evaluates one question in one period.
pub fn fit(tables: &Tables) -> Fit {
    let weights = weights::of(tables);
    let called: f64 = tables
        .whole
        .iter()
        .filter(|row| tables.design(row.class) == Design::Random)
        .map(|row| row.called)
        .sum();
    if called >= FEWEST_CALLED
        && let Some(fit) = two_phase::fit(tables, &weights)
    {
        return fit;
    }
    respondents::fit(tables, &weights)
}

/// The status by reliability and number of answers.
fn status(method: Method, reliability: f64, answers: f64, most: Status) -> Status {
    if answers < FEWEST_ANSWERS {
        return Status::NotEnoughData;
    }
    match method {
        Method::DirectOnly => Status::DirectOnly,
        _ if reliability >= REPORTED => most,
        _ if reliability >= INDICATED => Status::Indicative,
        _ => Status::NotEnoughData,
    }
}
