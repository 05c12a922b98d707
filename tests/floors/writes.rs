//! A table is written only in its owner's folder, and SQL lives in `queries.rs`.

use crate::sql;
use crate::tokens::{Kind, Source};

/// Each folder or file under `src/` and the tables that it alone writes.
const OWNERS: &[(&str, &[&str])] = &[
    ("jobs", &["job", "schedule"]),
    ("api", &["idempotency_key"]),
    ("audit", &["audit_entry", "audit_head", "audit_seal"]),
    ("changes", &["changed_visit"]),
    ("imports", &["import_run", "import_row"]),
    ("people", &["employee", "team", "team_member", "site"]),
    (
        "accounts",
        &[
            "user_account",
            "session",
            "password_link",
            "api_key",
            "sign_in_attempt",
            "account_identity",
            "provider_sign_in",
            "second_factor",
            "recovery_code",
            "sign_in_step",
            "break_glass",
        ],
    ),
    ("customers", &["customer", "customer_note", "customer_stop", "customer_merge", "suppression"]),
    ("webhooks", &["webhook_endpoint", "webhook_message", "webhook_attempt"]),
    ("visits", &["visit", "visit_employee", "visit_outcome"]),
    ("surveys", &["survey", "survey_version", "survey_draft", "survey_rule", "question"]),
    (
        "delivery",
        &[
            "invitation",
            "delivery_attempt",
            "sending_switch",
            "asked",
            "bounce_event",
            "relay_breaker",
            "send_rate",
            "sending_fuse",
        ],
    ),
    ("answering", &["response", "response_revision", "link_fetch", "answer_card"]),
    ("callbacks", &["callback", "callback_attempt", "wave", "wave_stratum", "calling"]),
    ("cases", &["recovery_case"]),
    ("retention", &["legal_hold", "retention_run", "retention_start"]),
    ("after_answer", &["answer_followed", "thank_you"]),
    ("evaluations", &["objection", "objection_decision", "statement", "statement_number", "statement_reply"]),
    (
        "scores",
        &[
            "score_fold",
            "score_contribution",
            "score_class",
            "score_item",
            "score_level",
            "score_slice",
            "score_cross",
            "score_count",
            "score_sum",
        ],
    ),
];

/// Calls of diesel that run a statement, if they take a connection and nothing else.
const RUNS: &[&str] =
    &["load", "load_iter", "first", "get_result", "get_results", "execute", "returning_execute"];

/// Writes of tables that belong to someone else.
pub fn complaints(source: &Source) -> Vec<String> {
    writes(source).into_iter().filter_map(|write| foreign(source, &write)).collect()
}

fn foreign(source: &Source, write: &Write) -> Option<String> {
    let (unit, table, place) = (source.unit(), &write.table, source.place(write.at));
    match owner_of(table) {
        Some(owner) if owner == unit => None,
        Some(owner) => {
            Some(format!("{place}: `{unit}` writes `{table}`, which `{owner}` owns; call its query"))
        }
        None => Some(format!(
            "{place}: `{unit}` writes `{table}`, which nobody owns; write the table as `x::table` in the call, \
             or name its owner in OWNERS of tests/floors/writes.rs"
        )),
    }
}

fn owner_of(table: &str) -> Option<&'static str> {
    OWNERS.iter().find(|(_, tables)| tables.contains(&table)).map(|(owner, _)| *owner)
}

/// SQL where it does not belong.
pub fn misplaced(source: &Source) -> Vec<String> {
    if may_hold_sql(&source.path) {
        return Vec::new();
    }
    let statement = |at: &usize| is_sql(source, *at) || is_diesel(source, *at);
    (0..source.tokens.len())
        .filter(statement)
        .map(|at| format!("{}: SQL outside queries.rs", source.place(at)))
        .collect()
}

fn may_hold_sql(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.starts_with("queries.")
        || path.contains("/queries/")
        || ["db/", "audit/", "changes/"].iter().any(|folder| path.starts_with(folder))
        || ["jobs/table.rs", "audit.rs", "changes.rs", "api/idempotency.rs"].contains(&path)
}

fn is_sql(source: &Source, at: usize) -> bool {
    matches!(source.kind(at), Some(Kind::Text(text)) if sql::is_statement(text))
}

fn is_diesel(source: &Source, at: usize) -> bool {
    let Some(word) = source.word(at) else { return false };
    if is_defined(source, at) {
        return false;
    }
    match word {
        "sql_query" | "insert_into" | "copy_from" => opens(source, at + 1).is_some(),
        "update" | "delete" => {
            diesel_table(source, at).is_some()
                || (named_diesel(source, at) && opens(source, at + 1).is_some())
        }
        "batch_execute" => is_method(source, at),
        word if RUNS.contains(&word) => is_method(source, at) && takes_connection(source, at + 1),
        _ => false,
    }
}

