//! `/visits/{id}/card`, `/visits/cards` and `/visits/{id}/paper`: cards to hand out, and answers typed in from paper.

use super::views::cards::{CardLine, CardView, CardsPage};
use super::visits::{filter_of, read_seen};
use super::{id_of, note_reader};
use crate::accounts::{SignedForm, SignedIn};
use crate::answering::cards::{self, Wish};
use crate::answering::paper::{self, Paper};
use crate::answering::queries::cards::{self as stored, Card};
use crate::answering::show;
use crate::answering::views::{self, Typist};
use crate::app::App;
use crate::arrival;
use crate::audit::Actor;
use crate::config::zone_or;
use crate::delivery;
use crate::delivery::letter;
use crate::error::{Error, Result};
use crate::surveys::dates;
use crate::surveys::wording::wording;
use crate::visits::Outcome;
use crate::visits::queries::staff::{self, StaffFilter, VisitLine};
use crate::web::format::{counted, moment};
use crate::web::list::Asked;
use crate::web::{PageResult, assets, html, qr, redirect};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// The most cards of one print.
const MOST: i64 = 200;

fn wish(connection: &mut PgConnection, visit: Uuid, person: &SignedIn) -> Result<Wish> {
    let survey_version = arrival::survey_of(connection, visit)?;
    Ok(Wish { visit, survey_version, by: Actor::User(person.user) })
}

/// Says whether a visit has a card, or why it gets none; for its page.
///
/// # Errors
/// When the database does not answer.
pub fn line(connection: &mut PgConnection, app: &App, visit: Uuid, outcome: &str) -> Result<CardLine> {
    let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
    let card = cards::find(connection, visit)?.filter(|card| cards::is_valid(&app.keys, card, now));
    let outcome: Outcome = outcome.parse().map_err(Error::internal)?;
    let takes = cards::ANSWERS_FROM.contains(&outcome);
    Ok(CardLine {
        until: card.filter(|_| takes).map(|card| moment(card.expires_at, zone)),
        why_not: cards::refusal(outcome),
    })
}

/// `POST /visits/{id}/card`: makes the card of a visit, or lets the one it has work longer.
pub async fn make(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "visit")?;
    let (parts, person, now) = (app.clone(), form.person, app.clock.now());
    let work = move |connection: &mut PgConnection| {
        read_seen(connection, id, &person)?;
        let wish = wish(connection, id, &person)?;
        cards::make(connection, &parts.keys, &wish, now).map(drop)
    };
    app.transaction(work).await?;
    Ok(redirect(&format!("/visits/{id}/card")))
}

/// `GET /visits/{id}/card`: the card, to print.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "visit")?;
    let (parts, now) = (app.clone(), app.clock.now());
    let work = move |connection: &mut PgConnection| {
        read_seen(connection, id, &person)?;
        note_reader(connection, &person, "card", id, now)?;
        draw(connection, &parts, &[id], now)
    };
    let drawn = app.transaction(work).await?;
    if drawn.is_empty() {
        return Err(Error::not_found("card").into());
    }
    html(&CardsPage {
        css: assets::cards_css(),
        title: "Card".to_owned(),
        lead: "Print it from your browser, in colour or not, and give it to the customer.".to_owned(),
        back: format!("/visits/{id}"),
        is_single: true,
        cards: drawn,
    })
}

/// Which visits of a list get cards: those without an address, unless another outcome was asked for.
fn of_list(asked: &Asked, person: &SignedIn) -> Result<StaffFilter> {
    let dates = asked.dates();
    if let Some(error) = dates.error {
        return Err(Error::invalid_field("from", error));
    }
    let filter = filter_of(asked, &dates, person);
    Ok(StaffFilter { outcome: filter.outcome.or(Some(Outcome::NoAddress)), ..filter })
}

/// The newest visits of a list, as many as one print takes, and whether there are more.
fn read_list(connection: &mut PgConnection, filter: &StaffFilter) -> Result<(Vec<VisitLine>, bool)> {
    let mut rows = staff::list_for_staff(connection, filter, None, MOST)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let is_more = rows.len() > most;
    rows.truncate(most);
    Ok((rows, is_more))
}

/// `POST /visits/cards`: makes a card for each visit of a list that may have one.
pub async fn make_all(app: web::Data<App>, form: SignedForm, asked: Asked) -> PageResult {
    let filter = of_list(&asked, &form.person)?;
    let (parts, person, now) = (app.clone(), form.person, app.clock.now());
    let work = move |connection: &mut PgConnection| {
        let (rows, _) = read_list(connection, &filter)?;
        let mut ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        // Locked in the order of their ids, as by everybody.
        ids.sort_unstable();
        for id in ids {
            let outcome = crate::visits::queries::lock_outcome(connection, id)?;
            if cards::refusal(outcome).is_none() {
                let wish = wish(connection, id, &person)?;
                cards::make(connection, &parts.keys, &wish, now)?;
            }
        }
        Ok(())
    };
    app.transaction(work).await?;
    Ok(redirect(&asked.address_at("/visits/cards")))
}

