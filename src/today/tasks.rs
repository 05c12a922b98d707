//! What there is to do, in words: one function a thing, pure. None makes no task of nothing.

use super::Look;
use crate::accounts::queries::break_glass::BreakGlassRow;
use crate::answering::queries::staff::Said;
use crate::callbacks::queries::standing::{Agreed, AskedFor};
use crate::callbacks::queue::Queue;
use crate::cases::{LATE_AFTER, queries::Waiting};
use crate::delivery::standing::{Facts, Standing};
use crate::evaluations::objections::{model::Effect, queries::Open};
use crate::evaluations::statements::queries::Standing as Statements;
use crate::surveys::queries::drafts::Listed;
use crate::web::format::{counted, day, moment};
use crate::web::shell::Link;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

/// How soon somebody who asked to be called should have been.
const CALL_WITHIN: TimeDelta = TimeDelta::days(1);

/// How much of a comment stands with a task (characters).
const BEGINNING: usize = 120;

/// When a thing is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// It should have been done so many days ago.
    Late(i64),
    /// At once: something is broken.
    Broken,
    /// At once: somebody is in the middle of it.
    Now,
    /// At a time of today.
    At(DateTime<Utc>),
    /// Until the end of a day.
    By(NaiveDate),
    /// When somebody has time.
    Whenever,
}

impl Due {
    /// What is due by the end of a day.
    pub(super) fn of(due: NaiveDate, today: NaiveDate) -> Self {
        if due < today { Self::Late((today - due).num_days()) } else { Self::By(due) }
    }

