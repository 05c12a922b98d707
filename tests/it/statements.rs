//! A statement freezes an evaluation: it never changes, a correction names it, and the employee answers to it.

use crate::employees::{YEAR, company};
use crate::support::{Client, TestApp};
use hearback::accounts::{Role, Scope};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Read;

fn reader(app: &TestApp) -> Client {
    app.client(&[Scope::EvaluationsRead])
}

/// Makes a statement of the year.
#[track_caller]
fn make(client: &Client, employee: &str) -> Value {
    let asked = json!({"employee": employee, "from": "2026-01-01", "to": "2026-10-31"});
    client.post_json("/api/v1/statements", &asked).expect(201).json()["statement"].take()
}

#[track_caller]
fn get(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/statements/{id}")).expect(200).json()["statement"].take()
}

#[test]
fn a_statement_never_changes_when_an_answer_does() {
    let app = TestApp::start();
    company(&app);
    let api = reader(&app);
    let first = make(&api, "E1");
    assert_eq!((&first["content"]["employee"]["n"], &first["number"]), (&json!(30), &json!("2026-0001")));
    let (id, hr) = (first["id"].as_str().unwrap().to_owned(), app.staff(Role::Hr, None));
    let csv = |id: &str| hr.get(&format!("/statements/{id}.csv")).expect(200).body;
    let (table, sheet) = (app.dump(&["statement"]), csv(&id));
    app.execute("UPDATE response SET answers = '{\"overall\": 1}'").unwrap();
    app.execute("UPDATE employee SET name = 'Somebody Else'").unwrap();
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    assert_eq!((app.dump(&["statement"]), csv(&id), get(&api, &id)), (table, sheet, first.clone()));
    // A correction is a new one that names the old, and the old one tells of it.
    let second = make(&api, "E1");
    assert_eq!((&second["replaces"], &second["number"]), (&first["id"], &json!("2026-0002")));
    assert_eq!(second["content"]["employee"]["mean"], 0.0);
    let old = get(&api, &id);
    assert_eq!((&old["replaced_by"], &old["content"]), (&second["id"], &first["content"]));
    assert_ne!(old["checksum"], second["checksum"]);
    assert!(
        hr.get(&format!("/statements/{id}")).expect(200).body.contains("Statement 2026-0002 corrects it")
    );
}

#[test]
fn no_source_changes_a_statement_and_only_retention_deletes_one() {
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let text: String = std::fs::read_to_string(&entry).unwrap().split_whitespace().collect();
                read += 1;
                let changes = ["update(statement::", "UPDATEstatement", "update(statement_reply::"];
                // Whose time is over goes, by the one statement that its owner has for that (docs/retention.md).
                let (owner, retention) = (
                    entry.ends_with("statements/queries.rs"),
                    entry.components().any(|part| part.as_os_str() == "retention"),
                );
                let deletes = ["delete(statement::", "DELETEFROMstatement", "statements::queries::delete("];
                let allowed = |word: &str| (owner || retention) && deletes.contains(&word);
                for word in changes.into_iter().chain(deletes).filter(|word| !allowed(word)) {
                    assert!(!text.contains(word), "{} changes a statement: {word}", entry.display());
                }
            }
        }
    }
    assert!(read > 100);
}

#[test]
fn the_checksum_is_that_of_the_inputs_which_name_every_visit() {
    let app = TestApp::start();
    company(&app);
    let made = make(&reader(&app), "E1");
    let hr = app.staff(Role::Hr, None);
    let told = hr.get(&format!("/statements/{}.json", made["id"].as_str().unwrap())).expect(200).json();
    let inputs = told["inputs"].as_str().unwrap();
    let digest = Sha256::digest(inputs.as_bytes());
    let digest: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(made["checksum"], digest.concat());
    let inputs: Value = serde_json::from_str(inputs).unwrap();
    assert_eq!(inputs["visits"].as_array().unwrap().len(), 40);
    app.employee("E1").get(&format!("/statements/{}.json", made["id"].as_str().unwrap())).expect(403);
}