/// `GET /visits/cards`: the cards of a list, eight on a page of A4.
pub async fn show_all(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let filter = of_list(&asked, &person)?;
    let (parts, now) = (app.clone(), app.clock.now());
    let work = move |connection: &mut PgConnection| {
        let (rows, is_more) = read_list(connection, &filter)?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let drawn = draw(connection, &parts, &ids, now)?;
        for card in &drawn {
            note_reader(connection, &person, "card", card.visit, now)?;
        }
        Ok((drawn, is_more))
    };
    let (drawn, is_more) = app.transaction(work).await?;
    let count = i64::try_from(drawn.len()).unwrap_or(i64::MAX);
    let more = if is_more { " There are more visits; narrow the list to print the others." } else { "" };
    let lead = match count {
        0 => "No visit of this list has a card.".to_owned(),
        _ => format!(
            "{}, eight on a page of A4. Print from your browser.{more}",
            counted(count, "card", "cards")
        ),
    };
    html(&CardsPage {
        css: assets::cards_css(),
        title: "Cards".to_owned(),
        lead,
        back: asked.address_at("/visits"),
        is_single: false,
        cards: drawn,
    })
}

/// Draws those cards of visits that take answers, in the order of the visits.
fn draw(connection: &mut PgConnection, app: &App, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<CardView>> {
    let made = stored::list(connection, ids)?;
    let valid: HashMap<Uuid, Card> = made
        .into_iter()
        .filter(|card| cards::is_valid(&app.keys, card, now))
        .map(|card| (card.visit, card))
        .collect();
    let versions = valid.values().map(|card| (card.visit, card.survey_version)).collect();
    let about = delivery::queries::load_about_asking(connection, &versions)?;
    let known = ids.iter().filter_map(|id| Some((valid.get(id)?, about.get(id)?)));
    known.map(|(card, about)| view(app, card, about)).collect()
}

fn view(app: &App, card: &Card, about: &delivery::model::About) -> Result<CardView> {
    let organisation = &app.config.organisation;
    let language = show::language(None, about.language.as_deref(), &organisation.language);
    let w = wording(language);
    let zone = zone_or(organisation.time_zone, about.time_zone.as_deref());
    let code = cards::code(&app.keys, card).ok_or_else(|| Error::internal("a card without a code"))?.shown();
    let address = app.config.http.link("/s");
    let bare = address.split_once("://").map_or(address.as_str(), |(_, bare)| bare);
    let people: &[String] = if organisation.names_employees { &about.employees } else { &[] };
    let day = letter::date(about, organisation.time_zone, language);
    Ok(CardView {
        visit: card.visit,
        language,
        direction: w.direction,
        organisation: organisation.name.clone(),
        title: &w.card_title,
        about: views::about(w, &about.service, &day, people),
        how: w.card_how(bare),
        qr: qr::svg(&format!("{address}/{code}"))?,
        until: w.card_until(&dates::long(card.expires_at.with_timezone(&zone).date_naive(), language)),
        code,
    })
}

fn typist(paper: &Paper, app: &App, person: &SignedIn, id: Uuid) -> Typist {
    Typist { csrf: person.csrf.clone(), lead: paper.sentence(app), back: format!("/visits/{id}") }
}

/// `GET /visits/{id}/paper`: the form for what a customer wrote on paper.
pub async fn show_paper(
    app: web::Data<App>,
    person: SignedIn,
    id: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let id = id_of(&id, "visit")?;
    let (parts, reader, lang) = (app.clone(), person.clone(), asked.text("lang").map(str::to_owned));
    let work = move |connection: &mut PgConnection| {
        read_seen(connection, id, &reader)?;
        note_reader(connection, &reader, "visit", id, parts.clock.now())?;
        let wish = wish(connection, id, &reader)?;
        Paper::read(connection, &parts, &wish, lang.as_deref())
    };
    let paper = app.transaction(work).await?;
    let body = paper.render(&app, typist(&paper, &app, &person, id), None)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

/// `POST /visits/{id}/paper`: stores it; anything wrong shows the form again with what was typed.
pub async fn store_paper(
    app: web::Data<App>,
    form: SignedForm,
    id: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let id = id_of(&id, "visit")?;
    let lang = asked.text("lang").map(str::to_owned);
    let (parts, person, fields, now) = (app.clone(), form.person, form.fields, app.clock.now());
    let work = move |connection: &mut PgConnection| {
        read_seen(connection, id, &person)?;
        let wish = wish(connection, id, &person)?;
        let paper = Paper::read(connection, &parts, &wish, lang.as_deref())?;
        match paper.check(&parts, &fields) {
            Ok(checked) => {
                paper::store(connection, &parts.keys, &wish, person.user, checked, now)?;
                Ok(None)
            }
            Err(errors) => {
                let typist = typist(&paper, &parts, &person, id);
                paper.render(&parts, typist, Some((&fields, errors))).map(Some)
            }
        }
    };
    match app.transaction(work).await? {
        None => Ok(redirect(&format!("/visits/{id}"))),
        Some(again) => {
            let mut response = Error::invalid(Vec::new()).response();
            Ok(response.content_type("text/html; charset=utf-8").body(again))
        }
    }
}
