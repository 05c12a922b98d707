//! What is handed out: an evaluation as a file, a statement as page, file or JSON. An edge, because a report is made of
//! what another room keeps.

use crate::accounts::{Client, SignedIn};
use crate::api::ApiResult;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::evaluations::period::Period;
use crate::evaluations::statements::api::StatementEnvelope;
use crate::evaluations::statements::model::Kept;
use crate::evaluations::statements::pages::{id_of, keep_one, keep_seen, laid_out};
use crate::evaluations::statements::queries::find_inputs;
use crate::evaluations::statements::views::StatementPage;
use crate::evaluations::{Evaluation, Selection, evaluate};
use crate::reports::{csv, statement, xlsx};
use crate::web::csv::{KIND as CSV, attachment as download};
use crate::web::list::Asked;
use crate::web::{PageResult, assets, html, page};
use actix_web::{HttpResponse, web};
use serde_json::json;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How a statement is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is usual for whoever asks: a page for a person, JSON for a program.
    Usual,
    Html,
    Xlsx,
    Csv,
    /// Everything with the inputs, to check the checksum.
    Json,
}

/// Reads what stands behind the last dot of an address.
fn form(text: &str) -> Result<(&str, Form)> {
    let Some((id, ending)) = text.rsplit_once('.') else { return Ok((text, Form::Usual)) };
    let form = match ending {
        "html" => Form::Html,
        "xlsx" => Form::Xlsx,
        "csv" => Form::Csv,
        "json" => Form::Json,
        _ => return Err(Error::not_found("statement")),
    };
    Ok((id, form))
}

fn file(kept: &Kept, form: Form) -> Result<HttpResponse> {
    let (kind, ending, bytes) = match form {
        Form::Xlsx => (XLSX, "xlsx", statement::xlsx(kept)?),
        _ => (CSV, "csv", statement::csv(kept)?),
    };
    Ok(download(kind, &format!("statement-{}.{ending}", kept.statement.label()), bytes))
}

/// A statement with the text whose SHA-256 it holds.
fn with_inputs(kept: &Kept, inputs: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "statement": kept.json(), "inputs": inputs }))
}

/// Shows a statement to somebody who is signed in, as a page or as a file.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let (id, form) = form(&id)?;
    let (id, reader, now) = (id_of(id)?, person.clone(), app.clock.now());
    let (kept, inputs) = app
        .db(move |connection| {
            let kept = keep_seen(connection, &reader, id, now)?;
            Ok((kept, find_inputs(connection, id)?))
        })
        .await?;
    match form {
        Form::Usual | Form::Html => html(&laid_out(&app, &person, &kept)),
        Form::Xlsx | Form::Csv => Ok(file(&kept, form)?),
        // The inputs name visits, which would tell an employee who the customers were.
        Form::Json if person.role == crate::accounts::Role::Hr => Ok(with_inputs(&kept, &inputs)),
        Form::Json => Err(Error::new(Kind::Forbidden, "The inputs name visits; HR can check them.").into()),
    }
}

/// One statement as JSON; with `.html`, `.xlsx` or `.csv` behind its id as a page or a file.
#[utoipa::path(get, path = "/api/v1/statements/{id}", tag = "evaluations", params(("id" = String, Path)),
    responses((status = 200, body = StatementEnvelope), (status = 404, body = crate::api::problem::Problem)),
    security(("key" = ["evaluations:read"])))]
pub async fn tell(app: web::Data<App>, client: Client, id: web::Path<String>) -> ApiResult {
    let (id, form) = form(&id)?;
    let (id, now) = (id_of(id)?, app.clock.now());
    let kept = app
        .db(move |connection| {
            let kept = keep_one(connection, id)?;
            let subject = format!("employee {}", kept.statement.employee);
            let (by, detail) = (Actor::Key(client.key), json!({ "statement": id }));
            audit::record(connection, now, by, "statement.read", &subject, detail)?;
            Ok(kept)
        })
        .await?;
    match form {
        Form::Html => {
            let zone = app.config.organisation.time_zone;
            let sheet = page::render(&StatementPage::new(&kept, zone, assets::staff_css(), None))?;
            Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(sheet))
        }
        Form::Xlsx | Form::Csv => Ok(file(&kept, form)?),
        Form::Usual | Form::Json => Ok(HttpResponse::Ok().json(StatementEnvelope { statement: kept.json() })),
    }
}

/// Reads the evaluations of a period, by name, which is noted.
async fn read(app: &App, person: &SignedIn, asked: &Asked) -> Result<(Evaluation, String)> {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let Some(Period { from, to }) = Period::asked(&asked.dates(), today) else {
        return Err(Error::new(Kind::Invalid, "Write dates as 2026-01-31, the first not after the last."));
    };
    let (team, by, now) = (asked.text("team").map(str::to_owned), Actor::User(person.user), app.clock.now());
    let evaluation = app
        .db(move |connection| {
            let selection = Selection { from, to, team, employee: None, all_estimates: false };
            let evaluation = evaluate(connection, &selection, now)?;
            let detail = json!({ "from": from, "to": to });
            audit::record(connection, now, by, "evaluations.read", "evaluations", detail)?;
            Ok(evaluation)
        })
        .await?;
    Ok((evaluation, format!("evaluations-{from}-{to}")))
}

/// Gives the evaluations of a period as CSV.
pub async fn evaluations(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let (evaluation, name) = read(&app, &person, &asked).await?;
    Ok(download(CSV, &format!("{name}.csv"), csv::write(&evaluation)?))
}

/// Gives the evaluations of a period as a workbook.
pub async fn workbook(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let (evaluation, name) = read(&app, &person, &asked).await?;
    Ok(download(XLSX, &format!("{name}.xlsx"), xlsx::write(&evaluation)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_an_address_says_what_is_wanted() {
        assert_eq!(form("a-b").unwrap(), ("a-b", Form::Usual));
        assert_eq!(form("a-b.xlsx").unwrap(), ("a-b", Form::Xlsx));
        assert!(form("a-b.exe").is_err());
    }
}
