//! Visits with answers, spread over three years, two thousand employees and everything that estimates are adjusted for.

use super::place::execute;
use uuid::Uuid;

/// Employees.
pub const EMPLOYEES: usize = 2_000;

const AT_ONCE: usize = 500_000;

const STAFF: &str = "INSERT INTO site (id, name) SELECT ('01900000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, \
'Site ' || n FROM generate_series(0, 7) AS n;
INSERT INTO employee (id, external_id, name, created_at) \
SELECT ('01900000-0000-7000-8001-' || lpad(n::text, 12, '0'))::uuid, 'E' || n, 'Sample Employee ' || n, now() \
FROM generate_series(0, $employees - 1) AS n";

/// Three of ten answer by mail, of the others a third is called at random, six of ten of these answer.
const VISITS: &str = "INSERT INTO visit (id, external_id, content_hash, visited_at, visited_on, service, channel, \
segment, site_id, priority, first_contact, outcome, created_at, call_priority) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'V' || n, '', \
timestamptz '2023-01-01 12:00Z' + (n::bigint * 7919 % 1096) * interval '1 day', \
date '2023-01-01' + (n::bigint * 7919 % 1096)::integer, 'service ' || n * 31 % 6, 'channel ' || n * 17 % 3, \
'segment ' || n * 13 % 4, ('01900000-0000-7000-9000-' || lpad((n * 11 % 8)::text, 12, '0'))::uuid, n % 10 = 9, \
CASE WHEN n % 12 = 11 THEN 'phone' ELSE 'email' END, 'answered', now(), 0.5 FROM generate_series($first, $last) AS n;
INSERT INTO visit_employee (visit_id, employee_id, position, share_permille) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
('01900000-0000-7000-8001-' || lpad((n::bigint * 104729 / 7 % $employees)::text, 12, '0'))::uuid, 0, 1000 \
FROM generate_series($first, $last) AS n;
INSERT INTO response (id, visit_id, survey_version_id, mode, certainty, complete, answers, call_me, answered_at, \
changed_at, revision, revisions) \
SELECT ('01900002-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '$survey', \
CASE WHEN n % 12 = 11 OR n % 10 IN (7, 8, 9) THEN 'phone' ELSE 'email' END, 'confirmed', true, \
jsonb_build_object('overall', 1 + n * 7 % 5, 'process', 1 + n * 3 % 5, 'communication', 1 + n * 11 % 5, \
'value', 1 + n * 13 % 5, 'skill', 1 + n * 17 % 5), false, now(), now(), 1, 1 FROM generate_series($first, $last) AS n;
INSERT INTO callback (id, visit_id, kind, state, probability, called, created_at) \
SELECT ('01900003-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
CASE WHEN n % 12 = 11 THEN 'phone_first' WHEN n % 10 = 9 THEN 'priority' ELSE 'random' END, 'done', \
CASE WHEN n % 12 = 11 OR n % 10 = 9 THEN 1 ELSE 0.35 END, true, now() FROM generate_series($first, $last) AS n \
WHERE n % 12 = 11 OR n % 10 IN (7, 8, 9);
INSERT INTO changed_visit (visit_id) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid FROM generate_series($first, $last) AS n";

/// Makes employees and sites.
pub fn staff(url: &str) {
    execute(url, &STAFF.replace("$employees", &EMPLOYEES.to_string()));
}

/// Makes the visits from `first` to `last`, all of which were answered and are not summed yet.
pub fn visits(url: &str, survey: Uuid, first: usize, last: usize) {
    for begin in (first..=last).step_by(AT_ONCE) {
        let end = last.min(begin + AT_ONCE - 1);
        let sql = VISITS.replace("$first", &begin.to_string()).replace("$last", &end.to_string());
        let sql = sql.replace("$survey", &survey.to_string()).replace("$employees", &EMPLOYEES.to_string());
        execute(url, &sql);
    }
    execute(url, "ANALYZE visit, visit_employee, response, callback, changed_visit");
}
