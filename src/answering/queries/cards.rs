//! Every statement on cards.

use crate::answering::queries::{Behind, Stored};
use crate::db::schema::{answer_card, invitation, response, visit};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::Text;
use diesel::{
    ExpressionMethods, Insertable, IntoSql, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, Queryable, RunQueryDsl, SelectableHelper,
};
use uuid::Uuid;

/// A card as it is stored; its code is derived and never stored.
#[derive(Debug, Clone, Queryable)]
pub struct Card {
    /// The visit it asks about.
    pub visit: Uuid,
    /// Which secret derives its code.
    pub secret_id: String,
    /// Which version of the code is valid.
    pub version: i32,
    /// The version of the survey that it asks.
    pub survey_version: Uuid,
    /// Until when it takes an answer.
    pub expires_at: DateTime<Utc>,
}

/// A card to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = answer_card)]
pub struct NewCard<'a> {
    /// The visit it asks about.
    pub visit_id: Uuid,
    /// SHA-256 of its code.
    pub code_hash: &'a [u8],
    /// Which secret derives the code.
    pub secret_id: &'a str,
    /// Which version of the code it is.
    pub card_version: i32,
    /// The version of the survey that it asks.
    pub survey_version_id: Uuid,
    /// Who made it.
    pub made_by: &'a str,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Until when it takes an answer.
    pub expires_at: DateTime<Utc>,
}

/// Lists the cards of visits.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<Card>> {
    Ok(answer_card::table
        .filter(answer_card::visit_id.eq_any(visits))
        .select((
            answer_card::visit_id,
            answer_card::secret_id,
            answer_card::card_version,
            answer_card::survey_version_id,
            answer_card::expires_at,
        ))
        .load(connection)?)
}

/// Tells whether the card of another visit has this code.
///
/// # Errors
/// When the database does not answer.
pub fn is_taken(connection: &mut PgConnection, code_hash: &[u8], visit: Uuid) -> Result<bool> {
    let taken = answer_card::table
        .filter(answer_card::code_hash.eq(code_hash))
        .filter(answer_card::visit_id.ne(visit));
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(connection)?)
}

/// Stores the card of a visit, over the one it may have had.
///
/// # Errors
/// When the database does not answer.
pub fn store(connection: &mut PgConnection, card: &NewCard<'_>) -> Result<()> {
    diesel::insert_into(answer_card::table)
        .values(card)
        .on_conflict(answer_card::visit_id)
        .do_update()
        .set((
            answer_card::code_hash.eq(card.code_hash),
            answer_card::secret_id.eq(card.secret_id),
            answer_card::card_version.eq(card.card_version),
            answer_card::survey_version_id.eq(card.survey_version_id),
            answer_card::made_by.eq(card.made_by),
            answer_card::made_at.eq(card.made_at),
            answer_card::expires_at.eq(card.expires_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Finds the version that the mail about a visit asks, if there is or was to be one.
///
/// # Errors
/// When the database does not answer.
pub fn find_mailed_version(connection: &mut PgConnection, visit: Uuid) -> Result<Option<Uuid>> {
    Ok(invitation::table
        .filter(invitation::visit_id.eq(visit))
        .select(invitation::survey_version_id)
        .get_result(connection)
        .optional()?)
}

/// Finds what is behind the code of a card.
///
/// # Errors
/// When the database does not answer.
pub fn find_behind(connection: &mut PgConnection, code_hash: &[u8]) -> Result<Option<Behind>> {
    Ok(answer_card::table
        .inner_join(visit::table.left_join(response::table))
        .filter(answer_card::code_hash.eq(code_hash))
        .select((
            (visit::id, "card".into_sql::<Text>(), answer_card::expires_at.nullable(), visit::outcome),
            visit::visited_at,
            visit::service,
            visit::customer_language,
            visit::customer_time_zone,
            answer_card::survey_version_id,
            Option::<Stored>::as_select(),
        ))
        .get_result(connection)
        .optional()?)
}
