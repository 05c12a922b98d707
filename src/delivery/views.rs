//! What the pages of delivery show: no score, no answer, no whole address.

use super::chart::Chart;
use super::model::WORKER_GONE;
use super::queries::health::Fuse;
use super::queries::staff::{ByDomain, Held, LOOKED_AT, Lost};
use super::standing::{Facts, Standing};
use crate::mail::{MailUrl, Security, mask_addresses};
use crate::web::format::{counted, masked_email, moment, thousands};
use crate::web::shell::{Link, Shell};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// What deserves a look, above the page.
#[derive(Debug, Clone)]
pub struct Flash {
    /// Empty, `warn` or `alarm`.
    pub class: &'static str,
    /// What happened.
    pub title: String,
    /// What it means, and what to do.
    pub text: String,
    /// Where more stands.
    pub link: Option<Link>,
}

/// A key figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// What is counted.
    pub label: &'static str,
    /// How many.
    pub number: String,
    /// What it rests on.
    pub rests_on: String,
}

/// How far what is due now has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Letters that the relay took within the last hour.
    pub sent: i64,
    /// Those, and what is due now.
    pub of: i64,
    /// How fast, and until when.
    pub pace: String,
}

impl Batch {
    /// Makes it of the counts of the last hour and minute; None unless letters go out.
    pub fn new(facts: &Facts, (hour, minute): (i64, i64), clock: Clock) -> Option<Self> {
        if facts.standing(clock.now) != Standing::GoingOut {
            return None;
        }
        let left = facts.left();
        let pace = if minute == 0 {
            "none in the last minute".to_owned()
        } else {
            let done = clock.now + TimeDelta::seconds(left.saturating_mul(60) / minute);
            let tenths = minute * 10 / 60;
            format!("{}.{} a second, done {}", thousands(tenths / 10), tenths % 10, clock.about(done))
        };
        Some(Self { sent: hour, of: hour + left, pace })
    }

    fn sentence(&self) -> String {
        format!("{} of {} sent", thousands(self.sent), thousands(self.of))
    }
}

/// What time it is, and where.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The time.
    pub now: DateTime<Utc>,
    /// The organisation's zone.
    pub zone: Tz,
}

impl Clock {
    /// Says when something was: `today 11:52`, `yesterday 11:52`, `17 Nov 11:52`.
    pub fn was(self, at: DateTime<Utc>) -> String {
        let (local, today) = (at.with_timezone(&self.zone), self.now.with_timezone(&self.zone).date_naive());
        let day = match (today - local.date_naive()).num_days() {
            0 => "today".to_owned(),
            1 => "yesterday".to_owned(),
            _ => local.format("%-d %b").to_string(),
        };
        format!("{day} {}", local.format("%H:%M"))
    }

    /// Says when something will be: `at 10:35`, or `on 24 Nov` when that is another day.
    pub fn will_be(self, at: DateTime<Utc>) -> String {
        let (local, today) = (at.with_timezone(&self.zone), self.now.with_timezone(&self.zone).date_naive());
        local.format(if local.date_naive() == today { "at %H:%M" } else { "on %-d %b" }).to_string()
    }

    /// Says when something will be that is near.
    pub fn will_be_to_the_second(self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("at %H:%M:%S").to_string()
    }

    fn about(self, at: DateTime<Utc>) -> String {
        let today = self.will_be(at);
        if today.starts_with("at") { today.replacen("at", "at about", 1) } else { format!("about {today}") }
    }

    /// Says how long ago something was: `1.2 s`, `4 minutes`, `3 hours`, `2 days`.
    pub fn since(self, at: DateTime<Utc>) -> String {
        let span = (self.now - at).max(TimeDelta::zero());
        match span.num_seconds() {
            0..=59 => {
                let tenths = span.num_milliseconds() / 100;
                format!("{}.{} s", tenths / 10, tenths % 10)
            }
            60..=3_599 => counted(span.num_minutes(), "minute", "minutes"),
            3_600..=172_799 => counted(span.num_hours(), "hour", "hours"),
            _ => counted(span.num_days(), "day", "days"),
        }
    }
}

