//! How an attempt ended, and what becomes of the invitation and the visit.

use super::model::{Claimed, LINK_WORKS, LetterKind, TOO_OLD};
use super::queries::hot::{self, TakenLetter};
use super::queries::queue::{Ended, Held};
use super::queries::{self, attempts, queue};
use super::verdict::{self, Verdict};
use super::{breaker, remind};
use crate::app::App;
use crate::config::zone_or;
use crate::customers;
use crate::db;
use crate::error::Result;
use crate::ids;
use crate::jobs::backoff;
use crate::mail::{Failure, Reply};
use crate::metrics;
use crate::visits::store::{self, Change};
use crate::visits::{Outcome, queries as visits};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

/// How an attempt ended, and in whose words.
#[derive(Debug, Clone)]
pub struct End {
    /// What it means for the invitation.
    pub verdict: Verdict,
    /// The relay's words, or ours.
    pub words: String,
}

impl End {
    /// The relay took the letter.
    pub fn accepted(reply: &Reply) -> Self {
        Self { verdict: Verdict::Accepted, words: format!("{} {}", reply.code, reply.text) }
    }

    /// The relay did not take it, or nobody knows.
    pub fn failed(failure: &Failure) -> Self {
        Self { verdict: verdict::of_failure(failure), words: failure.to_string() }
    }

    /// The letter cannot be written.
    pub fn unwritten(words: String) -> Self {
        Self { verdict: Verdict::Unwritten, words }
    }

    /// Nothing was tried.
    pub fn not_begun(words: &str) -> Self {
        Self { verdict: Verdict::NotBegun, words: format!("{} {words}", attempts::NOT_TRIED) }
    }
}

/// An attempt that is over.
#[derive(Debug)]
pub struct Attempted {
    /// What was tried.
    pub claimed: Arc<Claimed>,
    /// How it ended.
    pub end: End,
}

/// Records how attempts of a worker ended, in one transaction; returns whether the breaker is open after it.
///
/// # Errors
/// When the database does not answer.
pub fn record(
    connection: &mut PgConnection,
    app: &App,
    worker: Uuid,
    ended: &[Arc<Attempted>],
) -> Result<bool> {
    let (accepted, others): (Vec<&Attempted>, Vec<&Attempted>) =
        ended.iter().map(AsRef::as_ref).partition(|one| one.end.verdict == Verdict::Accepted);
    let now = app.clock.now();
    if others.is_empty() {
        // Nearly always: one statement is a transaction of its own.
        Recorder { connection, app, worker, now }.accepted(&accepted, true)?;
        count(ended);
        return Ok(false);
    }
    let is_open = db::transaction(connection, |connection| {
        Recorder { connection, app, worker, now }.all(&accepted, &others)
    })?;
    count(ended);
    Ok(is_open)
}

fn count(ended: &[Arc<Attempted>]) {
    for verdict in ended.iter().filter_map(|one| one.end.verdict.word()) {
        metrics::letter_ended(verdict);
    }
}

struct Recorder<'a> {
    connection: &'a mut PgConnection,
    app: &'a App,
    worker: Uuid,
    now: DateTime<Utc>,
}

