//! What the pages of surveys show.

use super::desk::Seen;
use super::draft::{EMPLOYEES, Problem, describe, language_name};
use super::fields::{Field, error_of};
use super::model::{Content, Kind, Question};
use super::rules::Rule;
use super::wording::LANGUAGES;
use crate::error::FieldError;
use crate::web::list::Choice;
use crate::web::shell::{Link, Shell};
use askama::Template;

/// A language that can be chosen.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Own name of the language.
    pub name: &'static str,
    /// BCP 47 code.
    pub code: &'static str,
    /// The same page in it.
    pub href: String,
    /// Whether it is shown.
    pub current: bool,
    /// Whether nothing is written in it yet.
    pub is_new: bool,
}

impl Tab {
    /// Makes all of them; `path` ends where the code of the language follows.
    pub fn all(content: &Content, current: &str, path: &str) -> Vec<Self> {
        let tab = |(code, name): &(&'static str, &'static str)| Self {
            name,
            code,
            href: format!("{path}lang={code}"),
            current: *code == current,
            is_new: !content.texts.contains_key(*code),
        };
        LANGUAGES.iter().map(tab).collect()
    }
}

/// A question in a list.
#[derive(Debug, Clone)]
pub struct QuestionRow {
    /// Its key.
    pub key: String,
    /// What is asked; empty when it is not written in this language.
    pub text: String,
    /// What is meant.
    pub hint: String,
    /// How it is answered.
    pub kind: String,
    /// Words of the ends or the options.
    pub words: String,
    /// Who is asked, unless it is everybody.
    pub when: String,
}

impl QuestionRow {
    /// Makes the rows of a survey in a language.
    pub fn all(content: &Content, language: &str) -> Vec<Self> {
        content.questions.iter().map(|question| Self::new(content, question, language)).collect()
    }

    fn new(content: &Content, question: &Question, language: &str) -> Self {
        let texts = content.texts.get(language).and_then(|texts| texts.get(&question.key));
        let texts = texts.cloned().unwrap_or_default();
        let ends = [&texts.low, &texts.high].map(String::as_str);
        let words = match question.kind {
            _ if texts.text.is_empty() => String::new(),
            Kind::Choice | Kind::Choices => {
                question.options.iter().map(|key| texts.option(key)).collect::<Vec<_>>().join(", ")
            }
            kind if kind.is_scale() && texts.points.is_empty() => ends.join(" – "),
            _ => texts.points.join(", "),
        };
        let when = question.when.map(|when| match (when.from, when.to) {
            (from, to) if from == to => format!("Only after {from} in the first question"),
            (from, to) => format!("Only after {from} to {to} in the first question"),
        });
        Self {
            key: question.key.clone(),
            text: texts.text.replace(EMPLOYEES, "…"),
            hint: texts.hint.unwrap_or_default(),
            kind: describe(question),
            words,
            when: when.unwrap_or_default(),
        }
    }
}

/// Something to correct before a draft can be published, with the way to it.
pub fn problem_links(key: &str, problems: &[Problem], own: &str) -> Vec<Link> {
    let link = |problem: &Problem| {
        let language = if problem.language.is_empty() { own } else { &problem.language };
        let base = format!("/surveys/{key}");
        if problem.question.is_empty() {
            return Link { href: base, label: format!("The survey {}", problem.reason) };
        }
        let in_language = match problem.language.as_str() {
            "" => String::new(),
            code => format!(" in {}", language_name(code)),
        };
        let field = field_label(&problem.field);
        Link {
            href: format!(
                "{base}/question?key={}&lang={language}#{}",
                problem.question,
                anchor(&problem.field)
            ),
            label: format!("{}{in_language}: {field} {}", problem.question, problem.reason),
        }
    };
    problems.iter().map(link).collect()
}

/// The id that a problem's field has on the form.
pub fn anchor(field: &str) -> &str {
    match field {
        "scale" => "min",
        "when" => "from",
        "options" => "option_key_0",
        other => other,
    }
}

/// What a field of a question is called.
pub fn field_label(field: &str) -> &'static str {
    match field {
        "key" => "Key",
        "kind" => "Kind",
        "scale" => "Scale",
        "when" => "Who is asked",
        "options" => "Options",
        "text" => "Question",
        "text_without_name" => "Question without names",
        "hint" => "Hint",
        "low" => "Word for the lowest",
        "high" => "Word for the highest",
        "points" => "Words for all points",
        _ => "It",
    }
}

/// What a kind is called.
pub const fn kind_label(kind: Kind) -> &'static str {
    match kind {
        Kind::Rating => "Rating, 2 to 11 points",
        Kind::Nps => "Recommendation, 0 to 10",
        Kind::Effort => "Effort, 1 to 7",
        Kind::Choice => "One choice",
        Kind::Choices => "Several choices",
        Kind::Text => "Text",
        Kind::YesNo => "Yes or no",
    }
}

/// A version in a list.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Its number.
    pub version: i32,
    /// When it was published.
    pub at: String,
    /// By whom.
    pub by: String,
}

