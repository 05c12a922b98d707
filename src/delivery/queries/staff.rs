//! Reading how sending stands, for the page of whoever runs the server. No table is read as a whole that grows with
//! the years: each statement keeps to the queue or to the last days.

use crate::db::schema::{delivery_attempt, invitation, sending_switch};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, QueryableByName, RunQueryDsl,
};
use uuid::Uuid;

/// How many letters that wait for a later time are looked at to find those that are held.
pub const LOOKED_AT: i64 = 5_000;

/// How long ago a letter may have got lost that somebody can still decide on; its visit is closed a week after it.
const UNKNOWN_KEPT: TimeDelta = TimeDelta::days(14);

/// The switch as it was last set.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Switch {
    /// Whether sending is on.
    pub is_on: bool,
    /// Since when.
    pub changed_at: DateTime<Utc>,
    /// By whom, as the audit log names them.
    pub changed_by: String,
}

impl Switch {
    /// Tells whether somebody paused sending on the page, which no setting overrules.
    pub fn is_pause(&self) -> bool {
        !self.is_on && self.changed_by.starts_with("user ")
    }
}

/// Reads the switch; nothing when nobody ever set it.
///
/// # Errors
/// When the database does not answer.
pub fn find_switch(connection: &mut PgConnection) -> Result<Option<Switch>> {
    Ok(sending_switch::table
        .select((sending_switch::is_on, sending_switch::changed_at, sending_switch::changed_by))
        .get_result(connection)
        .optional()?)
}

/// What waits in the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Queue {
    /// First letters never tried, whenever they are due, and further letters that are due.
    #[diesel(sql_type = BigInt)]
    pub planned: i64,
    /// Those of them that are due.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// Since when the oldest of these is due.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub oldest_due: Option<DateTime<Utc>>,
    /// First letters that were tried and wait for another try.
    #[diesel(sql_type = BigInt)]
    pub again: i64,
    /// Those of them that are due.
    #[diesel(sql_type = BigInt)]
    pub again_due: i64,
    /// When the first of them is tried.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub again_at: Option<DateTime<Utc>>,
}

