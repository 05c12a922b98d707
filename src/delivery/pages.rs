//! `/delivery`: what is on its way and what is stuck, for whoever runs the server, and what they may do about it.

use super::again::{self, Again, Wish};
use super::chart::Chart;
use super::model::{NOTHING_NOW, STOPPED};
use super::queries::staff::{self, ByDomain, Flow, Held, Hour, Lost};
use super::queries::{self, health};
use super::standing::{Facts, Standing};
use super::views::{
    self, AgainPage, Batch, Clock, DeliveryPage, DomainRow, Flash, FuseView, LostRow, NeverPage,
};
use super::{fuse, never};
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::customers;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::web::format::{counted, thousands};
use crate::web::list::Asked;
use crate::web::shell::{Link, Shell};
use crate::web::{PageResult, html, page, redirect};
use actix_web::web;
use chrono::TimeDelta;
use diesel::PgConnection;
use uuid::Uuid;

/// How many letters with an unknown fate are listed.
const MOST_LOST: i64 = 50;

/// How many domains stand by themselves.
const LARGEST: i32 = 4;

/// The span of the table by domain.
const BY_DOMAIN: TimeDelta = TimeDelta::days(7);

/// Everything the page rests on, from one look.
struct Read {
    facts: Facts,
    held: Held,
    flow: Flow,
    hours: Vec<Hour>,
    domains: Vec<ByDomain>,
    lost: Vec<Lost>,
    never: Vec<(String, i64)>,
}

impl Read {
    fn of(connection: &mut PgConnection, app: &App) -> Result<Self> {
        let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
        let under_way = staff::count_under_way(connection)?;
        let facts = Facts {
            is_on: queries::is_on(connection, app.config.sending.always_on)?,
            switch: staff::find_switch(connection)?,
            fuse: health::find_fuse(connection)?,
            breaker: health::find_breaker(connection)?,
            queue: staff::count_queue(connection, now)?,
            under_way: under_way.sending,
            since: under_way.since,
            was_tried: staff::was_ever_tried(connection)?,
        };
        let from = Chart::begins(now, zone);
        Ok(Self {
            facts,
            held: staff::count_held(connection, now)?,
            flow: staff::count_flow(connection, now)?,
            hours: staff::count_by_hour(connection, from, zone.name(), &[NOTHING_NOW, STOPPED])?,
            domains: staff::count_by_domain(connection, now - BY_DOMAIN, LARGEST)?,
            lost: staff::list_lost(connection, now, MOST_LOST)?,
            never: customers::queries::count_suppressions(connection)?,
        })
    }
}

fn clock_of(app: &App) -> Clock {
    Clock { now: app.clock.now(), zone: app.config.organisation.time_zone }
}

/// The frame, with the number of letters that wait for a decision in the menu.
fn shell_with(app: &App, person: &SignedIn, lost: i64) -> Shell {
    let mut shell = shell_for(app, person, "/delivery");
    if let Some(item) = shell.nav.iter_mut().find(|item| item.current) {
        item.count = Some(lost).filter(|count| *count > 0);
    }
    shell
}

/// `GET /delivery`.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let parts = app.clone();
    let read = app.db(move |connection| Read::of(connection, &parts)).await?;
    let clock = clock_of(&app);
    let lost = read.lost.first().map_or(0, |lost| lost.of);
    let shown = i64::try_from(read.lost.len()).unwrap_or(lost);
    let facts = &read.facts;
    let done = asked.text("done").and_then(said).map(|text| Flash {
        class: "",
        title: text.to_owned(),
        text: String::new(),
        link: None,
    });
    let sending = &app.config.sending;
    html(&DeliveryPage {
        shell: shell_with(&app, &person, lost),
        lead: facts.standing(clock.now).sentence(clock.zone),
        flashes: done.into_iter().chain(alarms(facts, clock)).chain(unknown(lost)).collect(),
        may_act: person.role == Role::Admin,
        is_on: facts.is_on,
        batch: Batch::new(facts, (read.flow.hour, read.flow.minute), clock),
        route: views::route(&app.config.mail.url, sending.connections),
        stats: views::stats(facts, &read.held, read.lost.first(), clock),
        chart: Chart::draw(&read.hours, clock.now, clock.zone),
        domains: DomainRow::all(&read.domains),
        lost: read.lost.iter().map(|lost| LostRow::new(lost, clock)).collect(),
        more_lost: lost - shown,
        left_alone: left_alone(&app),
        never: with_sum(&read.never),
        fuse: FuseView::new(facts.fuse.as_ref(), clock),
        due: counted(facts.queue.due + facts.queue.again_due, "letter is", "letters are"),
    })
}

