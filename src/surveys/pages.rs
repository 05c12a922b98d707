//! `/surveys/{key}`: the editor, its versions, and publishing.

use super::builtin::POST_SERVICE;
use super::desk::{self, Desk, Seen, Wish};
use super::draft::{self, language_name};
use super::edit::{self, Way};
use super::fields::Field;
use super::model::{Content, Kind};
use super::queries::drafts::{self, Published};
use super::views::{
    NewPage, PublishPage, QuestionRow, SurveyPage, Tab, VersionPage, VersionRow, kind_label, problem_links,
};
use super::wording::LANGUAGES;
use crate::accounts::{SignedForm, SignedIn, queries as accounts, shell_for};
use crate::app::App;
use crate::error::{Error, FieldError, Kind as Failure, Result};
use crate::web::format::moment;
use crate::web::list::{Asked, Choice};
use crate::web::{PageResult, html, page, redirect};
use actix_web::web;
use diesel::PgConnection;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// The question that evaluations are about.
const EVALUATED: &str = "overall";

/// Where the menu leads.
pub(super) const PLACE: &str = "/surveys";

/// Returns the language that words are shown in: asked for, else the organisation's.
pub fn language(app: &App, asked: Option<&str>) -> &'static str {
    let known = LANGUAGES.iter().find(|(code, _)| Some(*code) == asked).map(|(code, _)| *code);
    known.unwrap_or_else(|| draft::own_language(&app.config.organisation.language))
}

/// Reads from a form what somebody wants to do to a survey.
pub(super) fn wish(app: &App, form: &SignedForm, key: &str) -> Result<Wish> {
    let seen: Seen = form.fields.text("seen").unwrap_or_default().parse()?;
    Ok(Wish { key: key.to_owned(), seen, by: form.person.user, now: app.clock.now() })
}

/// Everything the editor rests on.
struct Read {
    desk: Desk,
    published: Vec<Published>,
    names: HashMap<Uuid, String>,
}

impl Read {
    fn of(connection: &mut PgConnection, key: &str) -> Result<Self> {
        let desk = Desk::load(connection, key)?;
        let published = drafts::list_published(connection, desk.survey)?;
        let people = published.iter().filter_map(|version| version.by);
        let people: Vec<Uuid> = people.chain(desk.draft.as_ref().map(|draft| draft.edited_by)).collect();
        let names = accounts::list_names(connection, &people)?;
        Ok(Self { desk, published, names })
    }

    fn name(&self, id: Option<Uuid>) -> String {
        let name = |id| self.names.get(&id).cloned().unwrap_or_else(|| "somebody who left".to_owned());
        id.map_or_else(|| "the program".to_owned(), name)
    }

    fn lead(&self, app: &App) -> String {
        let zone = app.config.organisation.time_zone;
        let now = match self.published.first() {
            None => "Nothing is published yet.".to_owned(),
            Some(newest) if self.desk.is_editable() => format!("Version {} is asked now.", newest.version),
            Some(_) => "Asked by another system; it came by an import and stays as it is.".to_owned(),
        };
        match self.desk.draft.as_ref().filter(|draft| draft.content.is_some()) {
            None => now,
            Some(draft) => format!(
                "{now} There is a draft, last changed by {} on {}.",
                self.name(Some(draft.edited_by)),
                moment(draft.edited_at, zone)
            ),
        }
    }

    fn versions(&self, app: &App) -> Vec<VersionRow> {
        let zone = app.config.organisation.time_zone;
        let row = |version: &Published| VersionRow {
            version: version.version,
            at: moment(version.at, zone),
            by: self.name(version.by),
        };
        self.published.iter().map(row).collect()
    }
}

fn is_evaluated(content: &Content) -> bool {
    content.questions.iter().any(|question| question.key == EVALUATED)
}

