//! Editing a survey: what stands on somebody's desk, and the verbs that change it. Each is written to the audit log.

use super::builtin::POST_SERVICE;
use super::model::{Content, SurveyVersion};
use super::queries::drafts::{self, Draft};
use super::queries::{self, NewVersion};
use super::{draft, edit, past};
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What somebody saw when they began to change something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Number of the newest version; 0 without one.
    pub version: i32,
    /// The draft's `lock_version`; 0 without one.
    pub lock: i32,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.version, self.lock)
    }
}

impl FromStr for Seen {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('.').and_then(|(version, lock)| {
            Some(Self { version: version.parse().ok()?, lock: lock.parse().ok()? })
        });
        parts.ok_or_else(|| Error::invalid_field("seen", "is missing: open the page again"))
    }
}

/// A survey as its editors find it.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Our id.
    pub survey: Uuid,
    /// Its key.
    pub key: String,
    /// All versions, the newest first.
    pub versions: Vec<SurveyVersion>,
    /// What is drafted, or was.
    pub draft: Option<Draft>,
}

impl Desk {
    /// Reads it.
    ///
    /// # Errors
    /// 404 when there is no such survey.
    pub fn load(connection: &mut PgConnection, key: &str) -> Result<Self> {
        let survey = drafts::find_survey(connection, key)?.ok_or_else(|| Error::not_found("survey"))?;
        Self::read(connection, survey, key)
    }

    fn read(connection: &mut PgConnection, survey: Uuid, key: &str) -> Result<Self> {
        let versions = queries::list_versions(connection, key)?;
        let draft = drafts::find_draft(connection, survey)?;
        Ok(Self { survey, key: key.to_owned(), versions, draft })
    }

    /// What the next save must have seen.
    pub fn seen(&self) -> Seen {
        Seen {
            version: self.newest().map_or(0, |newest| newest.version),
            lock: self.draft.as_ref().map_or(0, |draft| draft.lock_version),
        }
    }

    /// The version that is asked now.
    pub fn newest(&self) -> Option<&SurveyVersion> {
        self.versions.first()
    }

    /// What is drafted; nothing when nobody changed anything.
    pub fn drafted(&self) -> Option<&Content> {
        self.draft.as_ref().and_then(|draft| draft.content.as_ref())
    }

    /// What an editor goes on from: the draft, else the newest version.
    pub fn working(&self) -> Content {
        let newest = || self.newest().map(|newest| &newest.content);
        let none = || Content { questions: Vec::new(), texts: BTreeMap::new() };
        self.drafted().or_else(newest).cloned().unwrap_or_else(none)
    }

    /// Tells whether people may change it: what another system asked stays as it was.
    pub fn is_editable(&self) -> bool {
        !self.key.starts_with(past::PREFIX)
    }
}

/// What somebody wants to do to which survey.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Key of the survey.
    pub key: String,
    /// What they saw.
    pub seen: Seen,
    /// Who they are.
    pub by: Uuid,
    /// What time it is.
    pub now: DateTime<Utc>,
}

impl Wish {
    /// Locks the survey and looks whether it is still what was seen.
    fn open(&self, connection: &mut PgConnection) -> Result<Desk> {
        let survey = drafts::lock_survey(connection, &self.key)?.ok_or_else(|| Error::not_found("survey"))?;
        let desk = Desk::read(connection, survey, &self.key)?;
        if !desk.is_editable() {
            return Err(Error::new(Kind::Invalid, "This survey is from an import and stays as it is."));
        }
        if desk.seen() != self.seen {
            return Err(Error::conflict(
                "Somebody else changed this survey meanwhile. Nothing of theirs was overwritten.",
            ));
        }
        Ok(desk)
    }

    fn record(&self, connection: &mut PgConnection, action: &str, detail: Value) -> Result<()> {
        let (actor, subject) = (Actor::User(self.by), format!("survey {}", self.key));
        audit::record(connection, self.now, actor, action, &subject, detail)
    }
}

/// Changes a draft, or begins one; `what` says for the audit log what was changed. Call it in a transaction.
///
/// # Errors
/// 404 without such a survey, 409 when somebody else changed it meanwhile, and those of `change`.
pub fn save(
    connection: &mut PgConnection,
    wish: &Wish,
    what: Value,
    change: impl FnOnce(&Desk, &mut Content) -> Result<()>,
) -> Result<()> {
    let desk = wish.open(connection)?;
    let mut content = desk.working();
    change(&desk, &mut content)?;
    edit::settle(&mut content);
    drafts::write_draft(connection, desk.survey, Some(&content), wish.by, wish.now)?;
    wish.record(connection, "survey.drafted", what)
}

/// Throws a draft away. Call it in a transaction.
///
/// # Errors
/// 404 without such a survey, 409 when somebody else changed it meanwhile.
pub fn discard(connection: &mut PgConnection, wish: &Wish) -> Result<()> {
    let desk = wish.open(connection)?;
    drafts::write_draft(connection, desk.survey, None, wish.by, wish.now)?;
    wish.record(connection, "survey.discarded", json!({}))
}

/// Freezes a draft as the next version, which visits get from now on. Call it in a transaction.
///
/// # Errors
/// 404 without such a survey, 409 when somebody else changed it meanwhile, 422 when it has problems or says nothing
/// new.
pub fn publish(connection: &mut PgConnection, wish: &Wish, own: &str) -> Result<SurveyVersion> {
    let desk = wish.open(connection)?;
    let content = desk.drafted().cloned().unwrap_or_else(|| desk.working());
    if desk.newest().is_some_and(|newest| newest.content == content) {
        return Err(Error::new(Kind::Invalid, "Nothing was changed since the newest version."));
    }
    if !draft::check(&content, &desk.versions, own).is_empty() {
        return Err(Error::new(Kind::Invalid, "The draft has something to correct."));
    }
    let version = wish.seen.version + 1;
    let new = NewVersion { survey: desk.survey, key: &wish.key, version, by: Some(wish.by) };
    let published = queries::insert_version(connection, new, content, wish.now)?;
    drafts::write_draft(connection, desk.survey, None, wish.by, wish.now)?;
    wish.record(connection, "survey.published", json!({ "version": version }))?;
    Ok(published)
}

/// Begins a survey as a draft that copies another one. Call it in a transaction.
///
/// # Errors
/// 422 naming `key` or `copy`.
pub fn create(connection: &mut PgConnection, wish: &Wish, copy: &str) -> Result<()> {
    check_new_key(&wish.key)?;
    let copied = drafts::find_survey(connection, copy)?.map(|_| Desk::load(connection, copy)).transpose()?;
    let copied = copied.ok_or_else(|| Error::invalid_field("copy", "must be a survey that there is"))?;
    let Some(survey) = drafts::insert_survey(connection, &wish.key, wish.now)? else {
        return Err(Error::invalid_field("key", "is taken by another survey"));
    };
    drafts::write_draft(connection, survey, Some(&copied.working()), wish.by, wish.now)?;
    wish.record(connection, "survey.created", json!({ "copy": copy }))
}

fn check_new_key(key: &str) -> Result<()> {
    let form = key.len() <= 40
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !form {
        let form = "must be up to 40 small letters, digits and -, and begin with a letter";
        return Err(Error::invalid_field("key", form));
    }
    // Two are pages beside the surveys.
    if key.starts_with(past::PREFIX) || ["new", "rules", POST_SERVICE].contains(&key) {
        return Err(Error::invalid_field("key", "is kept for something else; take another"));
    }
    Ok(())
}