/// One write, by SQL or by diesel.
struct Write {
    table: String,
    at: usize,
}

fn writes(source: &Source) -> Vec<Write> {
    (0..source.tokens.len())
        .flat_map(|at| {
            let tables = match source.kind(at) {
                Some(Kind::Text(text)) => sql::written_tables(text),
                Some(Kind::Word(_)) => diesel_table(source, at).into_iter().collect(),
                _ => Vec::new(),
            };
            tables.into_iter().map(move |table| Write { table, at })
        })
        .collect()
}

/// The table in `insert_into(visit::table)` and its like; a method or a function of the same name
/// that takes something else is none.
fn diesel_table(source: &Source, at: usize) -> Option<String> {
    let word = source.word(at)?;
    let only_diesel = matches!(word, "insert_into" | "insert_or_ignore_into" | "replace_into" | "copy_from");
    if !(only_diesel || matches!(word, "update" | "delete")) || is_defined(source, at) {
        return None;
    }
    if is_method(source, at) && !only_diesel {
        return None;
    }
    let mut inner = opens(source, at + 1)?;
    while source.is_mark(inner, '&') || source.word(inner) == Some("mut") {
        inner += 1;
    }
    let path = path_at(source, inner);
    let names_table = path.iter().any(|part| matches!(part.as_str(), "table" | "dsl" | "schema"));
    if !(names_table || only_diesel || named_diesel(source, at)) {
        return None;
    }
    table_of(source, at, path)
}

/// The table that a path names, by itself, by a `let` above it or by a `use … as`.
fn table_of(source: &Source, mut at: usize, mut path: Vec<String>) -> Option<String> {
    while let [variable] = path.as_slice() {
        let Some(bound) = binding_above(source, at, variable) else { break };
        path = path_at(source, bound + 1);
        at = bound;
    }
    if path.len() > 1 && path.last().is_some_and(|last| last == "table") {
        path.pop();
    }
    let name = path.pop()?;
    Some(original_name(source, &name).unwrap_or(name))
}

/// The place of the `=` in the last `let variable =` before `at`.
fn binding_above(source: &Source, at: usize, variable: &str) -> Option<usize> {
    (1..at).rev().find(|&equals| {
        source.is_mark(equals, '=')
            && source.word(equals - 1) == Some(variable)
            && equals > 1
            && matches!(source.word(equals - 2), Some("let" | "mut"))
    })
}

fn original_name(source: &Source, alias: &str) -> Option<String> {
    let at = (1..source.tokens.len())
        .find(|&at| source.word(at) == Some("as") && source.word(at + 1) == Some(alias))?;
    source.word(at - 1).map(str::to_owned)
}

/// The names of a path such as `crate::db::schema::visit::table`.
fn path_at(source: &Source, mut at: usize) -> Vec<String> {
    let mut path = Vec::new();
    while let Some(word) = source.word(at) {
        path.push(word.to_owned());
        if !source.is_join(at + 1) {
            break;
        }
        at += 2;
    }
    path
}

/// The place behind the `(` of a call, after type arguments if there are any.
fn opens(source: &Source, mut at: usize) -> Option<usize> {
    if source.is_join(at) && source.is_mark(at + 1, '<') {
        let mut depth = 0_i32;
        loop {
            at += 1;
            match source.kind(at)? {
                Kind::Mark('<') => depth += 1,
                Kind::Mark('>') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        at += 1;
    }
    source.is_mark(at, '(').then_some(at + 1)
}

/// Whether a call takes a connection alone: `(conn)`, `(&mut *connection)`.
fn takes_connection(source: &Source, at: usize) -> bool {
    let Some(mut at) = opens(source, at) else {
        return false;
    };
    while source.is_mark(at, '&') || source.is_mark(at, '*') || source.word(at) == Some("mut") {
        at += 1;
    }
    source.word(at).is_some_and(|word| word.contains("conn")) && source.is_mark(at + 1, ')')
}

fn is_method(source: &Source, at: usize) -> bool {
    at > 0 && source.is_mark(at - 1, '.')
}

fn is_defined(source: &Source, at: usize) -> bool {
    at > 0 && source.word(at - 1) == Some("fn")
}

fn named_diesel(source: &Source, at: usize) -> bool {
    at > 1 && source.is_join(at - 1) && matches!(source.word(at - 2), Some("diesel" | "dsl"))
}
