//! The signal to stop: who looks is told first, nobody is cut off, and the image can ask about its health.

use crate::road::{lent, settings, wait_ready};
use crate::support::database::Database;
use crate::support::program::{Program, complained, run, said};
use crate::support::scripted::SOON;
use crate::support::{Client, TestApp, wait_until};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn a_server_that_was_told_to_stop_says_so_and_answers_until_the_drain_is_over() {
    let database = Database::migrated();
    let (mut all, base) = settings(&database, "file:mail".to_owned());
    all.push(("HEARBACK_DRAIN", "10min".to_owned()));
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    program.signal("TERM");
    let client = Client::new(&base);
    wait_until("its word", SOON, || (client.get("/readyz").status == 503).then_some(()));
    assert_eq!(client.get("/readyz").body, "stopping\n");
    client.get("/healthz").expect(200);
    client.get("/login").expect(200);
    let health = run(&lent(&all), &["health"]);
    assert_eq!((health.status.code(), complained(&health).trim()), (Some(1), "hearback: stopping"));
    // Whoever is in a hurry says so again.
    program.signal("TERM");
    assert_eq!(program.end(SOON).code(), Some(0), "{}", program.words());
}

#[test]
fn a_request_under_way_is_answered_after_the_signal() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let (all, base) = settings(&app.database, "file:mail".to_owned());
    let mut program = Program::start(&lent(&all), &["serve", "--no-worker"]);
    wait_ready(&mut program, &base);
    let nonce = Client::new(&base).get(&path).expect(200).hidden("nonce");
    let body = format!("nonce={nonce}&step=1&overall=5");
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let (first, second) = body.split_at(body.len() / 2);
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{first}",
        body.len()
    )
    .unwrap();
    // It has the first half when it answers a later request of the same kind.
    Client::new(&base).get(&path).expect(200);
    program.signal("TERM");
    wait_until("the end of listening", SOON, || TcpStream::connect(address).err());
    assert!(!program.has_ended(), "{}", program.words());
    stream.write_all(second.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 303 "), "{reply}");
    assert_eq!(program.end(SOON).code(), Some(0), "{}", program.words());
    assert_eq!(app.value("SELECT answers->>'overall' FROM response"), "5");
}

#[test]
fn the_health_of_a_server_is_asked_by_a_command() {
    let database = Database::migrated();
    let (all, base) = settings(&database, "file:mail".to_owned());
    let before = run(&lent(&all), &["health"]);
    assert_eq!(before.status.code(), Some(1));
    assert!(complained(&before).contains("does not answer"), "{}", complained(&before));
    let mut program = Program::start(&lent(&all), &["serve", "--no-worker"]);
    wait_ready(&mut program, &base);
    let ready = run(&lent(&all), &["health"]);
    assert_eq!((ready.status.code(), said(&ready).trim()), (Some(0), "ready"), "{}", complained(&ready));
    crate::support::database::rows(&mut database.connect(), "SELECT 1");
    let undone = "DELETE FROM __diesel_schema_migrations WHERE version = \
                  (SELECT max(version) FROM __diesel_schema_migrations)";
    diesel::RunQueryDsl::execute(diesel::sql_query(undone), &mut database.connect()).unwrap();
    let old = run(&lent(&all), &["health"]);
    assert_eq!(old.status.code(), Some(1));
    assert!(complained(&old).contains("run hearback migrate"), "{}", complained(&old));
}
