//! The numbers of an evaluation as a page shows them and a statement keeps them: owned, and read back as they were.

use super::model::{CompanyEvaluation, EmployeeEvaluation, Evaluation};
use crate::error::{Error, Result};
use crate::web::badge::Badge;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number: points for a mean or a difference, 0–1 for a share.
    pub value: f64,
    /// Lower end of the interval, in the same unit.
    pub low: f64,
    /// Upper end of the interval, in the same unit.
    pub high: f64,
}

impl Estimate {
    /// Makes it when all three are known: a number is never shown without its interval.
    pub fn of(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<Self> {
        Some(Self { value: value?, low: low?, high: high? })
    }

    /// Returns half of the interval's width, for `+7.5 ± 3.9`.
    pub fn half(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Moves number and interval by as much.
    #[must_use]
    pub fn moved(self, by: f64) -> Self {
        Self { value: self.value + by, low: self.low + by, high: self.high + by }
    }
}

/// What may be said of a person (STATISTICS §0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Reported, and clearly above what was to be expected.
    Above,
    /// Reported, and clearly below.
    Below,
    /// Reported.
    Reported,
    /// Sure enough to talk about, not to judge by.
    Coaching,
    /// The answers alone, without a comparison.
    AnswersOnly,
    /// Too few answers.
    Few,
}

impl Standing {
    /// Reads the words of an evaluation.
    pub fn of(status: &str, flag: &str, has_number: bool) -> Self {
        match (status, flag) {
            ("report", "high") => Self::Above,
            ("report", "low") => Self::Below,
            ("report", _) => Self::Reported,
            ("indicative", _) => Self::Coaching,
            ("direct_only", _) if has_number => Self::AnswersOnly,
            _ => Self::Few,
        }
    }

    /// Returns the badge: shape and word.
    pub const fn badge(self) -> Badge {
        match self {
            Self::Above => Badge { class: "above solid", shape: "s-high", word: "Above" },
            Self::Below => Badge { class: "below solid", shape: "s-low", word: "Below" },
            Self::Reported => Badge { class: "solid", shape: "s-report", word: "Reported" },
            Self::Coaching => Badge { class: "", shape: "s-indicative", word: "Coaching only" },
            Self::AnswersOnly => Badge { class: "", shape: "s-plain", word: "Answers only" },
            Self::Few => Badge { class: "", shape: "s-none", word: "Not enough data" },
        }
    }

    /// Tells whether somebody is named as standing out.
    pub const fn is_flagged(self) -> bool {
        matches!(self, Self::Above | Self::Below)
    }
}

/// One employee's numbers; the fields are those of [`EmployeeEvaluation`], which says what each means.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the evaluation")]
pub struct Figures {
    pub employee_id: String,
    pub employee_name: String,
    pub team: Option<String>,
    pub visits: i64,
    pub invited: i64,
    pub answers_email: i64,
    pub answers_phone: i64,
    pub answers_phone_first: i64,
    pub response_rate: Option<f64>,
    pub score: Option<f64>,
    pub difference: Option<f64>,
    pub difference_se: Option<f64>,
    pub difference_lo: Option<f64>,
    pub difference_hi: Option<f64>,
    pub direct: Option<f64>,
    pub direct_se: Option<f64>,
    pub direct_lo: Option<f64>,
    pub direct_hi: Option<f64>,
    pub reliability: Option<f64>,
    pub status: String,
    pub flag: String,
    pub n: i64,
    pub mean: Option<f64>,
    pub mean_lo: Option<f64>,
    pub mean_hi: Option<f64>,
    pub top2: Option<f64>,
    pub top2_lo: Option<f64>,
    pub top2_hi: Option<f64>,
    pub dimensions: Vec<Dimension>,
    /// Points that were to be expected for the visits this person had.
    pub expected: Option<f64>,
    /// Probability that the true difference is above zero.
    pub above_zero: Option<f64>,
}

/// One question of an employee.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the evaluation")]
pub struct Dimension {
    pub question: String,
    pub difference: Option<f64>,
    pub lo: Option<f64>,
    pub hi: Option<f64>,
    pub flag: String,
}

impl Dimension {
    /// Returns the best guess of the difference.
    pub fn best(&self) -> Option<Estimate> {
        Estimate::of(self.difference, self.lo, self.hi)
    }

    /// Returns what may be said of it, given what may be said of the person.
    pub fn standing(&self, status: &str) -> Standing {
        match (self.best(), status) {
            (None, _) => Standing::Few,
            (Some(_), "report") => Standing::of(status, &self.flag, true),
            (Some(_), _) => Standing::Coaching,
        }
    }
}

impl Figures {
    /// Takes the numbers of an evaluation's row.
    ///
    /// # Errors
    /// 500 when the row has another shape, which would be a defect.
    pub fn of(row: &EmployeeEvaluation) -> Result<Self> {
        let (expected, above_zero) = (row.detail.expected, row.detail.above_zero);
        Ok(Self { expected, above_zero, ..owned(row)? })
    }

    /// Returns what was to be expected for the jobs this person had, in points; None where nothing is set against it.
    pub fn to_expect(&self) -> Option<f64> {
        self.expected.filter(|_| self.best().or_else(|| self.alone()).is_some())
    }

    /// Returns the best guess of the difference from what was to be expected.
    pub fn best(&self) -> Option<Estimate> {
        Estimate::of(self.difference, self.difference_lo, self.difference_hi)
    }