/// The editor of a survey.
#[derive(Template)]
#[template(path = "surveys/pages/survey.html")]
pub struct SurveyPage {
    /// What stands around.
    pub shell: Shell,
    /// Its key.
    pub key: String,
    /// How it stands.
    pub lead: String,
    /// What was done just now, and whether it needs a look.
    pub done: Option<(&'static str, bool)>,
    /// What is seen here, for the next save.
    pub seen: Seen,
    /// Whether people may change it.
    pub is_editable: bool,
    /// Whether something is drafted.
    pub has_draft: bool,
    /// Number of the next version.
    pub next: i32,
    /// The language of the words here.
    pub lang: &'static str,
    /// Its name, when it can be taken out.
    pub droppable: Option<&'static str>,
    /// The languages.
    pub tabs: Vec<Tab>,
    /// The questions.
    pub questions: Vec<QuestionRow>,
    /// What can be added.
    pub kinds: Vec<(&'static str, &'static str)>,
    /// What keeps the draft from being published.
    pub problems: Vec<Link>,
    /// Whether evaluations take something from it.
    pub is_evaluated: bool,
    /// What was published.
    pub versions: Vec<VersionRow>,
}

/// A published version, read-only.
#[derive(Template)]
#[template(path = "surveys/pages/version.html")]
pub struct VersionPage {
    /// What stands around.
    pub shell: Shell,
    /// Key of the survey.
    pub key: String,
    /// Which version.
    pub version: i32,
    /// When and by whom it was published.
    pub lead: String,
    /// The language of the words here.
    pub lang: &'static str,
    /// The languages.
    pub tabs: Vec<Tab>,
    /// The questions.
    pub questions: Vec<QuestionRow>,
}

/// Asks before a version is published.
#[derive(Template)]
#[template(path = "surveys/pages/publish.html")]
pub struct PublishPage {
    /// What stands around.
    pub shell: Shell,
    /// Key of the survey.
    pub key: String,
    /// Number of the version.
    pub next: i32,
    /// What is seen here.
    pub seen: Seen,
    /// What changes.
    pub changes: Vec<String>,
    /// What keeps it from being published.
    pub problems: Vec<Link>,
    /// Languages it is written in.
    pub languages: String,
    /// Whether evaluations take something from it.
    pub is_evaluated: bool,
}

/// An option on the form of a question.
#[derive(Debug, Clone, Default)]
pub struct OptionRow {
    /// Its key.
    pub key: String,
    /// Its words.
    pub label: String,
}

/// The form of a question.
#[derive(Template)]
#[template(path = "surveys/pages/question.html")]
pub struct QuestionPage {
    /// What stands around.
    pub shell: Shell,
    /// Key of the survey.
    pub survey: String,
    /// What the page is about.
    pub heading: String,
    /// What is seen here.
    pub seen: Seen,
    /// Its key before; empty for a new one.
    pub old: String,
    /// Word of the kind.
    pub kind: &'static str,
    /// What the kind is called, with the scale where that stays.
    pub kind_label: String,
    /// The language of the words here.
    pub lang: &'static str,
    /// Its name.
    pub lang_name: &'static str,
    /// The languages; none for a new question.
    pub tabs: Vec<Tab>,
    /// What is the same in all languages.
    pub settings: Vec<Field>,
    /// Numbers beside each other.
    pub numbers: Vec<Field>,
    /// Words in the language.
    pub words: Vec<Field>,
    /// The options; none for kinds without.
    pub options: Vec<OptionRow>,
    /// What is wrong, with where.
    pub errors: Vec<FieldError>,
    /// Whether somebody else changed the survey meanwhile.
    pub is_late: bool,
}

impl QuestionPage {
    fn summary(&self) -> Vec<Link> {
        let link = |error: &FieldError| Link {
            href: format!("#{}", anchor(&error.field)),
            label: format!("{} {}", field_label(&error.field), error.reason),
        };
        self.errors.iter().map(link).collect()
    }

    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field).map(|reason| format!("{} {reason}", field_label(field)))
    }
}

/// Begins a survey.
#[derive(Template)]
#[template(path = "surveys/pages/new.html")]
pub struct NewPage {
    /// What stands around.
    pub shell: Shell,
    /// The key.
    pub field: Field,
    /// What can be copied.
    pub copies: Vec<Choice>,
}

/// A rule in its list.
#[derive(Debug, Clone)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Which visits it fits.
    pub visits: String,
    /// Which survey they get.
    pub survey: String,
}

impl RuleRow {
    /// Makes a row.
    pub fn new(rule: &Rule) -> Self {
        let service = match rule.service.as_str() {
            "*" => "any service".to_owned(),
            service => format!("service {service}"),
        };
        let more = [("channel", &rule.channel), ("segment", &rule.segment)];
        let more = more.into_iter().filter_map(|(name, word)| Some(format!(", {name} {}", word.as_ref()?)));
        let visits = service + &more.collect::<String>();
        Self { id: rule.id.to_string(), visits, survey: rule.survey.clone() }
    }
}

/// The rules.
#[derive(Template)]
#[template(path = "surveys/pages/rules.html")]
pub struct RulesPage {
    /// What stands around.
    pub shell: Shell,
    /// What was done just now.
    pub done: Option<&'static str>,
    /// The rules in their order.
    pub rules: Vec<RuleRow>,
    /// The fields of a new rule.
    pub fields: Vec<Field>,
    /// The surveys that a rule can name, and what is wrong with the choice.
    pub surveys: (Vec<Choice>, Option<String>),
    /// The fields of the box that tries the rules.
    pub tried: Vec<Field>,
    /// What such a visit gets, and why.
    pub answer: Option<String>,
}
