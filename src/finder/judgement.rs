//! `POST /responses/{id}/decide`, and what the page of a response tells about machines.

use super::responses;
use super::{history, id_of};
use crate::accounts::queries as accounts;
use crate::accounts::{SignedForm, SignedIn};
use crate::answering::certainty::Sign;
use crate::answering::decide::{self, Decision};
use crate::answering::queries::{decide as queries, fetches};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Kind, Result};
use crate::web::format::moment;
use crate::web::{PageResult, page, redirect};
use actix_web::web;
use chrono_tz::Tz;
use diesel::PgConnection;
use uuid::Uuid;

/// What the page tells about whether a person answered.
#[derive(Debug, Clone, Default)]
pub struct JudgementView {
    /// Whether the answer stands aside.
    pub is_suspect: bool,
    /// Why, sign by sign.
    pub signs: Vec<&'static str>,
    /// What staff decided, when and why.
    pub decision: Option<String>,
    /// How often the link was fetched.
    pub fetches: Option<String>,
    /// When the customer likes to be called, and at which number.
    pub call: Option<String>,
    /// Address of the response, where decisions go; nothing for whoever may not decide, or when it was taken back.
    pub action: Option<String>,
    /// The reason as typed.
    pub reason: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// Reads it.
///
/// # Errors
/// When the database does not answer.
pub fn read(
    connection: &mut PgConnection,
    (response, visit): (Uuid, Uuid),
    certainty: &str,
    reader: &SignedIn,
    zone: Tz,
) -> Result<JudgementView> {
    let known = queries::find_judgement(connection, response)?;
    let fetched = fetches::count(connection, visit)?;
    let fetched: Vec<String> = fetched.iter().map(|(what, count)| format!("{what} {count}")).collect();
    let signs = Sign::ALL.iter().filter(|sign| known.signs.iter().flatten().any(|one| one == sign.as_str()));
    let by = known.decided_by.unwrap_or_default();
    let names = accounts::list_names(connection, &history::named(&by).into_iter().collect::<Vec<_>>())?;
    let (is_suspect, is_withdrawn) = (certainty == "suspect", certainty == "withdrawn");
    let decision = known.decision.zip(known.decided_at).map(|(why, at)| {
        let what = match certainty {
            "suspect" => "Put aside",
            "withdrawn" => "Taken back",
            _ => "Taken as a person’s",
        };
        format!("{what} {} on {}: {why}", history::actor(&by, &names), moment(at, zone))
    });
    let call: Vec<String> = [known.call_time, known.call_number].into_iter().flatten().collect();
    Ok(JudgementView {
        is_suspect,
        signs: signs.map(|sign| sign.meaning()).collect(),
        decision,
        fetches: (!fetched.is_empty()).then(|| fetched.join(", ")),
        call: (!call.is_empty()).then(|| call.join(", ")),
        action: (responses::may_decide(reader) && !is_withdrawn).then(|| format!("/responses/{response}")),
        ..JudgementView::default()
    })
}

/// Decides whether an answer counts, with a reason.
pub async fn decide(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let response = id_of(&id, "response")?;
    let counts = form.fields.text("counts") == Some("yes");
    let reason = form.fields.get("reason").unwrap_or_default().to_owned();
    let (by, now, typed) = (Actor::User(form.person.user), app.clock.now(), reason.clone());
    let decided = app
        .transaction(move |connection| {
            decide::decide(connection, response, &Decision { counts, reason: &reason, by }, now)
        })
        .await;
    match decided {
        Err(error) if error.kind == Kind::Invalid => {
            let said = error.fields.first().map(|field| field.reason.clone());
            let mut again = responses::read_page(&app, &form.person, response).await?;
            (again.judgement.reason, again.judgement.error) = (typed, said);
            page::invalid(&again)
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(redirect(&format!("/responses/{response}"))),
    }
}
