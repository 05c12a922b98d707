//! What the description of the API promises, tried by a program that has read it (Schemathesis).

use crate::support::{TestApp, fresh_folder, make, programs_or_skip};
use hearback::accounts::Scope;
use std::path::Path;
use std::process::Command;

#[test]
fn nothing_that_can_be_sent_to_the_api_breaks_it_and_what_it_says_is_as_described() {
    let Some([schemathesis]) = programs_or_skip("schemathesis", ["schemathesis"]) else { return };
    let app = TestApp::start();
    // Something to find.
    for at in 1..=3 {
        let path = app.mailed(&format!("W{at}"));
        app.say(&path, "4", "Quick and tidy");
    }
    app.bring(&make::visit("W4"));
    // No key that brings visits can read answers.
    let (brings, reads): (Vec<Scope>, Vec<Scope>) =
        Scope::ALL.iter().partition(|scope| matches!(scope, Scope::VisitsWrite));
    for scopes in [brings, reads] {
        run(&schemathesis, &app, &scopes);
    }
}

#[track_caller]
fn run(schemathesis: &Path, app: &TestApp, scopes: &[Scope]) {
    let folder = fresh_folder("schemathesis");
    let key = app.key(scopes);
    let run = Command::new(schemathesis)
        .args(["run", &format!("{}/api/v1/openapi.json", app.base)])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--checks", "not_a_server_error,content_type_conformance,response_schema_conformance"])
        // Two of its workers share a cache and now and then trip over each other.
        .args(["--max-examples", "100", "--workers", "1", "--max-time", "60", "--warnings", "off"])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{scopes:?}: {said}{}", String::from_utf8_lossy(&run.stderr));
}
