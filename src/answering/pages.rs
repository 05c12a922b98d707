//! `GET|POST /s/{token}`, `GET|POST /u/{token}` and `/privacy`.

use super::certainty::{Fetched, SURE};
use super::door::{self, Door};
use super::form::{self, Step};
use super::key::Key;
use super::look::{self, Asked, Found};
use super::nonce::Opened;
use super::show::{self, Page, Typed, frame};
use super::submit::{self, Hand, Posted, Submitted};
use super::views::{
    AnswerPage, ClosedPage, FormError, MorePage, PrivacyPage, QuestionView, StopPage, StoppedPage,
    ThanksPage, UnknownPage,
};
use super::{code, kept, nonce, views};
use crate::app::App;
use crate::delivery;
use crate::error::{Error, Result};
use crate::ids::LinkToken;
use crate::surveys::wording::{Wording, wording};
use crate::web::{Fields, PageError, PageResult, form as web_form, html, page, redirect};
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use diesel::PgConnection;
use serde::Deserialize;
use std::sync::Arc;

/// What a link may carry. Whatever does not fit is ignored, for links are bent on their way.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    score: Option<String>,
    lang: Option<String>,
    step: Option<String>,
}

/// Words for a page on which the customer is not known.
pub(super) fn plain_words(app: &App, lang: Option<&str>) -> &'static Wording {
    wording(show::language(lang, None, &app.config.organisation.language))
}

/// One page for a link that is unknown, malformed or revoked; a code that is none of ours can be typed again.
fn stranger(app: &App, door: &Door, request: &HttpRequest, lang: Option<&str>) -> PageResult {
    door.stranger(app, request)?;
    let w = plain_words(app, lang);
    let asked = request.match_info().query("token");
    if Key::parse(asked).is_some_and(|key| key.is_card()) {
        return page::not_found(&code::again(app, w, asked));
    }
    page::not_found(&UnknownPage { frame: frame(app, w, "/privacy", None), w })
}

fn closed(app: &App, lang: Option<&str>) -> PageResult {
    let w = plain_words(app, lang);
    html(&ClosedPage { frame: frame(app, w, "/privacy", None), w })
}

