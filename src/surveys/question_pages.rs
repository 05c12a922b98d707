//! `/surveys/{key}/question`: the form of one question, its words in one language at a time.

use super::desk::{self, Desk};
use super::draft::{self, LONGEST_LABEL, LONGEST_TEXT, MOST_OPTIONS, describe, is_written, language_name};
use super::edit;
use super::fields::Field;
use super::model::{Content, Kind, Question, QuestionTexts, When};
use super::pages::{PLACE, language, wish};
use super::views::{OptionRow, QuestionPage, Tab, kind_label};
use crate::accounts::{SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::error::{Error, FieldError, Kind as Failure, Result};
use crate::web::list::Asked;
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::web;
use serde_json::json;

/// How many empty rows stand under the options.
const MORE_OPTIONS: usize = 3;

/// What stands in the form.
#[derive(Debug, Clone, Default)]
struct Typed {
    key: String,
    min: String,
    max: String,
    from: String,
    to: String,
    text: String,
    text_without_name: String,
    hint: String,
    low: String,
    high: String,
    points: String,
    options: Vec<OptionRow>,
}

impl Typed {
    fn of(question: &Question, texts: &QuestionTexts) -> Self {
        let end = |end: fn(When) -> i32| question.when.map(|when| end(when).to_string()).unwrap_or_default();
        let label = |key: &String| texts.options.get(key).cloned().unwrap_or_default();
        let option = |key: &String| OptionRow { key: key.clone(), label: label(key) };
        Self {
            key: question.key.clone(),
            min: question.min.to_string(),
            max: question.max.to_string(),
            from: end(|when| when.from),
            to: end(|when| when.to),
            text: texts.text.clone(),
            text_without_name: texts.text_without_name.clone().unwrap_or_default(),
            hint: texts.hint.clone().unwrap_or_default(),
            low: texts.low.clone(),
            high: texts.high.clone(),
            points: texts.points.join("\n"),
            options: question.options.iter().map(option).collect(),
        }
    }

    fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).unwrap_or_default().to_owned();
        let option = |n: usize| OptionRow {
            key: text(&format!("option_key_{n}")),
            label: text(&format!("option_label_{n}")),
        };
        let options = (0..MOST_OPTIONS).map(option);
        Self {
            key: text("key"),
            min: text("min"),
            max: text("max"),
            from: text("from"),
            to: text("to"),
            text: text("text"),
            text_without_name: text("text_without_name"),
            hint: text("hint"),
            low: text("low"),
            high: text("high"),
            points: text("points"),
            options: options.filter(|row| !row.key.is_empty() || !row.label.is_empty()).collect(),
        }
    }

    /// Makes a question of it; `was` keeps its key, kind and, unless they are typed, its ends.
    fn question(&self, was: &Question) -> std::result::Result<Question, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut number = |field: &str, typed: &str| {
            let read = typed.parse::<i32>().ok();
            if read.is_none() {
                wrong.push(FieldError::new(field, "must be whole numbers"));
            }
            read.unwrap_or_default()
        };
        let mut question = was.clone();
        if was.key.is_empty() {
            question.key.clone_from(&self.key);
        }
        if was.kind == Kind::Rating && !(self.min.is_empty() && self.max.is_empty()) {
            (question.min, question.max) = (number("scale", &self.min), number("scale", &self.max));
        }
        let is_always = self.from.is_empty() && self.to.is_empty();
        question.when =
            (!is_always).then(|| When { from: number("when", &self.from), to: number("when", &self.to) });
        question.options = self.options.iter().map(|row| row.key.clone()).collect();
        if wrong.is_empty() { Ok(question) } else { Err(wrong) }
    }

    fn texts(&self) -> QuestionTexts {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        QuestionTexts {
            text: self.text.clone(),
            text_without_name: some(&self.text_without_name),
            hint: some(&self.hint),
            low: self.low.clone(),
            high: self.high.clone(),
            points: self.points.lines().map(str::trim).map(str::to_owned).collect(),
            options: self.options.iter().map(|row| (row.key.clone(), row.label.clone())).collect(),
        }
    }
}

/// What the form is about, beside what is typed.
struct About {
    desk: Desk,
    content: Content,
    /// The question as it stands in the draft, or as it begins.
    was: Question,
    lang: &'static str,
    own: &'static str,
}

