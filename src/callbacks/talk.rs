//! What a caller needs for one call: whom to greet, what to say, and the survey of this visit in its own order.

use super::file;
use super::queries::whom::{self, Whom};
use super::queries::work::Task;
use crate::answering::queries::cards::{self, find_mailed_version};
use crate::answering::show::language;
use crate::answering::views;
use crate::app::App;
use crate::config::zone_or;
use crate::delivery::letter;
use crate::delivery::model::About;
use crate::delivery::queries::load_about_asking;
use crate::error::{Error, Result};
use crate::surveys::rules::{Facts, Rules};
use crate::surveys::wording::{Wording, wording};
use crate::visits::queries::find_kind;
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything about one call.
pub struct Talk {
    /// The call-back.
    pub task: Task,
    /// Whom to call.
    pub whom: Whom,
    /// What the visit was, and what is asked about it.
    pub about: About,
    /// Language of the script and the questions.
    pub language: &'static str,
    /// The customer's zone.
    pub zone: Tz,
    /// What is worth remembering.
    pub notes: Vec<String>,
    /// Whether the survey is asked: not again of somebody who has answered it.
    pub is_survey: bool,
}

impl Talk {
    /// Reads it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn read(connection: &mut PgConnection, app: &App, task: Task) -> Result<Self> {
        let organisation = &app.config.organisation;
        let version = version_of(connection, task.visit)?;
        let about = load_about_asking(connection, &BTreeMap::from([(task.visit, version)]))?;
        let mut about = about.into_values().next().ok_or_else(|| Error::not_found("visit"))?;
        if !organisation.names_employees {
            about.employees.clear();
        }
        let whom = whom::find(connection, task.visit)?;
        Ok(Self {
            notes: file::notes(connection, whom.customer, app.clock.now())?,
            language: language(None, about.language.as_deref(), &organisation.language),
            zone: zone_or(organisation.time_zone, about.time_zone.as_deref()),
            is_survey: task.kind != "service",
            task,
            whom,
            about,
        })
    }

    /// Returns the words of the customer's language.
    pub fn words(&self) -> &'static Wording {
        wording(self.language)
    }

    /// Writes what to say at the beginning, in the customer's language.
    pub fn script(&self, app: &App) -> String {
        let (w, organisation) = (self.words(), &app.config.organisation);
        let hello = match &self.about.customer_name {
            Some(name) => w.phone_hello(name, &organisation.name),
            None => w.phone_hello_unnamed(&organisation.name),
        };
        let day = letter::date(&self.about, organisation.time_zone, self.language);
        let about = views::about(w, &self.about.service, &day, &self.about.employees);
        let ask = if self.is_survey { &w.phone_ask } else { &w.phone_service };
        format!("{hello} {about} {ask}")
    }
}

/// The version that a visit was or is to be asked: that of its mail, of its card, or the one that the rules choose.
fn version_of(connection: &mut PgConnection, visit: Uuid) -> Result<Uuid> {
    if let Some(mailed) = find_mailed_version(connection, visit)? {
        return Ok(mailed);
    }
    if let Some(card) = cards::list(connection, &[visit])?.pop() {
        return Ok(card.survey_version);
    }
    let (service, channel, segment) = find_kind(connection, visit)?;
    let facts = Facts { service: &service, channel: channel.as_deref(), segment: segment.as_deref() };
    Ok(Rules::load(connection)?.choose(facts).0.id)
}