/// Counts what waits in the queue.
///
/// # Errors
/// When the database does not answer.
pub fn count_queue(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Queue> {
    Ok(diesel::sql_query(
        "SELECT f.planned + g.due AS planned, f.due + g.due AS due, least(f.oldest, g.oldest) AS oldest_due, \
         f.again, f.again_due, f.again_at FROM \
         (SELECT count(*) FILTER (WHERE attempts = 0) AS planned, \
          count(*) FILTER (WHERE attempts = 0 AND send_at <= $1) AS due, \
          min(send_at) FILTER (WHERE attempts = 0 AND send_at <= $1) AS oldest, \
          count(*) FILTER (WHERE attempts > 0) AS again, \
          count(*) FILTER (WHERE attempts > 0 AND send_at <= $1) AS again_due, \
          min(send_at) FILTER (WHERE attempts > 0) AS again_at \
          FROM invitation WHERE state = 'planned') AS f, \
         (SELECT count(*) AS due, min(further_at) AS oldest \
          FROM invitation WHERE further_at <= $1 AND lease_until IS NULL) AS g",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(connection)?)
}

/// Letters that are held, with a reason and a date.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Held {
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub held: i64,
    /// How many waiting letters were looked at; at [`LOOKED_AT`] there may be more.
    #[diesel(sql_type = BigInt)]
    pub looked_at: i64,
    /// When the next of them is due.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub next_at: Option<DateTime<Utc>>,
    /// When the next one is due that waits and is not held.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub free_at: Option<DateTime<Utc>>,
    /// Why the next one is held that is held.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
}

/// Counts letters that are held: the last word in the history of their visit says so.
///
/// # Errors
/// When the database does not answer.
pub fn count_held(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Held> {
    Ok(diesel::sql_query(
        "SELECT count(*) AS looked_at, count(*) FILTER (WHERE reason LIKE 'held: %') AS held, \
         min(send_at) FILTER (WHERE reason LIKE 'held: %') AS next_at, \
         min(send_at) FILTER (WHERE reason NOT LIKE 'held: %') AS free_at, \
         (array_agg(reason ORDER BY send_at) FILTER (WHERE reason LIKE 'held: %'))[1] AS reason FROM \
         (SELECT visit_id, send_at FROM invitation \
          WHERE state = 'planned' AND send_at > $1 AND attempts = 0 ORDER BY send_at, id LIMIT $2) AS waiting \
         CROSS JOIN LATERAL (SELECT reason FROM visit_outcome \
          WHERE visit_outcome.visit_id = waiting.visit_id ORDER BY visit_id DESC, id DESC LIMIT 1) AS told",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(LOOKED_AT)
    .get_result(connection)?)
}

/// Letters that are under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct UnderWay {
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub sending: i64,
    /// Since when the one that takes longest.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub since: Option<DateTime<Utc>>,
}

/// Counts letters that are under way.
///
/// # Errors
/// When the database does not answer.
pub fn count_under_way(connection: &mut PgConnection) -> Result<UnderWay> {
    Ok(diesel::sql_query(
        "SELECT count(*) AS sending, min(a.started_at) AS since FROM invitation AS i \
         LEFT JOIN delivery_attempt AS a ON a.invitation_id = i.id AND a.number = i.attempts \
         WHERE i.lease_until IS NOT NULL",
    )
    .get_result(connection)?)
}

/// What the relay took lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Flow {
    /// Letters it took within an hour.
    #[diesel(sql_type = BigInt)]
    pub hour: i64,
    /// Letters it took within a minute.
    #[diesel(sql_type = BigInt)]
    pub minute: i64,
}

/// Counts what the relay took within the last hour and minute.
///
/// # Errors
/// When the database does not answer.
pub fn count_flow(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Flow> {
    // The longest conversation takes a quarter of an hour; the bound lets the index find the last rows.
    let (hour, minute) = (now - TimeDelta::hours(1), now - TimeDelta::minutes(1));
    Ok(diesel::sql_query(
        "SELECT count(*) AS hour, count(*) FILTER (WHERE ended_at > $3) AS minute FROM delivery_attempt \
         WHERE state = 'accepted' AND started_at > $1 AND ended_at > $2",
    )
    .bind::<Timestamptz, _>(hour - TimeDelta::minutes(30))
    .bind::<Timestamptz, _>(hour)
    .bind::<Timestamptz, _>(minute)
    .get_result(connection)?)
}

/// Tells whether any letter was ever tried.
///
/// # Errors
/// When the database does not answer.
pub fn was_ever_tried(connection: &mut PgConnection) -> Result<bool> {
    Ok(diesel::select(exists(delivery_attempt::table.select(delivery_attempt::id))).get_result(connection)?)
}

/// What the relay said within an hour.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Hour {
    /// When the hour begins.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Letters it took.
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
    /// Tries that did not end so and are followed by another.
    #[diesel(sql_type = BigInt)]
    pub deferred: i64,
}

/// Counts by the hour of a zone in which letters were begun, from a time on; hours without any are left out.
/// `not_begun` are the words of tries that never reached the relay.
///
/// # Errors
/// When the database does not answer.
pub fn count_by_hour(
    connection: &mut PgConnection,
    from: DateTime<Utc>,
    zone: &str,
    not_begun: &[&str],
) -> Result<Vec<Hour>> {
    Ok(diesel::sql_query(
        "SELECT date_trunc('hour', started_at, $2) AS at, sum(accepted)::bigint AS accepted, \
         sum(deferred)::bigint AS deferred FROM \
         (SELECT started_at, 1 AS accepted, 0 AS deferred FROM delivery_attempt \
          WHERE started_at >= $1 AND state = 'accepted' \
          UNION ALL SELECT a.started_at, 0, 1 FROM delivery_attempt AS a \
          JOIN invitation AS i ON i.id = a.invitation_id \
          WHERE a.started_at >= $1 AND a.state = 'refused' AND NOT a.reply = ANY($3) \
          AND (a.number < i.attempts OR i.state = 'planned' OR i.further_at IS NOT NULL)) AS tries \
         GROUP BY 1 ORDER BY 1",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Text, _>(zone)
    .bind::<diesel::sql_types::Array<Text>, _>(not_begun)
    .load(connection)?)
}

/// What became of letters to a recipient's domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct ByDomain {
    /// The domain; nothing for all others together.
    #[diesel(sql_type = Nullable<Text>)]
    pub domain: Option<String>,
    /// Letters that were handed over or refused for good; those that are tried again count when that has ended.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
    /// Those that the relay took.
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
    /// Those whose address was refused for good.
    #[diesel(sql_type = BigInt)]
    pub bounced: i64,
}

/// Counts letters begun after a time by the recipient's domain: the largest, and all others in one row at the end.
///
/// # Errors
/// When the database does not answer.
pub fn count_by_domain(
    connection: &mut PgConnection,
    from: DateTime<Utc>,
    largest: i32,
) -> Result<Vec<ByDomain>> {
    Ok(diesel::sql_query(
        "WITH ended AS (SELECT domain, count(*) AS sent, count(*) FILTER (WHERE state = 'accepted') AS accepted, \
          0::bigint AS bounced FROM delivery_attempt \
          WHERE started_at >= $1 AND state IN ('accepted', 'unknown', 'past_marker') GROUP BY domain \
          UNION ALL SELECT a.domain, count(*), 0, count(*) FILTER (WHERE i.state = 'bounced') \
          FROM delivery_attempt AS a JOIN invitation AS i ON i.id = a.invitation_id AND i.attempts = a.number \
          WHERE a.started_at >= $1 AND a.state = 'refused' AND i.state IN ('bounced', 'failed') GROUP BY a.domain), \
         each AS (SELECT domain, sum(sent) AS sent, sum(accepted) AS accepted, sum(bounced) AS bounced, \
          row_number() OVER (ORDER BY domain IS NULL, sum(sent) DESC, domain) <= $2 AND domain IS NOT NULL AS own \
          FROM ended GROUP BY domain) \
         SELECT CASE WHEN own THEN domain END AS domain, sum(sent)::bigint AS sent, \
         sum(accepted)::bigint AS accepted, sum(bounced)::bigint AS bounced \
         FROM each GROUP BY 1 ORDER BY 1 IS NULL, 2 DESC, 1",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Integer, _>(largest)
    .load(connection)?)
}

/// A letter of which nobody knows whether it arrived, and about which somebody can still decide.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Lost {
    /// The attempt.
    #[diesel(sql_type = SqlUuid)]
    pub attempt: Uuid,
    /// Its invitation.
    #[diesel(sql_type = SqlUuid)]
    pub invitation: Uuid,
    /// Its visit.
    #[diesel(sql_type = SqlUuid)]
    pub visit: Uuid,
    /// The visit's id in the system that sent it.
    #[diesel(sql_type = Text)]
    pub external_id: String,
    /// The customer's address.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    /// Which letter it was.
    #[diesel(sql_type = Text)]
    pub letter: String,
    /// Which copy of it.
    #[diesel(sql_type = Integer)]
    pub copy: i32,
    /// What is known, in the words of whoever noticed.
    #[diesel(sql_type = Nullable<Text>)]
    pub words: Option<String>,
    /// When it was noticed.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub of: i64,
    /// Since when there are some.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
}

/// Whether somebody can decide: the visit stands open, nothing passed the dot after it, and nobody decided yet.
macro_rules! lost {
    ($filter:literal) => {
        concat!(
            "SELECT a.id AS attempt, i.id AS invitation, v.id AS visit, v.external_id, v.customer_email AS email, \
             a.letter, a.copy, a.reply AS words, a.ended_at AS at, count(*) OVER () AS of, \
             min(a.ended_at) OVER () AS since FROM delivery_attempt AS a \
             JOIN invitation AS i ON i.id = a.invitation_id AND i.copy = a.copy \
             JOIN visit AS v ON v.id = i.visit_id \
             WHERE a.state = 'unknown' AND v.outcome IN ('unknown', 'sent') AND NOT EXISTS \
             (SELECT 1 FROM delivery_attempt AS b WHERE b.invitation_id = a.invitation_id AND b.number > a.number \
             AND b.state IN ('past_marker', 'accepted', 'unknown')) AND ",
            $filter
        )
    };
}

/// Lists letters that may have got lost, the oldest first; each row says how many there are in all.
///
/// # Errors
/// When the database does not answer.
pub fn list_lost(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Lost>> {
    Ok(diesel::sql_query(lost!("a.ended_at > $1 ORDER BY a.ended_at, a.id LIMIT $2"))
        .bind::<Timestamptz, _>(now - UNKNOWN_KEPT)
        .bind::<BigInt, _>(limit)
        .load(connection)?)
}

/// Finds a letter that may have got lost by its attempt.
///
/// # Errors
/// When the database does not answer.
pub fn find_lost(connection: &mut PgConnection, attempt: Uuid) -> Result<Option<Lost>> {
    Ok(diesel::sql_query(lost!("a.id = $1")).bind::<SqlUuid, _>(attempt).get_result(connection).optional()?)
}

/// Returns the invitation and the visit of an attempt.
///
/// # Errors
/// When the database does not answer.
pub fn find_invitation(connection: &mut PgConnection, attempt: Uuid) -> Result<Option<(Uuid, Uuid)>> {
    Ok(delivery_attempt::table
        .inner_join(invitation::table)
        .filter(delivery_attempt::id.eq(attempt))
        .select((invitation::id, invitation::visit_id))
        .get_result(connection)
        .optional()?)
}

/// Locks an invitation until the end of the transaction; tells which copy is the last and whether a worker has it.
///
/// # Errors
/// When the database does not answer.
pub fn lock_copy(connection: &mut PgConnection, id: Uuid) -> Result<(i32, bool)> {
    let (copy, lease): (i32, Option<DateTime<Utc>>) = invitation::table
        .find(id)
        .for_update()
        .select((invitation::copy, invitation::lease_until))
        .get_result(connection)?;
    Ok((copy, lease.is_some()))
}

/// Plans another copy of a letter for now; the invitation is locked.
///
/// # Errors
/// When the database does not answer.
pub fn plan_copy(connection: &mut PgConnection, id: Uuid, letter: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::update(invitation::table.find(id))
        .set((
            invitation::copy.eq(invitation::copy + 1),
            invitation::letter.eq(letter),
            invitation::further_at.eq(now),
            invitation::slot_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(())
}
