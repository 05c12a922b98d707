//! A company that lived through mails, waves and calls leaves what its history import leaves.

use crate::callbacks_waves::{attempt, keys, next};
use crate::support::history::ELEVEN;
use crate::support::{TestApp, make};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What becomes of one visit.
#[derive(Clone, Copy)]
struct Fate {
    number: f64,
    priority: bool,
    phone_first: bool,
    /// Answers the mail, with this.
    mail: Option<i64>,
    /// Answers the call, with this; else is not reached.
    phone: Option<i64>,
}

/// Thirty visits with every fate, always the same.
fn fates() -> Vec<Fate> {
    (0..30_u32)
        .map(|at| Fate {
            number: f64::from(at * 37 % 100) / 100.0 + 0.003,
            priority: at % 6 == 0,
            phone_first: at % 10 == 3,
            mail: (at % 10 != 3 && at % 4 == 1).then_some(i64::from(at % 5) + 1),
            phone: (at % 3 != 0).then_some(i64::from(at % 4) + 1),
        })
        .collect()
}

const SHARE: f64 = 0.35;

/// The same as a file of history.
fn file() -> String {
    let mut text =
        "visit_id,visited_at,employee_id,employee_name,team,service,first_contact,priority,answered_by,\
                    answered_at,overall,call_priority,call_probability,called\n"
            .to_owned();
    for (at, fate) in fates().into_iter().enumerate() {
        let probability = if fate.priority || fate.phone_first { 1.0 } else { SHARE };
        let called = fate.mail.is_none() && fate.number < probability;
        let answer = fate.mail.or(fate.phone.filter(|_| called));
        let by = match (fate.mail, answer) {
            (Some(_), _) => "email",
            (None, Some(_)) => "phone",
            (None, None) => "",
        };
        writeln!(
            text,
            "H{at},2026-11-20T14:00:00Z,E{},Employee {},North,boiler repair,{},{},{by},{},{},{},{},{called}",
            at % 3,
            at % 3,
            if fate.phone_first { "phone" } else { "email" },
            fate.priority,
            if answer.is_some() { "2026-11-28T15:00:00Z" } else { "" },
            answer.map_or(String::new(), |answer| answer.to_string()),
            fate.number,
            if fate.mail.is_some() { String::new() } else { probability.to_string() },
        )
        .unwrap();
    }
    text
}

/// Brings the visits, mails them, and lets those answer who do.
fn live(app: &TestApp) {
    for (at, fate) in fates().into_iter().enumerate() {
        let id = format!("H{at}");
        let change = json!({"id": id, "priority": fate.priority,
            "employees": [{"id": format!("E{}", at % 3), "name": format!("Employee {}", at % 3), "team": "North"}],
            "customer": {"id": format!("C{at}"), "phone": format!("+44163296{at:04}"), "email": format!("h{at}@example.com")}});
        app.bring(&make::with(make::visit(&id), change));
        // The lots of this company are known: they are those of its history.
        app.execute(&format!("UPDATE visit SET call_priority = {} WHERE external_id = '{id}'", fate.number))
            .unwrap();
        if fate.phone_first {
            app.execute(&format!(
                "UPDATE visit SET outcome = 'phone_first', first_contact = 'phone', send_at = NULL WHERE external_id = '{id}'"
            ))
            .unwrap();
            app.execute(&format!(
                "UPDATE invitation SET state = 'closed' WHERE visit_id = (SELECT id FROM visit WHERE external_id = '{id}')"
            ))
            .unwrap();
        }
    }
    app.work();
    for (at, fate) in fates().into_iter().enumerate() {
        if let Some(answer) = fate.mail {
            let letter = app.only_letter_to(&format!("h{at}@example.com"));
            app.answer(&make::answer_path(&make::decoded(&letter)), u8::try_from(answer).unwrap());
        }
    }
    app.advance(TimeDelta::days(8));
    app.work();
}

/// Draws a wave and works it to its end, over days.
fn call(app: &TestApp) {
    let (caller, lead) = keys(app);
    let span = json!({"from": "2026-11-20", "to": "2026-11-20", "share": SHARE});
    lead.post_json("/api/v1/waves", &span).expect(201);
    let fates: BTreeMap<String, Fate> =
        fates().into_iter().enumerate().map(|(at, fate)| (format!("H{at}"), fate)).collect();
    let end: DateTime<Utc> = app.now() + TimeDelta::days(14);
    while app.value("SELECT state FROM wave") == "open" {
        assert!(app.now() < end, "the wave never ends");
        let Some(callback) = next(&caller) else {
            app.advance(TimeDelta::hours(1));
            continue;
        };
        let ended: Value = match fates[callback["visit"]["id"].as_str().unwrap()].phone {
            Some(overall) => json!({"disposition": "complete", "answers": {"overall": overall}}),
            None => json!({"disposition": "no_answer"}),
        };
        attempt(&caller, &callback, &ended);
    }
    app.work();
}

/// What decides the class of each visit and what it adds, as one line.
const CLASSES: &str = "SELECT concat_ws(' ', v.external_id, v.outcome, v.first_contact, v.priority, v.call_priority, \
     coalesce(c.kind, '-'), coalesce(c.state, '-'), coalesce(c.probability::text, '-'), coalesce(c.called::text, '-'), \
     coalesce(r.mode, '-'), coalesce(r.certainty, '-'), coalesce(r.answers->>'overall', '-')) \
     FROM visit v LEFT JOIN callback c ON c.visit_id = v.id LEFT JOIN response r ON r.visit_id = v.id ORDER BY 1";

/// What the scores count.
const COUNTS: &str = "SELECT concat_ws(' ', s.month, e.external_id, s.visits, s.invited, s.answers_email, s.answers_phone, \
     s.answers_phone_first) FROM score_count s LEFT JOIN employee e ON e.id = s.employee_id ORDER BY 1";

#[test]
fn a_company_that_lived_through_it_leaves_the_same_classes_and_counts_as_its_history() {
    let lived = TestApp::start();
    live(&lived);
    call(&lived);
    let told = TestApp::start();
    told.advance(TimeDelta::days(20));
    told.import_history(file().as_bytes(), ELEVEN, None).unwrap();
    told.work();
    let (lived_classes, told_classes) = (lived.rows(CLASSES), told.rows(CLASSES));
    assert_eq!(lived_classes.len(), 30);
    for (lived, told) in lived_classes.iter().zip(&told_classes) {
        assert_eq!(lived, told);
    }
    assert_eq!(lived.rows(COUNTS), told.rows(COUNTS));
}
