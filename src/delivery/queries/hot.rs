//! The two statements that every letter passes, each for many letters at once and in one round trip: the marker, and
//! the end of a letter that the relay took.

use crate::delivery::model::{Claimed, LetterKind, WORKER_GONE};
use crate::error::Result;
use crate::visits::queries::SENT_FROM_FREED;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::sql_types::{Array, Bool, Bytea, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// Letters whose markers are to be set.
#[derive(Debug, Default)]
struct Marks {
    invitations: Vec<Uuid>,
    visits: Vec<Uuid>,
    attempts: Vec<Uuid>,
    first: Vec<bool>,
    numbers: Vec<i32>,
    hashed: Vec<Uuid>,
    hashes: Vec<Vec<u8>>,
    worker: Uuid,
    lease_until: DateTime<Utc>,
}

/// Sets the markers of claims before their bodies go out: of those that this worker still has, whose visits still
/// stand where the claim left them, and whose addresses are not stopped. `addresses` are their hashes, by
/// attempt. Leases are lengthened to outlast the reply; the unique index refuses a second mail past the dot. The
/// visits are locked, so that a stop that commits meanwhile is seen. Commit before the bodies. Returns the attempts
/// that may go on.
///
/// # Errors
/// When the database does not answer, or a letter of one of the invitations is past the dot already.
pub fn mark(
    connection: &mut PgConnection,
    claimed: &[&Claimed],
    addresses: Vec<(Uuid, Vec<u8>)>,
    worker: Uuid,
    lease_until: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let (of_attempts, hashes) = addresses.into_iter().unzip();
    let marks = Marks {
        invitations: claimed.iter().map(|claim| claim.id).collect(),
        visits: claimed.iter().map(|claim| claim.visit).collect(),
        attempts: claimed.iter().map(|claim| claim.attempt).collect(),
        first: claimed.iter().map(|claim| claim.is_first()).collect(),
        numbers: claimed.iter().map(|claim| claim.attempts).collect(),
        hashed: of_attempts,
        hashes,
        worker,
        lease_until,
    };
    Ok(marks.get_results(connection)?)
}

impl Query for Marks {
    type SqlType = SqlUuid;
}

impl QueryId for Marks {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl diesel::RunQueryDsl<PgConnection> for Marks {}

impl QueryFragment<Pg> for Marks {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH given AS MATERIALIZED (SELECT * FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.invitations)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.visits)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.attempts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(&self.first)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Int4>, _>(&self.numbers)?;
        out.push_sql(
            ") AS g(invitation_id, visit_id, attempt_id, is_first, number)), \
             standing AS MATERIALIZED (SELECT v.id FROM visit v JOIN given ON given.visit_id = v.id \
             WHERE CASE WHEN given.is_first THEN v.outcome = 'sending' ELSE v.outcome IN ('sent', 'unknown') END \
             ORDER BY v.id FOR UPDATE OF v), \
             stopped AS (SELECT h.attempt_id FROM unnest(",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.hashed)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bytea>, _>(&self.hashes)?;
        out.push_sql(
            ") AS h(attempt_id, hash) JOIN suppression s ON s.address_hash = h.hash), \
             held AS (UPDATE invitation SET lease_until = ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.lease_until)?;
        out.push_sql(
            " FROM given JOIN standing ON standing.id = given.visit_id \
             WHERE invitation.id = given.invitation_id AND invitation.lease_until IS NOT NULL \
             AND invitation.attempts = given.number AND given.attempt_id NOT IN (SELECT attempt_id FROM stopped) AND invitation.lease_owner = ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.worker)?;
        out.push_sql(
            " RETURNING given.attempt_id) UPDATE delivery_attempt SET state = 'past_marker' FROM held \
             WHERE delivery_attempt.id = held.attempt_id AND delivery_attempt.state = 'claimed' \
             RETURNING delivery_attempt.id",
        );
        Ok(())
    }
}

/// A letter that the relay took.
#[derive(Debug)]
pub struct TakenLetter<'a> {
    /// The claim.
    pub claimed: &'a Claimed,
    /// The relay's words.
    pub reply: &'a str,
    /// Which letter is the next, or was the last.
    pub letter: LetterKind,
    /// When the next is due.
    pub further_at: Option<DateTime<Utc>>,
}

struct TakenLetters<'a> {
    attempts: Vec<Uuid>,
    invitations: Vec<Uuid>,
    visits: Vec<Uuid>,
    replies: Vec<&'a str>,
    letters: Vec<&'static str>,
    further_at: Vec<Option<DateTime<Utc>>>,
    numbers: Vec<i32>,
    worker: Uuid,
    when: When,
}

