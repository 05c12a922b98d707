//! Webhooks under trouble: private networks, two workers, crashes, slow and hostile receivers.

use crate::mail_relay::Act::{Encrypt, Hang, Line, Say};
use crate::mail_relay::{Certificates, start};
use crate::support::program::Program;
use crate::support::receiver::Receiver;
use crate::support::{TestApp, make, programs_or_skip, wait_until};
use crate::webhooks::{app, deliver, endpoint, happen, states};
use chrono::TimeDelta;
use hearback::audit::Actor;
use hearback::webhooks::change::{self, Wanted};
use hearback::webhooks::queries::work;
use hearback::webhooks::{Kind, send};
use hearback::{db, worker};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::watch;

fn errors(app: &TestApp) -> Vec<String> {
    app.rows("SELECT coalesce(error, '-') FROM webhook_attempt ORDER BY at, message_id")
}

#[test]
fn nothing_is_sent_into_private_networks_by_default() {
    let (app, receiver) = (TestApp::start(), Receiver::start());
    let port = receiver.url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
    for url in [
        receiver.url.clone(),
        format!("https://127.0.0.1:{port}/"),
        "https://127.0.0.1/".to_owned(),
        "https://0x7f000001/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "http://hooks.example.com/".to_owned(),
        "https://me:secret@hooks.example.com/".to_owned(),
    ] {
        let wanted = Wanted { url: url.clone(), description: String::new(), events: vec![Kind::ScoreLow] };
        let refused = change::add(&mut app.connection(), &app.app, &wanted, Actor::Shell).unwrap_err();
        assert_eq!((refused.kind.status(), refused.fields[0].field.as_str()), (422, "/url"), "{url}");
    }
    // Whatever got into the table or whatever a name leads to: the connection itself is refused.
    endpoint(&app, "https://hooks.example.com/", &[Kind::StatementIssued]);
    for url in
        [receiver.url.clone(), format!("https://localhost:{port}/"), format!("http://localhost:{port}/")]
    {
        app.execute(&format!("UPDATE webhook_endpoint SET url = '{url}'")).unwrap();
        happen(&app, 1);
        app.advance(TimeDelta::seconds(1));
        deliver(&app);
    }
    assert!(errors(&app).iter().all(|error| error == "private"), "{:?}", errors(&app));
    assert_eq!((errors(&app).len(), receiver.posts().len()), (3, 0));
}

#[test]
fn what_keeps_a_message_from_arriving_is_told_apart() {
    let app = app();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (plain, cut) = (Receiver::start(), Receiver::start());
    endpoint(&app, &plain.url, &[Kind::StatementIssued]);
    for (url, error) in [
        (format!("http://{closed}/"), "connection"),
        ("https://no-such-host.invalid/".to_owned(), "no_host"),
        (plain.url.replace("http:", "https:"), "tls"),
        (cut.url.clone(), "protocol"),
    ] {
        cut.answers_with("no HTTP at all\r\n\r\n".to_owned());
        app.execute("DELETE FROM webhook_message").unwrap();
        app.execute(&format!("UPDATE webhook_endpoint SET url = '{url}'")).unwrap();
        happen(&app, 1);
        deliver(&app);
        assert_eq!(
            (errors(&app), states(&app)),
            (vec![error.to_owned()], vec!["waiting".to_owned()]),
            "{url}"
        );
    }
}

#[test]
fn two_workers_send_each_message_once() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    happen(&app, 120);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                // A worker that finds nothing free looks again.
                while app.value("SELECT count(*) FROM webhook_message WHERE state <> 'delivered'") != "0" {
                    runtime.block_on(send::due(&app.app)).unwrap();
                }
            });
        }
    });
    let posts = receiver.posts();
    let ids: BTreeSet<&str> = posts.iter().map(|post| post.header("webhook-id")).collect();
    assert_eq!((posts.len(), ids.len()), (120, 120));
}

#[test]
fn a_crash_after_sending_repeats_the_message_under_its_id_and_a_late_worker_records_nothing() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    happen(&app, 1);
    let claim = || {
        let now = app.now();
        let lease = now + TimeDelta::seconds(60);
        db::transaction(&mut app.connection(), |connection| work::claim(connection, 16, now, lease)).unwrap()
    };
    let lost = claim().remove(0);
    app.advance(TimeDelta::seconds(59));
    assert_eq!(deliver(&app), 0, "it is somebody else's for a minute");
    app.advance(TimeDelta::seconds(1));
    // Another worker has it now: who was late may record nothing.
    let second = claim().remove(0);
    let record = |claimed| {
        let now = app.now() + TimeDelta::minutes(1);
        work::update_state(&mut app.connection(), claimed, "waiting", now).unwrap()
    };
    assert_eq!((second.id, record(&lost), record(&second)), (lost.id, false, true));
    app.advance(TimeDelta::minutes(1));
    assert_eq!(deliver(&app), 1);
    assert_eq!(receiver.only().header("webhook-id"), lost.id.to_string());
    let tried = app.rows("SELECT number || coalesce(' ' || status, '') FROM webhook_attempt ORDER BY number");
    assert_eq!(tried, ["1", "2", "3 204"], "the log shows the tries that nobody ended");
    assert!(!record(&second));
    assert_eq!(states(&app), ["delivered"]);
}