/// `GET /surveys/{key}`.
pub async fn show(app: web::Data<App>, person: SignedIn, key: web::Path<String>, asked: Asked) -> PageResult {
    let wanted = key.clone();
    let read = app.db(move |connection| Read::of(connection, &wanted)).await?;
    let (desk, lang) = (&read.desk, language(&app, asked.text("lang")));
    let own = draft::own_language(&app.config.organisation.language);
    let content = desk.working();
    let has_draft = desk.drafted().is_some();
    let problems = if has_draft { draft::check(&content, &desk.versions, own) } else { Vec::new() };
    let droppable =
        (lang != own && content.texts.contains_key(lang) && desk.is_editable()).then(|| language_name(lang));
    html(&SurveyPage {
        shell: shell_for(&app, &person, PLACE),
        key: desk.key.clone(),
        lead: read.lead(&app),
        done: asked.text("done").and_then(said),
        seen: desk.seen(),
        is_editable: desk.is_editable(),
        has_draft,
        next: desk.seen().version + 1,
        lang,
        droppable,
        tabs: Tab::all(&content, lang, &format!("/surveys/{}?", desk.key)),
        questions: QuestionRow::all(&content, lang),
        kinds: Kind::ALL.map(|kind| (kind.as_str(), kind_label(kind))).to_vec(),
        problems: problem_links(&desk.key, &problems, own),
        is_evaluated: is_evaluated(&content),
        versions: read.versions(&app),
    })
}

/// The words for what was done, by the code in the address, and whether they deserve a look.
fn said(code: &str) -> Option<(&'static str, bool)> {
    Some(match code {
        "saved" => ("Saved in the draft. Customers see it once it is published.", false),
        "created" => ("The survey is begun. It is asked once it is published and a rule names it.", false),
        "discarded" => ("The draft is gone.", false),
        "published" => ("Published. Visits that come from now on get this version.", false),
        "late" => (
            "Nothing was done: somebody else changed this survey meanwhile. This is how it stands now.",
            true,
        ),
        _ => return None,
    })
}

/// Leads back to the editor, whatever became of a change.
fn back(key: &str, lang: &str, done: Result<()>, code: &str) -> PageResult {
    let code = match done {
        Ok(()) => code,
        Err(error) if error.kind == Failure::Conflict => "late",
        Err(error) => return Err(error.into()),
    };
    Ok(redirect(&format!("/surveys/{key}?lang={lang}&done={code}")))
}

/// `POST /surveys/{key}`: one step in the editor, named by `op`.
pub async fn change(app: web::Data<App>, form: SignedForm, key: web::Path<String>) -> PageResult {
    let (wish, lang) = (wish(&app, &form, &key)?, language(&app, form.fields.text("lang")));
    let question = form.fields.text("question").unwrap_or_default().to_owned();
    let op = form.fields.text("op").unwrap_or_default().to_owned();
    let what = json!({ "op": op, "question": question, "language": lang });
    let step: Box<dyn Fn(&mut Content) + Send> = match op.as_str() {
        "up" => Box::new(move |content| edit::shift(content, &question, Way::Up)),
        "down" => Box::new(move |content| edit::shift(content, &question, Way::Down)),
        "remove" => Box::new(move |content| edit::remove(content, &question)),
        "drop-language" => Box::new(move |content| edit::drop_language(content, lang)),
        "discard" => {
            let done = app.transaction(move |connection| desk::discard(connection, &wish)).await;
            return back(&key, lang, done, "discarded");
        }
        _ => return Err(Error::invalid_field("op", "is none of the editor's").into()),
    };
    let done = app.transaction(move |connection| {
        desk::save(connection, &wish, what, |_, content| {
            step(content);
            Ok(())
        })
    });
    back(&key, lang, done.await, "saved")
}

/// `GET /surveys/{key}/publish`: says what changes, and asks.
pub async fn ask_to_publish(app: web::Data<App>, person: SignedIn, key: web::Path<String>) -> PageResult {
    html(&publish_page(&app, &person, &key).await?)
}

