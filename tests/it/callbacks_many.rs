//! Many callers at once over HTTP: never the same customer, nothing lost, and the list always consistent.

use crate::callbacks_waves::{attempt, complete, draw, keys, next};
use crate::support::{TestApp, make};
use hearback::accounts::Scope;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Customers to call.
const CUSTOMERS: usize = 60;

/// Callers at work at the same time.
const CALLERS: usize = 8;

fn company(app: &TestApp) {
    let bringer = app.client(&[Scope::VisitsWrite]);
    let visits: Vec<Value> = (0..CUSTOMERS)
        .map(|at| {
            let change = json!({"priority": at % 9 == 0, "customer": {"id": format!("C{at}"), "phone": format!("+4416329{at:05}")}});
            make::with(make::visit(&format!("M{at}")), change)
        })
        .collect();
    bringer.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200);
    app.execute("UPDATE visit SET outcome = 'unanswered'").unwrap();
}

#[test]
fn callers_at_the_same_moment_never_get_the_same_customer() {
    let app = TestApp::start();
    company(&app);
    let (_, lead) = keys(&app);
    draw(&lead, 1.0);
    let reached: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for number in 0..CALLERS {
            let (caller, reached) = (app.client(&[Scope::CallbacksWork]), &reached);
            scope.spawn(move || {
                let mut at = number;
                while let Some(callback) = next(&caller) {
                    reached.lock().unwrap().push(callback["visit"]["id"].as_str().unwrap().to_owned());
                    at += 1;
                    let ended = match at % 5 {
                        0 => json!({"disposition": "refused"}),
                        1 => json!({"disposition": "wrong_number"}),
                        2 => json!({"disposition": "no_answer"}),
                        _ => complete(),
                    };
                    attempt(&caller, &callback, &ended);
                }
            });
        }
    });
    let reached = reached.into_inner().unwrap();
    let different: BTreeSet<&String> = reached.iter().collect();
    assert_eq!((reached.len(), different.len()), (CUSTOMERS, CUSTOMERS));
    let consistent = "SELECT count(*) FROM callback c JOIN visit v ON v.id = c.visit_id \
         LEFT JOIN response r ON r.visit_id = v.id \
         WHERE (c.state = 'open') = (v.outcome = 'to_call') AND (v.outcome = 'answered') = (r.id IS NOT NULL) \
         AND c.attempts = (SELECT count(*) FROM callback_attempt a WHERE a.callback_id = c.id)";
    assert_eq!(app.value(consistent), CUSTOMERS.to_string());
    assert_eq!(app.value("SELECT count(*) FROM callback WHERE state = 'claimed'"), "0");
    assert_eq!(app.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), "0");
}

#[test]
fn callers_at_the_same_moment_take_the_list_from_its_top() {
    let app = TestApp::start();
    company(&app);
    let (_, lead) = keys(&app);
    draw(&lead, 1.0);
    let ordered =
        app.rows("SELECT v.external_id FROM visit v ORDER BY v.priority DESC, v.call_priority LIMIT 16");
    let callers: Vec<_> = (0..CALLERS).map(|_| app.client(&[Scope::CallbacksWork])).collect();
    let mut taken: Vec<String> = Vec::new();
    for _ in 0..2 {
        let claimed = std::thread::scope(|scope| {
            let runs: Vec<_> =
                callers.iter().map(|caller| scope.spawn(move || next(caller).unwrap())).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect::<Vec<Value>>()
        });
        taken.extend(claimed.iter().map(|one| one["visit"]["id"].as_str().unwrap().to_owned()));
    }
    taken.sort();
    let mut expected = ordered;
    expected.sort();
    assert_eq!(taken, expected);
}
