//! Words that would steer what reads them: spreadsheets, logs, headers, error pages.

use crate::employees::{YEAR, company};
use crate::probing::say;
use crate::road::{lent, line, settings, wait_ready};
use crate::statements::unzipped;
use crate::support::database::{Database, rows};
use crate::support::program::Program;
use crate::support::{Client, TestApp, fresh_folder, make};
use hearback::accounts::{Role, Scope};
use serde_json::json;
use std::time::Duration;

/// Names that a spreadsheet would run, and one that it would not.
const FORMULAS: [&str; 7] =
    ["=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(1)", "\tTab", "\rReturn", "Plain = name"];

/// What a spreadsheet runs, or takes for a number that it is not.
fn runs(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err()
}

fn cells(csv: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    rows.flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The texts of a workbook.
fn texts(workbook: &[u8]) -> Vec<String> {
    let files = unzipped(workbook);
    assert!(!files.contains("<f>") && !files.contains("<f "), "a formula");
    let named = |text: &str| text.replace("&apos;", "'").replace("&lt;", "<").replace("&amp;", "&");
    let texts = files
        .split("<t")
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']))
        .filter_map(|rest| rest.split_once('>')?.1.split_once("</t>"));
    texts.map(|(text, _)| named(text)).collect()
}

#[test]
fn no_cell_of_any_table_that_is_handed_out_runs_as_a_formula() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    let reader = app.key(&[Scope::EvaluationsRead]);
    for (at, name) in FORMULAS.into_iter().enumerate() {
        let quoted = name.replace('\'', "''");
        app.execute(&format!(
            "UPDATE employee SET name = E'{}'",
            quoted.replace('\t', "\\t").replace('\r', "\\r")
        ))
        .unwrap();
        app.execute("UPDATE team SET name = '@' || id::text").unwrap();
        let shown = if runs(name) { format!("'{name}") } else { name.to_owned() };
        // A period of its own, for what does not change makes no second statement.
        let asked = json!({"employee": "E1", "from": "2026-01-01", "to": format!("2026-10-{}", 31 - at)});
        let made =
            app.anonymous().with_key(&reader).post_json("/api/v1/statements", &asked).expect(201).json();
        let id = made["statement"]["id"].as_str().unwrap().to_owned();
        for path in [format!("/evaluations.csv?{YEAR}"), format!("/statements/{id}.csv")] {
            let cells = cells(&hr.get(&path).expect(200).body);
            assert!(cells.contains(&shown), "{path}: no {shown:?} in {cells:?}");
            assert_eq!(cells.iter().find(|cell| runs(cell)), None, "{path}");
        }
        for path in [format!("/evaluations.xlsx?{YEAR}"), format!("/statements/{id}.xlsx")] {
            let texts = texts(&hr.get(&path).expect(200).bytes);
            // A workbook writes a return as a sign of its own.
            let is_there = texts.contains(&shown) || name.contains('\r');
            assert!(is_there, "{path}: no {shown:?} in {texts:?}");
            assert_eq!(texts.iter().find(|text| runs(text)), None, "{path}");
        }
    }
}

#[test]
fn the_name_of_a_file_is_made_by_us_and_holds_nothing_that_was_typed() {
    let app = TestApp::start();
    company(&app);
    let hostile = "x\"; filename=\"evil.html";
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"id": hostile, "name": hostile}})));
    app.execute(&format!("UPDATE employee SET name = '{hostile}'")).unwrap();
    let (hr, reader) = (app.staff(Role::Hr, None), app.client(&[Scope::EvaluationsRead]));
    let customer = app.value("SELECT id FROM customer WHERE name LIKE 'x%'");
    let asked = json!({"employee": "E1", "from": "2026-01-01", "to": "2026-10-31"});
    let made = reader.post_json("/api/v1/statements", &asked).expect(201).json();
    let id = made["statement"]["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/evaluations.csv?{YEAR}&name=%0d%0aX-Injected:%20a"),
        format!("/evaluations.xlsx?{YEAR}"),
        format!("/statements/{id}.csv"),
        format!("/statements/{id}.xlsx"),
        format!("/customers/{customer}/export"),
    ] {
        let answer = hr.get(&path).expect(200);
        let told = answer.header("content-disposition").unwrap();
        let name =
            told.strip_prefix("attachment; filename=\"").and_then(|rest| rest.strip_suffix('"')).unwrap();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        assert!(name.chars().all(is_plain) && name.contains('.'), "{path}: {told}");
        assert_eq!(answer.header("x-injected"), None, "{path}");
    }
}

