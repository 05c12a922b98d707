//! Ten million answers are stored already: whether the next one costs more.

use super::company::{self, Links, Serving};
use super::figures::{median, told};
use super::load::{self, What};
use super::place::{Place, execute};
use super::{ROUNDS, TIME, at_most, cpu};
use diesel::{Connection, PgConnection, RunQueryDsl};
use std::rc::Rc;
use uuid::Uuid;

const STORED: usize = 10_000_000;
const AT_ONCE: usize = 1_000_000;
const LINKS: usize = 150_000;

const TABLES: &str =
    "('visit', 'visit_employee', 'visit_outcome', 'invitation', 'response', 'response_revision')";

/// Answers to the visits from `$first` to `$last`.
const ANSWERS: &str = "INSERT INTO invitation (id, visit_id, survey_version_id, secret_id, token_hash, state, \
send_at, created_at, sent_at, expires_at) \
SELECT ('01900001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '$survey', 'bench', sha256(n::text::bytea), 'sent', \
now(), now(), now(), now() + interval '30 days' FROM generate_series($first, $last) AS n;
INSERT INTO response (id, visit_id, survey_version_id, mode, certainty, complete, answers, comment, call_me, language, \
answered_at, changed_at, revision, revisions) \
SELECT ('01900002-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '$survey', 'email', 'confirmed', true, \
jsonb_build_object('overall', 1 + n % 5, 'process', 1 + n % 4, 'communication', 4, 'value', 3, 'skill', 5), \
CASE WHEN n % 3 = 0 THEN 'Thank you, the technician was quick and polite.' END, false, 'en', \
now() - interval '30 days' + n * interval '0.25 seconds', now(), 1, 1 FROM generate_series($first, $last) AS n;
INSERT INTO response_revision (nonce_hash, response_id, revision, answers, comment, call_me, at) \
SELECT sha256(('nonce ' || n)::bytea), ('01900002-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, \
jsonb_build_object('overall', 1 + n % 5, 'process', 1 + n % 4, 'communication', 4, 'value', 3, 'skill', 5), \
CASE WHEN n % 3 = 0 THEN 'Thank you, the technician was quick and polite.' END, false, now() \
FROM generate_series($first, $last) AS n";

#[derive(diesel::QueryableByName)]
struct Words {
    #[diesel(sql_type = diesel::sql_types::Text)]
    away: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    back: String,
}

/// The constraints and indexes of the tables: how to take each away and how to bring it back, in the order in which
/// they can be taken away. Rows that come in bulk are indexed afterwards.
fn indexes(url: &str) -> Vec<Words> {
    let mut connection = PgConnection::establish(url).unwrap();
    diesel::sql_query(format!(
        "SELECT away, back FROM (SELECT contype <> 'f' AS later, \
         format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away, \
         format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', conrelid::regclass, conname, pg_get_constraintdef(oid), \
          CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END) AS back \
         FROM pg_constraint WHERE contype IN ('p', 'u', 'f') \
         AND (conrelid::regclass::text IN {TABLES} OR contype = 'f' AND confrelid::regclass::text IN {TABLES}) \
         UNION ALL SELECT true, format('DROP INDEX %I', indexname), indexdef FROM pg_indexes \
         WHERE schemaname = 'public' AND tablename IN {TABLES} \
         AND indexname NOT IN (SELECT conname FROM pg_constraint)) AS t ORDER BY later"
    ))
    .load(&mut connection)
    .unwrap()
}

fn fill(url: &str, survey: Uuid) {
    let indexes = indexes(url);
    for index in &indexes {
        execute(url, &index.away);
    }
    for first in (1..=STORED).step_by(AT_ONCE) {
        let last = first + AT_ONCE - 1;
        execute(url, &company::visits(first, last).replace("'email', 'sent'", "'email', 'answered'"));
        let answers = ANSWERS.replace("$first", &first.to_string()).replace("$last", &last.to_string());
        execute(url, &answers.replace("$survey", &survey.to_string()));
        eprintln!("{last} answers stored");
    }
    for index in indexes.iter().rev() {
        execute(url, &index.back);
    }
}

fn served(place: &Place, stored: bool) -> (Serving, Rc<Links>, u32) {
    let (url, survey) = place.migrated();
    if stored {
        fill(&url, survey);
    }
    let links = company::ask(&url, survey, STORED + 1, LINKS);
    execute(&url, "CHECKPOINT");
    (company::serve(place, &url), links, cpu::postmaster(&url))
}

/// Measures.
pub fn measure(place: &Place) {
    let both = [served(place, false), served(place, true)];
    let mut rates = [Vec::new(), Vec::new()];
    let mut work = [Vec::new(), Vec::new()];
    // The first round warms up.
    for round in 0..=ROUNDS {
        for (at, (serving, links, master)) in both.iter().enumerate() {
            let before = cpu::taken(serving.program.0.id(), *master);
            let ran = load::run(serving.address, links, What::Post, TIME);
            let taken = cpu::taken(serving.program.0.id(), *master) - before;
            if round > 0 {
                rates[at].push(ran.rate);
                work[at].push(taken * 1000.0 / ran.done as f64);
            }
        }
    }
    let [empty, big] = rates;
    let [empty_work, big_work] = work;
    let time = median(empty.iter().zip(&big).map(|(empty, big)| empty / big).collect());
    let cost = median(big_work.iter().zip(&empty_work).map(|(big, empty)| big / empty).collect());
    told("POST of an answer, none stored before", median(empty), "answers/s", "", true);
    told("POST of an answer, ten million stored before", median(big), "answers/s", "", true);
    at_most("  time of an answer, ratio", time, "", 1.3);
    told("  processor time, none stored before", median(empty_work), "ms", "", true);
    told("  processor time, ten million stored before", median(big_work), "ms", "", true);
    at_most("  ratio", cost, "", 1.3);
}
