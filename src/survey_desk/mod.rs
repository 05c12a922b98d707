//! `/surveys`: the list with how many answers there are, and previews of mail and page. An edge, because surveys
//! know nothing of letters and answers.

pub mod preview;

use crate::accounts::{SignedIn, queries as accounts, shell_for};
use crate::answering::queries as answers;
use crate::app::App;
use crate::error::Result;
use crate::surveys::queries::drafts::{self, Listed, Published};
use crate::surveys::rules::Rules;
use crate::surveys::views::RuleRow;
use crate::surveys::{past, rule_pages};
use crate::web::format::{day, moment, thousands};
use crate::web::shell::Shell;
use crate::web::{PageResult, html};
use actix_web::web;
use askama::Template;
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// More answers than this to one survey are not counted one by one.
const MOST: i64 = 100_000;

/// A survey in the list.
#[derive(Debug)]
struct Row {
    key: String,
    newest: Option<String>,
    draft: Option<String>,
    is_past: bool,
    answers: String,
}

#[derive(Template)]
#[template(path = "survey_desk/pages/list.html")]
struct ListPage {
    shell: Shell,
    rules: String,
    order: Vec<RuleRow>,
    rows: Vec<Row>,
}

/// Everything that the list tells.
struct Read {
    surveys: Vec<(Listed, Vec<Published>, i64)>,
    names: HashMap<Uuid, String>,
    rules: Rules,
}

impl Read {
    fn of(connection: &mut PgConnection) -> Result<Self> {
        let mut surveys = Vec::new();
        for listed in drafts::list_surveys(connection)? {
            let published = drafts::list_published(connection, listed.id)?;
            let versions: Vec<Uuid> = published.iter().map(|version| version.id).collect();
            let count = answers::count_of_versions(connection, &versions, MOST + 1)?;
            surveys.push((listed, published, count));
        }
        let people: Vec<Uuid> =
            surveys.iter().filter_map(|(listed, ..)| listed.draft.map(|(by, _)| by)).collect();
        let names = accounts::list_names(connection, &people)?;
        Ok(Self { surveys, names, rules: Rules::load(connection)? })
    }

    fn row(&self, (listed, published, count): &(Listed, Vec<Published>, i64), zone: Tz) -> Row {
        let draft = listed.draft.map(|(by, at)| {
            let name = self.names.get(&by).map_or("somebody who left", String::as_str);
            format!("by {name}, {}", moment(at, zone))
        });
        let newest = published.first().map(|newest| {
            format!("{}, since {}", newest.version, day(newest.at.with_timezone(&zone).date_naive()))
        });
        let answers =
            if *count > MOST { format!("more than {}", thousands(MOST)) } else { thousands(*count) };
        Row { key: listed.key.clone(), newest, draft, is_past: listed.key.starts_with(past::PREFIX), answers }
    }
}

/// `GET /surveys`.
pub async fn list(app: web::Data<App>, person: SignedIn) -> PageResult {
    let read = app.db(Read::of).await?;
    let zone = app.config.organisation.time_zone;
    html(&ListPage {
        shell: shell_for(&app, &person, "/surveys"),
        rules: rule_pages::sentence(read.rules.rules().len()),
        order: read.rules.rules().iter().map(RuleRow::new).collect(),
        rows: read.surveys.iter().map(|survey| read.row(survey, zone)).collect(),
    })
}
