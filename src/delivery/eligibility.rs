//! Whom to ask: what becomes of a visit on arrival, with the reason.

use super::asked;
use super::model::{TOO_OLD, domain_of};
use crate::config::Config;
use crate::customers::stops::{self, Channel};
use crate::error::Result;
use crate::ids::Keyring;
use crate::surveys::SurveyVersion;
use crate::visits::Outcome;
use crate::visits::model::{CheckedVisit, Decision};
use crate::{customers, people};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use uuid::Uuid;

/// What the database knows about the address of a visit.
#[derive(Debug, Default)]
struct Known {
    suppressed: Option<String>,
    is_staff: bool,
    /// When whoever reads it was asked last, if that is not long ago.
    asked_at: Option<DateTime<Utc>>,
}

/// What the number of a visit is drawn for that decides whether it is asked about (STATISTICS §00.6).
const SAMPLE: &str = "sample";

/// Decides what becomes of a visit that has just come; `customer` is the file it names, if there is one.
///
/// # Errors
/// When the database does not answer.
pub fn decide(
    connection: &mut PgConnection,
    (visit, customer): (&CheckedVisit, Option<Uuid>),
    survey: &SurveyVersion,
    config: &Config,
    keys: &Keyring,
    now: DateTime<Utc>,
) -> Result<Decision> {
    let known = know(connection, (visit.contact.email.as_deref(), customer), config, keys, now)?;
    let draw = keys.draw(SAMPLE, &visit.external_id);
    Ok(judge(visit, &known, draw, survey, config, now))
}

fn know(
    connection: &mut PgConnection,
    (email, customer): (Option<&str>, Option<Uuid>),
    config: &Config,
    keys: &Keyring,
    now: DateTime<Utc>,
) -> Result<Known> {
    let Some(email) = email else { return Ok(Known::default()) };
    let domain = domain_of(Some(email)).unwrap_or_default();
    let is_own = |own: &String| domain == *own || domain.ends_with(&format!(".{own}"));
    let unwilling = match customer {
        Some(id) => stops::stopped_among(connection, &[id], Channel::Email)?.remove(&id),
        None => None,
    };
    Ok(Known {
        suppressed: unwilling
            .map_or_else(|| customers::suppressed(connection, keys, email), |why| Ok(Some(why)))?,
        is_staff: config.sending.own_domains.iter().any(is_own)
            || people::queries::is_staff_address(connection, email)?,
        asked_at: asked::last(connection, keys, email, config.sending.ask_every, now)?,
    })
}

/// Returns until when a customer who was asked last at a time is not asked again, and how the history says so.
pub fn held(last: DateTime<Utc>, zone: Tz, config: &Config) -> (DateTime<Utc>, String) {
    let every = config.sending.ask_every;
    let day = last.with_timezone(&config.organisation.time_zone).format("%Y-%m-%d");
    let span = match every.num_days() {
        0 => format!("{} hours", every.num_hours()),
        days => format!("{days} days"),
    };
    let reason = format!("held: the customer was asked about another visit on {day}, at most once in {span}");
    (config.sending.window.next(last + every, zone), reason)
}

/// What a correction of contact data says about a visit that was not sent yet.
#[derive(Debug)]
pub struct Corrected<'a> {
    /// The id that it came with.
    pub external_id: &'a str,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// The customer's file.
    pub customer: Option<Uuid>,
    /// The address now.
    pub email: Option<&'a str>,
    /// Why there is none.
    pub problem: Option<String>,
    /// The zone now.
    pub zone: Option<Tz>,
}

/// Decides again after a correction: the same rules for the address, and the date in the customer's own hours.
///
/// # Errors
/// When the database does not answer.
pub fn decide_again(
    connection: &mut PgConnection,
    corrected: &Corrected<'_>,
    config: &Config,
    keys: &Keyring,
    now: DateTime<Utc>,
) -> Result<Decision> {
    let known = know(connection, (corrected.email, corrected.customer), config, keys, now)?;
    let reason = "the contact data were corrected".to_owned();
    Ok(judge_age(corrected.visited_at, now)
        .or_else(|| judge_address(corrected.problem.as_deref().filter(|_| corrected.email.is_none()), &known))
        .or_else(|| judge_draw(keys.draw(SAMPLE, corrected.external_id), config))
        .unwrap_or_else(|| planned(corrected.visited_at, corrected.zone, &known, reason, config, now)))
}

fn planned(
    visited_at: DateTime<Utc>,
    zone: Option<Tz>,
    known: &Known,
    reason: String,
    config: &Config,
    now: DateTime<Utc>,
) -> Decision {
    let soonest = send_at(visited_at, zone, config, now);
    let zone = zone.unwrap_or(config.organisation.time_zone);
    let held = known.asked_at.map(|last| held(last, zone, config)).filter(|(at, _)| *at > soonest);
    let (at, reason) = held.unwrap_or((soonest, reason));
    Decision { outcome: Outcome::Planned, reason, send_at: Some(at) }
}