/// Reasons with their counts, and the sum at the end where there are several.
fn with_sum(never: &[(String, i64)]) -> Vec<(String, String)> {
    let sum = never.iter().map(|(_, count)| count).sum();
    let all = (never.len() > 1).then(|| ("all".to_owned(), thousands(sum)));
    let each = never.iter().map(|(stored, count)| (views::reason(stored), thousands(*count)));
    each.chain(all).collect()
}

/// What happens to a letter with an unknown fate that nobody decides on.
fn left_alone(app: &App) -> String {
    let sending = &app.config.sending;
    if sending.reminders == 0 {
        return "Left alone, nothing more is sent.".to_owned();
    }
    let days = match sending.remind_after.num_days() {
        0 => "later".to_owned(),
        days => format!("after {}", counted(days, "day", "days")),
    };
    format!("Left alone, the reminder goes out {days} as to anyone who did not answer.")
}

fn unknown(lost: i64) -> Option<Flash> {
    (lost > 0).then(|| Flash {
        class: "warn",
        title: format!("{} an unknown fate.", counted(lost, "mail has", "mails have")),
        text: "The relay took the text and did not reply. They are not sent again by themselves.".to_owned(),
        link: Some(Link { href: "#unknown".to_owned(), label: "Look at them".to_owned() }),
    })
}

/// What keeps letters back: what happened, what it means, what to do.
fn alarms(facts: &Facts, clock: Clock) -> Vec<Flash> {
    let mut alarms = Vec::new();
    let alarm = |title: String, text: String, link: Option<Link>| Flash { class: "alarm", title, text, link };
    if let Some((at, fuse)) = facts.fuse.as_ref().and_then(|fuse| Some((fuse.blown_at?, fuse))) {
        let reason = fuse.reason.as_deref().unwrap_or("nothing was recorded");
        alarms.push(alarm(
            format!("Nothing is sent since {}: the fuse has blown.", clock.was(at)),
            format!(
                "Why: {reason}. The letters wait, nobody is bounced for it. It stays so until you release it."
            ),
            Some(Link { href: "#fuse".to_owned(), label: "What to do".to_owned() }),
        ));
    }
    let breaker = &facts.breaker;
    if let (Some(since), Some(until)) = (breaker.opened_at, breaker.open_until) {
        let words = crate::mail::mask_addresses(breaker.words.as_deref().unwrap_or("nothing was recorded"));
        let next = if until > clock.now {
            format!("The next letter tries {}", clock.will_be_to_the_second(until))
        } else {
            "One letter tries next".to_owned()
        };
        alarms.push(alarm(
            format!("The relay takes no mail since {}.", clock.was(since)),
            format!(
                "It said: “{words}”. The letters wait, nobody is bounced for it. {next}; as soon as the relay \
                 takes one, all go out by themselves. If it goes on, look at the relay, and at HEARBACK_MAIL_URL \
                 and HEARBACK_MAIL_FROM."
            ),
            None,
        ));
    }
    if let Standing::NoWorker(looked) = facts.standing(clock.now) {
        let since = looked.map_or(String::new(), |at| format!(" since {}", clock.was(at)));
        alarms.push(alarm(
            format!("No worker has looked at the queue{since}."),
            "Letters are due and wait. Start `hearback serve` or `hearback work`.".to_owned(),
            None,
        ));
    }
    alarms
}

/// The words for what was done, by the code in the address.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "planned" => "The mail goes out again as soon as sending allows.",
        "decided" => "Nothing was changed: somebody decided already, or a later letter went out meanwhile.",
        "under-way" => "Nothing was changed: a letter to this customer is under way. Look again in a minute.",
        "closed" => "Nothing was changed: the customer answered or said stop, or the visit is closed.",
        "stopped" => "Nothing was changed: this address is never mailed any more.",
        "off" => "Sending is paused. Letters under way are finished.",
        "on" => "Sending goes on.",
        "released" => "The fuse is in again.",
        "whole" => "Nothing was changed: the fuse is whole.",
        "added" => "The address is never mailed any more.",
        "lifted" => "The address may be mailed again.",
        _ => return None,
    })
}

/// `POST /delivery/switch`: pauses sending, or lets it go on.
pub async fn switch(app: web::Data<App>, form: SignedForm) -> PageResult {
    let on = match form.fields.text("to") {
        Some("on") => true,
        Some("off") => false,
        _ => return Err(Error::invalid_field("to", "must be on or off").into()),
    };
    let (now, actor) = (app.clock.now(), Actor::User(form.person.user));
    app.db(move |connection| fuse::switch(connection, on, actor, now)).await?;
    Ok(redirect(if on { "/delivery?done=on" } else { "/delivery?done=off" }))
}

