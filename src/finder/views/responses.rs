//! What the list of responses and the page of one response show.

use crate::finder::judgement::JudgementView;
use crate::scores::contribution::Mode;
use crate::web::badge::Badge;
use crate::web::format::percent;
use crate::web::list::{Choice, Dates, Pages, Sort};
use crate::web::shell::{Link, Shell};
use askama::Template;

/// How much of a comment a list shows (characters).
const BEGINNING: usize = 90;

/// One row of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The page of the response.
    pub href: String,
    /// When it was given.
    pub when: String,
    /// Id of the visit.
    pub visit: String,
    /// The page of the visit.
    pub visit_href: String,
    /// Kind of service.
    pub service: String,
    /// Who gave it.
    pub employees: String,
    /// Such as *4 of 5*.
    pub overall: Option<String>,
    /// How the comment begins.
    pub comment: Option<String>,
    /// How it was given.
    pub mode: &'static str,
    /// Whether it counts.
    pub counts: Badge,
}

impl Row {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        vec![
            self.when,
            self.overall.unwrap_or_default(),
            self.visit,
            self.service,
            self.employees,
            self.comment.unwrap_or_default(),
            self.mode.to_owned(),
            self.counts.word.to_owned(),
        ]
    }
}

/// The list of responses.
#[derive(Template)]
#[template(path = "finder/pages/responses.html")]
pub struct ResponsesPage {
    /// What stands around.
    pub shell: Shell,
    /// Whether only those about the own team are listed.
    pub own_team: bool,
    /// The employee's id that was asked for.
    pub employee: String,
    /// The choices of the mode.
    pub modes: Vec<Choice>,
    /// The choices of the certainty.
    pub certainties: Vec<Choice>,
    /// The choices of the opening answer.
    pub overalls: Vec<Choice>,
    /// Whether only those with a comment were asked for.
    pub with_comment: bool,
    /// The span of days of the answer.
    pub dates: Dates,
    /// The order.
    pub sort: Sort,
    /// Whether anything was asked for.
    pub is_narrowed: bool,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The other pages.
    pub pages: Pages,
}

/// A question with its answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Key of the question.
    pub key: String,
    /// Its words.
    pub question: String,
    /// What is meant.
    pub hint: Option<String>,
    /// Such as *4 of 5*.
    pub given: Option<String>,
    /// Lowest and highest answer.
    pub scale: String,
}

/// One giving of the response.
#[derive(Debug, Clone)]
pub struct RevisionLine {
    /// When, for machines.
    pub at: String,
    /// When.
    pub when: String,
    /// The opening answer then.
    pub overall: Option<String>,
    /// How many questions were answered.
    pub answers: usize,
    /// The comment then.
    pub comment: Option<String>,
    /// Whether it was put aside.
    pub is_suspect: bool,
    /// Whether it is the one that stands.
    pub stands: bool,
}

/// Somebody whom the response is about.
#[derive(Debug, Clone)]
pub struct Credit {
    /// Their name.
    pub name: String,
    /// Their team on that day.
    pub team: Option<String>,
    /// Their part.
    pub share: String,
}

/// One response.
#[derive(Template)]
#[template(path = "finder/pages/response.html")]
pub struct ResponsePage {
    /// What stands around.
    pub shell: Shell,
    /// Id of the visit.
    pub visit: String,
    /// The page of the visit.
    pub visit_href: String,
    /// What it is about, and how and when it was given.
    pub lead: String,
    /// The opening answer.
    pub overall: Option<String>,
    /// Every question with its answer.
    pub answers: Vec<Answer>,
    /// The comment.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
    /// Whether the second step was sent.
    pub complete: bool,
    /// Whether it is the customer's own for sure.
    pub certainty: &'static str,
    /// Survey and version.
    pub survey: String,
    /// When it last changed, if it did.
    pub changed: Option<String>,
    /// Every giving, the newest first.
    pub revisions: Vec<RevisionLine>,
    /// Whom it is about.
    pub credits: Vec<Credit>,
    /// Whether it counts.
    pub counts: Badge,
    /// Why, sentence by sentence.
    pub reasons: Vec<String>,
    /// Whether a person answered.
    pub judgement: JudgementView,
    /// Who contests it.
    pub objections: Vec<Link>,
}

