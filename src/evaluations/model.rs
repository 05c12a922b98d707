//! An evaluation as the API, the files and the pages show it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// One evaluation, for whoever asks for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvaluationEnvelope {
    /// The evaluation.
    pub evaluation: Evaluation,
}

/// All employees in a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Evaluation {
    /// First visit date, included.
    pub from: NaiveDate,
    /// Last visit date, included.
    pub to: NaiveDate,
    /// `two_phase` or `respondents_only`.
    pub basis: &'static str,
    /// Which method made the estimates: `bivariate`, `univariate`, `univariate_reml` or `direct_only`.
    pub method: &'static str,
    /// Version of the method.
    pub method_version: &'static str,
    /// True when numbers are filled in that are otherwise hidden, for checking the method.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_estimates: bool,
    /// The company.
    pub company: CompanyEvaluation,
    /// The employees, by name.
    pub employees: Vec<EmployeeEvaluation>,
    /// What the numbers assume; for pages and statements.
    #[serde(skip)]
    pub assumed: Assumed,
}

/// What the numbers assume, to be said beside them.
#[derive(Debug, Clone, Default)]
pub struct Assumed {
    /// Facts by which easy and hard visits cannot be told from the persons (`site`): persons are compared inside the
    /// levels of these only.
    pub compared_inside: Vec<&'static str>,
    /// Groups of persons that share neither kinds of service nor sites; more than one are compared inside each only.
    pub groups: usize,
    /// Called call-backs of all kinds.
    pub called: i64,
    /// Of these, how many answered; those who were not reached are taken to be like those who were.
    pub reached: i64,
    /// Standard deviation of the true differences between persons, in points.
    pub spread: f64,
    /// What each level of each fact does to answers, in points, against the first level of its fact.
    pub effects: Vec<MixEffect>,
    /// Employees whom the estimates compare.
    pub compared: usize,
    /// Points beyond which somebody stands out.
    pub margin: f64,
    /// Share of those who stand out that may do so falsely, 0–1.
    pub false_discoveries: f64,
}

/// What a level of a fact known before the answer does to answers.
#[derive(Debug, Clone, PartialEq)]
pub struct MixEffect {
    /// `service`, `channel`, `segment` or `site`.
    pub factor: &'static str,
    /// The level; empty where the fact is not known.
    pub level: String,
    /// Points.
    pub points: f64,
}

/// The company in a period.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CompanyEvaluation {
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
    /// RR2 by mail (AAPOR): complete and partial answers by mail over the invited, 0–1.
    pub response_rate: Option<f64>,
    /// Mean of `overall` in points 0–100.
    pub level: Option<f64>,
    /// Its standard error, in points.
    pub level_se: Option<f64>,
    /// Whether the effect of the phone is taken out of the level.
    pub level_mode_corrected: bool,
    /// By how much answers on the phone are higher, in points.
    pub mode_effect: Option<f64>,
    /// Its standard error, in points.
    pub mode_effect_se: Option<f64>,
}

/// One employee in a period. Null where the status forbids the number.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct EmployeeEvaluation {
    /// Id in the system that sends visits.
    pub employee_id: String,
    /// Name.
    pub employee_name: String,
    /// Team at the end of the period.
    pub team: Option<String>,
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
    /// RR2 by mail (AAPOR), 0–1.
    pub response_rate: Option<f64>,
    /// Level plus difference, in points.
    pub score: Option<f64>,
    /// Points from the comparable mean, shrunk.
    pub difference: Option<f64>,
    /// Its standard error.
    pub difference_se: Option<f64>,
    /// Lower end of its 95 % interval.
    pub difference_lo: Option<f64>,
    /// Upper end of its 95 % interval.
    pub difference_hi: Option<f64>,
    /// Points from the comparable mean, from this person's answers alone.
    pub direct: Option<f64>,
    /// Its standard error.
    pub direct_se: Option<f64>,
    /// Lower end of its 95 % interval.
    pub direct_lo: Option<f64>,
    /// Upper end of its 95 % interval.
    pub direct_hi: Option<f64>,
    /// Share of the variance that is the person's, 0–1.
    pub reliability: Option<f64>,
    /// `report`, `indicative`, `direct_only` or `not_enough_data`.
    pub status: &'static str,
    /// `high`, `low` or nothing.
    pub flag: &'static str,
    /// Scored answers to `overall`.
    pub n: i64,
    /// Their mean in points 0–100, weighted by the share of the visit.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval (Student's t).
    pub mean_lo: Option<f64>,
    /// Upper end of its 95 % interval (Student's t).
    pub mean_hi: Option<f64>,
    /// Share of the two best marks, 0–1.
    pub top2: Option<f64>,
    /// Lower end of its 95 % interval (Wilson).
    pub top2_lo: Option<f64>,
    /// Upper end of its 95 % interval (Wilson).
    pub top2_hi: Option<f64>,
    /// Estimates by question.
    pub dimensions: Vec<DimensionEvaluation>,
    /// What pages say besides.
    #[serde(skip)]
    pub detail: EmployeeDetail,
}

/// What an employee's numbers rest on, for pages and statements; hidden where their estimates are.
#[derive(Debug, Clone, Default)]
pub struct EmployeeDetail {
    /// Our id of the employee.
    pub id: uuid::Uuid,
    /// Points that were to be expected for the visits this person had.
    pub expected: Option<f64>,
    /// Probability that the true difference is above zero.
    pub above_zero: Option<f64>,
    /// Points by which answers by mail lie above those by call-back.
    pub mail_less_calls: Option<f64>,
    /// Answers by mail and call-back on which the estimates rest.
    pub answers: i64,
    /// Visits that were drawn and called back.
    pub called: i64,
}

/// One employee and one question.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DimensionEvaluation {
    /// Key of the question.
    pub question: String,
    /// Points from the comparable mean.
    pub difference: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lo: Option<f64>,
    /// Upper end of its 95 % interval.
    pub hi: Option<f64>,
    /// `high`, `low` or nothing.
    pub flag: &'static str,
}