#[test]
fn an_error_tells_what_to_do_and_nothing_of_what_is_inside() {
    let app = TestApp::start();
    let (hr, program) = (app.staff(Role::Hr, None), app.client(&[Scope::VisitsWrite]));
    let link = app.mailed("W1");
    app.execute("ALTER TABLE visit RENAME TO kept_elsewhere").unwrap();
    app.execute("ALTER TABLE sign_in_attempt RENAME TO tried_elsewhere").unwrap();
    let nobody = app.anonymous();
    for (what, answer) in [
        ("a list", hr.get("/visits")),
        ("one of them", hr.get("/visits/00000000-0000-0000-0000-000000000000")),
        ("a search", hr.get("/customers?q=sample")),
        ("the API", program.get("/api/v1/visits")),
        ("a new visit", program.post_json("/api/v1/visits", &make::visit("W2"))),
        ("a customer", nobody.get(&link)),
        ("the sign-in", nobody.post_form("/login", &[("email", "a@example.com"), ("password", "none")])),
    ] {
        if what != "a search" {
            assert_eq!(answer.status, 503, "{what}: {}", answer.body);
        }
        for inside in
            ["relation", "elsewhere", "SELECT", "INSERT", "diesel", "postgres", "src/", "panicked", "42P01"]
        {
            assert!(!answer.body.contains(inside), "{what} tells of {inside}: {}", answer.body);
        }
        assert_eq!((answer.header("server"), answer.header("x-powered-by")), (None, None), "{what}");
    }
}

/// The line of the log that tells a refusal of a route.
fn told<'a>(words: &'a str, status: u16, route: &str) -> Vec<&'a str> {
    let (status, route) = (format!(" status={status} "), format!(" route=\"{route}\""));
    words.lines().filter(|line| line.contains(&status) && line.contains(&route)).collect()
}

#[test]
fn each_refusal_is_a_line_of_the_log_with_route_and_ids_and_no_word_from_outside_starts_another() {
    let (database, mails) = (Database::migrated(), fresh_folder("mails"));
    let (mut all, base) = settings(&database, format!("file:{}", mails.0.join("mail").display()));
    all.push(("HEARBACK_LOG", "trace".to_owned()));
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    let add = "user add --email lead@example.com --role manager --name Lea --team North";
    let link = line(&all, &add.split(' ').collect::<Vec<_>>());
    let key = line(&all, &["key", "add", "--name", "brings", "--scope", "visits:write"]);
    let person = Client::new(&base);
    person.post_form(link.strip_prefix(&base).unwrap(), &[("password", "a few words of ours")]).expect(303);
    let user = rows(&mut database.connect(), "SELECT id FROM user_account").remove(0);
    let nobody = Client::new(&base);
    nobody.post_form("/login", &[("email", "lead@example.com"), ("password", "a wrong one")]).expect(401);
    person.get("/delivery").expect(403);
    person.post_form("/callbacks/next", &[]).expect(403);
    person.get("/visits/00000000-0000-0000-0000-000000000001").expect(404);
    nobody.with_key("hb_none").get("/api/v1/visits").expect(401);
    let brings = Client::new(&base).with_key(&key);
    brings.get("/api/v1/responses").expect(403);
    let forged = "%0d%0a2026-11-28T00:00:00Z%20%20INFO%20forged%1b%5b31m";
    person.get(&format!("/visits/{forged}")).expect(404);
    person.get(&format!("/visits?q={forged}&employee={forged}")).expect(200);
    let hostile = make::with(
        make::visit("W\r\nINFO forged"),
        json!({"service": "\u{1b}[31mred\r\nINFO forged\u{202e}"}),
    );
    brings.post_json("/api/v1/visits", &hostile);
    let agent = format!(
        "GET /visits/{forged} HTTP/1.1\r\nHost: x\r\nUser-Agent: \u{9b}31m\u{2028}forged\r\nConnection: close\r\n\r\n"
    );
    say(&base, agent.as_bytes());
    program.signal("TERM");
    assert_eq!(program.end(Duration::from_mins(1)).code(), Some(0));
    let words = program.words();
    let who = format!("user={user} role=\"manager\"");
    for (status, route, named) in [
        (401, "/login", ""),
        (403, "/delivery", who.as_str()),
        (403, "/callbacks/next", who.as_str()),
        (404, "/visits/{id}", who.as_str()),
        (401, "/api/v1/visits", ""),
        (403, "/api/v1/responses", ""),
    ] {
        let lines = told(&words, status, route);
        assert!(
            !lines.is_empty() && lines.iter().all(|line| line.contains(named)),
            "{status} {route}: {lines:?}"
        );
        assert!(lines.iter().all(|line| !line.contains('@') && !line.contains("127.0.0.1")), "{lines:?}");
    }
    let begins =
        |line: &str| line.starts_with("20") && line.get(10..11) == Some("T") || line.starts_with("hearback");
    assert_eq!(words.lines().find(|line| !begins(line)), None, "a line that no event begins");
    let steers = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{2028}' | '\u{202e}');
    assert_eq!(words.chars().find(|c| steers(*c)), None);
    assert_eq!(words.lines().find(|line| line.starts_with("2026-11-28T00:00:00Z")), None);
}