/// Writes an answer beside the best one of its scale: `4 of 5`.
pub fn of_scale(answer: i64, scale: Option<(i32, i32)>) -> String {
    match scale {
        Some((_, max)) => format!("{answer} of {max}"),
        None => answer.to_string(),
    }
}

/// Returns how a comment begins, on one line.
pub fn beginning(comment: &str) -> String {
    let line = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= BEGINNING {
        return line;
    }
    let cut: String = line.chars().take(BEGINNING).collect();
    format!("{}…", cut.trim_end())
}

/// Says how a response was given.
pub fn mode(word: &str) -> &'static str {
    match word {
        "email" => "by mail",
        "phone" => "by phone",
        "paper" => "on paper",
        _ => "imported",
    }
}

/// Says how sure it is that the customer gave it.
pub fn certainty(word: &str) -> &'static str {
    match word {
        "confirmed" => "confirmed: a person sent it",
        "withdrawn" => "taken back by the customer",
        _ => "put aside: it may not be the customer’s own",
    }
}

/// Returns the badge of whether a response counts.
pub const fn counts(is_counted: bool) -> Badge {
    if is_counted { Badge::done("Counts") } else { Badge::aside("Does not count") }
}

/// Whether the scores take the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Its ratings are in them.
    Yes,
    /// It was put aside.
    Aside,
    /// There is no rating in it.
    Empty,
}

/// The chance of being called when the list was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Chance {
    /// There was no call.
    NoCall,
    /// There was a call out of turn.
    NotKnown,
    /// This one.
    Known(f64),
}

/// What decides whether a response counts.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What the scores do with it.
    pub counted: Counts,
    /// Whether it may not be the customer's own.
    pub is_suspect: bool,
    /// As what it counts.
    pub mode: Option<Mode>,
    /// Whom it counts for.
    pub whom: Vec<String>,
    /// The scale of the opening question.
    pub scale: Option<(i32, i32)>,
    /// The word of an outcome that keeps the visit out of every rate.
    pub not_eligible: Option<&'static str>,
    /// What chance the customer had of being called.
    pub chance: Chance,
}

/// Says why a response counts or does not.
pub fn reasons(why: &Reason) -> Vec<String> {
    let mut said = vec![match why.counted {
        Counts::Yes => {
            let mode = match why.mode {
                Some(Mode::Phone) => "an answer by phone after a mail",
                Some(Mode::PhoneFirst) => "an answer by phone without a mail before",
                Some(Mode::Paper) => "an answer by card or on paper, outside the response rate by mail",
                _ => "an answer by mail",
            };
            let whose = if why.whom.len() > 1 { "scores" } else { "score" };
            format!(
                "It counts as {mode}, in the {whose} of {} and in that of the company, on the day of the visit.",
                listed(&why.whom)
            )
        }
        Counts::Aside if why.is_suspect => "It does not count: it was put aside, because it may not be the \
             customer’s own. It stays here to be read."
            .to_owned(),
        Counts::Aside => "It does not count in any score; it is kept to be read.".to_owned(),
        Counts::Empty => "No question with a scale was answered, so there is no number to count.".to_owned(),
    }];
    if let (Counts::Yes, Some((min, max))) = (why.counted, why.scale) {
        said.push(format!(
            "Its scale is {min} to {max}. Answers on different scales are never mixed: an evaluation shows the \
             scale on which most of its answers were given."
        ));
    }
    match why.chance {
        Chance::NotKnown => said.push(
            "No chance of being drawn is known for this call, so it was a service to the customer rather than \
             part of the sample."
                .to_owned(),
        ),
        Chance::Known(chance) => {
            said.push(format!("When the list was drawn, this customer’s chance of being called was {}.", percent(chance)));
        }
        Chance::NoCall => {}
    }
    if let Some(word) = why.not_eligible {
        said.push(format!("The visit itself stands outside every response rate ({}).", word.to_lowercase()));
    }
    said
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_cut_at_a_letter_and_stands_on_one_line() {
        assert_eq!(beginning("a\nb  c"), "a b c");
        assert_eq!(beginning(&"ä".repeat(200)).chars().count(), BEGINNING + 1);
    }

    #[test]
    fn names_are_joined_as_people_do() {
        let names = |names: &[&str]| listed(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["A"]), "A");
        assert_eq!(names(&["A", "B", "C"]), "A, B and C");
    }
}
