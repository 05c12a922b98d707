//! What customers would get of a draft or a version: the mail and the page, with sample data. Nothing here can be
//! sent: no link leads to an invitation, and the browser is told to submit no form.

use crate::accounts::SignedIn;
use crate::answering::show::{self, Page, Typed};
use crate::answering::views::{AnswerPage, MorePage};
use crate::app::App;
use crate::delivery::letter;
use crate::delivery::model::About;
use crate::error::{Error, Kind, Result};
use crate::surveys::Content;
use crate::surveys::desk::Desk;
use crate::surveys::pages::language;
use crate::surveys::wording::LANGUAGES;
use crate::web::list::Asked;
use crate::web::shell::Link;
use crate::web::{PageResult, page};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use std::sync::Arc;
use uuid::Uuid;

/// As everywhere, but with the styles that a letter has in itself, and no form can be submitted.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What stands above a preview.
#[derive(Template)]
#[template(path = "survey_desk/pages/bar.html")]
struct Bar {
    survey: String,
    what: String,
    subject: Option<String>,
    links: Vec<Link>,
}

/// What is shown: the contents, and how the address names them.
struct Shown {
    key: String,
    content: Content,
    /// `draft` or a number.
    version: String,
    lang: &'static str,
}

impl Shown {
    async fn find(app: &App, key: &str, asked: &Asked) -> Result<Self> {
        let wanted = key.to_owned();
        let desk = app.db(move |connection| Desk::load(connection, &wanted)).await?;
        let version = asked.text("version").unwrap_or("draft").to_owned();
        let content = match version.as_str() {
            "draft" => Some(desk.working()),
            number => desk
                .versions
                .iter()
                .find(|known| known.version.to_string() == number)
                .map(|known| known.content.clone()),
        };
        let content = content.ok_or_else(|| Error::not_found("version"))?;
        if content.opening().is_none_or(|opening| !opening.kind.is_scale()) {
            let first = "The first question must be a scale before there is something to show.";
            return Err(Error::new(Kind::Invalid, first));
        }
        Ok(Self { key: desk.key, content, version, lang: language(app, asked.text("lang")) })
    }

    fn what(&self) -> String {
        if self.version == "draft" { "the draft".to_owned() } else { format!("version {}", self.version) }
    }

    fn href(&self, part: &str, lang: &str) -> String {
        format!("/surveys/{}/preview/{part}lang={lang}&version={}", self.key, self.version)
    }

    /// Links to the same in every language, and to what else there is.
    fn links(&self, part: &str, others: &[(&str, &str)]) -> Vec<Link> {
        let language =
            |(code, name): &(&str, &str)| Link { href: self.href(part, code), label: (*name).to_owned() };
        let other = |(part, label): &(&str, &str)| Link {
            href: self.href(part, self.lang),
            label: (*label).to_owned(),
        };
        LANGUAGES.iter().map(language).chain(others.iter().map(other)).collect()
    }

    /// A visit that never was.
    fn about(&self, app: &App) -> About {
        About {
            visited_at: app.clock.now(),
            service: "boiler service".to_owned(),
            customer_name: Some("Ann Sample".to_owned()),
            customer_email: None,
            language: Some(self.lang.to_owned()),
            time_zone: None,
            employees: vec!["Jonas Feld".to_owned()],
            survey_version: Uuid::nil(),
            content: Arc::new(self.content.clone()),
        }
    }
}

/// Puts the bar at the beginning of a page's body.
fn with_bar(html: &str, bar: &Bar) -> PageResult {
    let bar = page::render(bar)?;
    let at = html.find("<body").and_then(|at| Some(at + html.get(at..)?.find('>')? + 1)).unwrap_or_default();
    let (head, body) = html.split_at_checked(at).unwrap_or(("", html));
    let policy = (header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(HttpResponse::Ok()
        .insert_header(policy)
        .content_type("text/html; charset=utf-8")
        .body(format!("{head}{bar}{body}")))
}

/// `GET /surveys/{key}/preview/mail?lang=…&version=…&part=text`.
pub async fn mail(app: web::Data<App>, _: SignedIn, key: web::Path<String>, asked: Asked) -> PageResult {
    let shown = Shown::find(&app, &key, &asked).await?;
    let rendered = letter::preview(&app, shown.about(&app), shown.lang).map_err(Error::internal)?;
    if asked.text("part") == Some("text") {
        let text = format!(
            "This is a preview of {}.\nSubject: {}\n\n{}",
            shown.what(),
            rendered.subject,
            rendered.text
        );
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text));
    }
    let bar = Bar {
        survey: shown.key.clone(),
        what: format!("the mail of {}", shown.what()),
        subject: Some(rendered.subject),
        links: shown.links("mail?", &[("mail?part=text&", "As text"), ("page?", "Page")]),
    };
    with_bar(&rendered.html, &bar)
}

/// `GET /surveys/{key}/preview/page?lang=…&version=…&step=1|2`.
pub async fn page(app: web::Data<App>, _: SignedIn, key: web::Path<String>, asked: Asked) -> PageResult {
    let shown = Shown::find(&app, &key, &asked).await?;
    let is_second = asked.text("step") == Some("2");
    let body = answer_page(&app, &shown, is_second)?;
    let bar = Bar {
        survey: shown.key.clone(),
        what: format!("the page of {}, {} step", shown.what(), if is_second { "second" } else { "first" }),
        subject: None,
        links: shown.links(
            if is_second { "page?step=2&" } else { "page?" },
            &[("page?step=1&", "First step"), ("page?step=2&", "Second step"), ("mail?", "Mail")],
        ),
    };
    with_bar(&body, &bar)
}

/// Renders the customer's page as a link would show it; the second step as after the best answer, unless a browser
/// lets whoever looks choose another one.
fn answer_page(app: &App, shown: &Shown, is_second: bool) -> Result<String> {
    let organisation = &app.config.organisation;
    let mut about = shown.about(app);
    if !organisation.names_employees {
        about.employees.clear();
    }
    let found = Page {
        visit: Uuid::nil(),
        token: String::new(),
        about,
        content: Arc::new(shown.content.clone()),
        stored: None,
        language: show::language(Some(shown.lang), None, &organisation.language),
    };
    let w = found.words();
    // The switch would lead to the customer's page; the bar has one of its own.
    let mut frame = show::frame(app, w, "", None);
    frame.languages.clear();
    let (action, nonce) = ("#preview".to_owned(), String::new());
    let opening = found.content.opening().ok_or_else(|| Error::not_found("question"))?;
    if !is_second {
        let about = found.sentence(organisation.time_zone);
        let question = found.question(opening, &Typed::default(), false);
        let trap = "#preview".to_owned();
        return page::render(&AnswerPage {
            frame,
            w,
            action,
            nonce,
            trap,
            about,
            question,
            errors: Vec::new(),
        });
    }
    let values = [(opening.key.clone(), opening.max.into())].into_iter().collect();
    let typed = Typed { values, ..Typed::default() };
    let further =
        found.content.questions.iter().skip(1).map(|question| found.question(question, &typed, true));
    page::render(&MorePage {
        frame,
        w,
        action,
        nonce,
        questions: std::iter::once(found.question(opening, &typed, false)).chain(further).collect(),
        comment: String::new(),
        call: typed.call(w),
        typist: None,
        until: found.until(organisation.time_zone, app.clock.now()).unwrap_or_default(),
        errors: Vec::new(),
    })
}
