//! A database that dies under load, and one that takes no writes any more (rows 17 and 20).

use crate::support::database::{Database, environment};
use crate::support::lab::Lab;
use crate::support::program::Program;
use crate::support::scripted::SOON;
use crate::support::{Folder, fresh_folder, make, wait_until};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use hearback::db::postgres::{Options, Postgres};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server of the test's own that keeps what it has committed, whatever becomes of it.
pub(crate) struct OwnServer {
    running: Option<Postgres>,
    options: Options,
    folder: Folder,
}

impl OwnServer {
    pub(crate) fn start() -> Self {
        let folder = fresh_folder("own");
        let cache = environment("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| environment("HOME").map(|home| PathBuf::from(home).join(".cache")));
        let options = Options {
            dir: folder.0.join("postgres"),
            throw_away: false,
            bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
            cache_dir: cache.unwrap_or_else(std::env::temp_dir).join("hearback"),
            path: environment("PATH").map(Into::into),
        };
        let running = Some(Postgres::start(&options).unwrap_or_else(|error| panic!("{error}")));
        Self { running, options, folder }
    }

    /// A database without a single table.
    pub(crate) fn empty(&self) -> Database {
        let postgres = self.running.as_ref().unwrap();
        let mut admin = PgConnection::establish(&postgres.url("postgres")).unwrap();
        hearback::db::create_database(&mut admin, "hearback").unwrap();
        Database::elsewhere(postgres.url("hearback"))
    }

    /// A database with our tables.
    pub(crate) fn database(&self) -> Database {
        let database = self.empty();
        let mut connection = database.connect();
        hearback::db::migrate::run(&mut connection).unwrap();
        let now = hearback::db::read_time(&mut connection).unwrap();
        hearback::surveys::builtin::publish(&mut connection, now).unwrap();
        database
    }

    /// What `pg_ctl stop -m immediate` does: everything in memory is lost, and every conversation.
    pub(crate) fn crash(&self) {
        let file = self.options.dir.join("data/postmaster.pid");
        let pid = std::fs::read_to_string(&file).unwrap().lines().next().unwrap().to_owned();
        assert!(Command::new("kill").args(["-s", "QUIT", &pid]).status().unwrap().success());
        wait_until("the end of Postgres", SOON, || {
            (!Path::new(&format!("/proc/{pid}")).exists()).then_some(())
        });
    }

    /// Brings it up again on the same data.
    pub(crate) fn restart(&mut self) {
        let again = Postgres::start(&self.options).unwrap_or_else(|error| panic!("{error}"));
        self.running = Some(again);
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.running = None;
        let pid = self.options.dir.join("server.pid");
        wait_until("the end of Postgres", SOON, || (!pid.exists()).then_some(()));
        drop(std::fs::remove_dir_all(&self.folder.0));
    }
}

#[test]
fn f17_a_database_that_crashes_under_load_costs_no_letter_and_doubles_none() {
    const CRASHES: usize = 3;
    let mut server = OwnServer::start();
    let lab = Lab::on(server.database(), &[], &[]);
    let mut worker = lab.worker(&[]);
    for crash in 0..CRASHES {
        let ids: Vec<String> = (0..60).map(|at| format!("W{crash}x{at}")).collect();
        lab.bring(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        lab.relay.wait_times(crash * 60 + 10, "reached", "data", "*");
        server.crash();
        if crash == 1 {
            // It lives on without a database, and says so.
            wait_until("its word", SOON, || worker.words().contains("does not answer").then_some(()));
            assert!(!worker.has_ended(), "{}", worker.words());
        }
        server.restart();
        wait_until("all letters", SOON, || (planned(&lab) == 0).then_some(()));
    }
    assert!(!worker.has_ended(), "{}", worker.words());
    drop(worker);
    lab.settle();
    lab.check(CRASHES * 60, CRASHES * 4);
    assert!(lab.relay.taken("*") >= CRASHES * 60 - CRASHES * 4);
    drop(lab);
}

/// How many wait to be sent; those past the marker do not.
fn planned(lab: &Lab) -> usize {
    let sql = "SELECT count(*) FROM invitation i WHERE state = 'planned' OR (state = 'sending' AND NOT EXISTS \
               (SELECT 1 FROM delivery_attempt a WHERE a.invitation_id = i.id AND a.state = 'past_marker'))";
    lab.app.value(sql).parse().unwrap()
}

/// Makes the database refuse every write, as with a full disk or a full quota, or take them again.
fn writes(admin: &mut PgConnection, allowed: bool) {
    let now = if allowed { "off" } else { "on" };
    admin
        .batch_execute(&format!(
            "SET default_transaction_read_only = off; \
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {now}', \
             current_database()); END $$; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ))
        .unwrap();
}

fn held_at(stage: &str) -> (Lab, Program, PgConnection) {
    let lab = Lab::start(&[&format!("{stage}: @1 pause")]);
    lab.bring(&["W1"]);
    let worker = lab.worker(&[]);
    lab.relay.wait("paused", stage, "W1");
    let mut admin = lab.app.connection();
    writes(&mut admin, false);
    (lab, worker, admin)
}

#[test]
fn f20_without_room_for_the_marker_no_letter_leaves_and_it_goes_out_by_itself_later() {
    let (lab, mut worker, mut admin) = held_at("data");
    lab.relay.go();
    let refused = || worker.words().contains("the worker goes on in the next round").then_some(());
    wait_until("a round that failed", SOON, refused);
    assert_eq!(lab.relay.count("reached", "body", "*"), 0, "a letter left without a marker");
    writes(&mut admin, true);
    wait_until("the letter sent", SOON, || (lab.app.outcome("W1") == "sent").then_some(()));
    assert!(!worker.has_ended(), "{}", worker.words());
    assert_eq!(lab.relay.taken("W1"), 1);
    lab.check(1, 0);
}

#[test]
fn f20_without_room_for_the_record_the_letter_is_unknown_or_sent_and_never_goes_out_again() {
    let (lab, worker, mut admin) = held_at("dot");
    lab.relay.go();
    lab.relay.wait("reached", "accepted", "W1");
    wait_until("a round that failed", SOON, || {
        worker.words().contains("the worker goes on in the next round").then_some(())
    });
    writes(&mut admin, true);
    lab.bring(&["W2"]);
    wait_until("the next letter", SOON, || (lab.app.outcome("W2") == "sent").then_some(()));
    drop(worker);
    lab.settle();
    assert!(["unknown", "sent"].contains(&lab.stands("W1").0.as_str()));
    assert_eq!((lab.relay.taken("W1"), lab.relay.count("reached", "dot", "W1")), (1, 1));
    lab.check(2, 1);
}

#[test]
fn f20_without_room_for_an_answer_the_customer_is_told_to_come_back_and_keeps_the_form() {
    let lab = Lab::start(&[]);
    lab.bring(&["W1"]);
    lab.app.work();
    let path = make::answer_path(&make::decode(&lab.relay.letters()[0]));
    let customer = lab.app.anonymous();
    let nonce = customer.get(&path).expect(200).hidden("nonce");
    let mut admin = lab.app.connection();
    writes(&mut admin, false);
    let fields = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "4")];
    let refused = customer.post_form(&path, &fields).expect(503);
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    writes(&mut admin, true);
    wait_until("the answer taken", SOON, || (customer.post_form(&path, &fields).status == 303).then_some(()));
    assert_eq!(lab.app.outcome("W1"), "answered");
    assert_eq!(lab.app.value("SELECT count(*) FROM response"), "1");
}
