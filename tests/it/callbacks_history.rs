//! A company that lived through mails, waves and calls leaves what its history import leaves.
//!
//! `HEARBACK_HISTORY=FILE` names another history, of any size, whose call-backs were drawn with one share: unpacked, with
//! answers from 0 to 10, one employee a visit, and random numbers.

use crate::callbacks_waves::{attempt, keys, next};
use crate::support::history::ELEVEN;
use crate::support::{Client, TestApp, environment};
use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use hearback::accounts::Scope;
use hearback::answering::nonce;
use hearback::db;
use hearback::ids::LinkToken;
use hearback::surveys::past;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

/// Visits of so many days are brought and mailed together.
const TOGETHER: TimeDelta = TimeDelta::days(10);

/// What became of a visit, by the columns of its history.
type Past = HashMap<String, String>;

/// Forty visits with every fate, always the same.
fn small() -> String {
    let mut text = "visit_id,visited_at,employee_id,employee_name,team,service,channel,segment,site,customer_id,\
                    first_contact,priority,answered_by,answered_at,overall,process,call_priority,call_probability,called\n"
        .to_owned();
    for at in 0..40_u32 {
        let (number, priority, by_phone) =
            (f64::from(at * 37 % 100) / 100.0 + 0.003, at % 6 == 0, at % 10 == 3);
        let probability = if priority || by_phone { 1.0 } else { 0.35 };
        let by_mail = !by_phone && at % 4 == 1;
        let called = !by_mail && number < probability;
        let answered = if by_mail {
            "email"
        } else if called && at % 3 != 0 {
            "phone"
        } else {
            ""
        };
        let answer =
            if answered.is_empty() { ",," } else { &format!("2025-02-28T23:00:00Z,{},{}", at % 11, at % 7) };
        let drawn = if by_mail { String::new() } else { probability.to_string() };
        writeln!(
            text,
            "H{at},2025-0{}-{:02}T09:00:00Z,E{},Employee {},North,repair,on site,private,Quay,C{at},{},{priority},{answered},\
             {answer},{number},{drawn},{called}",
            1 + at % 2, 1 + at % 28, at % 3, at % 3, if by_phone { "phone" } else { "email" },
        )
        .unwrap();
    }
    text
}

fn read(text: &str) -> Vec<Past> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rows: Vec<Past> = reader.deserialize().map(Result::unwrap).collect();
    rows.sort_by(|a, b| a["visited_at"].cmp(&b["visited_at"]));
    rows
}

fn answers(row: &Past) -> BTreeMap<String, i64> {
    let asked = ["overall", "process", "communication", "value", "skill"];
    let given = asked.iter().filter_map(|key| Some((*key, row.get(*key)?.parse().ok()?)));
    given.map(|(key, answer)| (key.to_owned(), answer)).collect()
}

fn at(row: &Past) -> DateTime<Utc> {
    row["visited_at"].parse().unwrap()
}

/// A company that lives through a history.
struct Life<'a> {
    app: &'a TestApp,
    bringer: Client,
    customer: Client,
    version: String,
}

