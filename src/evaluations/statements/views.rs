//! What a statement looks like on paper, and the list of statements.

use super::model::{Kept, Reply};
use crate::evaluations::charts::line::Line;
use crate::evaluations::charts::road::Road;
use crate::evaluations::figures::{Estimate, Figures, Standing};
use crate::evaluations::words::{self, Verdict, Voice};
use crate::ids;
use crate::web::badge::Badge;
use crate::web::format::{counted, day, full_day, moment, one, percent, range, signed};
use crate::web::list::{Choice, Pages};
use crate::web::shell::{Link, Shell};
use askama::Template;
use chrono_tz::Tz;

/// A row of the table of questions.
#[derive(Debug, Clone)]
pub struct QuestionRow {
    /// Its words.
    pub name: String,
    /// Whether it is the whole.
    pub is_overall: bool,
    /// Best guess and interval.
    pub best: Option<(String, String)>,
    /// The answers alone and interval.
    pub alone: Option<(String, String)>,
    /// What may be said.
    pub badge: Badge,
}

/// A row of objections and exclusions.
#[derive(Debug, Clone)]
pub struct DecisionRow {
    /// What.
    pub what: String,
    /// Who decided, and why.
    pub decided: String,
    /// How many answers.
    pub answers: String,
    /// The number before.
    pub before: String,
}

/// What stands above the sheet for whoever is signed in.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Back to the person.
    pub back: Link,
    /// The same as files, for whoever may have them.
    pub files: Vec<Link>,
    /// Where the employee's answer goes, with the token of the form; None for everybody else.
    pub reply: Option<(String, String)>,
    /// What was typed: kind and words.
    pub typed: (String, String),
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl Desk {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(known, _)| known == field).map(|(_, why)| why.as_str())
    }
}