impl About {
    fn new(
        app: &App,
        desk: Desk,
        (key, kind): (Option<&str>, Option<&str>),
        lang: &'static str,
    ) -> Result<Self> {
        let content = desk.working();
        let was = match key {
            Some(key) => content.questions.iter().find(|question| question.key == key).cloned(),
            None => Kind::ALL.into_iter().find(|known| Some(known.as_str()) == kind).map(edit::fresh),
        };
        let was = was.ok_or_else(|| Error::not_found("question"))?;
        let own = draft::own_language(&app.config.organisation.language);
        Ok(Self { desk, content, was, lang, own })
    }

    fn texts(&self, language: &str) -> QuestionTexts {
        let texts = self.content.texts.get(language).and_then(|texts| texts.get(&self.was.key));
        texts.cloned().unwrap_or_default()
    }

    /// Whether it was ever published, so that its scale stays.
    fn is_published(&self) -> bool {
        let asks = |content: &Content| content.questions.iter().any(|asked| asked.key == self.was.key);
        self.desk.versions.iter().any(|version| asks(&version.content))
    }

    fn is_opening(&self) -> bool {
        self.content.opening().is_none_or(|opening| opening.key == self.was.key)
    }

    fn settings(&self, typed: &Typed, errors: &[FieldError]) -> Vec<Field> {
        let hint = "Names the question in exports and evaluations. Once published it keeps its meaning, kind and scale.";
        let key = Field::new("key", "Key", &typed.key, hint).wrong(errors);
        self.was.key.is_empty().then_some(key).into_iter().collect()
    }

    fn numbers(&self, typed: &Typed) -> Vec<Field> {
        let mut fields = Vec::new();
        if self.was.kind == Kind::Rating && !self.is_published() {
            fields.push(Field::new("min", "Lowest answer", &typed.min, "0 or 1").number());
            fields.push(Field::new("max", "Highest answer", &typed.max, "2 to 11 points in all").number());
        }
        if !self.is_opening() {
            let ends = self.content.opening().map(|first| format!("{} to {}", first.min, first.max));
            let ends = ends.unwrap_or_default();
            let hint = format!("Answer to the first question, {ends}; empty for everybody");
            fields.push(Field::new("from", "Asked from", &typed.from, hint.clone()).number());
            fields.push(Field::new("to", "Asked to", &typed.to, hint).number());
        }
        fields
    }

    /// The fields for words; beside another language stands what our own says.
    fn words(&self, typed: &Typed, errors: &[FieldError]) -> Vec<Field> {
        let own = Typed::of(&self.was, &self.texts(self.own));
        let hint = |hint: &str, said: &str| {
            let said = said.replace('\n', ", ");
            let beside = self.lang != self.own && !said.is_empty();
            if beside { format!("{}: “{said}”", language_name(self.own)) } else { hint.to_owned() }
        };
        let field = |id, label, value: &str, hint| {
            Field::new(id, label, value, hint).written_in(self.lang).wrong(errors)
        };
        let short = format!("At most {LONGEST_TEXT} characters. {{employees}} stands for who came.");
        let mut fields = vec![
            field("text", "Question", &typed.text, hint(&short, &own.text)),
            field(
                "text_without_name",
                "Question without names",
                &typed.text_without_name,
                hint("Asked instead when nobody is named.", &own.text_without_name),
            ),
            field("hint", "Hint", &typed.hint, hint("May stay empty.", &own.hint)),
        ];
        if self.was.kind.is_scale() {
            let words = format!("At most {LONGEST_LABEL} characters.");
            fields.push(field("low", "Word for the lowest", &typed.low, hint(&words, &own.low)));
            fields.push(field("high", "Word for the highest", &typed.high, hint(&words, &own.high)));
            let lines = "One line for each point from the lowest to the highest, or nothing.";
            fields.push(
                field("points", "Words for all points", &typed.points, hint(lines, &own.points)).long(),
            );
        }
        fields
    }