    /// The most urgent come first.
    pub(super) fn rank(self) -> (u8, i64) {
        match self {
            Self::Broken => (0, 0),
            Self::Late(days) => (1, -days),
            Self::Now => (2, 0),
            Self::At(at) => (3, at.timestamp()),
            Self::By(date) => (4, date.signed_duration_since(NaiveDate::MIN).num_days()),
            Self::Whenever => (5, 0),
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// When it is due.
    pub due: Due,
    /// The time of day of an appointment, in words.
    pub at: Option<String>,
    /// What it is.
    pub title: String,
    /// Why, and what happens until then.
    pub text: String,
    /// Where it is done.
    pub link: Option<Link>,
}

impl Task {
    fn new(due: Due, title: impl Into<String>, text: impl Into<String>, link: (&str, &str)) -> Self {
        let link = Some(Link { href: link.0.to_owned(), label: link.1.to_owned() });
        Self { due, at: None, title: title.into(), text: text.into(), link }
    }
}

/// Administrators who read what HR reads, and those who did so lately.
pub(super) fn broken_glass(rows: &[BreakGlassRow], look: &Look) -> Vec<Task> {
    let task = |row: &BreakGlassRow| {
        let until = moment(row.end(), look.zone);
        let (due, how) = if row.is_open(look.now) {
            (Due::Now, format!("reads what HR may read, until {until}"))
        } else {
            (Due::Whenever, format!("read what HR may read, until {until}"))
        };
        let text = format!("The reason given: “{}”. The audit log says what was opened.", row.reason);
        Task::new(due, format!("{} {how}", row.who), text, ("/audit?area=break_glass", "Look"))
    };
    rows.iter().map(task).collect()
}

/// How many open accounts have no second factor although their role needs one.
pub(super) fn without_second_factor(count: i64) -> Option<Task> {
    (count > 0).then(|| {
        Task::new(
            Due::Whenever,
            format!("{} no second factor", counted(count, "account of HR or an administrator has", "accounts of HR or administrators have")),
            "They are led to its set-up when they sign in next; an account that nobody uses is better disabled.",
            ("/settings/accounts", "Accounts"),
        )
    })
}

/// What keeps letters back, and letters of which nobody knows whether they arrived.
pub(super) fn delivery(facts: &Facts, lost: i64, now: DateTime<Utc>) -> Vec<Task> {
    let look = ("/delivery", "Look");
    let waits = "The letters wait, nobody is bounced for it.";
    let stuck = match facts.standing(now) {
        Standing::Blown => Some(Task::new(
            Due::Broken,
            "Nothing is mailed: the fuse has blown",
            format!("It takes somebody who looks why and releases it. {waits}"),
            look,
        )),
        Standing::LeftAlone(_) | Standing::Trying => Some(Task::new(
            Due::Broken,
            "The mail relay takes no mail",
            format!("It is tried again by itself. {waits}"),
            look,
        )),
        Standing::NoWorker(_) => Some(Task::new(
            Due::Broken,
            "Nobody looks after the letters",
            "They are due and no worker is running. Start hearback serve or hearback work.",
            look,
        )),
        Standing::Paused(_) | Standing::Off => Some(Task::new(
            Due::Whenever,
            "Surveys are not being mailed",
            "Sending is off until an administrator switches it on. Visits come in and are planned, nobody is written to.",
            look,
        )),
        Standing::GoingOut | Standing::NothingDue | Standing::NothingYet => None,
    };
    let lost = (lost > 0).then(|| {
        Task::new(
            Due::Whenever,
            format!("{} an unknown fate", counted(lost, "letter has", "letters have")),
            "The relay took the text and did not reply. They are not sent again by themselves.",
            ("/delivery#unknown", "Look"),
        )
    });
    stuck.into_iter().chain(lost).collect()
}

/// “Please call me” is a promise of the page; somebody must see it.
pub(super) fn asked_for(asked: &[AskedFor], look: &Look) -> Vec<Task> {
    let one = |one: &AskedFor| {
        let phone =
            one.phone.as_ref().map_or("No number is known.".to_owned(), |phone| format!("On {phone}."));
        let comment =
            one.comment.as_deref().map_or(String::new(), |comment| format!(" “{}”", beginning(comment)));
        let due = (one.asked_at + CALL_WITHIN).with_timezone(&look.zone).date_naive();
        let name = one.name.as_deref().unwrap_or("A customer");
        Task::new(
            Due::of(due, look.today),
            format!("{name} asks to be called"),
            format!("{phone} About {} on {}.{comment}", one.service, day(one.visited_on)),
            (&format!("/visits/{}", one.visit), "Look"),
        )
    };
    let of = asked.first().map_or(0, |one| one.of);
    let more = of - i64::try_from(asked.len()).unwrap_or(of);
    let rest = (more > 0).then(|| {
        let title = format!("{} to be called", counted(more, "more customer asks", "more customers ask"));
        Task::new(Due::Whenever, title, "They stand first in the list of call-backs.", ("/callbacks", "Look"))
    });
    asked.iter().map(one).chain(rest).collect()
}

/// The cases that wait longest.
pub(super) fn cases(waiting: &[Waiting], look: &Look) -> Vec<Task> {
    let oldest: Vec<&Waiting> = waiting.iter().filter(|case| case.is_oldest).collect();
    let one = |case: &&Waiting| {
        let due = (case.opened_at + LATE_AFTER).with_timezone(&look.zone).date_naive();
        let who = case.customer.as_deref().unwrap_or("a customer without a name");
        let since = day(case.opened_at.with_timezone(&look.zone).date_naive());
        Task::new(
            Due::of(due, look.today),
            format!("Case: {}, {who}", case.service),
            format!("A low answer opened it on {since}. Close it when the customer has heard from us."),
            (&format!("/cases/{}", case.id), "Open case"),
        )
    };
    let open = waiting.first().map_or(0, |case| case.open);
    let more = open - i64::try_from(oldest.len()).unwrap_or(open);
    let rest = (more > 0).then(|| {
        let title = format!("{} open", counted(more, "more case is", "more cases are"));
        Task::new(Due::Whenever, title, "Whoever waits longest stands first.", ("/cases", "All cases"))
    });
    oldest.iter().map(one).chain(rest).collect()
}

/// Objections about which no decision stands; a manager reads, HR decides.
pub(super) fn objections(open: Open, decides: bool, today: NaiveDate) -> Option<Task> {
    let due = open.first_due.filter(|_| open.open > 0)?;
    let late =
        if open.late > 0 { format!(" {} late.", counted(open.late, "is", "are")) } else { String::new() };
    let (text, label) = if decides {
        ("An employee contests an answer. You decide with a reason, which they will read.", "Decide")
    } else {
        ("Somebody of your team contests an answer. HR decides.", "Read")
    };
    let title = format!("{} for a decision", counted(open.open, "objection waits", "objections wait"));
    let due = if decides { Due::of(due, today) } else { Due::Whenever };
    Some(Task::new(due, title, format!("{text}{late}"), ("/objections", label)))
}

/// Answers put aside that wait for a person's judgement.
pub(super) fn undecided(said: Said) -> Option<Task> {
    (said.undecided > 0).then(|| {
        Task::new(
            Due::Whenever,
            format!("{} aside", counted(said.undecided, "answer was put", "answers were put")),
            "They may be a machine’s. Until somebody decides they count for nobody.",
            ("/responses?certainty=undecided", "Decide"),
        )
    })
}

/// Statements that employees contest.
pub(super) fn contested(standing: Statements) -> Option<Task> {
    (standing.contested > 0).then(|| {
        let rest =
            format!("{} acknowledged, {} without a reply yet.", standing.acknowledged, standing.silent);
        Task::new(
            Due::Whenever,
            format!("{} contested", counted(standing.contested, "statement is", "statements are")),
            format!("Their words stand on the statement; a correction is a new statement. {rest}"),
            ("/statements?state=contested", "Read"),
        )
    })
}

/// Surveys with changes that nobody published.
pub(super) fn drafts(surveys: &[Listed], look: &Look) -> Vec<Task> {
    let task = |survey: &Listed| {
        let (_, at) = survey.draft?;
        let changed = day(at.with_timezone(&look.zone).date_naive());
        let text = format!("Changed last on {changed}. Customers get what was published before.");
        let title = format!("A draft of the survey {} is not published", survey.key);
        Some(Task::new(Due::Whenever, title, text, (&format!("/surveys/{}", survey.key), "Look")))
    };
    surveys.iter().filter_map(task).collect()
}

/// Calls that a manager may make: never about the own team.
pub(super) fn calls(queue: Queue) -> Option<Task> {
    (queue.now > 0).then(|| {
        let title = format!("{} be made now", counted(queue.now, "call can", "calls can"));
        let text = "About visits of other teams. Names and numbers come one by one.";
        Task::new(Due::Whenever, title, text, ("/callbacks", "Call"))
    })
}

/// A call that somebody has begun.
pub(super) fn held(id: Option<Uuid>) -> Option<Task> {
    id.map(|id| {
        Task::new(
            Due::Now,
            "You have a call open",
            "What you typed is kept. Untouched for 30 minutes it goes to somebody else.",
            (&format!("/callbacks/{id}"), "Go on"),
        )
    })
}

/// The appointments of today.
pub(super) fn appointments(agreed: &[Agreed], look: &Look) -> Vec<Task> {
    let task = |one: &Agreed| Task {
        due: Due::At(one.at),
        at: Some(one.at.with_timezone(&look.zone).format("%H:%M").to_string()),
        title: format!("Appointment about {}", one.service),
        text: format!("Visit {}. When it is time, it is your next call or a colleague’s.", one.visit),
        link: None,
    };
    agreed.iter().map(task).collect()
}

/// Entries of the audit log that no worker has chained.
pub(super) fn unsealed(entries: i64) -> Option<Task> {
    (entries > 0).then(|| {
        Task::new(
            Due::Broken,
            format!(
                "{} not chained",
                counted(entries, "entry of the audit log is", "entries of the audit log are")
            ),
            "The worker chains them within seconds. Start hearback serve or hearback work.",
            ("/audit", "Look"),
        )
    })
}

/// Jobs that were put aside after their last try.
pub(super) fn failed_jobs(failed: i64) -> Option<Task> {
    (failed > 0).then(|| Task {
        link: None,
        ..Task::new(
            Due::Whenever,
            format!("{} put aside", counted(failed, "job was", "jobs were")),
            "They failed at every try. The log says why, by the name of the job.",
            ("", ""),
        )
    })
}

/// Statements about which the employee has said nothing.
pub(super) fn to_read(silent: i64) -> Vec<Task> {
    let task = || {
        Task::new(
            Due::Whenever,
            format!("{} for you", counted(silent, "statement is", "statements are")),
            "HR froze your numbers of a period. Read it and say that you did, or contest it.",
            ("/statements", "Read"),
        )
    };
    (silent > 0).then(task).into_iter().collect()
}

/// What was decided about what the employee contested.
pub(super) fn decided(decisions: &[(DateTime<Utc>, String)], look: &Look) -> Vec<Task> {
    let task = |(at, effect): &(DateTime<Utc>, String)| {
        let words = Effect::of(effect).map_or("Decided", Effect::words);
        let on = day(at.with_timezone(&look.zone).date_naive());
        let text = format!("{words}, on {on}. The reason stands on your page.");
        Task::new(Due::Whenever, "What you contested was decided", text, ("/employees/me", "Read"))
    };
    decisions.iter().map(task).collect()
}

/// Returns the beginning of a comment.
pub(super) fn beginning(comment: &str) -> String {
    let mut letters = comment.chars();
    let begin: String = letters.by_ref().take(BEGINNING).collect();
    if letters.next().is_some() { format!("{}…", begin.trim_end()) } else { begin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_comes_first_then_what_is_late_then_what_is_due() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-20");
        assert_eq!(Due::of(day("2026-11-17"), today), Due::Late(3));
        assert_eq!(Due::of(today, today), Due::By(today));
        let mut all = [
            Due::Whenever,
            Due::By(day("2026-11-22")),
            Due::Late(1),
            Due::By(today),
            Due::At(DateTime::UNIX_EPOCH),
            Due::Late(3),
            Due::Broken,
        ];
        all.sort_by_key(|due| due.rank());
        assert_eq!(
            all,
            [
                Due::Broken,
                Due::Late(3),
                Due::Late(1),
                Due::At(DateTime::UNIX_EPOCH),
                Due::By(today),
                Due::By(day("2026-11-22")),
                Due::Whenever
            ]
        );
    }

    #[test]
    fn nothing_makes_no_task() {
        assert!(delivery(&Facts { is_on: true, ..Facts::default() }, 0, DateTime::UNIX_EPOCH).is_empty());
        assert!(objections(Open::default(), true, NaiveDate::MIN).is_none());
        assert!(undecided(Said::default()).is_none() && contested(Statements::default()).is_none());
        assert!(unsealed(0).is_none() && failed_jobs(0).is_none());
        assert!(to_read(0).is_empty() && calls(Queue::default()).is_none());
    }

    #[test]
    fn a_long_comment_is_cut_at_a_letter() {
        assert_eq!(beginning("Tidy work"), "Tidy work");
        let long = beginning(&"é".repeat(200));
        assert_eq!((long.chars().count(), long.ends_with('…')), (BEGINNING + 1, true));
    }
}