/// Says where letters go and whether anybody can read along.
pub fn route(url: &str, connections: usize) -> String {
    let connections = counted(i64::try_from(connections).unwrap_or(i64::MAX), "connection", "connections");
    match url.parse() {
        Ok(MailUrl::Smtp(relay)) => {
            let encrypted = match relay.security {
                Security::Implicit | Security::Required => "encrypted",
                Security::Opportunistic => "encrypted if the relay offers it",
                Security::None => "not encrypted",
            };
            format!("{connections} of each worker to {}, {encrypted}.", relay.host)
        }
        Ok(MailUrl::File(_)) => "Letters go into a folder of files and reach nobody.".to_owned(),
        Err(_) => "HEARBACK_MAIL_URL cannot be read.".to_owned(),
    }
}

/// Makes the five key figures.
pub fn stats(facts: &Facts, held: &Held, lost: Option<&Lost>, clock: Clock) -> Vec<Stat> {
    let stat = |label, number: i64, rests_on: Option<String>, none: &str| Stat {
        label,
        number: thousands(number),
        rests_on: rests_on.unwrap_or_else(|| none.to_owned()),
    };
    let queue = &facts.queue;
    let planned = (queue.planned - held.held).max(0);
    let due = queue.oldest_due.map(|at| {
        let ago = format!("oldest due {} ago", clock.since(at));
        if queue.due == planned { ago } else { format!("{} due now, {ago}", thousands(queue.due)) }
    });
    let planned_for =
        due.or_else(|| held.free_at.map(|at| format!("none due now, next {}", clock.will_be(at))));
    let under_way = facts.since.map(|at| format!("longest {}", clock.since(at)));
    let again = queue.again_at.map(|at| {
        if at > clock.now { format!("next {}", clock.will_be(at)) } else { "next at once".to_owned() }
    });
    let until =
        held.next_at.map(|at| format!("{}, next {}", why_held(held.reason.as_deref()), clock.will_be(at)));
    let mut held_back = stat("Held", held.held, until, "none");
    if held.looked_at >= LOOKED_AT {
        held_back.rests_on.push_str("; counted among the next 5,000");
    }
    vec![
        stat("Planned", planned, planned_for, "none"),
        stat("Sending", facts.under_way, under_way, "none under way"),
        stat("To try again", queue.again, again, "none"),
        held_back,
        stat(
            "Unknown",
            lost.map_or(0, |lost| lost.of),
            lost.map(|lost| format!("since {}", clock.was(lost.since))),
            "none",
        ),
    ]
}

fn why_held(reason: Option<&str>) -> &str {
    let reason = reason.unwrap_or_default().trim_start_matches("held: ");
    let known = [
        ("the customer was asked", "asked too recently"),
        ("outside the hours", "outside the customer’s hours"),
        ("not so many letters", "not so many at once"),
    ];
    known.iter().find(|(begin, _)| reason.starts_with(begin)).map_or(reason, |(_, short)| short)
}

/// A row of the table by domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainRow {
    /// The domain, or *all others*.
    pub name: String,
    /// Letters, those accepted, those bounced.
    pub counts: [String; 3],
    /// Share of the bounced.
    pub share: String,
}

impl DomainRow {
    fn new(name: String, row: &ByDomain) -> Self {
        let permille = (row.bounced * 1_000 + row.sent / 2) / row.sent.max(1);
        Self {
            name,
            counts: [row.sent, row.accepted, row.bounced].map(thousands),
            share: format!("{}.{} %", permille / 10, permille % 10),
        }
    }

    /// Makes the rows, and the sum under them.
    pub fn all(rows: &[ByDomain]) -> (Vec<Self>, Self) {
        let mut sum = ByDomain::default();
        for row in rows {
            sum.sent += row.sent;
            sum.accepted += row.accepted;
            sum.bounced += row.bounced;
        }
        let name = |row: &ByDomain| row.domain.clone().unwrap_or_else(|| "all others".to_owned());
        (rows.iter().map(|row| Self::new(name(row), row)).collect(), Self::new("All".to_owned(), &sum))
    }
}

/// A letter that may have got lost.
#[derive(Debug, Clone)]
pub struct LostRow {
    /// The customer's address, masked.
    pub to: String,
    /// The visit's id in the system that sent it.
    pub visit: String,
    /// Page of the visit.
    pub href: String,
    /// Which letter it was.
    pub letter: String,
    /// What is known, in our words.
    pub known: &'static str,
    /// The same in the words of whoever noticed.
    pub words: String,
    /// When it was noticed.
    pub when: String,
    /// Where it is sent again.
    pub again: String,
    /// Which copy it is.
    pub copy: i32,
}

