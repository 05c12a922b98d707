//! What happened to a visit, in plain words: pure. No address is repeated, even where a mail server named one.

use crate::visits::Outcome;
use crate::visits::views;
use crate::web::format::moment;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;
use uuid::Uuid;

/// One step of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub what: String,
    /// When, for machines.
    pub at: String,
    /// When and by whom.
    pub when: String,
    /// Why, one sentence; may be empty.
    pub why: String,
}

/// Writes one entry of a visit's history.
pub fn step(
    outcome: &str,
    at: DateTime<Utc>,
    by: &str,
    reason: &str,
    (zone, names): (Tz, &HashMap<Uuid, String>),
) -> Step {
    let what = outcome.parse::<Outcome>().map_or(outcome, |outcome| views::badge(outcome).word);
    Step {
        what: what.to_owned(),
        at: at.to_rfc3339(),
        when: format!("{}, {}", moment(at, zone), actor(by, names)),
        why: plain(reason),
    }
}

/// Returns the account or the key that a history names.
pub fn named(by: &str) -> Option<Uuid> {
    by.split_once(' ').and_then(|(_, id)| id.parse().ok())
}

/// Says who did something.
pub fn actor(by: &str, names: &HashMap<Uuid, String>) -> String {
    let name = named(by).and_then(|id| names.get(&id)).map(String::as_str);
    match by.split(' ').next().unwrap_or_default() {
        "rule" => "by rule".to_owned(),
        "worker" => "by the mailer".to_owned(),
        "customer" => "by the customer".to_owned(),
        "shell" => "at the server".to_owned(),
        "import" => "by an import".to_owned(),
        "user" => format!("by {}", name.unwrap_or("a colleague")),
        "key" => format!("by the key {}", name.unwrap_or("of another system")),
        _ => format!("by {}", without_addresses(by)),
    }
}

/// Makes a sentence of a stored reason.
fn plain(reason: &str) -> String {
    // A reply that begins with 2 is a yes (RFC 5321 §4.2.1), and what follows is for machines.
    let is_taken = |text: &str| text.starts_with('2') && text.chars().take(3).all(|c| c.is_ascii_digit());
    let reason = match reason.trim() {
        "" => return String::new(),
        "claimed" => "it was due, and the mail is being written",
        "answered by mail" => "the answer came by the link in the mail",
        reply if is_taken(reply) => "the mail server took it",
        other => other,
    };
    let reason = reason.strip_prefix("survey ").map_or(reason.to_owned(), |survey| {
        format!("to be asked with the survey {}", survey.replace(" v", ", version "))
    });
    let reason = without_addresses(&reason.replace("the relay", "the mail server"));
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Mail servers repeat the address in their replies.
fn without_addresses(text: &str) -> String {
    let hidden = |word: &str| word.contains('@').then(|| "(address)".to_owned());
    let words = text.split(' ').map(|word| hidden(word).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence_without_an_address() {
        assert_eq!(plain("survey post-service v1"), "To be asked with the survey post-service, version 1.");
        assert_eq!(
            plain("refused by the relay: 550 5.1.1 <ann@example.com>: unknown"),
            "Refused by the mail server: 550 5.1.1 (address) unknown."
        );
        assert_eq!(plain("250 2.0.0 taken"), "The mail server took it.");
        assert_eq!(
            (plain("").as_str(), plain("no answer within 7 days").as_str()),
            ("", "No answer within 7 days.")
        );
    }

    #[test]
    fn whoever_decided_is_named_as_people_know_them() {
        let id = Uuid::max();
        let names = HashMap::from([(id, "Ingrid Vale".to_owned())]);
        assert_eq!(actor(&format!("user {id}"), &names), "by Ingrid Vale");
        assert_eq!(actor("user 1", &names), "by a colleague");
        assert_eq!(actor("rule", &names), "by rule");
    }
}
