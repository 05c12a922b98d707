//! Every table of the database: which kind of data it holds, and so when its rows go, or why it holds none. A test fails
//! on a table that does not stand here.

use crate::accounts::{links, sessions};
use crate::answering::fetches;
use crate::api::idempotency;
use chrono::TimeDelta;

/// When the rows of a table go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// With these kinds of data, by their keys.
    With(&'static [&'static str]),
    /// At a time that cannot be set, by its key in [`fixed`].
    Fixed(&'static str),
    /// Never: this says why there is nothing personal in it, or why it has to stay.
    Stays(&'static str),
}

use Goes::{Fixed as F, Stays, With};

/// Every table, in the order of the alphabet.
pub const TABLES: &[(&str, Goes)] = &[
    ("account_identity", With(&["employees"])),
    ("answer_card", With(&["link"])),
    ("answer_followed", Stays("a place in the list of answers")),
    ("api_key", Stays("names systems, not people; the key itself is a hash")),
    ("asked", F("asked")),
    ("audit_entry", With(&["audit"])),
    ("audit_head", Stays("a position and a hash")),
    ("audit_seal", With(&["audit"])),
    ("bounce_event", With(&["letters", "link"])),
    (
        "break_glass",
        Stays("who read as HR and why, by the id of their account; HR has to be able to look it up"),
    ),
    ("callback", With(&["calls", "link"])),
    ("callback_attempt", With(&["attempts"])),
    ("calling", Stays("when calling began, and by how much answers on the phone are higher")),
    ("changed_visit", Stays("visits whose sums are folded within seconds")),
    ("customer", With(&["contact", "link"])),
    ("customer_merge", With(&["link"])),
    ("customer_note", F("notes")),
    ("customer_stop", With(&["link"])),
    ("delivery_attempt", With(&["letters", "link"])),
    ("employee", With(&["employees"])),
    ("idempotency_key", F("idempotency")),
    ("import_row", F("stage")),
    ("import_run", F("stage")),
    ("invitation", With(&["link"])),
    ("job", With(&["failed_jobs"])),
    ("legal_hold", With(&["holds"])),
    ("link_fetch", F("fetches")),
    ("objection", With(&["objections"])),
    ("objection_decision", With(&["objections"])),
    ("password_link", F("links")),
    ("provider_sign_in", F("sign_ins")),
    ("question", Stays("words of surveys")),
    (
        "recovery_case",
        Stays(
            "that an answer was low and is looked after, without a word of the customer; the visit belongs to nobody afterwards",
        ),
    ),
    ("recovery_code", With(&["employees"])),
    ("relay_breaker", Stays("state of the mail relay")),
    ("response", With(&["texts", "calls", "link"])),
    ("response_revision", With(&["texts", "link"])),
    ("retention_run", Stays("counts")),
    ("retention_start", Stays("a moment")),
    ("schedule", Stays("when periodic work is due")),
    ("score_class", Stays("classes of visits")),
    (
        "score_contribution",
        Stays("what a visit adds to sums, by our own ids; with the link gone it belongs to no customer"),
    ),
    ("score_count", Stays("sums")),
    ("score_cross", Stays("sums")),
    ("score_fold", Stays("a moment and a mark")),
    ("score_item", Stays("keys of questions")),
    ("score_level", Stays("kinds of services, channels, segments and sites")),
    ("score_slice", Stays("sums by our own ids of employees; with the name gone they belong to nobody")),
    ("score_sum", Stays("sums")),
    ("second_factor", With(&["employees"])),
    ("send_rate", Stays("domains and turns, deleted after a day")),
    ("sending_fuse", Stays("state of sending, and who released it by the id of their account")),
    ("sending_switch", Stays("state of sending, and who switched it by the id of their account")),
    ("session", F("sessions")),
    ("sign_in_attempt", F("sign_ins")),
    ("sign_in_step", F("sign_ins")),
    ("site", Stays("names of sites")),
    ("statement", With(&["statements"])),
    ("statement_number", Stays("a number")),
    ("statement_reply", With(&["statements"])),
    ("suppression", Stays("keyed hashes: without them an address that must not be used would be used again")),
    ("survey", Stays("words of surveys")),
    ("survey_draft", Stays("words of surveys, and who edits them by the id of their account")),
    ("survey_rule", Stays("which visit gets which survey")),
    ("survey_version", Stays("words of surveys")),
    ("team", Stays("names of teams")),
    ("team_member", Stays("days in a team, by our own ids; with the name gone they belong to nobody")),
    ("thank_you", Stays("that a visit was thanked for; the visit belongs to nobody afterwards")),
    ("user_account", With(&["employees"])),
    ("visit", With(&["contact", "link"])),
    ("visit_employee", Stays("who served, by our own ids; the names go with customers and employees")),
    ("visit_outcome", With(&["contact", "link"])),
    ("wave", Stays("drawn shares and days, and who drew them by the id of their account")),
    ("wave_stratum", Stays("counts")),
    ("webhook_attempt", Stays("when a message was sent, without what came back; pruned with the message")),
    ("webhook_endpoint", Stays("addresses of other systems")),
    (
        "webhook_message",
        Stays(
            "ids of visits and responses, pruned after their time; with the link gone they belong to nobody",
        ),
    ),
];

/// Something with a period that cannot be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Its key in [`TABLES`].
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// For how long it is kept.
    pub kept: String,
}

