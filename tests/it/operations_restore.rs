//! A backup put back into a fresh cluster: nothing is mailed until somebody has looked, everything else is there, and
//! nobody gets a letter twice.

use crate::faults_database::OwnServer;
use crate::road::{lent, settings, wait_ready};
use crate::support::database::{Database, dump, rows};
use crate::support::lab::Lab;
use crate::support::make;
use crate::support::program::{Program, complained, run, said};
use crate::support::scripted::SOON;
use crate::support::{Client, free_port, fresh_folder, wait_until};
use diesel::connection::SimpleConnection;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tables whose rows tell what was asked, answered and counted.
const KEPT: [&str; 9] = [
    "visit",
    "response",
    "response_revision",
    "invitation",
    "visit_outcome",
    "score_slice",
    "score_contribution",
    "audit_entry",
    "audit_seal",
];

/// A program of the newest PostgreSQL that is installed.
fn postgres_program(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folders| {
            folders.filter_map(Result::ok).map(|folder| folder.path().join("bin").join(name)).collect()
        })
        .unwrap_or_default();
    found.sort();
    found.into_iter().rfind(|file| file.is_file()).unwrap_or_else(|| PathBuf::from(name))
}

#[track_caller]
fn does(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The backup and the restore as the handbook has them.
#[track_caller]
fn put_back(from: &Database, into: &Database, folder: &Path) {
    let file = folder.join("backup");
    does(
        Command::new(postgres_program("pg_dump"))
            .args(["--format=custom", "--file"])
            .arg(&file)
            .arg(&from.owner_url),
    );
    let mut restore = Command::new(postgres_program("pg_restore"));
    restore.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--dbname"]);
    does(restore.arg(&into.owner_url).arg(&file));
}

/// A database with letters that were answered, one that nobody knows of, and two that are due.
fn used() -> Lab {
    let lab = Lab::start(&[]);
    lab.bring(&["W1", "W2", "W3", "W4"]);
    lab.app.work();
    assert_eq!(lab.relay.taken("*"), 4);
    for letter in lab.relay.letters() {
        let letter = make::decode(&letter);
        let is_for = |id: &str| letter.contains(&format!("{id}@example.com"));
        if is_for("w1") || is_for("w2") {
            lab.app.say(&make::answer_path(&letter), "4", "Tidy work");
        }
    }
    // Its worker died after the marker, before it heard of the letter.
    let died = "UPDATE delivery_attempt SET state = 'past_marker', ended_at = NULL, reply = NULL WHERE invitation_id = \
                (SELECT i.id FROM invitation i JOIN visit v ON v.id = i.visit_id WHERE v.external_id = 'W4'); \
                UPDATE invitation SET state = 'sending', sent_at = NULL, expires_at = NULL, further_at = NULL, \
                lease_owner = gen_random_uuid(), lease_until = now() - interval '1 minute' \
                WHERE visit_id = (SELECT id FROM visit WHERE external_id = 'W4'); \
                UPDATE visit SET outcome = 'sending' WHERE external_id = 'W4'";
    lab.app.connection().batch_execute(died).unwrap();
    lab.bring(&["W5", "W6"]);
    let fold = |connection: &mut diesel::PgConnection| {
        hearback::scores::fold(connection, "2026-11-28T00:00:00Z".parse().unwrap())
    };
    lab.app.block_on(lab.app.app.db(fold)).unwrap();
    lab
}

#[test]
fn a_restored_database_mails_nothing_until_somebody_has_looked_and_nobody_twice() {
    let (lab, server, folder) = (used(), OwnServer::start(), fresh_folder("restore"));
    let database = server.empty();
    put_back(&lab.app.database, &database, &folder.0);
    let before = dump(&mut lab.app.connection(), &KEPT);
    assert_eq!(dump(&mut database.connect(), &KEPT), before);

    database.connect().batch_execute("CREATE ROLE hearback LOGIN").unwrap();
    let (mut all, base) = settings(&database, lab.relay.url());
    all.push(("HEARBACK_DATABASE_ROLE", "hearback".to_owned()));
    all.push(("HEARBACK_REMINDERS", "0".to_owned()));
    assert!(run(&lent(&all), &["migrate"]).status.success());
    let metrics = format!("127.0.0.1:{}", free_port());
    all.retain(|(name, _)| *name != "DATABASE_URL");
    all.push(("DATABASE_URL", database.url.replace("user=postgres", "user=hearback")));
    all.push(("HEARBACK_METRICS_LISTEN", metrics.clone()));
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    wait_until("the fuse", SOON, || program.words().contains("the fuse has blown").then_some(()));
    rounds(&metrics, 4);
    assert_eq!(lab.relay.taken("*"), 4, "letters went out of a restored database");
    let why = rows(&mut database.connect(), "SELECT reason FROM sending_fuse WHERE blown_at IS NOT NULL");
    assert!(why[0].contains("another database"), "{why:?}");
    let status = said(&run(&lent(&all), &["sending", "status"]));
    assert!(status.contains("2 invitations due now"), "{status}");
    for command in [["recount"].as_slice(), &["audit", "verify"]] {
        let told = run(&lent(&all), command);
        assert!(told.status.success(), "{command:?}: {}{}", said(&told), complained(&told));
    }
    answers_are_there(&database);

    // Somebody has looked.
    assert!(run(&lent(&all), &["sending", "on"]).status.success());
    lab.relay.wait("accepted", "dot", "W5");
    lab.relay.wait("accepted", "dot", "W6");
    rounds(&metrics, 4);
    for id in ["W1", "W2", "W3", "W4", "W5", "W6"] {
        assert_eq!(lab.relay.taken(id), 1, "{id}");
    }
    let fate = "SELECT outcome FROM visit WHERE external_id = 'W4'";
    assert_eq!(
        rows(&mut database.connect(), fate),
        ["unknown"],
        "a letter past its marker is not sent again"
    );
    program.signal("TERM");
    assert_eq!(program.end(SOON).code(), Some(0), "{}", program.words());
}

/// Waits until the worker went round so many times more.
fn rounds(metrics: &str, more: u32) {
    let client = Client::new(&format!("http://{metrics}"));
    let done = || {
        let text = client.get("/metrics").expect(200).body;
        let series = "hearback_worker_rounds_total{result=\"ok\"} ";
        text.lines().find_map(|line| line.strip_prefix(series)).unwrap().parse::<f64>().unwrap()
    };
    let begun = done();
    wait_until("rounds of the worker", SOON, || (done() >= begun + f64::from(more)).then_some(()));
}

fn answers_are_there(database: &Database) {
    let answers = "SELECT v.external_id || ' ' || (r.answers->>'overall') || ' ' || r.comment FROM response r \
                   JOIN visit v ON v.id = r.visit_id ORDER BY 1";
    assert_eq!(rows(&mut database.connect(), answers), ["W1 4 Tidy work", "W2 4 Tidy work"]);
}