impl Recorder<'_> {
    /// Returns whether the breaker is open after it.
    fn all(&mut self, accepted: &[&Attempted], others: &[&Attempted]) -> Result<bool> {
        let all = accepted.iter().chain(others);
        let visits: Vec<Uuid> = all.map(|one| one.claimed.visit).collect();
        visits::lock_outcomes(self.connection, &visits)?;
        let mut is_open = false;
        for one in others {
            is_open |= self.one(&one.claimed, &one.end)?;
        }
        if !accepted.is_empty() {
            self.accepted(accepted, false)?;
        }
        Ok(is_open && accepted.is_empty())
    }

    fn next_letter(&self, claimed: &Claimed) -> (LetterKind, Option<DateTime<Utc>>) {
        remind::next(self.app, claimed.letter, claimed.about.time_zone.as_deref(), self.now)
    }

    fn held(&self, claimed: &Claimed) -> Held {
        Held { id: claimed.id, worker: self.worker, attempts: claimed.attempts }
    }

    /// When the link of a first letter begins and ends to work.
    fn mailed(&self, claimed: &Claimed) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        claimed.is_first().then_some((self.now, self.now + LINK_WORKS))
    }

    fn accepted(&mut self, accepted: &[&Attempted], relaxed: bool) -> Result<()> {
        let letters: Vec<TakenLetter<'_>> = accepted
            .iter()
            .map(|one| {
                let (letter, further_at) = self.next_letter(&one.claimed);
                TakenLetter { claimed: &one.claimed, reply: &one.end.words, letter, further_at }
            })
            .collect();
        let when = hot::When { now: self.now, expires_at: self.now + LINK_WORKS, relaxed };
        hot::end_taken(self.connection, &letters, self.worker, when).map(drop)
    }

    /// Returns whether the breaker is open.
    fn one(&mut self, claimed: &Claimed, end: &End) -> Result<bool> {
        let words = end.words.as_str();
        let state = if end.verdict == Verdict::Unknown { "unknown" } else { "refused" };
        attempts::end(self.connection, claimed.attempt, state, words, self.now)?;
        match end.verdict {
            Verdict::Accepted => return Ok(false),
            Verdict::NotBegun => {
                self.give_back(claimed, words, self.now)?;
                breaker::decline(self.connection)?;
                return Ok(false);
            }
            Verdict::Unwritten => {
                tracing::error!(visit = %claimed.visit, words, "a letter cannot be written");
                self.retry(claimed, words)?;
                breaker::decline(self.connection)?;
                return Ok(false);
            }
            Verdict::RelayFault | Verdict::OurFault => {
                self.retry(claimed, words)?;
                let ours = end.verdict == Verdict::OurFault;
                let until = breaker::count_fault(self.connection, words, ours, self.now)?;
                return Ok(until.is_some_and(|until| until > self.now));
            }
            Verdict::Unknown => {
                self.unknown(claimed, words)?;
                // A relay that falls silent after each letter would leave nothing but letters of unknown fate.
                let until = breaker::count_fault(self.connection, words, false, self.now)?;
                return Ok(until.is_some_and(|until| until > self.now));
            }
            Verdict::Retry => self.retry(claimed, words)?,
            Verdict::Bounced | Verdict::Failed => self.refused(claimed, end)?,
        }
        // Whatever it said, the relay is there.
        breaker::clear(self.connection)?;
        Ok(false)
    }

    fn unknown(&mut self, claimed: &Claimed, words: &str) -> Result<()> {
        let (letter, further_at) = self.next_letter(claimed);
        // Nobody knows about a reminder: then the letter before it stands as it stood.
        let (state, to) = claimed.is_first().then_some(("unknown", Outcome::Unknown)).unzip();
        let ended = Ended { state, letter, mailed: self.mailed(claimed), further_at };
        self.settle(claimed, &ended, to, words)
    }

    /// A letter that was refused may have arrived all the same; its link works as long as any other.
    fn refused(&mut self, claimed: &Claimed, end: &End) -> Result<()> {
        // A reminder that was refused does not undo the letter before it, unless the address is gone.
        let (state, to) = match (end.verdict == Verdict::Bounced, claimed.is_first()) {
            (true, _) => (Some("bounced"), Some(Outcome::Bounced)),
            (false, true) => (Some("failed"), Some(Outcome::Failed)),
            (false, false) => (None, None),
        };
        if claimed.is_first() {
            queries::asked::release(self.connection, claimed.visit)?;
        }
        if let Some(email) = claimed.about.customer_email.as_ref().filter(|_| end.verdict == Verdict::Bounced)
        {
            let reason = super::bounces::NO_ADDRESS;
            customers::suppress(self.connection, &self.app.keys, email, reason, self.now)?;
        }
        let ended = Ended { state, letter: claimed.letter, mailed: self.mailed(claimed), further_at: None };
        self.settle(claimed, &ended, to, &end.words)
    }

    /// Ends a claim that is still ours, and moves the visit if the road allows it.
    fn settle(
        &mut self,
        claimed: &Claimed,
        ended: &Ended<'_>,
        to: Option<Outcome>,
        words: &str,
    ) -> Result<()> {
        let is_ours = queue::end_claim(self.connection, self.held(claimed), ended)?;
        if let Some(to) = to.filter(|_| is_ours) {
            let change = Change { to, by: "worker", reason: words, send_at: None };
            store::change(self.connection, claimed.visit, &change, self.now)?;
        }
        Ok(())
    }

    /// Gives a claim back that is still ours, for a time.
    fn give_back(&mut self, claimed: &Claimed, words: &str, at: DateTime<Utc>) -> Result<bool> {
        let is_ours = queue::plan_again(self.connection, self.held(claimed), claimed.is_first(), at)?;
        if is_ours && claimed.is_first() {
            let again = Change { to: Outcome::Planned, by: "worker", reason: words, send_at: Some(at) };
            if !store::change(self.connection, claimed.visit, &again, self.now)? {
                // A letter that was refused after its dot had arrived all the same, and was answered.
                queue::keep_open(self.connection, claimed.id, self.now, self.now + LINK_WORKS)?;
                return Ok(false);
            }
        }
        Ok(is_ours)
    }

    /// Plans another try, or lets the visit expire when that would come too late.
    fn retry(&mut self, claimed: &Claimed, words: &str) -> Result<()> {
        let sending = &self.app.config.sending;
        let tries = attempts::count_tries(self.connection, claimed.id, claimed.letter, claimed.copy)?;
        let wait = backoff::wait(sending.retry_first, u32::try_from(tries).unwrap_or(1), ids::chance());
        let zone = zone_or(self.app.config.organisation.time_zone, claimed.about.time_zone.as_deref());
        let at = sending.window.next(self.now + wait, zone);
        let is_ours = self.give_back(claimed, words, at)?;
        if is_ours && claimed.is_first() && at > claimed.about.visited_at + TOO_OLD {
            let reason = "another try would come later than 14 days after the visit";
            let change = Change { to: Outcome::Expired, by: "rule", reason, send_at: None };
            store::change(self.connection, claimed.visit, &change, self.now)?;
            queries::close(self.connection, claimed.id)?;
        }
        Ok(())
    }
}