#[test]
fn hr_pulls_statements_since_a_cursor_and_misses_none() {
    let app = TestApp::start();
    company(&app);
    let api = reader(&app);
    let made: Vec<Value> = ["E1", "E2", "E1"].map(|id| make(&api, id)).into();
    let list = |query: &str| api.get(&format!("/api/v1/statements{query}")).expect(200).json();
    let first = list("?limit=2");
    let ids = |page: &Value| -> Vec<Value> {
        page["statements"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!(ids(&first), [made[0]["id"].clone(), made[1]["id"].clone()]);
    let next = first["meta"]["next"].as_str().unwrap().to_owned();
    let second = list(&format!("?since={next}"));
    assert_eq!(ids(&second), [made[2]["id"].clone()]);
    let end = second["meta"]["next"].as_str().unwrap().to_owned();
    let nothing = list(&format!("?since={end}"));
    assert_eq!((ids(&nothing), nothing["meta"]["next"].as_str()), (Vec::new(), Some(end.as_str())));
    api.get("/api/v1/statements?since=x").expect(422);
    app.client(&[Scope::VisitsWrite]).get("/api/v1/statements").expect(403);
    let missing = json!({"employee": "E9", "from": "2026-01-01", "to": "2026-10-31"});
    api.post_json("/api/v1/statements", &missing).expect(404);
    let unreadable = json!({"employee": "E\u{0}7", "from": "2026-01-01", "to": "2026-01-31"});
    api.post_json("/api/v1/statements", &unreadable).expect(404);
    let backwards = json!({"employee": "E1", "from": "2026-10-31", "to": "2026-01-01"});
    api.post_json("/api/v1/statements", &backwards).expect(422);
}

#[test]
fn a_statement_is_a_page_a_workbook_and_a_table() {
    let app = TestApp::start();
    company(&app);
    app.execute("UPDATE employee SET name = '=1+1' WHERE external_id = 'E1'").unwrap();
    let api = reader(&app);
    let id = make(&api, "E1")["id"].as_str().unwrap().to_owned();
    let html = api.get(&format!("/api/v1/statements/{id}.html")).expect(200);
    assert!(
        html.header("content-type").unwrap().starts_with("text/html")
            && html.body.contains("SHA-256 of the inputs")
    );
    let csv = api.get(&format!("/api/v1/statements/{id}.csv")).expect(200);
    assert!(
        csv.body.contains("Statement,employee_name,'=1+1,") && csv.body.contains("Result,n,30,"),
        "{}",
        csv.body
    );
    assert!(csv.header("content-disposition").unwrap().contains("statement-2026-0001.csv"));
    let path = format!("/api/v1/statements/{id}.xlsx");
    let answer = app.bytes(&app.key(&[Scope::EvaluationsRead]), &path);
    let sheets = unzipped(&answer);
    assert!(
        sheets.contains("<sheet name=\"Statement\"") && sheets.contains("<sheet name=\"Objections\""),
        "{sheets}"
    );
    assert!(sheets.contains("=1+1") && !sheets.contains("<f>"), "a text that looks like a formula is a text");
    assert!(sheets.contains("<v>30</v>"), "a number is a number");
    assert!(sheets.contains("yyyy-mm-dd"), "a date is a date");
    api.get(&format!("/api/v1/statements/{id}.exe")).expect(404);
    api.get("/api/v1/statements/none").expect(404);
}

/// All files of a workbook, one after the other.
pub fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    // Local file headers (APPNOTE 4.3.7): our writer knows the sizes beforehand or stores them in the directory.
    let end = rest.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let number = |at: usize, size: usize| -> usize {
        bytes[at..at + size].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (entries, mut at) = (number(end + 10, 2), number(end + 16, 4));
    for _ in 0..entries {
        let (method, size, name) = (number(at + 10, 2), number(at + 20, 4), number(at + 28, 2));
        let (extra, comment, local) = (number(at + 30, 2), number(at + 32, 2), number(at + 42, 4));
        let begin = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        rest = &bytes[begin..begin + size];
        match method {
            0 => text.push_str(&String::from_utf8_lossy(rest)),
            _ => {
                flate2::read::DeflateDecoder::new(rest).read_to_string(&mut text).unwrap();
            }
        }
        at += 46 + name + extra + comment;
    }
    text
}

#[test]
fn the_employee_acknowledges_or_contests_and_the_frozen_part_stays() {
    let app = TestApp::start();
    company(&app);
    let made = make(&reader(&app), "E1");
    let path = format!("/statements/{}", made["id"].as_str().unwrap());
    let (ada, hr) = (app.employee("E1"), app.staff(Role::Hr, None));
    let frozen = app.dump(&["statement"]);
    let say = |client: &Client, kind: &str, words: &str| {
        let csrf = client.get("/").expect(200).hidden("csrf");
        client.post_form(&path, &[("csrf", &csrf), ("kind", kind), ("words", words)])
    };
    assert!(ada.get(&path).expect(200).body.contains("I have read it"));
    say(&ada, "contested", " ").expect(422);
    say(&ada, "", "x").expect(422);
    say(&hr, "acknowledged", "").expect(403);
    say(&ada, "contested", "The call in May was not mine.").expect(303);
    say(&ada, "acknowledged", "").expect(303);
    let shown = hr.get(&path).expect(200).body;
    assert!(
        shown.contains("Acknowledged by Ada Able on 20 November 2026")
            && shown.contains("The call in May was not mine."),
        "{shown}"
    );
    assert_eq!(app.dump(&["statement"]), frozen);
    assert_eq!(get(&reader(&app), made["id"].as_str().unwrap())["reply"]["kind"], "acknowledged");
    app.employee("E2").get(&path).expect(404);
    app.staff(Role::Manager, Some("North")).get(&path).expect(200);
    app.execute("UPDATE user_account SET team_id = NULL WHERE role = 'manager'").unwrap();
    app.sign_in("manager@example.com").get(&path).expect(404);
}

#[test]
fn hr_makes_a_statement_on_the_persons_page_and_a_second_press_makes_no_second() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    let csrf = hr.get(&format!("/employees/E1?{YEAR}")).expect(200).hidden("csrf");
    let fields = [("csrf", csrf.as_str()), ("from", "2026-01-01"), ("to", "2026-10-31")];
    let first = hr.post_form("/employees/E1/statement", &fields).expect(303).location().to_owned();
    assert_eq!(hr.post_form("/employees/E1/statement", &fields).expect(303).location(), first);
    assert!(hr.get("/statements").expect(200).body.contains("2026-0001"));
    assert!(app.employee("E1").get("/statements").expect(200).body.contains("2026-0001"));
    assert!(!app.employee("E2").get("/statements").expect(200).body.contains("2026-0001"));
    hr.post_form("/employees/E1/statement", &[("csrf", &csrf), ("from", "x"), ("to", "")]).expect(422);
}

#[test]
fn hr_takes_the_list_with_them_by_name_and_nobody_else_does() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    let csv = hr.get(&format!("/evaluations.csv?{YEAR}")).expect(200);
    assert!(csv.header("content-disposition").unwrap().contains("evaluations-2026-01-01-2026-10-31.csv"));
    let names: Vec<&str> = csv.body.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(names, ["Ada Able", "Ben Best"]);
    let south = hr.get(&format!("/evaluations.csv?{YEAR}&team=South")).expect(200).body;
    assert!(!south.contains("Ada Able") && south.contains("Ben Best"));
    hr.get("/evaluations.csv?from=x").expect(422);
    app.staff(Role::Manager, Some("North")).get("/evaluations.xlsx").expect(403);
}

#[test]
fn two_statements_at_once_get_two_numbers_in_their_order() {
    let app = TestApp::start();
    company(&app);
    let api = reader(&app);
    std::thread::scope(|scope| {
        for employee in ["E1", "E2", "E1", "E2"] {
            let api = &api;
            scope.spawn(move || make(api, employee));
        }
    });
    assert_eq!(app.rows("SELECT number FROM statement ORDER BY number"), ["1", "2", "3", "4"]);
    assert_eq!(app.value("SELECT count(*) FROM statement WHERE replaces_id IS NOT NULL"), "2");
}
