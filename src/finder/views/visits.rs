//! What the list of visits and the page of one visit show.

use crate::finder::history::Step;
use crate::finder::views::cards::CardLine;
use crate::web::badge::Badge;
use crate::web::list::{Choice, Dates, Pages, Sort};
use crate::web::shell::Shell;
use askama::Template;

/// One row of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The page of the visit.
    pub href: String,
    /// Id of the visit in the system that sent it.
    pub visit: String,
    /// When the service was finished.
    pub when: String,
    /// Kind of service.
    pub service: String,
    /// Who gave it.
    pub employees: String,
    /// The customer's name.
    pub customer: Option<String>,
    /// Where the visit stands.
    pub outcome: Badge,
}

impl Row {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        let customer = self.customer.unwrap_or_default();
        vec![self.visit, self.when, self.service, self.employees, customer, self.outcome.word.to_owned()]
    }
}

/// The list of visits.
#[derive(Template)]
#[template(path = "finder/pages/visits.html")]
pub struct VisitsPage {
    /// What stands around.
    pub shell: Shell,
    /// Whether only the own team's visits are listed.
    pub own_team: bool,
    /// The id that was looked for.
    pub q: String,
    /// The employee's id that was asked for.
    pub employee: String,
    /// The choices of the outcome.
    pub outcomes: Vec<Choice>,
    /// The span of visit dates.
    pub dates: Dates,
    /// Where cards are made for this list, for those who may.
    pub cards: Option<String>,
    /// The order.
    pub sort: Sort,
    /// Whether anything was asked for.
    pub is_narrowed: bool,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The other pages.
    pub pages: Pages,
}

impl VisitsPage {
    fn is_any_outcome(&self) -> bool {
        self.outcomes.iter().all(|choice| choice.value.is_empty() || !choice.selected)
    }
}

/// A name and a value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Somebody who gave the service.
#[derive(Debug, Clone)]
pub struct Credit {
    /// Their name.
    pub name: String,
    /// Their id in the system that sends visits.
    pub id: String,
    /// Their team on that day.
    pub team: Option<String>,
    /// Their part.
    pub share: String,
}

/// How the survey went out.
#[derive(Debug, Clone)]
pub struct MailLine {
    /// Where it stands, one sentence.
    pub sentence: String,
    /// Every try, the newest first.
    pub tries: Vec<Step>,
}

/// What is known of the call-back.
#[derive(Debug, Clone)]
pub struct CallLine {
    /// Why it is on the list.
    pub kind: &'static str,
    /// Probability of being called when the list was drawn.
    pub probability: Option<String>,
    /// What became of it.
    pub state: &'static str,
}

/// The way to the response.
#[derive(Debug, Clone)]
pub struct ResponseLink {
    /// Its page.
    pub href: String,
    /// How and when it came.
    pub text: String,
}

/// One visit.
#[derive(Template)]
#[template(path = "finder/pages/visit.html")]
pub struct VisitPage {
    /// What stands around.
    pub shell: Shell,
    /// Its id in the system that sent it.
    pub id: String,
    /// What it was and when.
    pub lead: String,
    /// Where it stands.
    pub badge: Badge,
    /// The same in a sentence.
    pub sentence: &'static str,
    /// How it came there, the newest first.
    pub steps: Vec<Step>,
    /// What was known before any answer.
    pub facts: Vec<Fact>,
    /// The customer's name on this visit.
    pub customer: Option<String>,
    /// The customer's page, for those who may open it.
    pub customer_href: Option<String>,
    /// Who gave the service.
    pub credits: Vec<Credit>,
    /// How the survey went out, if one was to.
    pub mail: Option<MailLine>,
    /// The call-back, if there is one.
    pub callback: Option<CallLine>,
    /// The response, for those who may read it.
    pub response: Option<ResponseLink>,
    /// Address of this page.
    pub action: String,
    /// How it stands with a card, for those who make them.
    pub card: Option<CardLine>,
}

/// Says why the customer may be asked.
pub fn basis(kind: Option<&str>, channels: Option<&[Option<String>]>, evidence: Option<&str>) -> String {
    let kind = match kind {
        None => return "no permission is known".to_owned(),
        Some("consent") => "the customer agreed",
        Some("existing_customer") => "is a customer already",
        Some("contract") => "there is a contract",
        Some(other) => other,
    };
    let words = |word: &str| if word == "email" { "mail".to_owned() } else { word.to_owned() };
    let channels: Vec<String> =
        channels.unwrap_or_default().iter().flatten().map(|word| words(word)).collect();
    let by = if channels.is_empty() { String::new() } else { format!(", by {}", channels.join(" and ")) };
    let evidence = evidence.map_or(String::new(), |text| format!("; see: {text}"));
    format!("{kind}{by}{evidence}")
}

/// Says in a sentence how the survey went out.
pub fn mailing(state: &str, planned: &str, sent: Option<String>, until: Option<String>) -> String {
    let sent = sent.unwrap_or_else(|| planned.to_owned());
    let until = until.map_or(String::new(), |until| format!(" The link works until {until}."));
    match state {
        "planned" => format!("The survey is to be mailed on {planned}."),
        "sending" => "The survey is going out just now.".to_owned(),
        "sent" => format!("The survey was mailed on {sent}.{until}"),
        "unknown" => format!("The survey was handed over on {sent}, without a reply.{until}"),
        "bounced" | "failed" => format!("The survey was refused on {sent}.{until}"),
        _ => "The survey is not mailed any more.".to_owned(),
    }
}

/// Says what became of one try.
pub fn attempt(state: &str) -> &'static str {
    match state {
        "claimed" => "being written",
        "past_marker" => "handed over, no reply yet",
        "accepted" => "taken by the mail server",
        "refused" => "not taken",
        _ => "handed over, no reply came",
    }
}

/// Says what became of a call-back.
pub fn called(state: &str, called: Option<bool>) -> &'static str {
    match (state, called) {
        (_, Some(true)) => "called",
        (_, Some(false)) => "not called",
        ("claimed", None) => "somebody is working on it",
        _ => "still open",
    }
}
