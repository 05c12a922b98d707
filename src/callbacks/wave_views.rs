//! What those who lead calling see: rates and counts, and no score of anybody who was rated.

use super::queries::watch::{CallerEffect, EmployeeRates, Progress, Reach};
use super::queries::wave::{Stratum, Wave};
use super::rules::NEEDED;
use super::work_views::disposition;
use crate::web::format::{counted, day, moment, one, percent};
use crate::web::shell::Shell;
use askama::Template;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// Fewer answers than this make no mean (STATISTICS §2a and DESIGN §6.11).
const LEAST: i64 = 10;

/// One wave.
#[derive(Debug, Clone)]
pub struct WaveRow {
    /// Our id.
    pub id: Uuid,
    /// Its visit dates.
    pub dates: String,
    /// Its share.
    pub share: String,
    /// How many of how many visits were drawn, by kind.
    pub strata: Vec<String>,
    /// How many are over.
    pub over: String,
    /// How many of them answered.
    pub answered: String,
    /// When it is expected to end, or the probabilities that came of it.
    pub end: String,
    /// Whether it is worked.
    pub is_open: bool,
}

impl WaveRow {
    /// Puts a wave into words.
    pub fn new(wave: &Wave, strata: &[Stratum], progress: Option<&Progress>, today: NaiveDate) -> Self {
        let drawn: i64 = strata.iter().map(|one| one.drawn).sum();
        let (over, answered, lately) = progress.map_or((0, 0, 0), |one| (one.over, one.answered, one.lately));
        let told = strata.iter().filter(|one| one.framed > 0).map(|one| {
            let kind = super::views::kind(&one.kind).to_lowercase();
            format!("{kind}: {} of {}", one.drawn, one.framed)
        });
        let end = if wave.is_open() { expected(drawn - over, lately, today) } else { realised(strata) };
        Self {
            id: wave.id,
            dates: format!("{} to {}", day(wave.from_on), day(wave.to_on)),
            share: percent(wave.share),
            strata: told.collect(),
            over: format!("{over} of {drawn}"),
            answered: share_of(answered, over),
            end,
            is_open: wave.is_open(),
        }
    }
}

/// When the rest is done at the pace of the last seven days.
fn expected(left: i64, lately: i64, today: NaiveDate) -> String {
    if left <= 0 {
        return "when the last calls are over".to_owned();
    }
    if lately == 0 {
        return "not known yet: nobody was called in the last 7 days".to_owned();
    }
    let days = (left * 7 + lately - 1) / lately;
    let end = u64::try_from(days).ok().and_then(|days| today.checked_add_days(Days::new(days)));
    end.map_or_else(|| "not in sight".to_owned(), |end| format!("about {}", day(end)))
}

