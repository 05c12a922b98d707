//! Through a pooler in transaction mode: three sessions for all clients, a transaction each time.

use crate::road::{lent, line, settings, wait_ready};
use crate::support::database::{Database, rows};
use crate::support::make;
use crate::support::pgbouncer::PgBouncer;
use crate::support::program::{Program, complained, run, said};
use crate::support::scripted::{SOON, Scripted};
use crate::support::{Client, programs_or_skip, wait_until};
use serde_json::{Value, json};

/// How many customers there are at once, and how many in all.
const CLIENTS: usize = 8;
const VISITS: usize = 48;

/// The settings of a program behind a pooler.
fn behind(pooler: &PgBouncer, database: &Database, mail: String) -> (Vec<(&'static str, String)>, String) {
    let (mut all, base) = settings(database, mail);
    all.retain(|(name, _)| *name != "DATABASE_URL");
    all.push(("DATABASE_URL", pooler.url.clone()));
    (all, base)
}

fn visits(database: &Database) -> Vec<Value> {
    let at =
        "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let at = rows(&mut database.connect(), at).remove(0);
    (0..VISITS).map(|n| make::with(make::visit(&format!("W{n}")), json!({ "visited_at": at }))).collect()
}

/// Does something at once for each customer, several at a time.
fn at_once(paths: &[String], work: impl Fn(&str) + Sync) {
    std::thread::scope(|scope| {
        for part in paths.chunks(paths.len().div_ceil(CLIENTS)) {
            scope.spawn(|| part.iter().for_each(|path| work(path)));
        }
    });
}

#[test]
fn the_whole_road_works_through_a_pooler_in_transaction_mode() {
    let Some([pgbouncer]) = programs_or_skip("operations_pooler", ["pgbouncer"]) else { return };
    let (database, relay) = (Database::migrated(), Scripted::start(&[]));
    let pooler = PgBouncer::start(&pgbouncer, &database);
    let (mut all, base) = behind(&pooler, &database, relay.url());
    all.push(("HEARBACK_POOLER", "transaction".to_owned()));
    all.push(("HEARBACK_RATE", "100000/min".to_owned()));
    let mut server = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut server, &base);
    let key = line(&all, &["key", "add", "--name", "brings", "--scope", "visits:write"]);
    let visits = Value::from(visits(&database));
    let told =
        Client::new(&base).with_key(&key).post_json("/api/v1/visits/batch", &visits).expect(200).json();
    assert_eq!(told["accepted"], VISITS, "{told}");
    relay.wait_times(VISITS, "accepted", "dot", "*");
    let paths: Vec<String> =
        relay.letters().iter().map(|letter| make::answer_path(&make::decode(letter))).collect();
    assert_eq!(paths.len(), VISITS);
    at_once(&paths, |path| {
        let customer = Client::new(&base);
        let nonce = customer.get(path).expect(200).hidden("nonce");
        customer.post_form(path, &[("nonce", &nonce), ("step", "1"), ("overall", "4")]).expect(303);
        let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
        let second = [("nonce", nonce.as_str()), ("step", "2"), ("overall", "5"), ("comment", "Fine work")];
        customer.post_form(path, &second).expect(303);
    });
    let stored = "SELECT count(*) FROM response WHERE answers->>'overall' = '5' AND comment = 'Fine work'";
    assert_eq!(rows(&mut database.connect(), stored), [VISITS.to_string()]);
    wait_until("the fold", SOON, || {
        rows(&mut database.connect(), "SELECT 1 FROM changed_visit").is_empty().then_some(())
    });
    let evaluated =
        run(&lent(&all), &["evaluate", "--from", "2020-01-01", "--to", "2100-01-01", "--format", "csv"]);
    assert!(evaluated.status.success() && said(&evaluated).contains("E17"), "{}", complained(&evaluated));
    for command in [["recount"].as_slice(), &["audit", "verify"], &["check"], &["sending", "status"]] {
        let told = run(&lent(&all), command);
        assert!(told.status.success(), "{command:?}: {}{}", said(&told), complained(&told));
    }
    server.signal("TERM");
    assert_eq!(server.end(SOON).code(), Some(0), "{}", server.words());
    let words = server.words();
    assert!(!words.contains("ERROR") && !words.contains("prepared statement"), "{words}");
    assert!(!pooler.words().contains("closing because: server"), "{}", pooler.words());
}

#[test]
fn without_the_setting_the_same_pooler_breaks_the_program() {
    let Some([pgbouncer]) = programs_or_skip("operations_pooler", ["pgbouncer"]) else { return };
    let database = Database::migrated();
    let pooler = PgBouncer::start(&pgbouncer, &database);
    let (all, base) = behind(&pooler, &database, "file:mail".to_owned());
    let server = Program::start(&lent(&all), &["serve"]);
    let address = base.strip_prefix("http://").unwrap();
    wait_until("listening", SOON, || std::net::TcpStream::connect(address).ok());
    let words = "prepared statement";
    wait_until("a statement that is not there", SOON, || {
        let paths = vec!["/s/aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(); 64];
        at_once(&paths, |path| drop(Client::new(&base).get(path)));
        server.words().contains(words).then_some(())
    });
}
