//! The packed sums.

use super::super::deltas::Stretch;
use super::super::packed;
use super::super::period::{Period, Span};
use super::super::sums::{Cross, Slice};
use super::CHUNK;
use crate::db::schema::{score_cross, score_slice};
use crate::error::Result;
use chrono::NaiveDate;
use diesel::sql_types::{Array, Bytea, Date, Integer, Text, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whose sums, over which stretch.
pub type SliceKey = (Stretch, Uuid);

/// Pairs of levels over which stretch, of which item and class.
pub type CrossKey = (Stretch, i32, i32);

/// A row, with the place of its key among those that were asked for.
#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = Bytea)]
    sums: Vec<u8>,
}

/// Loads the stored sums of some keys.
///
/// # Errors
/// When the database does not answer.
pub fn load_slices(connection: &mut PgConnection, keys: &[SliceKey]) -> Result<Vec<(SliceKey, Slice)>> {
    let (spans, begins) = stretches(keys.iter().map(|(stretch, _)| *stretch));
    let people: Vec<Uuid> = keys.iter().map(|(_, who)| *who).collect();
    let rows: Vec<Placed> = diesel::sql_query(
        "SELECT k.place::integer AS place, s.sums FROM unnest($1, $2, $3) WITH ORDINALITY \
         AS k (span, begins, employee_id, place) JOIN score_slice s USING (span, begins, employee_id)",
    )
    .bind::<Array<Text>, _>(spans)
    .bind::<Array<Date>, _>(begins)
    .bind::<Array<SqlUuid>, _>(people)
    .load(connection)?;
    placed(keys, rows, packed::unpack)
}

/// Loads the stored pairs of levels of some keys.
///
/// # Errors
/// When the database does not answer.
pub fn load_crosses(connection: &mut PgConnection, keys: &[CrossKey]) -> Result<Vec<(CrossKey, Cross)>> {
    let (spans, begins) = stretches(keys.iter().map(|(stretch, _, _)| *stretch));
    let (items, classes): (Vec<i32>, Vec<i32>) = keys.iter().map(|(_, item, class)| (*item, *class)).unzip();
    let rows: Vec<Placed> = diesel::sql_query(
        "SELECT k.place::integer AS place, s.sums FROM unnest($1, $2, $3, $4) WITH ORDINALITY \
         AS k (span, begins, item_id, class_id, place) JOIN score_cross s USING (span, begins, item_id, class_id)",
    )
    .bind::<Array<Text>, _>(spans)
    .bind::<Array<Date>, _>(begins)
    .bind::<Array<Integer>, _>(items)
    .bind::<Array<Integer>, _>(classes)
    .load(connection)?;
    placed(keys, rows, packed::unpack_cross)
}

fn stretches(stretches: impl Iterator<Item = Stretch>) -> (Vec<&'static str>, Vec<NaiveDate>) {
    stretches.map(|(span, begins)| (span.as_str(), begins)).unzip()
}

fn placed<K: Copy, T>(keys: &[K], rows: Vec<Placed>, unpack: fn(&[u8]) -> Result<T>) -> Result<Vec<(K, T)>> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let place = usize::try_from(row.place).ok().and_then(|place| place.checked_sub(1));
        let Some(key) = place.and_then(|place| keys.get(place)) else { continue };
        found.push((*key, unpack(&row.sums)?));
    }
    Ok(found)
}

/// Stores sums in the order of their keys; what became nothing is removed.
///
/// # Errors
/// When the database does not answer.
pub fn store_slices(connection: &mut PgConnection, slices: &BTreeMap<SliceKey, Slice>) -> Result<()> {
    use score_slice as t;
    let (kept, gone): (Vec<_>, Vec<_>) = slices.iter().partition(|(_, slice)| !slice.is_empty());
    let rows = kept.into_iter().map(|(((span, begins), who), slice)| {
        let key = (t::span.eq(span.as_str()), t::begins.eq(*begins), t::employee_id.eq(*who));
        (key, t::sums.eq(packed::pack(slice)))
    });
    let rows: Vec<_> = rows.collect();
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(t::table)
            .values(chunk)
            .on_conflict((t::span, t::begins, t::employee_id))
            .do_update()
            .set(t::sums.eq(excluded(t::sums)))
            .execute(connection)?;
    }
    for (((span, begins), who), _) in gone {
        diesel::delete(t::table.find((span.as_str(), begins, who))).execute(connection)?;
    }
    Ok(())
}

