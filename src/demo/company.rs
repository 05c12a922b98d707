//! Northwind Boilers: ten employees, two teams, three hundred visits. Nobody here exists; the addresses are
//! example.com and the numbers come from the range that is kept for fiction.

use super::draw::{pick, share};
use crate::visits::model::{BasisMessage, CustomerMessage, EmployeeMessage, VisitMessage};
use chrono::{DateTime, Datelike, Days, SecondsFormat, TimeDelta, Utc, Weekday};

/// Name of the company.
pub const NAME: &str = "Northwind Boilers (demo)";

/// Its address.
pub const IMPRINT: &str = "Northwind Boilers, 4 Example Quay, Sampleton. A fictitious company.";

/// How many visits there are.
pub const VISITS: usize = 300;

/// How many days they take.
pub const DAYS: u64 = 35;

/// One employee: id, name, team, and how content their customers tend to be (0–1).
type Employee = (&'static str, &'static str, &'static str, f64);

const EMPLOYEES: [Employee; 10] = [
    ("E01", "Aisha Bello", "Harbour", 0.82),
    ("E02", "Jonas Feld", "Harbour", 0.70),
    ("E03", "Grace Lim", "Harbour", 0.66),
    ("E04", "Tom Whitlock", "Harbour", 0.48),
    ("E05", "Marta Olsen", "Harbour", 0.90),
    ("E06", "Owen Pryce", "Hills", 0.55),
    ("E07", "Clara Weiss", "Hills", 0.72),
    ("E08", "Kofi Mensah", "Hills", 0.68),
    ("E09", "Mei Tanaka", "Hills", 0.78),
    ("E10", "Emil Stern", "Hills", 0.63),
];

const SERVICES: [&str; 4] = ["boiler service", "boiler repair", "installation", "radiator repair"];
const FIRST_NAMES: [&str; 12] =
    ["Ada", "Bram", "Carla", "Dilan", "Elsa", "Farid", "Greta", "Hugo", "Irma", "Jakob", "Kiran", "Lucia"];
const LAST_NAMES: [&str; 12] = [
    "Ashdown",
    "Brook",
    "Castle",
    "Dale",
    "Ember",
    "Field",
    "Grove",
    "Harbourne",
    "Island",
    "Juniper",
    "Kettle",
    "Lane",
];

/// A visit and when its message arrives.
pub struct Planned {
    /// When the message arrives.
    pub arrives_at: DateTime<Utc>,
    /// The message.
    pub message: VisitMessage,
}

/// Makes the visit with that index, counted from when the five weeks began.
pub fn visit(index: usize, began: DateTime<Utc>) -> Planned {
    let day = u64::try_from(index).unwrap_or(0) * DAYS / u64::try_from(VISITS).unwrap_or(1);
    let mut date = began.date_naive() + Days::new(day);
    if date.weekday() == Weekday::Sun {
        date = date - Days::new(1);
    }
    #[expect(clippy::cast_possible_truncation, reason = "minutes of a working day")]
    let minutes = (share("minute", index) * 540.0) as i64;
    let visited_at =
        date.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(8) + TimeDelta::minutes(minutes);
    let visited_at = visited_at.max(began);
    let kind = share("kind", index);
    // A few messages come weeks late, as they do where somebody types them in.
    let is_late = (0.96..0.98).contains(&kind) && day + 16 < DAYS;
    let late = if is_late { TimeDelta::days(15) } else { TimeDelta::minutes(12) };
    let message = VisitMessage {
        id: format!("NW-{:04}", index + 1),
        visited_at: visited_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        service: pick(&SERVICES, "service", index).copied().unwrap_or_default().to_owned(),
        channel: Some("on site".to_owned()),
        site: Some(if employee(index).2 == "Harbour" { "North quay" } else { "Hill road" }.to_owned()),
        segment: Some(if share("segment", index) < 0.8 { "private" } else { "business" }.to_owned()),
        priority: share("priority", index) < 0.05,
        employees: employees(index),
        customer: Some(customer(index, kind)),
        lawful_basis: (!(0.98..1.0).contains(&kind)).then(|| BasisMessage {
            kind: "existing_customer".to_owned(),
            channels: None,
            evidence: Some("service contract".to_owned()),
        }),
    };
    Planned { arrives_at: visited_at + late, message }
}

/// The employee of a visit.
fn employee(index: usize) -> Employee {
    pick(&EMPLOYEES, "employee", index).copied().unwrap_or(("E01", "Aisha Bello", "Harbour", 0.8))
}

/// One visit in fifteen is done by two.
fn employees(index: usize) -> Vec<EmployeeMessage> {
    let first = employee(index);
    let second = pick(&EMPLOYEES, "second", index).copied().filter(|second| second.0 != first.0);
    let together = share("together", index) < 0.07;
    std::iter::once(first)
        .chain(second.filter(|_| together))
        .map(|(id, name, team, _)| EmployeeMessage {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            email: Some(format!("{}@example.com", id.to_lowercase())),
            team: Some(team.to_owned()),
            share: None,
        })
        .collect()
}

fn customer(index: usize, kind: f64) -> CustomerMessage {
    let first = pick(&FIRST_NAMES, "first", index).copied().unwrap_or_default();
    let last = pick(&LAST_NAMES, "last", index).copied().unwrap_or_default();
    let email = match kind {
        ..0.03 => Some(format!("c{index}@example")),
        0.03..0.07 => None,
        0.94..0.96 => Some("e03@example.com".to_owned()),
        _ => Some(format!("c{index}@example.com")),
    };
    CustomerMessage {
        id: Some(format!("C{:04}", index + 1)),
        name: Some(format!("{first} {last}")),
        email,
        phone: (share("phone", index) < 0.8).then(|| format!("+441632960{:03}", index % 1000)),
        language: Some(if is_german(index) { "de" } else { "en" }.to_owned()),
        time_zone: None,
    }
}

/// Tells whether the customer of a visit speaks German.
pub fn is_german(index: usize) -> bool {
    share("language", index) < 0.15
}

/// Tells whether the office cancels a visit before its survey goes out.
pub fn is_cancelled(index: usize) -> bool {
    (0.93..0.94).contains(&share("kind", index))
}

/// What the customer of a visit does with the mail.
pub enum Reaction {
    /// Nothing.
    Nothing,
    /// Uses the link that stops the mails.
    Stops,
    /// Answers after some hours.
    Answers(Said),
}

/// What a customer says.
pub struct Said {
    /// Hours after the mail.
    pub after_hours: i64,
    /// The opening answer, 1–5.
    pub overall: i32,
    /// The second step as a posted form, if it is sent.
    pub more: Option<String>,
}

/// Content customers answer more readily: that is what call-backs are for.
pub fn reaction(index: usize) -> Reaction {
    let content = (employee(index).3 + share("mood", index) - 0.5).clamp(0.0, 1.0);
    let willing = 0.26 + 0.24 * content;
    match share("reaction", index) {
        chance if chance < 0.02 => Reaction::Stops,
        chance if chance < 0.02 + willing => Reaction::Answers(said(index, content)),
        _ => Reaction::Nothing,
    }
}

fn said(index: usize, content: f64) -> Said {
    #[expect(clippy::cast_possible_truncation, reason = "1 to 5, and hours of three days")]
    let (overall, after_hours) = (
        (1.0 + content * 4.4).floor().clamp(1.0, 5.0) as i32,
        (1.0 + share("delay", index).powi(2) * 70.0) as i64,
    );
    let complete = share("complete", index) < 0.8;
    Said { after_hours, overall, more: complete.then(|| more(index, overall)) }
}

fn more(index: usize, overall: i32) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("step", "2").append_pair("overall", &overall.to_string());
    for key in ["process", "communication", "value", "skill"] {
        let moved = share(key, index);
        if moved < 0.9 {
            let answer = overall + if moved < 0.2 { -1 } else { i32::from(moved > 0.75) };
            form.append_pair(key, &answer.clamp(1, 5).to_string());
        }
    }
    if share("comment", index) < 0.4 {
        form.append_pair("comment", comment(index, overall));
    }
    if overall <= 2 && share("call", index) < 0.4 {
        form.append_pair("call_me", "yes");
    }
    form.finish()
}

fn comment(index: usize, overall: i32) -> &'static str {
    let comments: [&str; 3] = match (overall >= 4, is_german(index)) {
        (true, false) => ["On time and tidy.", "Explained everything before starting.", "Quick, thank you."],
        (false, false) => {
            ["Came two hours late.", "It is still not warm upstairs.", "Nobody told me what it would cost."]
        }
        (true, true) => ["Pünktlich und sauber.", "Alles gut erklärt.", "Ging schnell, danke."],
        (false, true) => {
            ["Kam zwei Stunden zu spät.", "Oben ist es noch kalt.", "Der Preis war vorher nicht klar."]
        }
    };
    pick(&comments, "words", index).copied().unwrap_or_default()
}
