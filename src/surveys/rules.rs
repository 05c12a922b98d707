//! Which survey a visit gets: the first rule that fits, else the built-in survey.

use super::builtin::POST_SERVICE;
use super::edit::Way;
use super::model::SurveyVersion;
use super::queries::{drafts, rules as queries};
use crate::audit::{self, Actor};
use crate::error::{Error, FieldError, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// A rule. Case and white space around words make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Our id.
    pub id: Uuid,
    /// Its place; rules are tried from the lowest.
    pub position: i32,
    /// The kind of service; each `*` stands for any letters or none.
    pub service: String,
    /// How it was given; any way if there is nothing.
    pub channel: Option<String>,
    /// Kind of customer; any if there is nothing.
    pub segment: Option<String>,
    /// Key of the survey that such a visit gets.
    pub survey: String,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The kind of service.
    pub service: &'a str,
    /// How it was given.
    pub channel: Option<&'a str>,
    /// Kind of customer.
    pub segment: Option<&'a str>,
}

impl Rule {
    /// Tells whether it fits a visit.
    pub fn fits(&self, facts: Facts<'_>) -> bool {
        let same = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| is.is_some_and(|is| folded(is) == folded(wanted)))
        };
        let pattern: Vec<char> = folded(&self.service).chars().collect();
        let service: Vec<char> = folded(facts.service).chars().collect();
        is_like(&pattern, &service)
            && same(&self.channel, facts.channel)
            && same(&self.segment, facts.segment)
    }
}

fn folded(words: &str) -> String {
    words.trim().to_lowercase()
}

/// Goes back to the last star alone, so that it ends after at most as many steps as the product of both lengths.
fn is_like(mut pattern: &[char], mut text: &[char]) -> bool {
    let mut star: Option<(&[char], &[char])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some(('*', rest)), _) => {
                star = Some((rest, text));
                pattern = rest;
            }
            (Some((wanted, rest)), Some((is, tail))) if wanted == is => (pattern, text) = (rest, tail),
            _ => {
                let Some((after, [_, tail @ ..])) = star else { return false };
                star = Some((after, tail));
                (pattern, text) = (after, tail);
            }
        }
    }
}

/// The rules with the newest version of each survey they name, as of one moment.
#[derive(Debug, Clone)]
pub struct Rules {
    ordered: Vec<Rule>,
    newest: Vec<SurveyVersion>,
    built_in: SurveyVersion,
}

impl Rules {
    /// Reads them.
    ///
    /// # Errors
    /// 503 when the built-in survey is not published yet or the database does not answer.
    pub fn load(connection: &mut PgConnection) -> Result<Self> {
        let rules = queries::list_rules(connection)?;
        let mut surveys: Vec<&str> = rules.iter().map(|rule| rule.survey.as_str()).collect();
        surveys.push(POST_SERVICE);
        let newest = queries::list_newest(connection, &surveys)?;
        let built_in = newest.iter().find(|version| version.survey == POST_SERVICE).cloned();
        let built_in = built_in.ok_or_else(|| Error::unavailable("no survey is published"))?;
        Ok(Self { ordered: rules, newest, built_in })
    }

    /// The version of the survey that a visit gets, with the rule that says so; without one it is the built-in one.
    pub fn choose(&self, facts: Facts<'_>) -> (&SurveyVersion, Option<&Rule>) {
        let version = |rule: &Rule| self.newest.iter().find(|version| version.survey == rule.survey);
        let mut fitting = self.ordered.iter().filter(|rule| rule.fits(facts));
        let found = fitting.find_map(|rule| Some((version(rule)?, Some(rule))));
        found.unwrap_or((&self.built_in, None))
    }

    /// The newest version of the built-in survey.
    pub const fn built_in(&self) -> &SurveyVersion {
        &self.built_in
    }

    /// The rules in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.ordered
    }
}

/// What somebody wants of the rules.
#[derive(Debug, Clone)]
pub enum Change {
    /// Adds a rule at the end.
    Add(Rule),
    /// Moves one.
    Shift(Uuid, Way),
    /// Takes one away.
    Remove(Uuid),
}

