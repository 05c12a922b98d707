//! Wrong settings stop the start with their name and an example; `check` says what is wrong and hides secrets.

use crate::road::{lent, settings};
use crate::support::app::SECRET;
use crate::support::database::Database;
use crate::support::program::{complained, run, said};
use crate::support::{TestApp, free_port, fresh_folder, make};
use serde_json::json;

#[test]
fn a_wrong_setting_stops_the_start_with_its_name_and_an_example() {
    for (name, value) in [
        ("DATABASE_URL", "mysql:somewhere"),
        ("HEARBACK_PUBLIC_URL", "feedback.example.com"),
        ("HEARBACK_LISTEN", "8080"),
        ("HEARBACK_MAIL_URL", "http://mail.example.com"),
        ("HEARBACK_MAIL_CA", "no-such-file"),
        ("HEARBACK_MAIL_FROM", "nobody"),
        ("HEARBACK_REPLY_TO", "nobody"),
        ("HEARBACK_DKIM_KEY", "no-such-file"),
        ("HEARBACK_SECRET", "1:too short"),
        ("HEARBACK_SENDING", "maybe"),
        ("HEARBACK_SURVEY_DELAY", "soon"),
        ("HEARBACK_SEND_WINDOW", "weekdays"),
        ("HEARBACK_RETRY_FIRST", "0s"),
        ("HEARBACK_LEASE", "x"),
        ("HEARBACK_TIME_ZONE", "Mars/Olympus"),
        ("HEARBACK_LAWFUL_BASIS", "because"),
        ("HEARBACK_MAIL_TEMPLATES", "no-such-folder"),
        ("HEARBACK_LOG", "hearback=loud"),
    ] {
        let folder = fresh_folder("config");
        let data = folder.0.join("data").display().to_string();
        let output = run(&[("HEARBACK_DATA", &data), (name, value)], &["serve"]);
        let words = complained(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {words}");
        assert!(words.contains(name) && words.contains(&format!("Example: {name}=")), "{words}");
        assert!(words.lines().count() == 1 && !words.contains("too short"), "{words}");
        assert!(said(&output).is_empty());
    }
}

#[test]
fn without_a_secret_one_is_made_once_and_kept_from_others() {
    use std::os::unix::fs::PermissionsExt;
    let (database, folder) = (Database::migrated(), fresh_folder("secret"));
    let data = folder.0.join("data");
    let settings = [("DATABASE_URL", database.url.as_str()), ("HEARBACK_DATA", data.to_str().unwrap())];
    assert!(run(&settings, &["sending", "status"]).status.success());
    let made = std::fs::read_to_string(data.join("secret")).unwrap();
    let rights = std::fs::metadata(data.join("secret")).unwrap().permissions().mode();
    assert_eq!(rights & 0o777, 0o600);
    assert!(run(&settings, &["sending", "status"]).status.success());
    assert_eq!(std::fs::read_to_string(data.join("secret")).unwrap(), made);
}

#[test]
fn a_start_without_the_secret_of_planned_links_is_refused() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let other = "other:fedcba9876543210fedcba9876543210";
    let both = format!("{other},{SECRET}");
    let start = |secret: &str| {
        let settings = [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", secret)];
        run(&settings, &["sending", "status"])
    };
    let refused = start(other);
    let words = complained(&refused);
    assert_eq!(refused.status.code(), Some(1), "{words}");
    assert!(words.contains("HEARBACK_SECRET") && words.contains("the id test"), "{words}");
    assert!(start(&both).status.success());
}

#[test]
fn an_address_that_is_taken_stops_the_start() {
    let database = Database::migrated();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (mut all, _) = settings(&database, "file:mail".to_owned());
    all.push(("HEARBACK_LISTEN", address));
    let output = run(&lent(&all), &["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complained(&output).contains("HEARBACK_LISTEN"), "{}", complained(&output));
}

#[test]
fn check_names_a_relay_that_is_not_there_and_hides_its_password() {
    let database = Database::migrated();
    let mail = format!("smtp://robot:hunter2hunter2@127.0.0.1:{}?tls=none", free_port());
    let (all, _) = settings(&database, mail);
    let output = run(&lent(&all), &["check"]);
    let words = said(&output) + &complained(&output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    let wrong: Vec<&str> = words.lines().filter(|line| line.contains("WRONG")).collect();
    assert!(
        wrong.len() == 1 && wrong[0].starts_with("mail") && wrong[0].contains("HEARBACK_MAIL_URL"),
        "{words}"
    );
    assert!(!words.contains("hunter2") && !words.contains(&SECRET[5..]), "{words}");
}

#[test]
fn check_names_a_database_that_is_not_there_and_hides_its_password() {
    let url = format!("postgresql://robot:hunter2hunter2@127.0.0.1:{}/none", free_port());
    let settings =
        [("DATABASE_URL", url.as_str()), ("HEARBACK_SECRET", SECRET), ("HEARBACK_MAIL_URL", "file:mail")];
    let output = run(&settings, &["check"]);
    let words = said(&output) + &complained(&output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.lines().any(|line| line.starts_with("database") && line.contains("WRONG")), "{words}");
    assert!(!words.contains("hunter2"), "{words}");
}

#[test]
fn check_says_of_each_part_that_it_is_in_order_and_what_is_not_migrated() {
    let folder = fresh_folder("check");
    let (database, mail) = (Database::migrated(), format!("file:{}", folder.0.join("mail").display()));
    let (all, _) = settings(&database, mail.clone());
    let output = run(&lent(&all), &["check"]);
    let words = said(&output);
    assert!(output.status.success(), "{words}");
    for part in ["settings", "secret", "database", "letters", "mail"] {
        assert!(words.lines().any(|line| line.starts_with(part) && line.contains(" ok ")), "{part}: {words}");
    }
    let empty = Database::empty();
    let (all, _) = settings(&empty, mail);
    let words = said(&run(&lent(&all), &["check"]));
    assert!(words.contains("migrations pending"), "{words}");
    let output = run(&lent(&all), &["migrate"]);
    assert!(output.status.success() && said(&output).lines().count() >= 9, "{}", said(&output));
    assert!(said(&run(&lent(&all), &["migrate"])).is_empty());
}

#[test]
fn the_help_of_check_lists_every_setting() {
    let words = said(&run(&[], &["check", "--help"]));
    for setting in hearback::config::SETTINGS {
        assert!(words.contains(setting.name) && words.contains(setting.example), "{}", setting.name);
    }
}

#[test]
fn sending_is_switched_and_told_by_a_command() {
    let app = TestApp::with(&[("HEARBACK_SENDING", "off")]);
    // The command goes by the database's time.
    let now = hearback::db::read_time(&mut app.connection()).unwrap();
    app.app.clock.set(now);
    app.bring(&make::with(make::visit("W1"), json!({"visited_at": now.to_rfc3339()})));
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", SECRET)];
    let sending = |action: &str| {
        let output = run(&settings, &["sending", action]);
        assert!(output.status.success(), "{}", complained(&output));
        said(&output)
    };
    assert!(sending("status").starts_with("sending off"));
    assert!(sending("on").starts_with("sending on"));
    assert!(sending("status").starts_with("sending on"));
    app.work();
    assert_eq!(app.memory.letters().len(), 1);
    assert!(sending("off").starts_with("sending off"));
    assert!(sending("status").starts_with("sending off"));
    let audited = "SELECT detail->>'to' FROM audit_entry WHERE action = 'sending.switched' ORDER BY id";
    assert_eq!(app.rows(audited), ["on", "off"]);
}

#[test]
fn a_command_that_cannot_be_done_says_why_and_exits_with_1() {
    let database = Database::migrated();
    let settings = [("DATABASE_URL", database.url.as_str()), ("HEARBACK_SECRET", SECRET)];
    for (arguments, why) in [
        (vec!["key", "add", "--name", "x", "--scope", "visits:write,evaluations:read"], "--scope"),
        (vec!["key", "add", "--name", " ", "--scope", "visits:write"], "name"),
        (vec!["user", "add", "--email", "nobody", "--role", "hr"], "--email"),
        (vec!["user", "add", "--email", "m@example.com", "--role", "manager"], "--team"),
        (vec!["evaluate", "--from", "2026-02-01", "--to", "2026-01-01"], "before"),
    ] {
        let output = run(&settings, &arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let words = complained(&output).to_lowercase();
        assert!(words.contains(why.trim_start_matches('-')) && said(&output).is_empty(), "{words}");
    }
}
