//! `GET /visits` and `GET /visits/{id}`: every visit, where it stands and how it came there.

use super::history::{self, Step};
use super::views::cards::CardLine;
use super::views::visits::{
    CallLine, Credit, Fact, MailLine, ResponseLink, Row, VisitPage, VisitsPage, attempt, basis, called,
    mailing,
};
use super::{cards, id_of, names, note_reader};
use crate::accounts::export::{self, Sheet};
use crate::accounts::{self, Role, SignedIn, shell_for};
use crate::answering;
use crate::app::App;
use crate::callbacks;
use crate::db::page::{self, Cursor, Meta};
use crate::delivery::queries::tried;
use crate::error::Result;
use crate::visits::queries::staff::{self, StaffFilter, VisitFacts};
use crate::visits::queries::{self, HistoryRow};
use crate::visits::{Outcome, views as outcomes};
use crate::web::format::{day, long_day, moment, permille};
use crate::web::list::{Asked, Choice, Dates, Pages, ROWS};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// What stands for a name that the reader is not to know.
const NOT_SHOWN: &str = "not shown";

const SHEET: Sheet = Sheet {
    name: "visits",
    columns: &["visit", "when", "service", "employees", "customer", "outcome"],
    noted: &["q", "outcome", "employee", "from", "to"],
};

/// Shows the list.
pub async fn list(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let dates = asked.dates();
    let filter = filter_of(&asked, &dates, &person);
    let (rows, meta) = if dates.error.is_some() {
        (Vec::new(), Meta { next: None })
    } else {
        let after = asked.after()?;
        let meets = person.meets_customers();
        app.db(move |connection| read_list(connection, &filter, after, (ROWS, zone, meets))).await?
    };
    let known = Outcome::ALL.iter().map(|outcome| (outcome.as_str(), outcomes::badge(*outcome).word));
    html(&VisitsPage {
        shell: shell_for(&app, &person, "/visits"),
        own_team: person.role == Role::Manager,
        q: asked.typed("q"),
        employee: asked.typed("employee"),
        outcomes: Choice::all(asked.text("outcome"), [("", "All")].into_iter().chain(known)),
        cards: makes_cards(&person).then(|| asked.address_at("/visits/cards")),
        is_narrowed: asked.is_narrowed(),
        pages: asked.pages(meta, Pages::BY_TIME).with_file(asked.address_at("/visits.csv")),
        sort: asked.by_time(),
        dates,
        rows,
    })
}

/// Gives the list as a file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let filter = filter_of(&asked, &asked.dates(), &person);
    let meets = person.meets_customers();
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let page = |after| read_list(connection, &filter, after, (export::AT_ONCE, zone, meets));
        Ok(export::all(page)?.into_iter().map(Row::cells).collect())
    })
    .await
}

/// Reads what the list is narrowed to.
pub(super) fn filter_of(asked: &Asked, dates: &Dates, person: &SignedIn) -> StaffFilter {
    StaffFilter {
        external_id: asked.text("q").map(str::to_owned),
        outcome: asked.text("outcome").and_then(|word| word.parse().ok()),
        employee: asked.text("employee").map(str::to_owned),
        from: dates.from,
        to: dates.to,
        sees: person.sees(),
        oldest_first: asked.by_time().is_oldest,
    }
}

/// Tells whether somebody makes cards; `routes.rs` says the same.
fn makes_cards(person: &SignedIn) -> bool {
    person.role == Role::Hr
}

/// Finds a visit that this reader may know of.
///
/// # Errors
/// 404 when there is none.
pub(super) fn read_seen(connection: &mut PgConnection, id: Uuid, reader: &SignedIn) -> Result<VisitFacts> {
    staff::find_facts(connection, id, reader.sees())
}

fn read_list(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    after: Option<Cursor>,
    (limit, zone, meets_customers): (i64, Tz, bool),
) -> Result<(Vec<Row>, Meta)> {
    let rows = staff::list_for_staff(connection, filter, after, limit)?;
    let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
    let (rows, meta) = page::cut(rows, cut_at, |row| Cursor::by_time(row.visited_at, row.id));
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let credited = staff::list_credited(connection, &ids)?;
    let rows = rows.into_iter().map(|row| Row {
        href: format!("/visits/{}", row.id),
        employees: names(credited.get(&row.id)),
        visit: row.external_id,
        when: moment(row.visited_at, zone),
        service: row.service,
        customer: if meets_customers { row.customer_name } else { Some(NOT_SHOWN.to_owned()) },
        outcome: outcomes::badge_of(&row.outcome),
    });
    Ok((rows.collect(), meta))
}

/// Shows one visit.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "visit")?;
    let (zone, now, reader) = (app.config.organisation.time_zone, app.clock.now(), person.clone());
    let parts = app.clone();
    let found = app
        .transaction(move |connection| {
            let found = read(connection, &parts, id, &reader)?;
            note_reader(connection, &reader, "visit", id, now)?;
            Ok(found)
        })
        .await?;
    let shell = shell_for(&app, &person, "/visits");
    html(&page(shell, found, zone))
}