impl LostRow {
    /// Makes a row.
    pub fn new(lost: &Lost, clock: Clock) -> Self {
        let words = lost.words.as_deref().unwrap_or("nothing was recorded");
        let letter = match lost.letter.as_str() {
            "invitation" => "first letter",
            "reminder" => "reminder",
            _ => "second reminder",
        };
        let copy = if lost.copy > 1 { ", sent again before" } else { "" };
        Self {
            to: lost.email.as_deref().map_or_else(|| "…".to_owned(), masked_email),
            visit: lost.external_id.clone(),
            href: format!("/visits/{}", lost.visit),
            letter: format!("{letter}{copy}"),
            known: if words == WORKER_GONE {
                "Program stopped after the text"
            } else {
                "No reply after the text"
            },
            words: mask_addresses(words.rsplit_once("may have been taken: ").map_or(words, |(_, why)| why)),
            when: clock.was(lost.at),
            again: format!("/delivery/unknown/{}", lost.attempt),
            copy: lost.copy,
        }
    }
}

/// A reason why addresses are never mailed, as people say it.
pub fn reason(stored: &str) -> String {
    match stored {
        "the customer said stop" => "asked us to stop".to_owned(),
        other => other.to_owned(),
    }
}

/// How the fuse stands.
#[derive(Debug, Clone, Default)]
pub struct FuseView {
    /// When it blew and why; None while it is whole.
    pub blown: Option<(String, String)>,
    /// What is true while it is whole.
    pub whole: (String, String),
}

impl FuseView {
    /// Makes it.
    pub fn new(fuse: Option<&Fuse>, clock: Clock) -> Self {
        let hint = "Should it, this place says why and what to do first.".to_owned();
        let Some(fuse) = fuse else {
            let first = "One looks before it sends anything.".to_owned();
            return Self { blown: None, whole: ("No worker has looked yet".to_owned(), first) };
        };
        if let Some(at) = fuse.blown_at {
            let reason = fuse.reason.clone().unwrap_or_default();
            return Self { blown: Some((moment(at, clock.zone), reason)), ..Self::default() };
        }
        let whole = match fuse.released_at {
            None => ("It has never blown".to_owned(), hint),
            Some(at) => {
                let since = format!("Somebody put it in on {}. {hint}", moment(at, clock.zone));
                (format!("It has not blown in {}", clock.since(at)), since)
            }
        };
        Self { blown: None, whole }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "delivery/pages/delivery.html")]
pub struct DeliveryPage {
    /// What stands around.
    pub shell: Shell,
    /// How sending stands.
    pub lead: String,
    /// What deserves a look.
    pub flashes: Vec<Flash>,
    /// Whether this person may change anything.
    pub may_act: bool,
    /// Whether sending is on.
    pub is_on: bool,
    /// What is going out.
    pub batch: Option<Batch>,
    /// Where letters go.
    pub route: String,
    /// The key figures.
    pub stats: Vec<Stat>,
    /// The last 24 hours; None when nothing happened in them.
    pub chart: Option<Chart>,
    /// The last seven days by domain, and their sum.
    pub domains: (Vec<DomainRow>, DomainRow),
    /// Letters that may have got lost.
    pub lost: Vec<LostRow>,
    /// How many more there are.
    pub more_lost: i64,
    /// How many reminders follow by themselves, and when.
    pub left_alone: String,
    /// Why addresses are never mailed, and how many.
    pub never: Vec<(String, String)>,
    /// The fuse.
    pub fuse: FuseView,
    /// How many letters are due.
    pub due: String,
}

/// Asks once more before a letter is sent again.
#[derive(Template)]
#[template(path = "delivery/pages/again.html")]
pub struct AgainPage {
    /// What stands around.
    pub shell: Shell,
    /// The letter.
    pub lost: LostRow,
    /// What happens when it is left alone.
    pub left_alone: String,
}

/// Addresses that are never mailed.
#[derive(Template)]
#[template(path = "delivery/pages/never.html")]
pub struct NeverPage {
    /// What stands around.
    pub shell: Shell,
    /// What was done just now.
    pub done: Option<&'static str>,
    /// Why addresses are never mailed, and how many.
    pub never: Vec<(String, String)>,
    /// What was typed to add, and what is wrong with it.
    pub add: (String, Option<String>),
    /// The same to lift.
    pub lift: (String, Option<String>),
    /// The reason to lift, and what is wrong with it.
    pub why: (String, Option<String>),
}