fn closed(outcome: Outcome, reason: impl Into<String>) -> Decision {
    Decision { outcome, reason: reason.into(), send_at: None }
}

fn judge_age(visited_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Decision> {
    (visited_at < now - TOO_OLD).then(|| closed(Outcome::Expired, "the visit is older than 14 days"))
}

fn judge_draw(draw: f64, config: &Config) -> Option<Decision> {
    let (sample, percent) = (config.sending.sample, config.sending.sample * 100.0);
    let reason = || format!("not drawn; {percent:.0} % of the visits are asked about");
    (draw >= sample).then(|| closed(Outcome::NotSampled, reason()))
}

fn judge_address(problem: Option<&str>, known: &Known) -> Option<Decision> {
    if let Some(problem) = problem {
        return Some(closed(Outcome::NoAddress, problem));
    }
    if known.is_staff {
        return Some(closed(Outcome::Internal, "the address is one of our own people's"));
    }
    known.suppressed.as_ref().map(|reason| closed(Outcome::Suppressed, reason))
}

/// The rules, in their order: first what makes a visit not eligible, then whether there is an address.
fn judge(
    visit: &CheckedVisit,
    known: &Known,
    draw: f64,
    survey: &SurveyVersion,
    config: &Config,
    now: DateTime<Utc>,
) -> Decision {
    if let Some(decision) = judge_age(visit.visited_at, now) {
        return decision;
    }
    let default_basis = config.organisation.lawful_basis.is_some();
    match &visit.basis {
        None if !default_basis => return closed(Outcome::NoBasis, "no lawful basis was given"),
        Some(basis) if !basis.channels.iter().any(|channel| channel == "email") => {
            return closed(Outcome::NoBasis, format!("{} does not cover mail", basis.kind));
        }
        _ => {}
    }
    if let Some(decision) = judge_address(visit.address_problem.as_deref(), known) {
        return decision;
    }
    if let Some(decision) = judge_draw(draw, config) {
        return decision;
    }
    let reason = format!("survey {} v{}", survey.survey, survey.version);
    planned(visit.visited_at, visit.time_zone, known, reason, config, now)
}

/// When a survey is to be mailed: after the delay, in the customer's own hours.
pub fn send_at(
    visited_at: DateTime<Utc>,
    zone: Option<Tz>,
    config: &Config,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let earliest = (visited_at + config.sending.delay).max(now);
    config.sending.window.next(earliest, zone.unwrap_or(config.organisation.time_zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visits::intake;
    use crate::visits::model::VisitMessage;
    use serde_json::{Value, json};

    fn now() -> DateTime<Utc> {
        "2026-11-20T15:00:00Z".parse().unwrap()
    }

    fn judged(change: &Value, known: &Known) -> Decision {
        let mut message = json!({
            "id": "1", "visited_at": "2026-11-20T14:05:00Z", "service": "repair", "employees": [{"id": "E1"}],
            "customer": {"email": "c@example.com", "time_zone": "Europe/London"},
            "lawful_basis": {"kind": "consent"},
        });
        message.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let message: VisitMessage = serde_json::from_value(message).unwrap();
        let visit = intake::check(&message, now()).unwrap();
        let content = crate::surveys::builtin::content();
        let survey =
            SurveyVersion { id: uuid::Uuid::nil(), survey: "post-service".into(), version: 1, content };
        judge(&visit, known, 0.5, &survey, &Config::from_lookup(&|_| None).unwrap(), now())
    }

    #[test]
    fn a_sound_visit_is_planned_two_hours_later() {
        let decision = judged(&json!({}), &Known::default());
        assert_eq!(decision.outcome, Outcome::Planned);
        assert_eq!(decision.reason, "survey post-service v1");
        assert_eq!(decision.send_at, Some("2026-11-20T16:05:00Z".parse().unwrap()));
    }

    #[test]
    fn each_reason_not_to_ask_is_told() {
        for (change, outcome) in [
            (json!({"visited_at": "2026-11-01T14:05:00Z"}), Outcome::Expired),
            (json!({"lawful_basis": null}), Outcome::NoBasis),
            (json!({"lawful_basis": {"kind": "consent", "channels": ["phone"]}}), Outcome::NoBasis),
            (json!({"customer": {"email": "c@"}}), Outcome::NoAddress),
            (json!({"customer": null}), Outcome::NoAddress),
        ] {
            let decision = judged(&change, &Known::default());
            assert_eq!((decision.outcome, decision.send_at), (outcome, None));
            assert!(!decision.reason.is_empty());
        }
    }

    #[test]
    fn staff_and_suppressed_addresses_are_not_asked() {
        let staff = Known { is_staff: true, ..Known::default() };
        assert_eq!(judged(&json!({}), &staff).outcome, Outcome::Internal);
        let stopped = Known { suppressed: Some("the customer said stop".into()), ..Known::default() };
        assert_eq!(judged(&json!({}), &stopped).outcome, Outcome::Suppressed);
    }
}
