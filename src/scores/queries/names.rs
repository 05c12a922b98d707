//! The numbers of classes, questions and levels.

use super::super::names::{ClassKey, Design, FACTORS, ItemKey, LevelKey, Names, Numbered, Probability};
use crate::db::schema::{score_class, score_item, score_level};
use crate::error::{Error, Result};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};

/// Loads all numbers.
///
/// # Errors
/// When the database does not answer.
pub fn load_names(connection: &mut PgConnection) -> Result<Names> {
    let classes: Vec<(i32, String, String, Option<f64>, i32)> =
        score_class::table.order(score_class::id).load(connection)?;
    let classes = classes.into_iter().map(|(_, design, segment, probability, share_permille)| {
        let design =
            Design::parse(&design).ok_or_else(|| Error::internal(format_args!("design {design}")))?;
        let probability = probability.map(Probability::of);
        Ok(ClassKey { design, segment, probability, share_permille })
    });
    let items: Vec<(i32, String, i32, i32)> = score_item::table.order(score_item::id).load(connection)?;
    let items = items.into_iter().map(|(_, question, min, max)| ItemKey { question, min, max });
    let levels: Vec<(i32, String, String)> = score_level::table.order(score_level::id).load(connection)?;
    let levels = levels.into_iter().map(|(_, factor, level)| {
        let place = FACTORS.iter().position(|known| *known == factor);
        let factor = place.ok_or_else(|| Error::internal(format_args!("factor {factor}")))?;
        Ok(LevelKey { factor, level })
    });
    Ok(Names {
        classes: Numbered::stored(classes.collect::<Result<_>>()?),
        items: Numbered::stored(items.collect()),
        levels: Numbered::stored(levels.collect::<Result<_>>()?),
    })
}

/// Stores the numbers that are new. Only a fold does it, under its lock, so that two never give the same number.
///
/// # Errors
/// When the database does not answer.
pub fn store_new_names(connection: &mut PgConnection, names: &Names) -> Result<()> {
    let classes = names.classes.new_ones().map(|(id, class)| {
        (
            score_class::id.eq(id),
            score_class::design.eq(class.design.as_str()),
            score_class::segment.eq(&class.segment),
            score_class::probability.eq(class.probability.map(Probability::get)),
            score_class::share_permille.eq(class.share_permille),
        )
    });
    let classes: Vec<_> = classes.collect();
    for chunk in classes.chunks(super::CHUNK) {
        diesel::insert_into(score_class::table).values(chunk).execute(connection)?;
    }
    let items = names.items.new_ones().map(|(id, item)| {
        (
            score_item::id.eq(id),
            score_item::question.eq(&item.question),
            score_item::scale_min.eq(item.min),
            score_item::scale_max.eq(item.max),
        )
    });
    let items: Vec<_> = items.collect();
    for chunk in items.chunks(super::CHUNK) {
        diesel::insert_into(score_item::table).values(chunk).execute(connection)?;
    }
    let levels = names.levels.new_ones().map(|(id, level)| {
        let factor = FACTORS.get(level.factor).copied().unwrap_or_default();
        (score_level::id.eq(id), score_level::factor.eq(factor), score_level::level.eq(&level.level))
    });
    let levels: Vec<_> = levels.collect();
    for chunk in levels.chunks(super::CHUNK) {
        diesel::insert_into(score_level::table).values(chunk).execute(connection)?;
    }
    Ok(())
}