/// A statement on paper.
#[derive(Template)]
#[template(path = "evaluations/pages/statement.html")]
pub struct StatementPage {
    /// Path of the style sheet.
    pub css: &'static str,
    /// What stands above the sheet.
    pub desk: Option<Desk>,
    /// What was done with it.
    pub standing: String,
    /// Name of the organisation.
    pub organisation: String,
    /// Name of the employee.
    pub name: String,
    /// Team, site and id.
    pub lead: String,
    /// The facts of the head.
    pub head: Vec<(&'static str, String)>,
    /// The sentence.
    pub verdict: Verdict,
    /// What may be said, and what it means.
    pub status: String,
    /// The chart.
    pub line: Option<Line>,
    /// What is drawn in it.
    pub line_words: &'static str,
    /// Question by question.
    pub questions: Vec<QuestionRow>,
    /// Company level, comparable score and reliability.
    pub figures: String,
    /// What became of all visits.
    pub road: Road,
    /// What it rests on.
    pub basis: Vec<String>,
    /// Objections and exclusions.
    pub decisions: Vec<DecisionRow>,
    /// How the number was made.
    pub made: Vec<String>,
    /// What it does not say.
    pub limits: Vec<&'static str>,
    /// What the employee said.
    pub replies: Vec<(String, String)>,
    /// SHA-256 of the inputs, in groups of four.
    pub checksum: String,
}

impl StatementPage {
    /// Lays out a statement; times are those of a zone.
    pub fn new(kept: &Kept, zone: Tz, css: &'static str, desk: Option<Desk>) -> Self {
        let (content, statement) = (&kept.content, &kept.statement);
        let figures = &content.employee;
        let voice = Voice::About(figures.employee_name.clone());
        let standing = figures.standing();
        let outcomes: Vec<(String, i64)> =
            content.outcomes.iter().map(|(word, count)| (word.clone(), *count)).collect();
        let known =
            ["by mail", "by phone", "by card or on paper", "excluded after an objection", "otherwise"];
        let answered = known.map(|word| (word, content.answered.get(word).copied().unwrap_or(0)));
        Self {
            css,
            desk,
            standing: standing_words(kept, zone),
            organisation: content.organisation.clone(),
            name: figures.employee_name.clone(),
            lead: lead(kept),
            head: head(kept),
            verdict: words::verdict(figures, &voice),
            status: format!(
                "Status: {}. {}",
                words::standing(standing).to_lowercase(),
                words::meaning(standing)
            ),
            line: Line::draw(figures),
            line_words: match figures.to_expect() {
                Some(_) => {
                    "Thick: best guess with its 95 % interval. Thin: the person’s answers alone. The upright line is what \
                     was to be expected."
                }
                None => "The mean with its 95 % interval.",
            },
            questions: questions(figures),
            figures: figures_words(kept),
            road: Road::draw(24, &outcomes, &answered),
            basis: basis(kept),
            decisions: decisions(kept),
            made: made(kept),
            limits: LIMITS.into(),
            replies: kept.replies.iter().map(|reply| said(reply, zone)).collect(),
            checksum: grouped(&ids::hex(&statement.checksum)),
        }
    }
}

/// What a statement does not say.
const LIMITS: [&str; 5] = [
    "It is not a rank. Neighbours in a list differ by chance.",
    "It measures what customers experienced, not everything the work consists of.",
    "Customers who were not heard may think differently from those who were.",
    "A prejudice that all customers share cannot be seen in it.",
    "No decision follows from it by itself. A person decides, and answers for it.",
];

fn lead(kept: &Kept) -> String {
    let figures = &kept.content.employee;
    let team = figures.team.as_ref().map(|team| format!("Team {team}"));
    let site = kept.content.site.as_ref().map(|site| format!("site {site}"));
    let id = Some(format!("employee {}", figures.employee_id));
    [team, site, id].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn head(kept: &Kept) -> Vec<(&'static str, String)> {
    let (statement, frame) = (&kept.statement, &kept.content.frame);
    let replaces = kept.replaces.as_ref().map_or("none".to_owned(), |(_, label)| label.clone());
    vec![
        ("Statement", statement.label()),
        ("Period", format!("{} – {}", day(statement.from), day(statement.to))),
        ("Frozen", statement.made_at.format("%-d %b %Y, %H:%M UTC").to_string()),
        ("Method", format!("{}, version {}", frame.method, frame.method_version)),
        ("Replaces", replaces),
    ]
}

fn standing_words(kept: &Kept, zone: Tz) -> String {
    let at = kept.statement.made_at.with_timezone(&zone).date_naive();
    let frozen = format!("Frozen on {}.", full_day(at));
    let replied =
        kept.replies.first().map_or(" The employee has not said anything to it yet.".to_owned(), |reply| {
            let at = reply.at.with_timezone(&zone).date_naive();
            format!(
                " {} by {} on {}.",
                capital(&reply.kind),
                kept.content.employee.employee_name,
                full_day(at)
            )
        });
    let after = match &kept.replaced_by {
        Some((_, label)) => format!(" Statement {label} corrects it."),
        None => " A correction would be a new statement that names this one.".to_owned(),
    };
    format!("{frozen}{replied}{after}")
}

fn said(reply: &Reply, zone: Tz) -> (String, String) {
    let title = format!("{} on {}", capital(&reply.kind), moment(reply.at, zone));
    (title, reply.words.clone())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

fn pair(estimate: &Estimate) -> (String, String) {
    (signed(estimate.value), format!("({} to {})", signed(estimate.low), signed(estimate.high)))
}

fn questions(figures: &Figures) -> Vec<QuestionRow> {
    let overall = QuestionRow {
        name: words::question("overall"),
        is_overall: true,
        best: figures.best().as_ref().map(pair),
        alone: figures.alone().as_ref().map(pair),
        badge: figures.standing().badge(),
    };
    let others = figures.dimensions.iter().map(|one| QuestionRow {
        name: words::question(&one.question),
        is_overall: false,
        best: one.best().as_ref().map(pair),
        alone: None,
        badge: one.standing(&figures.status).badge(),
    });
    [overall].into_iter().chain(others).collect()
}

fn figures_words(kept: &Kept) -> String {
    let (company, figures) = (&kept.content.company, &kept.content.employee);
    let level = company
        .level()
        .map(|level| format!("Company level {} ({}).", one(level.value), range(level.low, level.high)));
    let score = figures.score.map(|score| format!("Comparable score {}.", one(score)));
    let mean = figures.plain().filter(|_| figures.standing() != Standing::Few);
    let mean = mean.map(|mean| format!("Plain mean {} ({}).", one(mean.value), range(mean.low, mean.high)));
    let reliability = figures.reliability.map(|reliability| format!("Reliability {reliability:.2}."));
    let unit = figures.best().map(|_| "Points of 100 more or less than expected.".to_owned());
    [unit, level, score, mean, reliability].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn basis(kept: &Kept) -> Vec<String> {
    let figures = &kept.content.employee;
    let rate = figures.response_rate.map_or("none invited".to_owned(), percent);
    let mut said = vec![format!(
        "It rests on {}. Response by mail {rate} ({}). {}",
        words::rests_on(figures),
        words::of_invited(figures.answers_email, figures.invited),
        words::how_sure(figures)
    )];
    said.extend(words::assumed(&kept.content.frame, &kept.content.company));
    said
}

fn decisions(kept: &Kept) -> Vec<DecisionRow> {
    let contested = kept.content.objections.iter().map(|one| DecisionRow {
        what: one.what.clone(),
        decided: one.decided.clone(),
        answers: "1".to_owned(),
        before: one.before.clone(),
    });
    let aside = kept.content.put_aside.iter().map(|(why, count)| DecisionRow {
        what: capital(why),
        decided: if why.contains("machine") {
            "rule: signs of a mail scanner".to_owned()
        } else {
            String::new()
        },
        answers: counted(*count, "answer", "answers").split(' ').next().unwrap_or_default().to_owned(),
        before: String::new(),
    });
    contested.chain(aside).collect()
}

fn made(kept: &Kept) -> Vec<String> {
    let frame = &kept.content.frame;
    let mut steps = vec!["Each answer becomes points from 0 to 100.".to_owned()];
    steps.push(
        "Kind of service, channel, site and customer segment are taken into account, as far as they are known before \
         the answer. Age, sex, origin and the like never are."
            .to_owned(),
    );
    steps.push(if frame.is_two_phase() {
        "Customers who did not answer were called at random. Their answers stand for all who did not answer."
            .to_owned()
    } else {
        "Only those who answered are heard; too few were called at random to stand for the others.".to_owned()
    });
    if let Some(mode) = kept.content.company.mode() {
        steps.push(format!(
            "Answers by phone are {} points kinder than by mail ({} to {}).{}",
            one(mode.value),
            one(mode.low),
            one(mode.high),
            if kept.content.company.level_mode_corrected { " That is taken out." } else { "" }
        ));
    }
    if frame.is_compared() {
        steps
            .push("Few answers are drawn towards the company’s level, many speak for themselves.".to_owned());
    }
    steps
}

fn grouped(hex: &str) -> String {
    let letters: Vec<char> = hex.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The statement.
    pub href: String,
    /// Its number.
    pub label: String,
    /// Whom it is about.
    pub name: String,
    /// Period.
    pub period: String,
    /// When it was frozen.
    pub frozen: String,
    /// What was said and done after it.
    pub state: Badge,
}

impl Row {
    /// Makes a row.
    pub fn new(kept: &Kept, zone: Tz) -> Self {
        let statement = &kept.statement;
        let replied = kept.replies.first().map(|reply| reply.kind.as_str());
        Self {
            href: format!("/statements/{}", statement.id),
            label: statement.label(),
            name: kept.content.employee.employee_name.clone(),
            period: format!("{} – {}", day(statement.from), day(statement.to)),
            frozen: moment(statement.made_at, zone),
            state: match (&kept.replaced_by, replied) {
                (Some(_), _) => Badge::closed("Replaced"),
                (None, Some("acknowledged")) => Badge::done("Acknowledged"),
                (None, Some(_)) => Badge::aside("Contested"),
                (None, None) => Badge::open("No reply yet"),
            },
        }
    }
}

impl Row {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        vec![self.label, self.name, self.period, self.frozen, self.state.word.to_owned()]
    }
}

/// The list.
#[derive(Template)]
#[template(path = "evaluations/pages/statements.html")]
pub struct ListPage {
    /// What stands around.
    pub shell: Shell,
    /// What the list is.
    pub lead: &'static str,
    /// Whether those about everybody are listed.
    pub of_everybody: bool,
    /// The name that was looked for.
    pub q: String,
    /// The choices of the state.
    pub states: Vec<Choice>,
    /// Whether anything was asked for.
    pub is_narrowed: bool,
    /// The newest first.
    pub rows: Vec<Row>,
    /// The other pages.
    pub pages: Pages,
}
