//! Phoning first, by lot: some customers are phoned instead of mailed, so that the effect of the phone on answers is
//! known and can be taken out of the scores (STATISTICS §6.7).

use super::queries::wave as queries;
use crate::customers::stops;
use crate::error::Result;
use crate::ids::Keyring;
use crate::visits::Outcome;
use crate::visits::model::{CheckedVisit, Decision};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// What the number of a visit is drawn for that decides whether it is phoned first: one purpose each, so that draws
/// are independent (STATISTICS §00.6).
pub const PHONE_FIRST: &str = "phone_first";

/// Which share is phoned first until the effect of the mode is known.
const UNTIL_KNOWN: f64 = 0.08;

/// Which share afterwards, as a watch.
const AS_A_WATCH: f64 = 0.02;

/// The effect is known once its standard error is at most this (points of 100).
const KNOWN: f64 = 1.0;

/// Returns which share of the arriving visits that have a number is phoned first, 0 to 1: none until the organisation
/// has drawn its first wave.
///
/// # Errors
/// When the database does not answer.
pub fn phone_first_share(connection: &mut PgConnection) -> Result<f64> {
    let (started, standard_error) = queries::find_calling(connection)?;
    Ok(share(started, standard_error))
}

fn share(started: Option<DateTime<Utc>>, standard_error: Option<f64>) -> f64 {
    match (started, standard_error) {
        (None, _) => 0.0,
        (Some(_), Some(error)) if error <= KNOWN => AS_A_WATCH,
        (Some(_), _) => UNTIL_KNOWN,
    }
}

/// Decides whether a visit that is to be mailed is phoned first instead: by lot among those with a number and a basis
/// for calls.
///
/// # Errors
/// When the database does not answer.
pub fn decide(
    connection: &mut PgConnection,
    keys: &Keyring,
    (visit, customer): (&CheckedVisit, Option<Uuid>),
    decision: Decision,
) -> Result<Decision> {
    let covers_calls =
        visit.basis.as_ref().is_none_or(|basis| basis.channels.iter().any(|channel| channel == "phone"));
    let Some(phone) = visit.contact.phone.as_deref() else { return Ok(decision) };
    if decision.outcome != Outcome::Planned || !covers_calls {
        return Ok(decision);
    }
    let share = phone_first_share(connection)?;
    let is_drawn = keys.draw(PHONE_FIRST, &visit.external_id) < share;
    if !is_drawn || !stops::may_be_phoned(connection, keys, customer, phone)? {
        return Ok(decision);
    }
    let reason = format!("drawn by lot to be phoned first, {:.0} % of those with a number", share * 100.0);
    Ok(Decision { outcome: Outcome::PhoneFirst, reason, send_at: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_phoned_first_before_calling_has_begun_and_few_once_the_effect_is_known() {
        let begun = Some(DateTime::UNIX_EPOCH);
        let same = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(same(share(None, Some(0.5)), 0.0));
        assert!(same(share(begun, None), 0.08) && same(share(begun, Some(1.01)), 0.08));
        assert!(same(share(begun, Some(1.0)), 0.02));
    }
}