/// `GET /s/{token}`: shows the form or what stands; changes nothing that counts, whoever fetches it and how often.
pub async fn answer(
    app: web::Data<App>,
    door: web::Data<Door>,
    request: HttpRequest,
    token: web::Path<String>,
    asked: web::Query<Parameters>,
) -> PageResult {
    let asked = asked.into_inner();
    let wants_form = asked.step.as_deref() == Some("2");
    let found = match look::find(&app, Asked::new(&app, &token, asked.lang.as_deref(), wants_form)).await? {
        Found::Unknown => return stranger(&app, &door, &request, asked.lang.as_deref()),
        Found::Closed => return closed(&app, asked.lang.as_deref()),
        Found::Open(found) => found,
    };
    let score = asked.score.as_deref().and_then(|score| score.parse().ok());
    let score =
        score.filter(|score| found.content.opening().is_some_and(|q| (q.min..=q.max).contains(score)));
    let what = if request.method() == Method::HEAD { Fetched::Head } else { Fetched::Page };
    door.note(&app, &request, found.visit, what, score);
    let now = app.clock.now();
    let zone = app.config.organisation.time_zone;
    if found.stored.is_some() && (!wants_form || found.until(zone, now).is_none()) {
        return thanks(&app, &found, score);
    }
    let mut typed = Typed::stored(&found, score);
    // A new answer begins with what was chosen in the mail and nothing else.
    if found.stored.is_none() && score.is_none() {
        typed.values.clear();
    }
    let body = render_form(&app, &found, Typed::step(&found, asked.step.as_deref()), typed, score.is_some())?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

fn thanks(app: &App, found: &Page, score: Option<i32>) -> PageResult {
    let w = found.words();
    let zone = app.config.organisation.time_zone;
    let chosen = score.map_or(String::new(), |score| format!("&score={score}"));
    let stored = found.stored.as_ref();
    html(&ThanksPage {
        frame: frame(app, w, &format!("/s/{}", found.token), Some(&found.token)),
        w,
        given: found.given(),
        comment: stored.and_then(|stored| stored.comment.clone()),
        call_me: stored.is_some_and(|stored| stored.call_me),
        change: found.change(zone, app.clock.now(), &chosen),
        tell_others: app.config.organisation.tell_others_url.as_ref().map(ToString::to_string),
    })
}

/// Renders either step with what was typed or chosen, and a fresh nonce.
fn render_form(app: &App, found: &Page, step: Step, typed: Typed, from_mail: bool) -> Result<String> {
    let w = found.words();
    let zone = app.config.organisation.time_zone;
    let now = app.clock.now();
    let key = Key::parse(&found.token).ok_or_else(|| Error::not_found("link"))?;
    let nonce = nonce::issue(&app.keys, &key.hash(), now);
    let frame = frame(app, w, &form_path(found, step), Some(&found.token));
    let opening = found.content.opening().ok_or_else(|| Error::internal("a survey without questions"))?;
    let mut first = found.question(opening, &typed, false);
    if from_mail && !key.is_card() {
        first.note = found.opening_answer(&typed.values).map(|score| views::preselected(w, score));
    }
    let action = found.address("");
    if step == Step::First {
        let about = found.sentence(zone);
        return page::render(&AnswerPage {
            frame,
            w,
            action,
            nonce,
            trap: format!("/s/{}/all", found.token),
            about,
            question: first,
            errors: typed.errors,
        });
    }
    let further = further(found, first, &typed);
    page::render(&MorePage {
        frame,
        w,
        action,
        nonce,
        questions: further,
        call: typed.call(w),
        comment: typed.comment,
        until: found.until(zone, now).unwrap_or_default(),
        errors: typed.errors,
        typist: None,
    })
}

/// All questions of the second step, the opening one first.
pub(super) fn further(found: &Page, first: QuestionView, typed: &Typed) -> Vec<QuestionView> {
    let further = found.content.questions.iter().skip(1);
    let further = further.map(|question| found.question(question, typed, true));
    std::iter::once(first).chain(further).collect()
}

fn form_path(found: &Page, step: Step) -> String {
    match step {
        Step::First => format!("/s/{}", found.token),
        Step::Second => format!("/s/{}?step=2", found.token),
    }
}

/// `GET /s/{token}/all`: a link that people do not see. Whoever follows it is led back.
pub async fn trap(
    app: web::Data<App>,
    door: web::Data<Door>,
    request: HttpRequest,
    token: web::Path<String>,
    asked: web::Query<Parameters>,
) -> PageResult {
    match look::find(&app, Asked::new(&app, &token, asked.lang.as_deref(), false)).await? {
        Found::Unknown => stranger(&app, &door, &request, asked.lang.as_deref()),
        Found::Closed => closed(&app, asked.lang.as_deref()),
        Found::Open(found) => {
            door.note(&app, &request, found.visit, Fetched::Trap, None);
            Ok(redirect(&found.address("")))
        }
    }
}

/// `POST /s/{token}`: stores the answer once and leads on; anything wrong shows the page again with what was
/// typed, and nothing is stored. Without the database a page keeps what was typed.
pub async fn submit(
    app: web::Data<App>,
    door: web::Data<Door>,
    request: HttpRequest,
    token: web::Path<String>,
    asked: web::Query<Parameters>,
    fields: Fields,
) -> PageResult {
    let (lang, fields) = (asked.lang.as_deref(), Arc::new(fields));
    let outcome = take(&app, &door, &request, &token, lang, &fields).await;
    outcome.or_else(|PageError(error)| {
        kept::unless_stored(&app, plain_words(&app, lang), &token, &fields, error)
    })
}

/// What became of a form.
enum Taken {
    Nowhere(Found),
    Wrong(Box<Page>, Vec<FormError>),
    Done(Box<Page>, Submitted, Step),
}

async fn take(
    app: &App,
    door: &Door,
    request: &HttpRequest,
    token: &str,
    lang: Option<&str>,
    fields: &Arc<Fields>,
) -> PageResult {
    let asked = Asked::new(app, token, lang, form::step(fields) == Step::Second);
    let opened = nonce::check(&app.keys, &asked.hash, fields.get("nonce").unwrap_or_default(), asked.now);
    if opened.as_ref().is_some_and(|opened| asked.now - opened.at <= SURE) {
        // What was fetched a moment ago may still be on its way to the table.
        door.fetches.settle().await?;
    }
    let from = Origin {
        network: door::network_hash(app, request),
        is_unpressed: door::is_unpressed(request, fields),
    };
    let came = fields.clone();
    let outcome = app.db(move |connection| store(connection, &asked, &came, opened, from)).await?;
    match outcome {
        Taken::Nowhere(Found::Closed) => closed(app, lang),
        Taken::Nowhere(_) => stranger(app, door, request, lang),
        Taken::Wrong(found, errors) => again(app, &found, fields, errors),
        Taken::Done(found, Submitted::Closed, _) if found.stored.is_none() => closed(app, lang),
        // What stands can no longer be changed; the page that shows it says so.
        Taken::Done(found, Submitted::Closed, _) | Taken::Done(found, Submitted::Stored, Step::Second) => {
            Ok(redirect(&found.address("")))
        }
        Taken::Done(found, Submitted::Stored, Step::First) => Ok(redirect(&found.address("&step=2"))),
    }
}

/// Who sent a form.
struct Origin {
    network: Vec<u8>,
    is_unpressed: bool,
}

/// Looks the link up, checks the form and stores the answer, on one connection.
fn store(
    connection: &mut PgConnection,
    asked: &Asked,
    fields: &Fields,
    opened: Option<Opened>,
    from: Origin,
) -> Result<Taken> {
    let mut found = match look::look(connection, asked)? {
        Found::Open(found) => found,
        nowhere => return Ok(Taken::Nowhere(nowhere)),
    };
    let words = found.words();
    let expired = || vec![FormError { field_id: String::new(), text: words.form_expired.clone() }];
    let checked = form::check(fields, &found.content, words);
    let checked = checked.and_then(|answers| opened.map(|opened| (answers, opened)).ok_or_else(expired));
    let (answers, opened) = match checked {
        Ok(sound) => sound,
        Err(errors) => {
            look::name(connection, asked, &mut found)?;
            return Ok(Taken::Wrong(found, errors));
        }
    };
    let step = answers.step;
    let posted = Posted {
        hand: if asked.is_card() { Hand::Card } else { Hand::Link },
        token_hash: asked.hash.clone(),
        visit: found.visit,
        opened,
        network: from.network,
        trap_filled: fields.text("website").is_some(),
        is_unpressed: from.is_unpressed,
        answers,
        language: found.language,
    };
    let submitted = submit::store(connection, &posted, asked.now)?;
    Ok(Taken::Done(found, submitted, step))
}

fn again(app: &App, found: &Page, fields: &Fields, errors: Vec<FormError>) -> PageResult {
    if found.until(app.config.organisation.time_zone, app.clock.now()).is_none() {
        return Ok(redirect(&found.address("")));
    }
    let typed = Typed::posted(fields, &found.content, errors);
    let body = render_form(app, found, form::step(fields), typed, false)?;
    let mut response = Error::invalid(Vec::new()).response();
    Ok(response.content_type("text/html; charset=utf-8").body(body))
}

/// `GET /u/{token}`: asks before it stops the mails; changes nothing. An unknown link looks like any other, so
/// that nobody can try tokens here.
pub async fn stop(
    app: web::Data<App>,
    token: web::Path<String>,
    asked: web::Query<Parameters>,
) -> PageResult {
    let w = plain_words(&app, asked.lang.as_deref());
    let path =
        format!("/u/{}", LinkToken::parse(&token).map_or(String::new(), |token| token.as_str().to_owned()));
    html(&StopPage { frame: frame(&app, w, &path, None), w, action: format!("{path}?lang={}", w.language) })
}

/// `POST /u/{token}`: stops the mails, from our page or with one click from a mail program (RFC 8058: no
/// cookie, no redirect, urlencoded or multipart).
pub async fn stop_mails(
    app: web::Data<App>,
    token: web::Path<String>,
    asked: web::Query<Parameters>,
    payload: web::Payload,
) -> PageResult {
    let body = web_form::read(payload.into_inner()).await?;
    let text = String::from_utf8_lossy(&body);
    let w = plain_words(&app, asked.lang.as_deref());
    if !(text.contains("One-Click") || text.contains("confirm")) {
        return stop(app, token, asked).await;
    }
    if let Some(token) = LinkToken::parse(&token) {
        let (keys, now) = (app.keys.clone(), app.clock.now());
        app.transaction(move |connection| delivery::opt_out::stop(connection, &keys, &token, now)).await?;
    }
    html(&StoppedPage { frame: frame(&app, w, "/privacy", None), w })
}

/// `GET /privacy`: what happens to an answer.
pub async fn privacy(app: web::Data<App>, asked: web::Query<Parameters>) -> PageResult {
    let w = plain_words(&app, asked.lang.as_deref());
    html(&PrivacyPage { frame: frame(&app, w, "/privacy", None), w })
}
