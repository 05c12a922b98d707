//! `GET /customers/{id}`: everything about one customer. Callers see contact, notes and how visits stand; what customers
//! said, and what is put right for them, only those who may read answers, a manager that about the own team's visits.

use super::history;
use super::views::customers::{CustomerPage, VisitLine, language};
use super::views::file::{self as views, CaseLine, Forms, NoteLine, OtherFile, SaidLine, StopLine, Stopped};
use super::{id_of, names, note_reader};
use crate::accounts::queries as accounts;
use crate::accounts::{Role, SignedIn, shell_for};
use crate::answering::queries::person as answers;
use crate::app::App;
use crate::audit::Actor;
use crate::cases;
use crate::customers::notes::Typed;
use crate::customers::preferences::Preferences;
use crate::customers::queries::find::{self, CustomerRow};
use crate::customers::queries::merges::{self, Merge};
use crate::customers::queries::notes::{self, Note};
use crate::customers::queries::preferences;
use crate::customers::stops::{self, Channel, Standing};
use crate::db::page::{self, Cursor, Meta};
use crate::error::Result;
use crate::visits::queries::staff::{self, NewestVisit};
use crate::visits::views::badge_of;
use crate::web::badge::Badge;
use crate::web::format::{day, moment};
use crate::web::list::{Asked, Pages, ROWS};
use crate::web::{PageResult, html, redirect};
use actix_web::web;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// What only HR does on a file; `routes.rs` says the same.
pub(super) trait MayFile {
    /// Tells whether somebody lifts stops, puts files together, exports and erases.
    fn may_file(&self) -> bool;
}

impl MayFile for SignedIn {
    fn may_file(&self) -> bool {
        self.role == Role::Hr
    }
}

/// Shows one customer; a file that was merged into another leads there.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>, asked: Asked) -> PageResult {
    let id = id_of(&id, "customer")?;
    let kept = app.db(move |connection| kept(connection, id)).await?;
    if kept != id {
        return Ok(redirect(&format!("/customers/{kept}")));
    }
    html(&read(&app, &person, id, &asked).await?)
}

/// Finds the file that stands for a customer.
///
/// # Errors
/// 404 when there is none.
pub(super) fn kept(connection: &mut PgConnection, id: Uuid) -> Result<Uuid> {
    find::find_file(connection, id)?;
    merges::kept_file(connection, id)
}

/// Reads the page of a customer for somebody, which is noted.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn read_page(app: &App, person: &SignedIn, id: Uuid) -> Result<CustomerPage> {
    read(app, person, id, &Asked::new(&format!("/customers/{id}"), "")).await
}

async fn read(app: &App, person: &SignedIn, id: Uuid, asked: &Asked) -> Result<CustomerPage> {
    let after = asked.after()?;
    let (now, reader, parts) = (app.clock.now(), person.clone(), app.clone());
    let found = app
        .transaction(move |connection| {
            let found = Found::read(connection, &parts, id, after, &reader)?;
            note_reader(connection, &reader, "customer", id, now)?;
            Ok(found)
        })
        .await?;
    Ok(found.page(app, person, asked))
}

/// Everything that the page of a customer tells.
struct Found {
    row: CustomerRow,
    told: Preferences,
    newest: Option<NewestVisit>,
    standing: Standing,
    notes: Vec<Note>,
    visits: Vec<VisitLine>,
    meta: Meta,
    said: Vec<SaidLine>,
    cases: Vec<CaseLine>,
    merges: Vec<(Merge, CustomerRow)>,
    names: HashMap<Uuid, String>,
}

impl Found {
    fn read(
        connection: &mut PgConnection,
        app: &App,
        id: Uuid,
        after: Option<Cursor>,
        reader: &SignedIn,
    ) -> Result<Self> {
        let zone = app.config.organisation.time_zone;
        let row = find::find_file(connection, id)?;
        let files = merges::files_of(connection, id)?;
        let lines = staff::list_of_customer(connection, &files, after, ROWS)?;
        let cut_at = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let (lines, meta) = page::cut(lines, cut_at, |line| Cursor::by_time(line.visited_at, line.id));
        let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
        // Who may not read answers sees none of the visits' pages either.
        let seen = if reader.reads_answers() {
            staff::list_seen(connection, &ids, reader.sees())?
        } else {
            Vec::new()
        };
        let said = answers::list_of_visits(connection, &seen)?;
        let cases = read_cases(connection, &seen, &lines, zone)?;
        let notes = notes::list_current(connection, id, app.clock.now())?;
        let standing = stops::standing(connection, &app.keys, &files)?;
        let merges = read_merges(connection, &files)?;
        let by = notes.iter().map(|note| &note.by).chain(standing.stops.iter().map(|stop| &stop.by));
        let by = by.chain(merges.iter().map(|(merge, _)| &merge.by));
        let actors: Vec<Uuid> = by.filter_map(|by| history::named(by)).collect();
        let newest = staff::list_newest(connection, &files)?;
        Ok(Self {
            told: preferences::find(connection, id)?,
            newest: newest.into_iter().max_by_key(|visit| visit.visited_at),
            visits: list_visits(connection, lines, &seen, zone)?,
            said: said.iter().map(|response| SaidLine::new(response, zone)).collect(),
            names: accounts::list_names(connection, &actors)?,
            row,
            standing,
            notes,
            meta,
            cases,
            merges,
        })
    }