/// `POST /delivery/release`: puts the fuse in again; the form says that somebody has looked.
pub async fn release(app: web::Data<App>, form: SignedForm) -> PageResult {
    if form.fields.text("looked") != Some("yes") {
        return Err(Error::invalid_field("looked", "must be ticked: look at the reason first").into());
    }
    let (now, actor) = (app.clock.now(), Actor::User(form.person.user));
    let was_blown = app.transaction(move |connection| fuse::put_in(connection, actor, now)).await?;
    Ok(redirect(if was_blown { "/delivery?done=released" } else { "/delivery?done=whole" }))
}

fn attempt_of(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::not_found("letter with an unknown fate"))
}

/// `GET /delivery/unknown/{id}`: asks once more.
pub async fn ask_again(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let attempt = attempt_of(&id)?;
    match app.db(move |connection| staff::find_lost(connection, attempt)).await? {
        None => Ok(redirect("/delivery?done=decided")),
        Some(lost) => html(&AgainPage {
            shell: shell_for(&app, &person, "/delivery"),
            lost: LostRow::new(&lost, clock_of(&app)),
            left_alone: left_alone(&app),
        }),
    }
}

/// `POST /delivery/unknown/{id}`: sends it again, once for the copy that the form has seen.
pub async fn send_again(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let attempt = attempt_of(&id)?;
    let seen = form.fields.text("copy").and_then(|copy| copy.parse().ok());
    let seen = seen.ok_or_else(|| Error::invalid_field("copy", "is missing: open the page again"))?;
    let (parts, now, actor) = (app.clone(), app.clock.now(), Actor::User(form.person.user));
    let work = move |connection: &mut PgConnection| {
        again::send_again(connection, &parts.keys, Wish { attempt, seen }, actor, now)
    };
    let code = match app.transaction(work).await? {
        Again::Planned => "planned",
        Again::Decided => "decided",
        Again::UnderWay => "under-way",
        Again::Closed => "closed",
        Again::Stopped => "stopped",
    };
    Ok(redirect(&format!("/delivery?done={code}")))
}

async fn never_page(app: &App, person: &SignedIn, done: Option<&'static str>) -> Result<NeverPage> {
    let never = app.db(customers::queries::count_suppressions).await?;
    let none = || (String::new(), None);
    let shell = shell_for(app, person, "/delivery");
    Ok(NeverPage { shell, done, never: with_sum(&never), add: none(), lift: none(), why: none() })
}

/// `GET /delivery/never`: addresses that are never mailed, counted, with a form to add one and one to lift one.
pub async fn show_never(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    html(&never_page(&app, &person, asked.text("done").and_then(said)).await?)
}

/// `POST /delivery/never`: adds one.
pub async fn add_never(app: web::Data<App>, form: SignedForm) -> PageResult {
    let typed = form.fields.text("address").unwrap_or_default();
    let address = match EmailAddress::parse(typed) {
        Ok(address) => address,
        Err(error) => {
            let add = (typed.to_owned(), Some(error.to_string()));
            return page::invalid(&NeverPage { add, ..never_page(&app, &form.person, None).await? });
        }
    };
    let (parts, now, actor) = (app.clone(), app.clock.now(), Actor::User(form.person.user));
    app.transaction(move |connection| never::stop(connection, &parts.keys, &address, actor, now)).await?;
    Ok(redirect("/delivery/never?done=added"))
}

/// `POST /delivery/lift`: takes one off again, with a reason.
pub async fn lift_never(app: web::Data<App>, form: SignedForm) -> PageResult {
    let (typed, why) = (form.fields.text("address").unwrap_or_default(), form.fields.text("why"));
    let address = EmailAddress::parse(typed);
    let (wrong, not_said) = match (&address, why) {
        (Ok(address), Some(why)) => {
            let (parts, now, actor) = (app.clone(), app.clock.now(), Actor::User(form.person.user));
            let (address, why) = (address.clone(), why.to_owned());
            let work = move |connection: &mut PgConnection| {
                never::lift(connection, &parts.keys, &address, &why, actor, now)
            };
            if app.transaction(work).await? {
                return Ok(redirect("/delivery/never?done=lifted"));
            }
            (Some("this address is not on the list".to_owned()), None)
        }
        (address, why) => {
            let missing = "say why: it stands in the audit log".to_owned();
            (address.as_ref().err().map(ToString::to_string), why.is_none().then_some(missing))
        }
    };
    page::invalid(&NeverPage {
        lift: (typed.to_owned(), wrong),
        why: (why.unwrap_or_default().to_owned(), not_said),
        ..never_page(&app, &form.person, None).await?
    })
}
