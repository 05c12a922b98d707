//! The mail that tells those who can put it right about a low answer. It says where to look and nothing about the
//! customer: a mailbox is read by more people than the page.

use crate::accounts::queries as accounts;
use crate::app::App;
use crate::delivery::letter::sender;
use crate::error::{Error, Result};
use crate::jobs::Job;
use crate::mail::{Connection, EmailAddress, Letter};
use crate::visits::queries::staff as visits;
use uuid::Uuid;

/// Name of the job.
pub(super) const JOB: &str = "answer.alert";

/// Sends the alerts of a job, to the managers of the teams that were there, else to HR. When it is tried again, whoever
/// had it may get it twice.
pub(super) async fn send(app: &App, job: &Job) -> Result<()> {
    let (response, visit) = (super::id_in(job, "response")?, super::id_in(job, "visit")?);
    let parts = app.clone();
    let responsible = app
        .db(move |connection| {
            super::check_sending(connection, &parts)?;
            let teams = visits::list_teams(connection, visit)?;
            accounts::list_responsible(connection, &teams)
        })
        .await?;
    for (number, to) in responsible.iter().enumerate() {
        let letter = letter(app, response, number, to)?;
        let prepared = letter.to_signed_message(app.dkim.as_ref()).map_err(Error::internal)?;
        let mut connection = Connection::open(&app.transport).await.map_err(Error::internal)?;
        connection.envelope(&prepared).await.map_err(Error::internal)?;
        connection.body(&prepared).await.map_err(Error::internal)?;
        connection.quit().await;
    }
    Ok(())
}

fn letter(app: &App, response: Uuid, number: usize, to: &str) -> Result<Letter> {
    let (config, now) = (&app.config, app.clock.now());
    let from = sender("HEARBACK_MAIL_FROM", &config.mail.from).map_err(Error::internal)?;
    let link = config.http.link(&format!("/responses/{response}"));
    let organisation = &config.organisation.name;
    let text = format!(
        "A customer of {organisation} was not satisfied.\n\nThe answer, and whether they wish to be called:\n{link}\n\n\
         A case was opened for it. You get this because you lead the team that was there."
    );
    let domain = from.address.domain().to_owned();
    Ok(Letter {
        from,
        reply_to: None,
        return_path: None,
        to_name: None,
        to: EmailAddress::parse(to).map_err(Error::internal)?,
        subject: "A customer was not satisfied".to_owned(),
        html: format!("<p>{}</p>", escaped(&text).replace("\n\n", "</p><p>").replace('\n', "<br>")),
        text,
        message_id: format!("<alert.{}.{number}@{domain}>", response.simple()),
        date: now,
        language: "en".to_owned(),
        list_unsubscribe: None,
        list_id: None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