    fn page(self, app: &App, person: &SignedIn, asked: &Asked) -> CustomerPage {
        let zone = app.config.organisation.time_zone;
        let by = |by: &str, at: DateTime<Utc>| views::written(&history::actor(by, &self.names), at, zone);
        let newest = self.newest.as_ref();
        let language_now =
            self.told.language.as_deref().or_else(|| newest.and_then(|visit| visit.language.as_deref()));
        let zone_now =
            self.told.time_zone.clone().or_else(|| newest.and_then(|visit| visit.time_zone.clone()));
        let me = Actor::User(person.user).to_string();
        CustomerPage {
            shell: shell_for(app, person, "/customers"),
            action: format!("/customers/{}", self.row.id),
            done: asked.text("done").and_then(views::done),
            may_file: person.may_file(),
            reads_answers: person.reads_answers(),
            name: self.row.name.clone().unwrap_or_else(|| "A customer without a name".to_owned()),
            dial: self.row.phone.as_deref().and_then(dial),
            language: language_now.map(language),
            time_zone: zone_now,
            stopped: Stopped {
                mails: self.standing.is_stopped(Channel::Email),
                calls: self.standing.is_stopped(Channel::Phone),
                lines: list_stops(&self.standing, by),
            },
            notes: self
                .notes
                .iter()
                .map(|note| NoteLine {
                    id: note.id.to_string(),
                    words: note.words.clone(),
                    about: format!(
                        "{} · {}, kept until {}",
                        views::purpose(&note.purpose),
                        by(&note.by, note.at),
                        day(note.expires_at.with_timezone(&zone).date_naive())
                    ),
                    removable: person.may_file() || note.by == me,
                })
                .collect(),
            others: self
                .merges
                .iter()
                .map(|(merge, row)| OtherFile {
                    merge: merge.id.to_string(),
                    facts: facts(row),
                    about: by(&merge.by, merge.at),
                })
                .collect(),
            forms: Forms::new(&self.told, &Typed::default()),
            pages: asked.pages(self.meta, Pages::BY_TIME),
            phone: self.row.phone,
            email: self.row.email,
            id: self.row.external_id,
            visits: self.visits,
            said: self.said,
            cases: self.cases,
        }
    }
}

fn read_cases(
    connection: &mut PgConnection,
    seen: &[Uuid],
    lines: &[staff::VisitLine],
    zone: Tz,
) -> Result<Vec<CaseLine>> {
    let visit = |id: Uuid| lines.iter().find(|line| line.id == id).map(|line| line.external_id.clone());
    let cases = cases::queries::list_of_visits(connection, seen)?.into_iter();
    let lines = cases.map(|case| CaseLine {
        href: format!("/cases/{}", case.id),
        visit: visit(case.visit).unwrap_or_default(),
        since: day(case.opened_at.with_timezone(&zone).date_naive()),
        badge: if case.state == "closed" { Badge::done("Closed") } else { Badge::open("Open") },
    });
    Ok(lines.collect())
}

/// The merges that made this person of several files, each with the file that was merged.
fn read_merges(connection: &mut PgConnection, files: &[Uuid]) -> Result<Vec<(Merge, CustomerRow)>> {
    let merges = merges::list(connection, files)?;
    let mut active = Vec::new();
    for merge in merges.into_iter().filter(|merge| merge.undone_at.is_none()) {
        let other = find::find_file(connection, merge.merged)?;
        active.push((merge, other));
    }
    Ok(active)
}

fn list_visits(
    connection: &mut PgConnection,
    lines: Vec<staff::VisitLine>,
    seen: &[Uuid],
    zone: Tz,
) -> Result<Vec<VisitLine>> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    let credited = staff::list_credited(connection, &ids)?;
    let lines = lines.into_iter().map(|line| VisitLine {
        href: seen.contains(&line.id).then(|| format!("/visits/{}", line.id)),
        employees: names(credited.get(&line.id)),
        visit: line.external_id,
        when: moment(line.visited_at, zone),
        service: line.service,
        outcome: badge_of(&line.outcome),
    });
    Ok(lines.collect())
}

fn list_stops(standing: &Standing, by: impl Fn(&str, DateTime<Utc>) -> String) -> Vec<StopLine> {
    let what = |channel: &str| if channel == "email" { "No mails" } else { "No calls" };
    let mut lines: Vec<StopLine> = standing
        .stops
        .iter()
        .map(|stop| StopLine {
            what: what(&stop.channel),
            reason: stop.reason.clone(),
            about: by(&stop.by, stop.at),
        })
        .collect();
    for (channel, hashed) in [("email", &standing.address), ("phone", &standing.number)] {
        let is_written = standing.stops.iter().any(|stop| stop.channel == channel);
        if let Some(reason) = hashed.as_ref().filter(|_| !is_written) {
            lines.push(StopLine { what: what(channel), reason: reason.clone(), about: String::new() });
        }
    }
    lines
}

/// Name, number, address and id of a file, those that are known.
pub(super) fn facts(row: &CustomerRow) -> String {
    let known = [&row.name, &row.phone, &row.email, &row.external_id];
    known.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
}

/// Writes a number for a `tel:` link (RFC 3966): digits and a leading plus. A number without digits cannot be dialled.
fn dial(phone: &str) -> Option<String> {
    let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{plus}{digits}"))
}