    /// Returns the difference by this person's answers alone.
    pub fn alone(&self) -> Option<Estimate> {
        Estimate::of(self.direct, self.direct_lo, self.direct_hi)
    }

    /// Returns the plain mean.
    pub fn plain(&self) -> Option<Estimate> {
        Estimate::of(self.mean, self.mean_lo, self.mean_hi)
    }

    /// Returns the share of the two best marks.
    pub fn two_best(&self) -> Option<Estimate> {
        Estimate::of(self.top2, self.top2_lo, self.top2_hi)
    }

    /// Returns what may be said of the person.
    pub fn standing(&self) -> Standing {
        Standing::of(&self.status, &self.flag, self.alone().or_else(|| self.plain()).is_some())
    }

    /// Returns the answers by phone, call-backs and phone-first.
    pub const fn by_phone(&self) -> i64 {
        self.answers_phone + self.answers_phone_first
    }
}

/// The company's numbers; the fields are those of [`CompanyEvaluation`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the evaluation")]
pub struct Company {
    pub visits: i64,
    pub invited: i64,
    pub answers_email: i64,
    pub answers_phone: i64,
    pub answers_phone_first: i64,
    pub response_rate: Option<f64>,
    pub level: Option<f64>,
    pub level_se: Option<f64>,
    pub level_mode_corrected: bool,
    pub mode_effect: Option<f64>,
    pub mode_effect_se: Option<f64>,
}

/// Half the width of a 95 % interval in standard errors, of the normal distribution.
pub const SPREAD: f64 = 1.96;

impl Company {
    /// Takes the numbers of an evaluation.
    ///
    /// # Errors
    /// 500 when they have another shape, which would be a defect.
    pub fn of(company: &CompanyEvaluation) -> Result<Self> {
        owned(company)
    }

    /// Returns the level in points, within the scale.
    pub fn level(&self) -> Option<Estimate> {
        let (value, spread) = (self.level?, self.level_se? * SPREAD);
        Some(Estimate { value, low: (value - spread).max(0.0), high: (value + spread).min(100.0) })
    }

    /// Returns by how much answers on the phone are higher, in points.
    pub fn mode(&self) -> Option<Estimate> {
        let (value, spread) = (self.mode_effect?, self.mode_effect_se? * SPREAD);
        Some(Estimate { value, low: value - spread, high: value + spread })
    }

    /// Returns the answers by phone, call-backs and phone-first.
    pub const fn by_phone(&self) -> i64 {
        self.answers_phone + self.answers_phone_first
    }
}

/// Of what and how an evaluation was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Frame {
    /// First visit date, included.
    pub from: NaiveDate,
    /// Last visit date, included.
    pub to: NaiveDate,
    /// `two_phase` or `respondents_only`.
    pub basis: String,
    /// Which method made the estimates.
    pub method: String,
    /// Its version.
    pub method_version: String,
    /// Facts inside whose levels alone persons are compared.
    pub compared_inside: Vec<String>,
    /// Groups of persons that share neither kinds of service nor sites.
    pub groups: usize,
    /// Customers who were called after no answer, drawn for it.
    pub called: i64,
    /// How many of them answered.
    pub reached: i64,
    /// Standard deviation of the true differences between persons, in points.
    pub spread: f64,
}

impl Frame {
    /// Takes it from an evaluation.
    pub fn of(evaluation: &Evaluation) -> Self {
        let assumed = &evaluation.assumed;
        Self {
            from: evaluation.from,
            to: evaluation.to,
            basis: evaluation.basis.to_owned(),
            method: evaluation.method.to_owned(),
            method_version: evaluation.method_version.to_owned(),
            compared_inside: assumed.compared_inside.iter().map(|fact| (*fact).to_owned()).collect(),
            groups: assumed.groups,
            called: assumed.called,
            reached: assumed.reached,
            spread: assumed.spread,
        }
    }

    /// Tells whether persons are compared with each other; not below ten of them.
    pub fn is_compared(&self) -> bool {
        self.method != "direct_only"
    }

    /// Tells whether call-backs stand for those who did not answer.
    pub fn is_two_phase(&self) -> bool {
        self.basis == "two_phase"
    }
}

fn owned<T: DeserializeOwned>(numbers: &impl Serialize) -> Result<T> {
    serde_json::to_value(numbers).and_then(serde_json::from_value).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_an_evaluation_is_kept() {
        let row = EmployeeEvaluation {
            employee_id: "E1".into(),
            n: 12,
            mean: Some(0.1 + 0.2),
            ..Default::default()
        };
        let mut kept = serde_json::to_value(Figures::of(&row).unwrap()).unwrap();
        for own in ["expected", "above_zero"] {
            kept.as_object_mut().unwrap().remove(own);
        }
        assert_eq!(kept, serde_json::to_value(&row).unwrap());
        let company = CompanyEvaluation { level: Some(70.0), ..Default::default() };
        let kept = Company::of(&company).unwrap();
        assert_eq!(serde_json::to_value(&kept).unwrap(), serde_json::to_value(&company).unwrap());
        assert_eq!(kept.level(), None, "no number without its interval");
    }

    #[test]
    fn a_flag_speaks_only_of_whom_is_reported() {
        assert_eq!(Standing::of("report", "high", true), Standing::Above);
        assert_eq!(Standing::of("indicative", "high", true), Standing::Coaching);
        assert_eq!(Standing::of("direct_only", "", false), Standing::Few);
        assert_eq!(Standing::of("not_enough_data", "low", true), Standing::Few);
    }
}