/// Lists what has a period that cannot be set.
pub fn fixed() -> Vec<Fixed> {
    let after = |span: TimeDelta, what: &str| format!("{} {what}", span_words(span));
    let one = |key, what, kept| Fixed { key, what, kept };
    vec![
        one("notes", "Notes about customers", "until their own date, two years at most".to_owned()),
        one(
            "fetches",
            "That a customer’s link was fetched, and from which network as a keyed hash",
            after(fetches::KEPT, "after"),
        ),
        one("asked", "That somebody was asked, as a keyed hash", after(crate::delivery::ASKED_KEPT, "after")),
        one(
            "sessions",
            "Sessions of colleagues",
            format!("{} without use, {} at most", span_words(sessions::IDLE), span_words(sessions::ABSOLUTE)),
        ),
        one("links", "One-time links to set a password", after(links::WORKS_FOR, "after they were made")),
        one(
            "sign_ins",
            "Failed sign-ins, by a keyed hash of address or network",
            after(TimeDelta::days(1), "after"),
        ),
        one("idempotency", "Answers to requests with an Idempotency-Key", after(idempotency::KEPT, "after")),
        one(
            "stage",
            "Rows of a file that is being imported",
            "until the import ends; a day at most when it died".to_owned(),
        ),
    ]
}

fn span_words(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours(), span.num_minutes());
    let (number, unit) = match (days, hours) {
        (3.., _) => (days, "day"),
        (_, 1..) => (hours, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KEPT_KINDS;

    #[test]
    fn every_kind_that_a_table_names_is_one_and_every_one_is_named() {
        let fixed: Vec<&str> = fixed().iter().map(|one| one.key).collect();
        for (table, goes) in TABLES {
            match goes {
                With(kinds) => assert!(
                    !kinds.is_empty()
                        && kinds.iter().all(|key| KEPT_KINDS.iter().any(|kind| kind.key == *key)),
                    "{table}"
                ),
                F(key) => assert!(fixed.contains(key), "{table}"),
                Stays(why) => assert!(!why.is_empty(), "{table}"),
            }
        }
        let named =
            |key: &str| TABLES.iter().any(|(_, goes)| matches!(goes, With(kinds) if kinds.contains(&key)));
        assert!(KEPT_KINDS.iter().all(|kind| named(kind.key)));
        assert!(fixed.iter().all(|key| TABLES.iter().any(|(_, goes)| *goes == F(key))));
        assert!(TABLES.is_sorted_by_key(|(table, _)| *table));
    }

    #[test]
    fn spans_are_written_in_the_unit_that_people_use() {
        let words = [
            TimeDelta::days(30),
            TimeDelta::days(1),
            TimeDelta::hours(48),
            TimeDelta::minutes(30),
            TimeDelta::hours(1),
        ];
        assert_eq!(words.map(span_words), ["30 days", "24 hours", "48 hours", "30 minutes", "1 hour"]);
    }
}
