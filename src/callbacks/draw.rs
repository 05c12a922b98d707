//! Drawing a wave: all priority cases and all who were drawn on arrival to be phoned, and of the others those whose
//! permanent random number lies below the share.

use super::model::{Kind, NewCallback, rank};
use super::queries::candidates::{Candidate, lock_candidates};
use super::queries::wave::{self as waves, Stratum, Wave};
use super::{close, due, file, queries, rules};
use crate::audit::{self, Actor};
use crate::changes;
use crate::error::{Error, Result, check_span};
use crate::ids::{self, Keyring};
use crate::visits::Outcome;
use crate::visits::queries::update_outcomes;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The strata of a wave.
pub const STRATA: [Kind; 3] = [Kind::Priority, Kind::Random, Kind::PhoneFirst];

/// Which wave to draw.
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    /// First visit date, included.
    pub from: NaiveDate,
    /// Last visit date, included.
    pub to: NaiveDate,
    /// Which share of the random stratum, above 0 up to 1.
    pub share: f64,
}

impl Draw {
    /// Checks the span and the share.
    ///
    /// # Errors
    /// 422 naming the field that is wrong.
    pub fn check(self) -> Result<Self> {
        check_span(self.from, self.to)?;
        if !(self.share > 0.0 && self.share <= 1.0) {
            return Err(Error::invalid_field("/share", "must be above 0 and at most 1, such as 0.35"));
        }
        Ok(self)
    }
}

/// A visit of the frame, and the stratum it belongs to.
struct Framed {
    candidate: Candidate,
    kind: Kind,
    is_drawn: bool,
}

/// Draws a wave; call it in a transaction. Everybody in its frame gets their probability now, drawn or not: who answers
/// by mail from here on belongs to the second phase.
///
/// # Errors
/// 422 for a wrong span or share.
pub fn draw(
    connection: &mut PgConnection,
    keys: &Keyring,
    asked: Draw,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(Wave, Vec<Stratum>)> {
    let asked = asked.check()?;
    waves::lock_draws(connection, now)?;
    let found = lock_candidates(connection, asked.from, asked.to)?;
    let frame: Vec<Framed> = file::may_be_phoned(connection, keys, found)?
        .into_iter()
        .map(|candidate| framed(candidate, asked.share))
        .collect();
    let by = actor.to_string();
    let wave = Wave {
        id: ids::new_id(),
        from_on: asked.from,
        to_on: asked.to,
        share: asked.share,
        state: "open".to_owned(),
        drawn_at: now,
        drawn_by: by.clone(),
        closed_at: None,
        closed_by: None,
    };
    let strata: Vec<Stratum> = STRATA.map(|kind| stratum(wave.id, kind, &frame)).to_vec();
    waves::insert(connection, &wave, &strata)?;
    let rows: Vec<NewCallback> = frame.iter().map(|one| row(one, &wave)).collect();
    queries::insert_all(connection, &rows)?;
    let drawn = rows.iter().zip(&frame).filter(|(_, one)| one.is_drawn);
    let drawn: Vec<(Uuid, Uuid)> = drawn.map(|(row, _)| (row.id, row.visit_id)).collect();
    due::tell(connection, &drawn, now)?;
    for stratum in &strata {
        let drawn = frame.iter().filter(|one| one.is_drawn && one.kind.as_str() == stratum.kind);
        let ids: Vec<Uuid> = drawn.map(|one| one.candidate.id).collect();
        update_outcomes(connection, &ids, Outcome::ToCall, now, &by, &reason(stratum, asked.share)?)?;
    }
    let all: Vec<Uuid> = frame.iter().map(|one| one.candidate.id).collect();
    changes::append_many(connection, &all)?;
    let detail = json!({ "framed": frame.len(), "drawn": strata.iter().map(|one| one.drawn).sum::<i64>() });
    audit::record(connection, now, actor, "wave.drawn", &format!("wave {}", wave.id), detail)?;
    close::if_worked(connection, wave.id, now)?;
    Ok((wave, strata))
}

fn framed(candidate: Candidate, share: f64) -> Framed {
    let kind = match candidate.outcome.as_str() {
        "phone_first" => Kind::PhoneFirst,
        _ if candidate.priority => Kind::Priority,
        _ => Kind::Random,
    };
    let is_drawn = rules::is_drawn(kind, share, candidate.call_priority);
    Framed { candidate, kind, is_drawn }
}

fn stratum(wave: Uuid, kind: Kind, frame: &[Framed]) -> Stratum {
    let of_kind = || frame.iter().filter(|one| one.kind == kind);
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Stratum {
        wave_id: wave,
        kind: kind.as_str().to_owned(),
        framed: count(of_kind().count()),
        drawn: count(of_kind().filter(|one| one.is_drawn).count()),
        called: None,
        probability: None,
    }
}

fn row(one: &Framed, wave: &Wave) -> NewCallback {
    NewCallback {
        id: ids::new_id(),
        visit_id: one.candidate.id,
        kind: one.kind.as_str(),
        state: if one.is_drawn { "open" } else { "done" },
        probability: Some(rules::preset(one.kind, wave.share)),
        called: (!one.is_drawn).then_some(false),
        created_at: wave.drawn_at,
        wave_id: Some(wave.id),
        came_from: Some(one.candidate.outcome.clone()),
        rank: rank(one.kind, one.candidate.priority),
        call_priority: one.candidate.call_priority,
    }
}

fn reason(stratum: &Stratum, share: f64) -> Result<String> {
    Ok(match stratum.kind()? {
        Kind::Random => format!("drawn by lot, {:.1} % of {} visits", share * 100.0, stratum.framed),
        Kind::PhoneFirst => "drawn on arrival to be phoned first".to_owned(),
        Kind::Priority | Kind::Service => "a priority case, all of which are called".to_owned(),
    })
}