impl Life<'_> {
    /// Brings visits with the lots of their history, mails them, and lets those answer who do.
    fn bring(&self, rows: &[Past]) {
        let visits: Vec<Value> = rows.iter().map(message).collect();
        for visits in visits.chunks(1000) {
            let told =
                self.bringer.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200).json();
            assert_eq!(told["accepted"], visits.len(), "{told}");
        }
        let lots: Vec<String> = rows
            .iter()
            .map(|row| {
                format!("('{}', {}, '{}')", row["visit_id"], row["call_priority"], row["first_contact"])
            })
            .collect();
        let lots = format!("(VALUES {}) AS lot (id, number, by)", lots.join(","));
        let all = [
            format!("UPDATE visit SET call_priority = lot.number FROM {lots} WHERE external_id = lot.id"),
            format!("UPDATE visit SET outcome = 'phone_first', first_contact = 'phone', send_at = NULL FROM {lots} \
                     WHERE external_id = lot.id AND lot.by = 'phone'"),
            format!("UPDATE invitation SET survey_version_id = '{}' WHERE state = 'planned'", self.version),
            "UPDATE invitation SET state = 'closed' FROM visit v WHERE v.id = visit_id AND v.outcome = 'phone_first'".into(),
        ];
        for sql in all {
            self.app.execute(&sql).unwrap();
        }
        self.app.work();
        self.answer(rows);
    }

    fn answer(&self, rows: &[Past]) {
        let links: HashMap<String, String> = self
            .app
            .rows(
                "SELECT v.external_id || ' ' || i.id FROM invitation i JOIN visit v ON v.id = i.visit_id \
                   WHERE v.outcome = 'sent'",
            )
            .into_iter()
            .map(|row| row.split_once(' ').map(|(visit, id)| (visit.to_owned(), id.to_owned())).unwrap())
            .collect();
        let keyring = &self.app.app.keys;
        for row in rows.iter().filter(|row| row["answered_by"] == "email") {
            let id = links[&row["visit_id"]].parse().unwrap();
            let token = LinkToken::derive(keyring, keyring.signing_id(), id, 1).unwrap();
            let nonce = nonce::issue(keyring, &token.hash(), self.app.now() - TimeDelta::minutes(1));
            let mut fields = vec![("nonce".to_owned(), nonce), ("step".to_owned(), "2".to_owned())];
            fields.extend(answers(row).into_iter().map(|(key, answer)| (key, answer.to_string())));
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            self.customer.post_form(&format!("/s/{}", token.as_str()), &fields).expect(303);
        }
    }

    /// Draws a wave a month and works all of them to their ends, over days.
    fn call(&self, rows: &[Past]) {
        let (caller, lead) = keys(self.app);
        let shares: BTreeSet<&str> = rows.iter().map(|row| row["call_probability"].as_str()).collect();
        let share: f64 = shares.iter().filter_map(|share| share.parse().ok()).fold(1.0, f64::min);
        let months: BTreeSet<_> = rows.iter().map(|row| at(row).date_naive().with_day(1).unwrap()).collect();
        for month in months {
            let last = month.checked_add_months(Months::new(1)).unwrap().pred_opt().unwrap();
            lead.post_json("/api/v1/waves", &json!({"from": month, "to": last, "share": share})).expect(201);
        }
        let by_id: HashMap<&str, &Past> = rows.iter().map(|row| (row["visit_id"].as_str(), row)).collect();
        let end = self.app.now() + TimeDelta::days(21);
        loop {
            let Some(callback) = next(&caller) else {
                if self.app.value("SELECT count(*) FROM wave WHERE state = 'open'") == "0" {
                    return;
                }
                assert!(self.app.now() < end, "the waves never end");
                self.app.advance(TimeDelta::hours(1));
                continue;
            };
            // A low answer by mail opens a call for service, which is no data.
            if callback["questions"] == json!([]) {
                attempt(&caller, &callback, &json!({"disposition": "complete"}));
                continue;
            }
            let row = by_id[callback["visit"]["id"].as_str().unwrap()];
            assert_eq!(row["called"], "true", "{row:?}");
            let ended = if row["answered_by"] == "phone" {
                json!({"disposition": "complete", "answers": answers(row)})
            } else {
                json!({"disposition": "no_answer"})
            };
            attempt(&caller, &callback, &ended);
        }
    }
}

fn message(row: &Past) -> Value {
    let text = |name: &str| row.get(name).filter(|text| !text.is_empty());
    json!({"id": row["visit_id"], "visited_at": row["visited_at"], "service": row["service"],
        "channel": text("channel"), "segment": text("segment"), "site": text("site"),
        "priority": row["priority"] == "true",
        "employees": [{"id": row["employee_id"], "name": text("employee_name"), "team": text("team")}],
        "customer": {"id": row["customer_id"], "phone": "+441632960114", "email": format!("{}@example.com", row["visit_id"])},
        "lawful_basis": {"kind": "existing_customer"}})
}

