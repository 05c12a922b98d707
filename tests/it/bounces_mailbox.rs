//! The mailbox in which bounces arrive, on a real Dovecot.

use crate::mail_relay::Certificates;
use crate::support::database::Database;
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::letters_back::sample;
use crate::support::{TestApp, make, program, programs_or_skip, wait_until};
use chrono::{DateTime, Utc};
use hearback::delivery::bounces::{Kind, Taken};
use hearback::delivery::collect::{self, Collected};
use serde_json::json;
use std::time::Duration;

#[track_caller]
fn with_mailbox(test: &str) -> Option<(Dovecot, TestApp)> {
    let [dovecot] = programs_or_skip(test, ["dovecot"])?;
    let dovecot = Dovecot::start(&dovecot);
    let app = TestApp::with(&[("HEARBACK_BOUNCE_MAILBOX", &dovecot.url())]);
    Some((dovecot, app))
}

#[track_caller]
fn collect(app: &TestApp, dovecot: &Dovecot) -> Collected {
    app.block_on(collect::all(&app.app)).unwrap_or_else(|error| panic!("{error}\n{}", dovecot.log()))
}

#[test]
fn what_lies_in_the_mailbox_is_taken_in_and_removed() {
    let Some((dovecot, app)) = with_mailbox("mailbox") else { return };
    assert_eq!(collect(&app, &dovecot), Collected::default());
    for (id, name) in
        [("W1", "postfix"), ("W2", "complaint"), ("W3", "out-of-office"), ("W4", "postfix-delayed")]
    {
        app.mailed(id);
        dovecot.deliver(id, &app.came_back(name, id));
    }
    assert_eq!(collect(&app, &dovecot), Collected { done: 4, aside: 0, left: 0 });
    let outcomes = ["W1", "W2", "W3", "W4"].map(|id| app.outcome(id));
    assert_eq!(outcomes, ["bounced", "opted_out", "sent", "sent"]);
    assert_eq!((dovecot.waiting(), dovecot.aside()), (0, 0));
}

#[test]
fn what_nobody_understands_is_put_aside_and_never_deleted() {
    let Some((dovecot, app)) = with_mailbox("quarantine") else { return };
    app.mailed("W1");
    dovecot.deliver("forged", &sample("postfix", "W1", "bounces@example.com"));
    dovecot.deliver("person", &app.came_back("person", "W1"));
    dovecot.deliver("broken", &app.came_back("empty-report", "W1"));
    dovecot.deliver("long", &[app.came_back("postfix", "W1"), vec![b'x'; 3 << 20]].concat());
    dovecot.deliver("empty", b"\n");
    assert_eq!(collect(&app, &dovecot), Collected { done: 0, aside: 5, left: 0 });
    assert_eq!((dovecot.waiting(), dovecot.aside(), app.outcome("W1").as_str()), (0, 5, "sent"));
    dovecot.deliver("later", &app.came_back("person", "W1").repeat(2));
    assert_eq!(collect(&app, &dovecot), Collected { done: 0, aside: 1, left: 0 });
    assert_eq!(dovecot.aside(), 6, "the folder is used again");
}

#[test]
fn a_crash_between_storing_and_removing_counts_once_and_loses_nothing() {
    let Some((dovecot, app)) = with_mailbox("crash") else { return };
    for id in ["W1", "W2"] {
        app.mailed(id);
        dovecot.deliver(id, &app.came_back("gmail", id));
    }
    // Stored and not removed: as a worker leaves it that was killed.
    assert_eq!(app.take_in(&app.came_back("gmail", "W1")), Taken::New(Kind::Bounce, "bounced"));
    assert_eq!(dovecot.waiting(), 2);
    assert_eq!(collect(&app, &dovecot), Collected { done: 2, aside: 0, left: 0 });
    assert_eq!(dovecot.waiting(), 0);
    for id in ["W1", "W2"] {
        assert_eq!(app.outcome(id), "bounced");
    }
    assert_eq!(app.value("SELECT count(*) FROM bounce_event"), "2");
    assert_eq!(app.value("SELECT count(*) FROM visit_outcome WHERE outcome = 'bounced'"), "2");
}

#[test]
fn a_message_that_cannot_be_stored_stays_in_the_mailbox() {
    let Some((dovecot, app)) = with_mailbox("unstored") else { return };
    app.mailed("W1");
    dovecot.deliver("W1", &app.came_back("postfix", "W1"));
    app.execute("ALTER TABLE bounce_event RENAME TO gone").unwrap();
    assert!(app.block_on(collect::all(&app.app)).is_err());
    assert_eq!((dovecot.waiting(), app.outcome("W1").as_str()), (1, "sent"));
    app.execute("ALTER TABLE gone RENAME TO bounce_event").unwrap();
    assert_eq!(collect(&app, &dovecot), Collected { done: 1, aside: 0, left: 0 });
    assert_eq!(app.outcome("W1"), "bounced");
}

