//! `/surveys/rules`: which survey a visit gets, with a box to try it.

use super::builtin::POST_SERVICE;
use super::edit::Way;
use super::fields::{Field, error_of};
use super::pages::PLACE;
use super::queries::drafts;
use super::rules::{self, Change, Facts, Rule, Rules};
use super::views::{RuleRow, RulesPage};
use super::{past, queries};
use crate::accounts::{SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, FieldError, Kind, Result};
use crate::ids;
use crate::web::list::{Asked, Choice};
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::web;
use diesel::PgConnection;
use uuid::Uuid;

/// The rules, and the surveys that one can name.
struct Read {
    rules: Rules,
    surveys: Vec<String>,
}

impl Read {
    fn of(connection: &mut PgConnection) -> Result<Self> {
        let keys: Vec<String> =
            drafts::list_surveys(connection)?.into_iter().map(|survey| survey.key).collect();
        let ours: Vec<&str> =
            keys.iter().map(String::as_str).filter(|key| !key.starts_with(past::PREFIX)).collect();
        let published = queries::rules::list_newest(connection, &ours)?;
        let mut surveys: Vec<String> = published.into_iter().map(|version| version.survey).collect();
        surveys.sort();
        Ok(Self { rules: Rules::load(connection)?, surveys })
    }
}

/// What was typed into the form for a new rule.
#[derive(Debug, Default)]
struct Typed {
    service: String,
    channel: String,
    segment: String,
    survey: String,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).unwrap_or_default().to_owned();
        Self {
            service: text("service"),
            channel: text("channel"),
            segment: text("segment"),
            survey: text("survey"),
        }
    }

    fn rule(self) -> Rule {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Rule {
            id: ids::new_id(),
            position: 0,
            service: self.service,
            channel: some(self.channel),
            segment: some(self.segment),
            survey: self.survey,
        }
    }
}

async fn rules_page(
    app: &App,
    person: &SignedIn,
    typed: &Typed,
    errors: &[FieldError],
    asked: &Asked,
) -> Result<RulesPage> {
    let read = app.db(Read::of).await?;
    let (tried, answer) = tried(&read.rules, asked);
    let any = "Empty for any.";
    let star = "As visits bring it. A * stands for any letters: boiler*. Case makes no difference.";
    let survey_error = error_of(errors, "survey").map(|reason| format!("Survey {reason}"));
    let keys = read.surveys.iter().map(|key| (key.as_str(), key.as_str()));
    Ok(RulesPage {
        shell: shell_for(app, person, PLACE),
        done: None,
        rules: read.rules.rules().iter().map(RuleRow::new).collect(),
        fields: vec![
            Field::new("service", "Service", &typed.service, star).wrong(errors),
            Field::new("channel", "Channel", &typed.channel, any).wrong(errors),
            Field::new("segment", "Segment", &typed.segment, any).wrong(errors),
        ],
        surveys: (Choice::all(Some(typed.survey.as_str()), keys), survey_error),
        tried,
        answer,
    })
}

/// Fields of the box that tries the rules, and what such a visit gets.
fn tried(rules: &Rules, asked: &Asked) -> (Vec<Field>, Option<String>) {
    let typed = |name: &str| asked.typed(name);
    let fields = vec![
        Field::new("try_service", "Service of the visit", &typed("try_service"), ""),
        Field::new("try_channel", "Channel of the visit", &typed("try_channel"), ""),
        Field::new("try_segment", "Segment of the visit", &typed("try_segment"), ""),
    ];
    let answer = asked.text("try_service").map(|service| {
        let facts = Facts { service, channel: asked.text("try_channel"), segment: asked.text("try_segment") };
        let (version, rule) = rules.choose(facts);
        let gets = format!("Such a visit gets {}, version {}", version.survey, version.version);
        match rule.and_then(|rule| rules.rules().iter().position(|known| known.id == rule.id)) {
            Some(at) => format!("{gets}, by rule {}.", at + 1),
            None => format!("{gets}: no rule fits."),
        }
    });
    (fields, answer)
}

/// `GET /surveys/rules`.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let mut shown = rules_page(&app, &person, &Typed::default(), &[], &asked).await?;
    shown.done =
        asked.text("done").map(|_| "The rules are changed. They hold for visits that come from now on.");
    html(&shown)
}

/// `POST /surveys/rules`: adds, moves or removes one.
pub async fn change(app: web::Data<App>, form: SignedForm) -> PageResult {
    let typed = Typed::read(&form.fields);
    let id = || -> Result<Uuid> {
        let id = form.fields.text("rule").and_then(|id| id.parse().ok());
        id.ok_or_else(|| Error::not_found("rule"))
    };
    let wanted = match form.fields.text("op") {
        Some("add") => Change::Add(Typed::read(&form.fields).rule()),
        Some("up") => Change::Shift(id()?, Way::Up),
        Some("down") => Change::Shift(id()?, Way::Down),
        Some("remove") => Change::Remove(id()?),
        _ => return Err(Error::invalid_field("op", "is none of this page's").into()),
    };
    let (actor, now) = (Actor::User(form.person.user), app.clock.now());
    match app.transaction(move |connection| rules::change(connection, wanted, actor, now)).await {
        Ok(()) => Ok(redirect("/surveys/rules?done=changed")),
        Err(error) if error.kind == Kind::Invalid => {
            let nothing = Asked::new("/surveys/rules", "");
            page::invalid(&rules_page(&app, &form.person, &typed, &error.fields, &nothing).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Says how many rules there are and that the built-in survey is for all others.
pub fn sentence(rules: usize) -> String {
    match rules {
        0 => format!("Every visit gets {POST_SERVICE}: there is no rule."),
        1 => format!("One rule; visits that it does not fit get {POST_SERVICE}."),
        many => format!("{many} rules; visits that none fits get {POST_SERVICE}."),
    }
}