#[test]
fn a_slow_receiver_holds_no_transaction_and_nothing_else_of_the_worker() {
    let (app, slow, quick) = (app(), Receiver::start(), Receiver::start());
    endpoint(&app, &slow.url, &[Kind::StatementIssued]);
    endpoint(&app, &quick.url, &[Kind::StatementIssued]);
    slow.hold();
    happen(&app, 20);
    let (stop, stopped) = watch::channel(false);
    let running = app.app.clone();
    let working = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(worker::run(running, stopped));
    });
    wait_until("the quick receiver has all", Duration::from_secs(15), || {
        (quick.posts().len() == 20 && !slow.posts().is_empty()).then_some(())
    });
    assert!(slow.posts().len() <= 4, "at most four at once: {}", slow.posts().len());
    // Meanwhile the same worker mails, and no transaction is open.
    app.bring(&make::visit("W1"));
    wait_until("the letter is sent", Duration::from_secs(15), || (app.outcome("W1") == "sent").then_some(()));
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND state LIKE 'idle in transaction%' AND now() - xact_start > interval '1 second'";
    assert_eq!(app.value(open), "0");
    assert!(slow.posts().len() <= 4);
    // A stop waits for what is under way and writes it down.
    let told = Instant::now();
    stop.send(true).unwrap();
    slow.release();
    working.join().unwrap();
    assert!(told.elapsed() < Duration::from_secs(15));
    assert_eq!(app.value("SELECT count(*) FROM webhook_message WHERE state = 'sending'"), "0");
    let sent: BTreeSet<String> =
        slow.posts().iter().map(|post| post.header("webhook-id").to_owned()).collect();
    assert_eq!(sent.len(), slow.posts().len(), "none twice");
}

#[test]
fn the_body_of_an_answer_is_neither_read_nor_kept() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    // A body without end would keep whoever reads it.
    receiver.answers_with("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nplantedanswer".to_owned());
    happen(&app, 1);
    let begun = Instant::now();
    deliver(&app);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(states(&app), ["delivered"]);
    assert!(!app.dump_all().contains("plantedanswer"));
    // A head without end is cut off.
    receiver.answers_with(format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(100_000)));
    happen(&app, 1);
    deliver(&app);
    assert_eq!(states(&app), ["delivered", "waiting"]);
}

#[test]
fn nothing_is_told_while_the_fuse_is_blown() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    app.work();
    app.execute("UPDATE sending_fuse SET blown_at = now(), reason = 'restored'").unwrap();
    happen(&app, 1);
    let (stop, stopped) = watch::channel(false);
    let running = app.app.clone();
    let working = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(worker::run(running, stopped));
    });
    // The worker's rounds show that it had its time.
    app.execute("DELETE FROM schedule").unwrap();
    wait_until("a few rounds", Duration::from_secs(15), || {
        (app.value("SELECT count(*) FROM schedule") != "0").then_some(())
    });
    assert_eq!((receiver.posts().len(), states(&app)), (0, vec!["waiting".to_owned()]));
    app.execute("UPDATE sending_fuse SET blown_at = NULL, reason = NULL, released_at = now()").unwrap();
    wait_until("the message", Duration::from_secs(15), || (receiver.posts().len() == 1).then_some(()));
    stop.send(true).unwrap();
    working.join().unwrap();
}

#[test]
fn https_wants_a_certificate_that_holds() {
    let Some([openssl]) = programs_or_skip("webhooks", ["openssl"]) else { return };
    let (app, known) = (app(), Certificates::new(&openssl, "IP:127.0.0.1"));
    let answer = [Encrypt, Line, Say("HTTP/1.1 204 No Content\r\nconnection: close\r\n"), Hang];
    let (port, refused) = start(answer, Some(&known));
    endpoint(&app, &format!("https://127.0.0.1:{port}/"), &[Kind::StatementIssued]);
    happen(&app, 1);
    deliver(&app);
    assert_eq!((errors(&app), states(&app)), (vec!["tls".to_owned()], vec!["waiting".to_owned()]));
    assert_eq!(refused.join().unwrap(), [""; 0], "nothing was told to it");
    // A program whose machine trusts the authority.
    let (port, told) = start(answer, Some(&known));
    app.execute(&format!("UPDATE webhook_endpoint SET url = 'https://127.0.0.1:{port}/'")).unwrap();
    app.execute("UPDATE webhook_message SET due_at = now()").unwrap();
    let authority = known.authority();
    let settings = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_SECRET", crate::support::app::SECRET),
        ("HEARBACK_WEBHOOK_NETWORKS", "127.0.0.0/8"),
        ("SSL_CERT_FILE", authority.to_str().unwrap()),
    ];
    let mut program = Program::start(&settings, &["work"]);
    wait_until("the message", Duration::from_secs(30), || (states(&app) == ["delivered"]).then_some(()));
    program.signal("TERM");
    assert!(program.end(Duration::from_secs(30)).success(), "{}", program.words());
    let lines = told.join().unwrap();
    assert!(lines.iter().any(|line| line.starts_with("webhook-signature: v1,")), "{lines:?}");
}