#[test]
fn a_message_that_came_too_early_stays_and_those_behind_it_do_not() {
    let Some((dovecot, app)) = with_mailbox("early") else { return };
    app.mailed("W1");
    app.bring(&crate::support::make::visit("W2"));
    app.killed_worker("W2", "past_marker");
    dovecot.deliver("1", &app.came_back("postfix", "W2"));
    for at in 0..60 {
        let other = String::from_utf8(app.came_back("out-of-office", "W1")).unwrap();
        dovecot.deliver(&format!("2.{at}"), other.replace("ooo-1", &format!("ooo-{at}")).as_bytes());
    }
    dovecot.deliver("3", &app.came_back("postfix", "W1"));
    assert_eq!(collect(&app, &dovecot), Collected { done: 61, aside: 0, left: 1 });
    assert_eq!((app.outcome("W1").as_str(), dovecot.waiting()), ("bounced", 1));
    app.advance(chrono::TimeDelta::minutes(20));
    app.work();
    assert_eq!(collect(&app, &dovecot), Collected { done: 1, aside: 0, left: 0 });
    assert_eq!(app.outcome("W2"), "bounced");
}

#[test]
fn the_mailbox_is_read_once_a_minute_among_all_workers() {
    let Some((dovecot, app)) = with_mailbox("minute") else { return };
    app.mailed("W1");
    app.block_on(collect::if_due(&app.app)).unwrap();
    dovecot.deliver("W1", &app.came_back("postfix", "W1"));
    app.block_on(collect::if_due(&app.app)).unwrap();
    assert_eq!(app.outcome("W1"), "sent");
    app.advance(chrono::TimeDelta::minutes(1));
    app.block_on(collect::if_due(&app.app)).unwrap();
    assert_eq!(app.outcome("W1"), "bounced");
}

#[test]
fn the_worker_reads_the_mailbox_and_its_log_holds_no_address_and_no_password() {
    let Some((dovecot, app)) = with_mailbox("worker") else { return };
    // The command goes by the database's time: a letter of last week would be closed before it comes back.
    let now = app.value("SELECT to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    app.advance(now.parse::<DateTime<Utc>>().unwrap() - app.now());
    let visit = make::with(make::visit("W1"), json!({ "visited_at": now }));
    app.bring(&visit);
    app.work();
    dovecot.deliver("W1", &app.came_back("postfix", "W1"));
    let url = dovecot.url();
    let settings = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_SECRET", crate::support::app::SECRET),
        ("HEARBACK_BOUNCE_MAILBOX", url.as_str()),
        ("HEARBACK_LOG", "trace"),
    ];
    let mut worker = program::Program::start(&settings, &["work"]);
    wait_until("the bounce taken in", Duration::from_secs(30), || {
        (app.outcome("W1") == "bounced" && dovecot.waiting() == 0).then_some(())
    });
    worker.signal("TERM");
    assert_eq!(worker.end(Duration::from_secs(30)).code(), Some(0));
    let words = worker.words();
    assert!(words.contains("New(Bounce, \"bounced\")"), "{words}");
    for secret in ["@example.com", "bounces+", PASSWORD, "se%20cret", "Ann Sample"] {
        let tells = words.lines().find(|line| line.contains(secret));
        assert_eq!(tells, None, "{secret}");
    }
}

#[test]
fn a_mailbox_that_cannot_be_read_is_told_without_its_password() {
    let Some([dovecot]) = programs_or_skip("check of the mailbox", ["dovecot"]) else { return };
    let (dovecot, database) = (Dovecot::start(&dovecot), Database::migrated());
    let check = |url: &str| {
        let folder = crate::support::fresh_folder("mails");
        let mail = format!("file:{}", folder.0.display());
        let settings = [
            ("DATABASE_URL", database.url.as_str()),
            ("HEARBACK_MAIL_URL", mail.as_str()),
            ("HEARBACK_BOUNCE_ADDRESS", "bounces@example.com"),
            ("HEARBACK_BOUNCE_MAILBOX", url),
        ];
        let told = program::run(&settings, &["check"]);
        let line = program::said(&told).lines().find(|line| line.starts_with("bounces")).unwrap().to_owned();
        assert!(!line.contains("se%20cret") && !line.contains("bounces%40"), "{line}");
        (told.status.code(), line)
    };
    let (code, line) = check(&dovecot.url());
    assert_eq!((code, line.contains("ok")), (Some(0), true), "{line}");
    let (code, line) = check(&dovecot.url().replace("se%20cret", "wrong"));
    assert_eq!((code, line.contains("sign-in was refused")), (Some(1), true), "{line}");
    let (code, line) = check("imap://bounces:hidden@127.0.0.1:1/INBOX");
    assert_eq!((code, line.contains("no connection") && !line.contains("hidden")), (Some(1), true), "{line}");
}

#[test]
fn an_encrypted_mailbox_is_read_if_its_authority_is_trusted_and_else_gets_no_password() {
    let Some([dovecot, openssl]) = programs_or_skip("imaps", ["dovecot", "openssl"]) else { return };
    let certificates = Certificates::new(&openssl, "IP:127.0.0.1");
    let dovecot = Dovecot::start_encrypted(&dovecot, &certificates);
    let stranger = TestApp::with(&[("HEARBACK_BOUNCE_MAILBOX", &dovecot.url())]);
    let refused = stranger.block_on(collect::all(&stranger.app)).unwrap_err();
    assert!(refused.to_string().contains("certificate"), "{refused}");
    assert!(!dovecot.log().contains("Login:"), "{}", dovecot.log());
    let authority = certificates.authority().display().to_string();
    let app = TestApp::with(&[("HEARBACK_BOUNCE_MAILBOX", &dovecot.url()), ("HEARBACK_MAIL_CA", &authority)]);
    app.mailed("W1");
    dovecot.deliver("W1", &app.came_back("postfix", "W1"));
    assert_eq!(collect(&app, &dovecot), Collected { done: 1, aside: 0, left: 0 });
    assert_eq!(app.outcome("W1"), "bounced");
}
