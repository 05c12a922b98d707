//! A person about whom everything is known that can be, in words to be looked for.

use crate::delivery_pages::post;
use crate::support::program::run;
use crate::support::{Folder, TestApp, fresh_folder, make};
use chrono::TimeDelta;
use hearback::accounts::{Role, Scope};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What is planted about the person, in no spelling to be found afterwards.
pub const PLANTED: [&str; 9] = [
    "Quendolyn",
    "Xanthippe-Planted",
    "quen.planted@example.com",
    "960114",
    "Biscuit the plantedpuppy",
    "my plantedcomment about the boiler",
    "plantedreason for no calls",
    "C-PLANTED",
    "WO-PLANTED",
];

/// A company whose letters lie in a folder.
pub struct Place {
    /// The program.
    pub app: TestApp,
    /// Where its letters lie.
    pub folder: Folder,
}

impl Place {
    /// Starts it.
    pub fn new() -> Self {
        let folder = fresh_folder("mail");
        let url = format!("file:{}", folder.0.display());
        Self {
            app: TestApp::with(&[
                ("HEARBACK_MAIL_URL", url.as_str()),
                ("HEARBACK_MAIL_FROM", "f@example.com"),
            ]),
            folder,
        }
    }

    /// The path of the link in the one letter that holds a word.
    pub fn link(&self, word: &str) -> String {
        let letters: Vec<String> =
            letters(&self.folder.0).into_iter().filter(|text| text.contains(word)).collect();
        assert_eq!(letters.len(), 1, "letters with {word}");
        make::answer_path(&letters[0])
    }

    /// Runs a command of the program on the same database and folder.
    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        let data = self.folder.0.join("data");
        let url = format!("file:{}", self.folder.0.display());
        let settings = [
            ("DATABASE_URL", self.app.database.url.as_str()),
            ("HEARBACK_DATA", data.to_str().unwrap()),
            ("HEARBACK_SECRET", crate::support::app::SECRET),
            ("HEARBACK_MAIL_URL", url.as_str()),
            ("HEARBACK_MAIL_FROM", "f@example.com"),
        ];
        run(&settings, arguments)
    }
}

pub fn letters(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|end| end == "eml")).collect();
    files.iter().map(|file| make::decode(&std::fs::read_to_string(file).unwrap())).collect()
}

/// A visit of the person.
pub fn planted_visit(id: &str) -> Value {
    make::with(
        make::visit(id),
        json!({"customer": {"id": "C-PLANTED", "name": "Quendolyn Xanthippe-Planted", "email": "quen.planted@example.com",
            "phone": "+44 1632 960114"}, "lawful_basis": {"evidence": "told Quendolyn in person"}}),
    )
}

/// Everything that can be said about a person: one visit answered with words, one mailed, one still waiting.
pub fn planted(place: &Place) -> String {
    let app = &place.app;
    for n in 0..12 {
        app.bring(&make::visit(&format!("W{n}")));
    }
    app.work();
    for n in 0..12 {
        app.answer(&place.link(&format!("<w{n}@example.com>")), 1 + n % 5);
    }
    let key = app.client(&[Scope::VisitsWrite]);
    let body = planted_visit("WO-PLANTED-1").to_string();
    let headers =
        [("content-type", "application/json"), ("idempotency-key", "post-quen.planted@example.com")];
    key.send("POST", "/api/v1/visits", &headers, body.as_bytes()).expect(201);
    app.work();
    let path = place.link("quen.planted@example.com");
    app.anonymous().get(&path).expect(200);
    let customer = app.anonymous();
    let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
    let said = [
        ("nonce", nonce.as_str()),
        ("step", "2"),
        ("overall", "1"),
        ("process", "2"),
        ("put_right", "my plantedcomment about the boiler"),
        ("comment", "my plantedcomment about the boiler"),
        ("call_me", "yes"),
        ("call_time", "evening"),
        ("call_number", "01632 960114"),
    ];
    customer.post_form(&path, &said).expect(303);
    app.follow_answers();
    app.advance(TimeDelta::days(1));
    app.bring(&make::with(planted_visit("WO-PLANTED-2"), json!({"visited_at": "2026-11-21T14:00:00Z"})));
    app.work();
    app.execute(
        "INSERT INTO visit_outcome (visit_id, outcome, at, by, reason) SELECT id, outcome, now(), 'worker', \
         '550 5.1.1 quen.planted@example.com unknown' FROM visit WHERE external_id = 'WO-PLANTED-2'",
    )
    .unwrap();
    let id = app.value("SELECT id FROM customer WHERE external_id = 'C-PLANTED'");
    let caller = app.staff(Role::Caller, None);
    for (to, fields) in [
        ("notes", vec![("words", "Biscuit the plantedpuppy"), ("purpose", "greeting"), ("months", "24")]),
        ("preferences", vec![("language", "en"), ("time_zone", "Europe/London")]),
        ("stop", vec![("channel", "phone"), ("reason", "plantedreason for no calls")]),
    ] {
        post(&caller, &format!("/customers/{id}/{to}"), &fields).expect(303);
    }
    caller.get(&format!("/customers/{id}")).expect(200);
    plant_stage(app);
    id
}

/// An import that died left rows of theirs in the stage.
fn plant_stage(app: &TestApp) {
    let run = hearback::ids::new_id();
    app.execute(&format!(
        "INSERT INTO import_run (id, kind, started_at, seen_at) VALUES ('{run}', 'visits', now(), now())"
    ))
    .unwrap();
    // As they are packed: before each cell its length.
    app.execute(&format!(
        "INSERT INTO import_row (import_run_id, id, line, key, cells, is_shadow) VALUES \
         ('{run}', 1, 2, 'X9', '\\x18000000' || 'quen.planted@example.com'::bytea || '\\x09000000' || 'Quendolyn'::bytea, \
         false), ('{run}', 2, 3, 'X9', '\\x00', false), ('{run}', 3, 4, 'WO-PLANTED-1', '\\x00', false), \
         ('{run}', 4, 5, 'other', '\\x00', false)"
    ))
    .unwrap();
}
