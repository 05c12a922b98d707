//! What the program writes while it works names nobody and gives nothing away.

use crate::road::{lent, line, settings, visit_of_now, wait_ready};
use crate::support::app::SECRET;
use crate::support::database::Database;
use crate::support::program::Program;
use crate::support::{Client, fresh_folder, make, wait_until};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

fn only_letter(folder: &Path) -> Option<String> {
    let mut files = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let letter = files.find(|file| file.extension().is_some_and(|end| end == "eml"))?;
    std::fs::read_to_string(letter).ok()
}

#[test]
fn the_log_holds_no_address_name_comment_token_key_or_secret() {
    let (database, mails) = (Database::migrated(), fresh_folder("mails"));
    let (mut all, base) = settings(&database, format!("file:{}", mails.0.join("mail").display()));
    all.push(("HEARBACK_LOG", "trace".to_owned()));
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    let key = line(&all, &["key", "add", "--name", "brings", "--scope", "visits:write"]);
    let client = Client::new(&base).with_key(&key);
    client.post_json("/api/v1/visits", &visit_of_now(&database, "W1")).expect(201);
    let bad = make::with(visit_of_now(&database, "W2"), json!({"customer": {"name": "Berta Broken\u{0}"}}));
    client.post_json("/api/v1/visits", &bad).expect(422);
    let letter = wait_until("a letter", Duration::from_secs(20), || only_letter(&mails.0.join("mail")));
    let path = make::answer_path(&make::decode(&letter));
    let customer = Client::new(&base);
    let nonce = customer.get(&format!("{path}?score=4")).expect(200).hidden("nonce");
    let comment = "My neighbour was rude";
    let fields = [("nonce", nonce.as_str()), ("step", "2"), ("overall", "4"), ("comment", comment)];
    let answer = customer.post_form(&path, &fields);
    assert_eq!(answer.status, 303, "{}", program.words());
    customer.post_form(&path.replace("/s/", "/u/"), &[("List-Unsubscribe", "One-Click")]).expect(200);
    let link =
        line(&all, &["user", "add", "--email", "hr@example.com", "--role", "hr", "--name", "Hedy Resource"]);
    let link = link.strip_prefix(&base).unwrap();
    customer.post_form(link, &[("password", "a new password")]).expect(303);
    customer.post_form("/login", &[("email", "who@example.com"), ("password", "a wrong one")]).expect(401);
    program.signal("TERM");
    assert_eq!(program.end(Duration::from_secs(30)).code(), Some(0));
    let words = program.words();
    assert!(words.contains("letter") && words.contains("Accepted"), "nothing was logged: {words}");
    let session = customer.cookies().pop_first().unwrap().1;
    let secrets =
        [&key, &path[3..], &nonce, comment, link.rsplit('/').next().unwrap(), "a new password", &session];
    let people = [
        "w1@example.com",
        "w2@example.com",
        "hr@example.com",
        "who@example.com",
        "@staff.example.com",
        "Ann Sample",
        "Erika Muster",
        "Berta Broken",
        "Hedy Resource",
        "a wrong one",
    ];
    for told in secrets.into_iter().chain(people).chain([&SECRET[5..]]) {
        let tells = words.lines().find(|line| line.contains(told));
        assert_eq!(tells, None, "{told}");
    }
}