    fn page(self, app: &App, person: &SignedIn, mut typed: Typed, errors: Vec<FieldError>) -> QuestionPage {
        let has_options = matches!(self.was.kind, Kind::Choice | Kind::Choices);
        if has_options {
            let rows = (typed.options.len() + MORE_OPTIONS).min(MOST_OPTIONS);
            typed.options.resize_with(rows, OptionRow::default);
        }
        let is_new = self.was.key.is_empty();
        let path = format!("/surveys/{}/question?key={}&", self.desk.key, self.was.key);
        let is_fixed = self.is_published() || !matches!(self.was.kind, Kind::Rating);
        let mut about = kind_label(self.was.kind).to_owned();
        if is_fixed && self.was.kind == Kind::Rating {
            about = describe(&self.was);
        }
        QuestionPage {
            shell: shell_for(app, person, PLACE),
            heading: if is_new { "New question".to_owned() } else { self.was.key.clone() },
            seen: self.desk.seen(),
            old: self.was.key.clone(),
            kind: self.was.kind.as_str(),
            kind_label: about,
            lang: self.lang,
            lang_name: language_name(self.lang),
            tabs: if is_new { Vec::new() } else { Tab::all(&self.content, self.lang, &path) },
            settings: self.settings(&typed, &errors),
            numbers: self.numbers(&typed),
            words: self.words(&typed, &errors),
            options: if has_options { typed.options } else { Vec::new() },
            survey: self.desk.key,
            errors,
            is_late: false,
        }
    }
}

/// `GET /surveys/{key}/question?key=…` or `?kind=…` for a new one.
pub async fn show(app: web::Data<App>, person: SignedIn, key: web::Path<String>, asked: Asked) -> PageResult {
    let wanted = key.clone();
    let desk = app.db(move |connection| Desk::load(connection, &wanted)).await?;
    let lang = language(&app, asked.text("lang"));
    let about = About::new(&app, desk, (asked.text("key"), asked.text("kind")), lang)?;
    let typed = Typed::of(&about.was, &about.texts(lang));
    html(&about.page(&app, &person, typed, Vec::new()))
}

/// Puts a question into a draft, or says what is wrong with it.
fn put(
    content: &mut Content,
    desk: &Desk,
    (old, was): (Option<&str>, &Question),
    typed: &Typed,
    (lang, own): (&str, &str),
) -> Result<()> {
    let question = typed.question(was).map_err(Error::invalid)?;
    let texts = typed.texts();
    edit::put(content, old, question.clone(), lang, texts.clone());
    let mut problems = draft::check_question(content, &question, &desk.versions);
    if lang == own || is_written(&texts) {
        problems.extend(draft::check_texts(&question, &texts, lang));
    }
    let wrong: Vec<FieldError> =
        problems.into_iter().map(|problem| FieldError::new(problem.field, problem.reason)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::invalid(wrong)) }
}

/// `POST /surveys/{key}/question`: saves it in the draft; nothing typed is lost when something is wrong.
pub async fn save(app: web::Data<App>, form: SignedForm, key: web::Path<String>) -> PageResult {
    let (wish, fields) = (wish(&app, &form, &key)?, &form.fields);
    let lang = language(&app, fields.text("lang"));
    let own = draft::own_language(&app.config.organisation.language);
    let typed = Typed::read(fields);
    let (old, kind) = (fields.text("old").map(str::to_owned), fields.text("kind").map(str::to_owned));
    let what = json!({ "op": "question", "question": old.as_ref().unwrap_or(&typed.key), "language": lang });
    let (to_put, to_find, parts) = (typed.clone(), (old.clone(), kind.clone()), app.clone());
    let done = app.transaction(move |connection| {
        desk::save(connection, &wish, what, |desk, content| {
            let (old, kind) = (to_find.0.as_deref(), to_find.1.as_deref());
            let about = About::new(&parts, desk.clone(), (old, kind), lang)?;
            put(content, desk, (old, &about.was), &to_put, (lang, own))
        })
    });
    let error = match done.await {
        Ok(()) => return Ok(redirect(&format!("/surveys/{}?lang={lang}&done=saved", key.as_str()))),
        Err(error) if matches!(error.kind, Failure::Invalid | Failure::Conflict) => error,
        Err(error) => return Err(error.into()),
    };
    let wanted = key.clone();
    let desk = app.db(move |connection| Desk::load(connection, &wanted)).await?;
    if !desk.is_editable() {
        return Err(error.into());
    }
    // Who else is there may have taken the question out: then what was typed is a new one with its key.
    let asks = |key: &&String| desk.working().questions.iter().any(|question| question.key == **key);
    let old = old.as_ref().filter(asks);
    let mut typed = typed;
    if let (Some(key), None) = (fields.text("old"), old) {
        key.clone_into(&mut typed.key);
    }
    let about = About::new(&app, desk, (old.map(String::as_str), kind.as_deref()), lang)?;
    let mut form_again = about.page(&app, &form.person, typed, error.fields.clone());
    form_again.is_late = error.kind == Failure::Conflict;
    let body = page::render(&form_again)?;
    Ok(error.response().content_type("text/html; charset=utf-8").body(body))
}