fn realised(strata: &[Stratum]) -> String {
    let told = strata.iter().filter(|one| one.framed > 0).map(|one| {
        let chance = one.probability.map_or_else(|| "not drawn".to_owned(), percent);
        format!("{} {chance}", super::views::kind(&one.kind).to_lowercase())
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "nobody was in it".to_owned() } else { format!("chance: {}", told.join(", ")) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls")]
fn share_of(part: i64, whole: i64) -> String {
    if whole == 0 {
        "–".to_owned()
    } else {
        format!("{} ({part} of {whole})", percent(part as f64 / whole as f64))
    }
}

/// Attempts of an hour or a number.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Which one.
    pub label: String,
    /// How many attempts.
    pub attempts: i64,
    /// How many of them reached somebody, and their share.
    pub share: String,
}

impl Bar {
    fn new(label: String, reach: &Reach) -> Self {
        let share = share_of(reach.reached, reach.attempts);
        Self { label, attempts: reach.attempts, share }
    }

    /// Attempts by the hour on the customer's clock.
    pub fn of_hours(rows: &[Reach]) -> Vec<Self> {
        rows.iter().map(|row| Self::new(format!("{:02}:00 to {:02}:59", row.place, row.place), row)).collect()
    }

    /// Attempts by their number.
    pub fn of_tries(rows: &[Reach]) -> Vec<Self> {
        rows.iter().map(|row| Self::new(format!("Try {}", row.place), row)).collect()
    }
}

/// An appointment.
#[derive(Debug, Clone)]
pub struct NextCall {
    /// When.
    pub when: String,
    /// Id of the visit as it was sent.
    pub visit: String,
}

impl NextCall {
    /// Puts it into words.
    pub fn new(at: Option<DateTime<Utc>>, visit: String, zone: Tz) -> Self {
        Self { when: at.map_or_else(String::new, |at| moment(at, zone)), visit }
    }
}

/// An employee, with rates and without a score.
#[derive(Debug, Clone)]
pub struct EmployeeRow {
    /// Name.
    pub name: String,
    /// Response rate by mail.
    pub by_mail: String,
    /// Reach of the call-backs.
    pub by_phone: String,
    /// All answers.
    pub answers: i64,
    /// How many more a reliability of 0.7 takes.
    pub missing: String,
}

impl EmployeeRow {
    /// Puts the rates of an employee into words.
    pub fn new(rates: &EmployeeRates) -> Self {
        let answers = rates.by_mail + rates.by_phone;
        let missing = (NEEDED - answers).max(0);
        Self {
            name: rates.name.clone(),
            by_mail: share_of(rates.by_mail, rates.invited),
            by_phone: share_of(rates.by_phone, rates.called),
            answers,
            missing: if missing == 0 { "enough".to_owned() } else { counted(missing, "answer", "answers") },
        }
    }
}

/// A caller.
#[derive(Debug, Clone)]
pub struct CallerRow {
    /// Name.
    pub name: String,
    /// Attempts.
    pub attempts: i64,
    /// Reach.
    pub reached: String,
    /// Answers that they took.
    pub answers: i64,
    /// Their mean with its 95 % interval, in points; too few make none.
    pub mean: String,
}

impl CallerRow {
    /// Puts what a caller did into words.
    pub fn new(name: String, effect: &CallerEffect) -> Self {
        let mean = effect.mean.zip(effect.spread).filter(|_| effect.answers >= LEAST);
        #[expect(clippy::cast_precision_loss, reason = "counts of calls")]
        let interval = mean.map(|(mean, spread)| (mean, 1.96 * spread / (effect.answers as f64).sqrt()));
        Self {
            name,
            attempts: effect.attempts,
            reached: share_of(effect.reached, effect.attempts),
            answers: effect.answers,
            mean: interval.map_or_else(
                || "too few answers".to_owned(),
                |(mean, half)| format!("{} ± {}", one(mean), one(half)),
            ),
        }
    }
}

/// The page of those who lead calling.
#[derive(Template, Default)]
#[template(path = "callbacks/pages/waves.html")]
pub struct WavesPage {
    /// What stands around.
    pub shell: Shell,
    /// Whether the reader draws waves.
    pub draws: bool,
    /// Whether only the own team's employees are listed.
    pub own_team: bool,
    /// First visit date, as typed.
    pub from: String,
    /// Last visit date, as typed.
    pub to: String,
    /// Share in per cent, as typed.
    pub share: String,
    /// What to correct.
    pub errors: Vec<String>,
    /// The waves, the newest first.
    pub waves: Vec<WaveRow>,
    /// Attempts by hour.
    pub hours: Vec<Bar>,
    /// Attempts by number.
    pub tries: Vec<Bar>,
    /// How call-backs ended.
    pub ended: Vec<(String, i64)>,
    /// The next appointments.
    pub appointments: Vec<NextCall>,
    /// The employees.
    pub employees: Vec<EmployeeRow>,
    /// The callers; for HR.
    pub callers: Vec<CallerRow>,
    /// Which share of the arriving visits is phoned first.
    pub phone_first: f64,
}

impl WavesPage {
    fn phone_first_text(&self) -> String {
        percent(self.phone_first)
    }

    fn short_of(&self) -> usize {
        self.employees.iter().filter(|one| one.missing != "enough").count()
    }

    fn needed() -> i64 {
        NEEDED
    }

    fn word(word: &str) -> &'static str {
        disposition(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_wave_is_told_from_the_pace_of_a_week() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        assert_eq!(expected(30, 70, today), "about 23 Nov 2026");
        assert_eq!(expected(31, 70, today), "about 24 Nov 2026");
        assert!(expected(31, 0, today).starts_with("not known"));
    }
}