fn live(text: &str) -> TestApp {
    let app = TestApp::with(&[("HEARBACK_ASK_EVERY", "0s"), ("HEARBACK_REMINDERS", "0")]);
    let rows = read(text);
    app.app.clock.set(at(&rows[0]));
    let asked: Vec<String> =
        answers(rows.iter().find(|row| !row["answered_by"].is_empty()).unwrap()).into_keys().collect();
    let mut keys: Vec<&str> = asked.iter().map(String::as_str).collect();
    keys.sort_by_key(|key| *key != "overall");
    let now = app.now();
    let version =
        db::transaction(&mut app.connection(), |inner| past::publish(inner, &keys, ELEVEN, now)).unwrap();
    let life = Life {
        bringer: app.client(&[Scope::VisitsWrite]),
        customer: app.anonymous(),
        version: version.id.to_string(),
        app: &app,
    };
    let mut rest = rows.as_slice();
    while let Some(first) = rest.first() {
        let (some, later) = rest.split_at(rest.partition_point(|row| at(row) < at(first) + TOGETHER));
        app.app.clock.set(at(some.last().unwrap()) + TimeDelta::hours(1));
        life.bring(some);
        rest = later;
    }
    app.advance(TimeDelta::days(8));
    app.work();
    life.call(&rows);
    app.work();
    app
}

/// What decides the class of each visit and what it adds, as one line.
const CLASSES: &str = "SELECT concat_ws(' ', v.external_id, v.visited_on, v.outcome, v.first_contact, v.priority, \
     v.call_priority, v.service, v.channel, v.segment, e.external_id, coalesce(c.kind, '-'), coalesce(c.state, '-'), \
     coalesce(c.probability::text, '-'), coalesce(c.called::text, '-'), coalesce(r.mode, '-'), \
     coalesce(r.certainty, '-'), coalesce(r.answers::text, '-')) FROM visit v \
     JOIN visit_employee ve ON ve.visit_id = v.id JOIN employee e ON e.id = ve.employee_id \
     LEFT JOIN callback c ON c.visit_id = v.id AND c.kind <> 'service' LEFT JOIN response r ON r.visit_id = v.id ORDER BY v.external_id";

fn evaluated(app: &TestApp, rows: &[Past]) -> Value {
    let (from, to) = (at(rows.first().unwrap()).date_naive(), at(rows.last().unwrap()).date_naive());
    let reader = app.client(&[Scope::EvaluationsRead]);
    reader.get(&format!("/api/v1/evaluations?from={from}&to={to}")).expect(200).json()
}

/// Numbers to a millionth: classes that were numbered in another order are added up in another order.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            json!((number.as_f64().unwrap_or_default() * 1e6).round() / 1e6)
        }
        Value::Array(all) => all.into_iter().map(rounded).collect(),
        Value::Object(all) => all.into_iter().map(|(key, value)| (key, rounded(value))).collect(),
        other => other,
    }
}

#[test]
fn a_company_that_lived_through_it_leaves_the_same_classes_and_numbers_as_its_history() {
    let given = environment("HEARBACK_HISTORY").map(|file| std::fs::read_to_string(file).unwrap());
    let text = given.unwrap_or_else(small);
    let rows = read(&text);
    let lived = live(&text);
    let told = TestApp::start();
    told.app.clock.set(lived.now());
    told.import_history(text.as_bytes(), ELEVEN, None).unwrap();
    told.work();
    let (lived_classes, told_classes) = (lived.rows(CLASSES), told.rows(CLASSES));
    assert_eq!((lived_classes.len(), told_classes.len()), (rows.len(), rows.len()));
    for (lived, told) in lived_classes.iter().zip(&told_classes) {
        assert_eq!(lived, told);
    }
    assert_eq!(rounded(evaluated(&lived, &rows)), rounded(evaluated(&told, &rows)));
}