/// Everything that the page of a visit tells.
struct Found {
    facts: VisitFacts,
    credited: Vec<staff::Credited>,
    history: Vec<HistoryRow>,
    names: HashMap<Uuid, String>,
    mail: Option<(tried::Invited, Vec<tried::Tried>)>,
    callback: Option<callbacks::queries::OfVisit>,
    response: Option<(Uuid, String, DateTime<Utc>)>,
    card: Option<CardLine>,
    /// Whether the reader may open customers and responses.
    reads_answers: bool,
    /// Whether the reader may know who the customer is.
    meets_customers: bool,
}

fn read(connection: &mut PgConnection, app: &App, id: Uuid, reader: &SignedIn) -> Result<Found> {
    let facts = read_seen(connection, id, reader)?;
    let history = queries::list_history(connection, &[id])?;
    let actors: Vec<Uuid> = history.iter().filter_map(|row| history::named(&row.3)).collect();
    let reads_answers = reader.reads_answers();
    Ok(Found {
        credited: staff::list_credited(connection, &[id])?.remove(&id).unwrap_or_default(),
        names: accounts::queries::list_names(connection, &actors)?,
        mail: tried::find(connection, id)?,
        callback: callbacks::queries::find_of_visit(connection, id)?,
        response: if reads_answers {
            answering::queries::staff::find_of_visit(connection, id)?
        } else {
            None
        },
        card: if makes_cards(reader) {
            Some(cards::line(connection, app, id, &facts.outcome)?)
        } else {
            None
        },
        facts,
        history,
        reads_answers,
        meets_customers: reader.meets_customers(),
    })
}

fn page(shell: crate::web::shell::Shell, found: Found, zone: Tz) -> VisitPage {
    let facts = &found.facts;
    let local = facts.visited_at.with_timezone(&zone);
    let outcome = facts.outcome.parse::<Outcome>().ok();
    let customer = facts.customer.filter(|_| found.reads_answers);
    let steps = found.history.iter().rev();
    let steps = steps.map(|(_, word, at, by, why)| history::step(word, *at, by, why, (zone, &found.names)));
    VisitPage {
        shell,
        action: format!("/visits/{}", facts.id),
        card: found.card,
        id: facts.external_id.clone(),
        lead: format!("{} on {}, {}.", facts.service, long_day(local.date_naive()), local.format("%H:%M")),
        badge: outcomes::badge_of(&facts.outcome),
        sentence: outcome.map(outcomes::sentence).unwrap_or_default(),
        steps: steps.collect::<Vec<Step>>(),
        facts: list_facts(facts),
        customer: if found.meets_customers {
            facts.customer_name.clone()
        } else {
            Some(NOT_SHOWN.to_owned())
        },
        customer_href: customer.map(|id| format!("/customers/{id}")),
        credits: found.credited.iter().map(credit).collect(),
        mail: found.mail.map(|(invited, tries)| mail(&invited, &tries, zone)),
        callback: found.callback.map(|callback| CallLine {
            kind: callbacks::views::kind(&callback.kind),
            probability: callback.probability.map(crate::web::format::percent),
            state: called(&callback.state, callback.called),
        }),
        response: found.response.map(|(id, mode, at)| ResponseLink {
            href: format!("/responses/{id}"),
            text: format!(
                "{}, on {}",
                super::views::responses::mode(&mode),
                day(at.with_timezone(&zone).date_naive())
            ),
        }),
    }
}

fn credit(one: &staff::Credited) -> Credit {
    Credit {
        name: one.name.clone(),
        id: one.external_id.clone(),
        team: one.team_name.clone(),
        share: permille(one.share_permille),
    }
}

fn list_facts(facts: &VisitFacts) -> Vec<Fact> {
    let first = facts.first_contact.as_deref().map(|word| match word {
        "email" => "by mail".to_owned(),
        "phone" => "by phone".to_owned(),
        other => other.to_owned(),
    });
    let all = [
        ("Service", Some(facts.service.clone())),
        ("Channel", facts.channel.clone()),
        ("Site", facts.site.clone()),
        ("Segment", facts.segment.clone()),
        ("Priority", facts.priority.then(|| "yes, phoned first when no answer comes".to_owned())),
        (
            "May ask",
            Some(basis(facts.lawful_basis.as_deref(), facts.channels.as_deref(), facts.evidence.as_deref())),
        ),
        ("Asked first", first),
    ];
    all.into_iter().filter_map(|(name, value)| Some(Fact { name, value: value? })).collect()
}

fn mail(invited: &tried::Invited, tries: &[tried::Tried], zone: Tz) -> MailLine {
    let at = |at: Option<DateTime<Utc>>| at.map(|at| moment(at, zone));
    MailLine {
        sentence: mailing(
            &invited.state,
            &moment(invited.send_at, zone),
            at(invited.sent_at),
            at(invited.expires_at),
        ),
        tries: tries
            .iter()
            .map(|tried| Step {
                what: format!("Try {}: {}", tried.number, attempt(&tried.state)),
                at: tried.started_at.to_rfc3339(),
                when: moment(tried.started_at, zone),
                why: String::new(),
            })
            .collect(),
    }
}
