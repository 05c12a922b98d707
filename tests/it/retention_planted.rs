//! Something of every kind of data about one visit, to be looked for after its time.

use crate::retention::visit;
use crate::support::{TestApp, make};
use hearback::audit::{self, Actor};
use hearback::ids;
use serde_json::json;

/// Plants everything about one visit that is answered.
pub fn plant(app: &TestApp) {
    let planted = make::with(
        visit(app, "WO-PLANTED", "planted.addr@example.com"),
        json!({"customer": {"id": "C-PLANTED", "name": "Plantedname", "phone": "+44 9601149"},
            "employees": [{"id": "E17", "name": "Erika Muster", "team": "North 2"},
                {"id": "E-LEFT", "name": "Plantedworker", "email": "left.planted@example.com", "team": "North 2"}]}),
    );
    app.bring(&planted);
    app.work();
    let letter = app.only_letter_to("planted.addr@example.com");
    let path = make::answer_path(&make::decoded(&letter));
    let customer = app.anonymous();
    let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
    let said = [
        ("nonce", nonce.as_str()),
        ("step", "2"),
        ("overall", "1"),
        ("put_right", "plantedanswer"),
        ("comment", "plantedcomment"),
        ("call_me", "yes"),
        ("call_time", "evening"),
        ("call_number", "01632 9602293"),
    ];
    customer.post_form(&path, &said).expect(303);
    app.follow_answers();
    app.employee("E-LEFT");
    plant_rows(app);
    let detail = json!({ "reason": "plantedaudit" });
    audit::record(&mut app.connection(), app.now(), Actor::Shell, "planted", "planted", detail).unwrap();
    app.work();
}

/// What would take a year to come about, row by row.
fn plant_rows(app: &TestApp) {
    let at = app.now().to_rfc3339();
    let (id, other) = (ids::new_id(), ids::new_id());
    for sql in [
        "UPDATE delivery_attempt SET reply = 'plantedreply'".to_owned(),
        format!(
            "INSERT INTO bounce_event (id, source, source_key, message_hash, received_at, kind, diagnostic, \
             invitation_id, effect) SELECT '{id}', 'pipe', 'x', '\\x01', '{at}', 'bounce', 'planteddiagnostic', \
             i.id, 'none' FROM invitation i JOIN visit v ON v.id = i.visit_id WHERE v.external_id = 'WO-PLANTED'"
        ),
        "UPDATE visit_outcome SET reason = 'plantedreason@' WHERE visit_id = (SELECT id FROM visit \
         WHERE external_id = 'WO-PLANTED')"
            .to_owned(),
        format!(
            "UPDATE callback SET state = 'done', called = true, ended_at = '{at}', best_time = 'plantedtime'"
        ),
        format!(
            "INSERT INTO callback_attempt (callback_id, number, at, by, disposition, local_day, local_time) \
             SELECT id, 1, '{at}', 'plantedcaller', 'no_answer', '{at}'::date, '12:00' FROM callback"
        ),
        "UPDATE response SET decision = 'planteddecision' WHERE comment = 'plantedcomment'".to_owned(),
        format!(
            "INSERT INTO objection (id, response_id, visit_id, employee_id, reason, words, opened_at, opened_by, due_on) \
             SELECT '{id}', r.id, v.id, e.id, 'abuse', 'plantedobjection', '{at}', 'shell', '{at}'::date \
             FROM response r JOIN visit v ON v.id = r.visit_id, employee e \
             WHERE v.external_id = 'WO-PLANTED' AND e.external_id = 'E17'"
        ),
        format!(
            "INSERT INTO objection_decision (id, objection_id, number, effect, reason, decided_at, decided_by) \
             VALUES ('{id}', '{id}', 1, 'annotate', 'plantedverdict', '{at}', 'shell')"
        ),
        format!(
            "INSERT INTO statement (id, number, employee_id, period_from, period_to, content, inputs, checksum, made_at, \
             made_by, replaces_id) SELECT s.id, s.number, e.id, '2026-01-01', '2026-10-31', '\"plantedcontent\"', \
             'plantedinputs', '\\x01', '{at}', 'shell', s.replaces FROM employee e, \
             (VALUES ('{id}'::uuid, 1, NULL), ('{other}'::uuid, 2, '{id}'::uuid)) AS s (id, number, replaces) \
             WHERE e.external_id = 'E17'"
        ),
        format!(
            "INSERT INTO statement_reply (id, statement_id, kind, words, replied_at, replied_by) \
             VALUES ('{id}', '{id}', 'acknowledged', 'plantedacknowledgement', '{at}', 'shell')"
        ),
        format!("UPDATE employee SET left_on = '{at}'::date WHERE external_id = 'E-LEFT'"),
        format!(
            "INSERT INTO legal_hold (id, from_on, to_on, reason, placed_by, placed_at, ended_by, ended_at, end_reason) \
             VALUES ('{id}', '2020-01-01', '2020-01-02', 'plantedhold', 'shell', '{at}', 'shell', '{at}', 'plantedend')"
        ),
        format!(
            "INSERT INTO job (id, name, payload, state, run_at, last_error, created_at) \
             VALUES ('{id}', 'x', '{{}}', 'failed', '{at}', 'plantederror', '{at}')"
        ),
        format!(
            "INSERT INTO customer_note (id, customer_id, purpose, words, written_by, written_at, expires_at) \
             SELECT '{id}', id, 'greeting', 'plantednote', 'shell', '{at}', '{at}'::timestamptz + interval '12 months' \
             FROM customer WHERE external_id = 'C-PLANTED'"
        ),
    ] {
        assert!(app.execute(&sql).unwrap() > 0, "{sql}");
    }
}