async fn publish_page(app: &App, person: &SignedIn, key: &str) -> Result<PublishPage> {
    let wanted = key.to_owned();
    let desk = app.db(move |connection| Desk::load(connection, &wanted)).await?;
    let own = draft::own_language(&app.config.organisation.language);
    let content = desk.working();
    let languages: Vec<&str> = content.texts.keys().map(|code| language_name(code)).collect();
    Ok(PublishPage {
        shell: shell_for(app, person, PLACE),
        next: desk.seen().version + 1,
        seen: desk.seen(),
        changes: edit::changes(desk.newest().map(|newest| &newest.content), &content),
        problems: problem_links(key, &draft::check(&content, &desk.versions, own), own),
        languages: languages.join(", "),
        is_evaluated: is_evaluated(&content),
        key: desk.key,
    })
}

/// `POST /surveys/{key}/publish`: freezes the draft as the next version.
pub async fn publish(app: web::Data<App>, form: SignedForm, key: web::Path<String>) -> PageResult {
    let (wish, own) = (wish(&app, &form, &key)?, draft::own_language(&app.config.organisation.language));
    let done = app.transaction(move |connection| desk::publish(connection, &wish, own)).await;
    match done {
        Err(error) if error.kind == Failure::Invalid => {
            page::invalid(&publish_page(&app, &form.person, &key).await?)
        }
        done => back(&key, language(&app, None), done.map(drop), "published"),
    }
}

/// `GET /surveys/{key}/versions/{version}`: a published version as it stays.
pub async fn version(
    app: web::Data<App>,
    person: SignedIn,
    path: web::Path<(String, String)>,
    asked: Asked,
) -> PageResult {
    let (key, number) = path.into_inner();
    let number: i32 = number.parse().map_err(|_| Error::not_found("version"))?;
    let read = app.db(move |connection| Read::of(connection, &key)).await?;
    let none = || Error::not_found("version");
    let frozen = read.desk.versions.iter().find(|version| version.version == number).ok_or_else(none)?;
    let published = read.published.iter().find(|version| version.version == number).ok_or_else(none)?;
    let lang = language(&app, asked.text("lang"));
    let at = moment(published.at, app.config.organisation.time_zone);
    let path = format!("/surveys/{}/versions/{number}?", read.desk.key);
    html(&VersionPage {
        shell: shell_for(&app, &person, PLACE),
        version: number,
        lead: format!("Published on {at} by {}. It never changes.", read.name(published.by)),
        lang,
        tabs: Tab::all(&frozen.content, lang, &path),
        questions: QuestionRow::all(&frozen.content, lang),
        key: read.desk.key.clone(),
    })
}

async fn new_page(
    app: &App,
    person: &SignedIn,
    typed: (&str, &str),
    errors: &[FieldError],
) -> Result<NewPage> {
    let surveys = app.db(drafts::list_surveys).await?;
    let copied = if typed.1.is_empty() { POST_SERVICE } else { typed.1 };
    let hint = "Up to 40 small letters, digits and -, such as after-install. It stays.";
    let keys = surveys.iter().map(|survey| (survey.key.as_str(), survey.key.as_str()));
    Ok(NewPage {
        shell: shell_for(app, person, PLACE),
        field: Field::new("key", "Key", typed.0, hint).wrong(errors),
        copies: Choice::all(Some(copied), keys),
    })
}

/// `GET /surveys/new`.
pub async fn show_new(app: web::Data<App>, person: SignedIn) -> PageResult {
    html(&new_page(&app, &person, ("", ""), &[]).await?)
}

/// `POST /surveys/new`: begins a survey as a copy of another.
pub async fn create(app: web::Data<App>, form: SignedForm) -> PageResult {
    let typed = |name: &str| form.fields.text(name).unwrap_or_default().to_owned();
    let (key, copy) = (typed("key"), typed("copy"));
    let wish = Wish { key: key.clone(), seen: Seen::default(), by: form.person.user, now: app.clock.now() };
    let copied = copy.clone();
    match app.transaction(move |connection| desk::create(connection, &wish, &copied)).await {
        Ok(()) => Ok(redirect(&format!("/surveys/{key}?done=created"))),
        Err(error) if error.kind == Failure::Invalid => {
            page::invalid(&new_page(&app, &form.person, (&key, &copy), &error.fields).await?)
        }
        Err(error) => Err(error.into()),
    }
}