/// Stores pairs of levels in the order of their keys; what became nothing is removed.
///
/// # Errors
/// When the database does not answer.
pub fn store_crosses(connection: &mut PgConnection, crosses: &BTreeMap<CrossKey, Cross>) -> Result<()> {
    use score_cross as t;
    let (kept, gone): (Vec<_>, Vec<_>) = crosses.iter().partition(|(_, cross)| !cross.is_empty());
    let rows = kept.into_iter().map(|(((span, begins), item, class), cross)| {
        let stretch = (t::span.eq(span.as_str()), t::begins.eq(*begins));
        (stretch, t::item_id.eq(*item), t::class_id.eq(*class), t::sums.eq(packed::pack_cross(cross)))
    });
    let rows: Vec<_> = rows.collect();
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(t::table)
            .values(chunk)
            .on_conflict((t::span, t::begins, t::item_id, t::class_id))
            .do_update()
            .set(t::sums.eq(excluded(t::sums)))
            .execute(connection)?;
    }
    for (((span, begins), item, class), _) in gone {
        diesel::delete(t::table.find((span.as_str(), begins, item, class))).execute(connection)?;
    }
    Ok(())
}

/// Adds the sums of whole stretches to a period.
///
/// # Errors
/// When the database does not answer.
pub fn read_slices(connection: &mut PgConnection, whole: &[Stretch], period: &mut Period) -> Result<()> {
    for (span, begins) in by_span(whole) {
        let rows: Vec<(Uuid, Vec<u8>)> = score_slice::table
            .filter(score_slice::span.eq(span.as_str()))
            .filter(score_slice::begins.eq_any(begins))
            .select((score_slice::employee_id, score_slice::sums))
            .load(connection)?;
        for (who, bytes) in rows {
            period.add(who, packed::unpack(&bytes)?);
        }
    }
    Ok(())
}

/// Adds the pairs of levels of whole stretches.
///
/// # Errors
/// When the database does not answer.
pub fn read_crosses(
    connection: &mut PgConnection,
    whole: &[Stretch],
    crosses: &mut BTreeMap<(i32, i32), Cross>,
) -> Result<()> {
    for (span, begins) in by_span(whole) {
        let rows: Vec<(i32, i32, Vec<u8>)> = score_cross::table
            .filter(score_cross::span.eq(span.as_str()))
            .filter(score_cross::begins.eq_any(begins))
            .select((score_cross::item_id, score_cross::class_id, score_cross::sums))
            .load(connection)?;
        for (item, class, bytes) in rows {
            crosses.entry((item, class)).or_default().add(packed::unpack_cross(&bytes)?);
        }
    }
    Ok(())
}

fn by_span(whole: &[Stretch]) -> BTreeMap<Span, Vec<NaiveDate>> {
    let mut by_span: BTreeMap<Span, Vec<NaiveDate>> = BTreeMap::new();
    for (span, begins) in whole {
        by_span.entry(*span).or_default().push(*begins);
    }
    by_span
}

/// Loads everybody's stored sums of one stretch.
///
/// # Errors
/// When the database does not answer.
pub fn load_slices_of(connection: &mut PgConnection, stretch: Stretch) -> Result<BTreeMap<Uuid, Slice>> {
    let mut period = Period::default();
    read_slices(connection, &[stretch], &mut period)?;
    let mut slices = period.people;
    if !period.company.is_empty() {
        slices.insert(super::super::COMPANY, period.company);
    }
    Ok(slices)
}

/// Loads the stored pairs of levels of one stretch.
///
/// # Errors
/// When the database does not answer.
pub fn load_crosses_of(
    connection: &mut PgConnection,
    stretch: Stretch,
) -> Result<BTreeMap<(i32, i32), Cross>> {
    let mut crosses = BTreeMap::new();
    read_crosses(connection, &[stretch], &mut crosses)?;
    Ok(crosses)
}

/// Lists the stretches of which something is stored.
///
/// # Errors
/// When the database does not answer.
pub fn list_stretches(connection: &mut PgConnection) -> Result<Vec<Stretch>> {
    let sums: Vec<(String, NaiveDate)> =
        score_slice::table.select((score_slice::span, score_slice::begins)).distinct().load(connection)?;
    let pairs: Vec<(String, NaiveDate)> =
        score_cross::table.select((score_cross::span, score_cross::begins)).distinct().load(connection)?;
    let all = sums.into_iter().chain(pairs);
    Ok(all.filter_map(|(span, begins)| Some((Span::parse(&span)?, begins))).collect())
}

/// Removes the sums of stretches that begin before a day.
///
/// # Errors
/// When the database does not answer.
pub fn delete_slices_before(connection: &mut PgConnection, span: Span, before: NaiveDate) -> Result<()> {
    let old =
        score_slice::table.filter(score_slice::span.eq(span.as_str())).filter(score_slice::begins.lt(before));
    diesel::delete(old).execute(connection)?;
    Ok(())
}
