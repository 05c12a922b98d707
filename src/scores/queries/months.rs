//! The company's sums month by month.

use crate::db::schema::{score_class, score_item, score_slice};
use crate::error::Result;
use crate::scores::packed::unpack;
use crate::scores::{COMPANY, Sum};
use chrono::NaiveDate;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};

/// One month of the company's answers by mail to one question on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub begins: NaiveDate,
    /// The answers, in raw steps.
    pub sum: Sum,
    /// Steps of the scale from its lowest to its highest answer.
    pub steps: i32,
}

/// Lists the months from a first day on in which a question was answered by mail, the oldest first. Of several scales the
/// one with most answers is told: scales never mix. Answers on the phone are friendlier and not among them.
///
/// # Errors
/// When the database does not answer.
pub fn list_months(connection: &mut PgConnection, question: &str, from: NaiveDate) -> Result<Vec<Month>> {
    let items: Vec<(i32, i32, i32)> = score_item::table
        .filter(score_item::question.eq(question))
        .select((score_item::id, score_item::scale_min, score_item::scale_max))
        .load(connection)?;
    let by_mail: Vec<i32> = score_class::table
        .filter(score_class::design.eq("email"))
        .select(score_class::id)
        .load(connection)?;
    let rows: Vec<(NaiveDate, Vec<u8>)> = score_slice::table
        .filter(score_slice::span.eq("month"))
        .filter(score_slice::employee_id.eq(COMPANY))
        .filter(score_slice::begins.ge(from))
        .order(score_slice::begins)
        .select((score_slice::begins, score_slice::sums))
        .load(connection)?;
    let slices = rows.into_iter().map(|(begins, sums)| Ok((begins, unpack(&sums)?)));
    let slices = slices.collect::<Result<Vec<_>>>()?;
    let of_item = |(item, min, max): (i32, i32, i32)| -> Vec<Month> {
        let month = |(begins, slice): &(NaiveDate, crate::scores::Slice)| {
            let mut sum = Sum::default();
            for (_, answers) in slice.answers(item).filter(|(class, _)| by_mail.contains(class)) {
                sum += answers.sum;
            }
            Month { begins: *begins, sum, steps: max - min }
        };
        slices.iter().map(month).filter(|month| month.sum.n > 0).collect()
    };
    let answers = |months: &Vec<Month>| months.iter().map(|month| month.sum.n).sum::<i64>();
    Ok(items.into_iter().map(of_item).max_by_key(answers).unwrap_or_default())
}