/// Changes the rules. Call it in a transaction.
///
/// # Errors
/// 422 naming the field of a rule that is wrong.
pub fn change(connection: &mut PgConnection, change: Change, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    queries::lock_rules(connection)?;
    let rules = queries::list_rules(connection)?;
    let (action, id, detail) = match change {
        Change::Add(mut rule) => {
            check(&rule)?;
            let published = queries::list_newest(connection, &[rule.survey.as_str()])?;
            let survey = drafts::find_survey(connection, &rule.survey)?.filter(|_| !published.is_empty());
            let unknown = || Error::invalid_field("survey", "must be a survey that is published");
            rule.position = rules.iter().map(|rule| rule.position).max().unwrap_or(0) + 1;
            queries::insert_rule(connection, &rule, survey.ok_or_else(unknown)?)?;
            let detail = json!({
                "service": rule.service, "channel": rule.channel, "segment": rule.segment, "survey": rule.survey,
            });
            ("survey_rule.added", rule.id, detail)
        }
        Change::Shift(id, way) => {
            let Some(at) = rules.iter().position(|rule| rule.id == id) else { return Ok(()) };
            let other = match way {
                Way::Up => at.checked_sub(1),
                Way::Down => Some(at + 1),
            };
            let (Some(one), Some(other)) = (rules.get(at), other.and_then(|other| rules.get(other))) else {
                return Ok(());
            };
            queries::place_rule(connection, one.id, other.position)?;
            queries::place_rule(connection, other.id, one.position)?;
            let way = if way == Way::Up { "up" } else { "down" };
            ("survey_rule.moved", id, json!({ "way": way }))
        }
        Change::Remove(id) => {
            let Some(rule) = rules.iter().find(|rule| rule.id == id) else { return Ok(()) };
            queries::delete_rule(connection, id)?;
            ("survey_rule.removed", id, json!({ "service": rule.service, "survey": rule.survey }))
        }
    };
    audit::record(connection, now, actor, action, &format!("survey_rule {id}"), detail)
}

/// The longest word of a rule (characters); no visit has a longer kind of service.
const LONGEST: usize = 200;

fn check(rule: &Rule) -> Result<()> {
    let words = [
        ("service", Some(&rule.service)),
        ("channel", rule.channel.as_ref()),
        ("segment", rule.segment.as_ref()),
    ];
    let mut wrong = Vec::new();
    for (field, words) in words.into_iter().filter_map(|(field, words)| Some((field, words?))) {
        if words.trim().is_empty() {
            wrong.push(FieldError::new(field, "is missing; write * for every service"));
        } else if words.chars().count() > LONGEST || words.chars().any(char::is_control) {
            wrong.push(FieldError::new(field, format!("must have at most {LONGEST} characters on one line")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::invalid(wrong)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surveys::builtin;

    fn rule(service: &str, segment: Option<&str>, survey: &str) -> Rule {
        Rule {
            id: Uuid::nil(),
            position: 0,
            service: service.into(),
            channel: None,
            segment: segment.map(str::to_owned),
            survey: survey.into(),
        }
    }

    fn facts(service: &str) -> Facts<'_> {
        Facts { service, channel: None, segment: None }
    }

    #[test]
    fn a_star_stands_for_any_letters_or_none() {
        for (pattern, service, fits) in [
            ("boiler repair", " Boiler Repair", true),
            ("boiler", "boiler repair", false),
            ("boiler*", "boiler repair", true),
            ("boiler*", "boiler", true),
            ("*repair", "boiler repair", true),
            ("*o*r*", "boiler repair", true),
            ("*x*", "boiler repair", false),
            ("*", "", true),
            ("a*b*c", "a b b c", true),
            ("a*b", "ab b c", false),
            ("ärger*", "ÄRGERNIS", true),
        ] {
            assert_eq!(rule(pattern, None, "x").fits(facts(service)), fits, "{pattern} {service}");
        }
        let long = "a".repeat(200);
        assert!(!rule(&format!("{}b", "a*".repeat(100)), None, "x").fits(facts(&long)));
    }

    #[test]
    fn the_first_rule_that_fits_wins_and_without_one_it_is_the_built_in_survey() {
        let version = |survey: &str| SurveyVersion {
            id: Uuid::nil(),
            survey: survey.into(),
            version: 1,
            content: builtin::content(),
        };
        let rules = Rules {
            ordered: vec![
                // Nothing was ever published of this one: it cannot be asked.
                rule("*", None, "empty"),
                rule("*", Some("Trade"), "trade"),
                rule("boiler*", None, "boilers"),
                rule("*", None, "others"),
            ],
            newest: vec![version("trade"), version("boilers"), version("others")],
            built_in: version(POST_SERVICE),
        };
        let chosen = |facts| rules.choose(facts).0.survey.clone();
        assert_eq!(chosen(Facts { segment: Some("trade"), ..facts("boiler repair") }), "trade");
        assert_eq!(chosen(Facts { segment: Some("home"), ..facts("boiler repair") }), "boilers");
        assert_eq!(chosen(facts("roof")), "others");
        let none = Rules { ordered: Vec::new(), ..rules.clone() };
        assert_eq!(none.choose(facts("roof")).0.survey, POST_SERVICE);
    }
}