/// When letters were taken.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// Now.
    pub now: DateTime<Utc>,
    /// Until when the links of first letters work.
    pub expires_at: DateTime<Utc>,
    /// Whether the commit need not wait for the disk.
    pub relaxed: bool,
}

/// Records that the relay took letters: their attempts are accepted, invitations that this worker still has are sent,
/// and visits that were being sent are sent, with their history; the breaker closes. What a rescue took for lost is known
/// again. Where `relaxed`, what a crash of the database forgets stays past its marker. Returns how many visits moved.
///
/// # Errors
/// When the database does not answer.
pub fn end_taken(
    connection: &mut PgConnection,
    taken: &[TakenLetter<'_>],
    worker: Uuid,
    when: When,
) -> Result<usize> {
    let letters = TakenLetters {
        attempts: taken.iter().map(|one| one.claimed.attempt).collect(),
        invitations: taken.iter().map(|one| one.claimed.id).collect(),
        visits: taken.iter().map(|one| one.claimed.visit).collect(),
        replies: taken.iter().map(|one| one.reply).collect(),
        letters: taken.iter().map(|one| one.letter.as_str()).collect(),
        further_at: taken.iter().map(|one| one.further_at).collect(),
        numbers: taken.iter().map(|one| one.claimed.attempts).collect(),
        worker,
        when,
    };
    Ok(letters.execute(connection)?)
}

/// A relay that takes letters is there: the breaker closes if it counted anything.
const CLEARED: &str = "cleared AS (UPDATE relay_breaker SET faults = 0, openings = 0, opened_at = NULL, \
     open_until = NULL, probe_until = NULL, words = NULL WHERE faults > 0), ";

impl QueryId for TakenLetters<'_> {
    type QueryId = TakenLetters<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl diesel::RunQueryDsl<PgConnection> for TakenLetters<'_> {}

impl QueryFragment<Pg> for TakenLetters<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.when.relaxed)?;
        out.push_sql(
            " THEN 'off' ELSE current_setting('synchronous_commit') END, true)), \
             given AS MATERIALIZED (SELECT g.*, ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.when.now)?;
        out.push_sql(" AS at FROM relaxed, unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.attempts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.invitations)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.visits)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.replies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.letters)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Timestamptz>>, _>(&self.further_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Int4>, _>(&self.numbers)?;
        out.push_sql(
            ") AS g(attempt_id, invitation_id, visit_id, reply, letter, further_at, number)), \
             locked AS MATERIALIZED (SELECT v.id FROM visit v JOIN given ON given.visit_id = v.id \
             ORDER BY v.id FOR UPDATE OF v), \
             accepted AS (UPDATE delivery_attempt SET state = 'accepted', reply = given.reply, ended_at = given.at \
             FROM given WHERE delivery_attempt.id = given.attempt_id \
             AND (delivery_attempt.state IN ('claimed', 'past_marker') \
             OR delivery_attempt.state = 'unknown' AND delivery_attempt.reply = ",
        );
        out.push_bind_param::<Text, _>(&WORKER_GONE)?;
        out.push_sql(
            ")), \
             freed AS (UPDATE invitation SET state = 'sent', letter = given.letter, \
             further_at = given.further_at, lease_owner = NULL, lease_until = NULL, \
             sent_at = coalesce(invitation.sent_at, given.at), expires_at = coalesce(invitation.expires_at, ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.when.expires_at)?;
        out.push_sql(
            ") FROM given JOIN locked ON locked.id = given.visit_id WHERE invitation.id = given.invitation_id \
             AND invitation.attempts = given.number \
             AND (invitation.state = 'unknown' AND invitation.lease_until IS NULL \
             OR invitation.lease_until IS NOT NULL AND invitation.lease_owner = ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.worker)?;
        out.push_sql(") RETURNING given.visit_id, given.at), ");
        out.push_sql(CLEARED);
        out.push_sql(SENT_FROM_FREED);
        Ok(())
    }
}
