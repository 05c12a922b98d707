use std::time::Instant;

use super::super::failure::enhanced_code;
use super::super::scripted::Act::{self, Hang, Letter, Line, Repeat, Say};
use super::super::scripted::{ENVELOPE, HELLO, letter, opened, relay, to};
use super::super::{Connection, Stage};
use super::*;

const SHORT: Duration = Duration::from_millis(300);
/// What a test waits for at most, where a wrong deadline would wait for minutes.
const AT_ONCE: Duration = Duration::from_secs(20);

fn ok() -> [Act; 2] {
    [Line, Say("250 ok")]
}

/// More than any socket holds.
fn large() -> PreparedLetter {
    let line = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n";
    PreparedLetter { bytes: line.repeat(1 << 18), ..letter() }
}

/// How a conversation fails whose relay does so, in whichever half.
async fn failure(script: impl IntoIterator<Item = Act>, limits: Limits) -> Failure {
    failure_by("", script, limits).await
}

async fn failure_by(option: &str, script: impl IntoIterator<Item = Act>, limits: Limits) -> Failure {
    let (port, _handle) = relay(script);
    let work = async {
        let mut connection =
            Connection::open(&to(&format!("smtp://127.0.0.1:{port}{option}"), limits)).await?;
        connection.envelope(&letter()).await?;
        connection.body(&letter()).await
    };
    timeout(AT_ONCE, work).await.expect("ended in time").unwrap_err()
}

#[tokio::test]
async fn an_endless_reply_is_cut_off_wherever_it_comes() {
    let endless = || [Repeat("250-and so on and so on and so on and so on and so on\r\n", Duration::ZERO)];
    let unbroken = || [Repeat("250-and so on and so on and so on and so on and so on", Duration::ZERO)];
    for reply in [endless, unbroken] {
        for before in [vec![], vec![Say("220 hi"), Line], HELLO.into_iter().chain([Line]).collect()] {
            let found = failure(before.into_iter().chain(reply()), Limits::default()).await;
            let Failure::NotReached(why) = &found else { panic!("{found}") };
            assert!(why.contains("longer than 64 KiB"), "{why}");
        }
        let script = HELLO.into_iter().chain(ENVELOPE).chain([Letter]).chain(reply());
        let found = failure(script, Limits::default()).await;
        assert!(matches!(&found, Failure::NoReply(why) if why.contains("64 KiB")), "{found}");
    }
}

#[tokio::test]
async fn a_relay_that_drips_is_given_up_when_the_time_of_the_step_is_over() {
    let drip = || [Repeat("2", Duration::from_millis(5))];
    for before in [vec![], vec![Say("220 hi"), Line], HELLO.into_iter().chain([Line]).collect()] {
        let found = failure(before.into_iter().chain(drip()), Limits::all(SHORT)).await;
        assert!(matches!(&found, Failure::NotReached(why) if why.contains("no answer within")), "{found}");
    }
    let script = HELLO.into_iter().chain(ENVELOPE).chain([Letter]).chain(drip());
    let found = failure(script, Limits::all(SHORT)).await;
    assert!(matches!(found, Failure::NoReply(_)), "{found}");
}

#[tokio::test]
async fn each_step_has_a_deadline_of_its_own() {
    let usual = Limits::default();
    let greeted = || HELLO.into_iter();
    let steps: Vec<(Limits, Vec<Act>, &str)> = vec![
        (Limits { greeting: SHORT, ..usual }, vec![Hang], "greeting"),
        (Limits { greeting: SHORT, ..usual }, vec![Say("220 hi"), Hang], "EHLO"),
        (Limits { mail: SHORT, ..usual }, greeted().chain([Hang]).collect(), "MAIL"),
        (Limits { rcpt: SHORT, ..usual }, greeted().chain(ok()).chain([Hang]).collect(), "RCPT"),
        (Limits { data: SHORT, ..usual }, greeted().chain(ok()).chain(ok()).chain([Hang]).collect(), "DATA"),
    ];
    for (limits, script, what) in steps {
        let found = failure(script, limits).await;
        let Failure::NotReached(why) = &found else { panic!("{what}: {found}") };
        assert!(why.starts_with(what) && why.contains("no answer within"), "{why}");
        assert!(found.is_relay_fault());
    }
    let script = HELLO.into_iter().chain(ENVELOPE).chain([Letter, Hang]);
    let found = failure(script, Limits { reply: SHORT, ..usual }).await;
    assert!(matches!(found, Failure::NoReply(_)), "{found}");
}

#[test]
fn the_deadlines_are_those_of_the_rfc() {
    let limits = Limits::default();
    let seconds = [limits.greeting, limits.mail, limits.rcpt, limits.data, limits.body, limits.reply];
    assert_eq!(seconds.map(|limit| limit.as_secs()), [300, 300, 300, 120, 180, 600]);
}

/// The reply to the final dot has its own time, which nothing else shortens.
#[tokio::test]
async fn a_slow_reply_to_the_dot_is_waited_for() {
    let slow = [Letter, Repeat("2", Duration::from_millis(400))];
    let limits = Limits { reply: Duration::from_secs(2), ..Limits::all(SHORT) };
    let start = Instant::now();
    let found = failure(HELLO.into_iter().chain(ENVELOPE).chain(slow), limits).await;
    assert!(matches!(found, Failure::NoReply(_)), "{found}");
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

/// A relay that stops reading: without the final dot it has no letter, so another try is safe.
#[tokio::test]
async fn a_letter_that_is_not_taken_in_time_is_not_unknown() {
    let (mut connection, _handle) = {
        let (port, handle) = relay(HELLO.into_iter().chain(ENVELOPE).chain([Act::Pause]));
        let limits = Limits { body: SHORT, ..Limits::default() };
        let transport = to(&format!("smtp://127.0.0.1:{port}"), limits);
        (Connection::open(&transport).await.unwrap(), handle)
    };
    connection.envelope(&large()).await.unwrap();
    let found = timeout(AT_ONCE, connection.body(&large())).await.unwrap().unwrap_err();
    assert!(matches!(&found, Failure::NotReached(why) if why.starts_with("letter: not taken")), "{found}");
    assert!(!connection.is_usable());
}

/// A relay that goes away in the middle of a letter gets no final dot.
#[tokio::test]
async fn a_relay_that_leaves_in_the_middle_of_a_letter_has_not_taken_it() {
    let (mut connection, handle) = opened(HELLO.into_iter().chain(ENVELOPE)).await;
    connection.envelope(&letter()).await.unwrap();
    // The end of the relay is the end of its connection.
    let read = handle.join().unwrap();
    let found = connection.body(&letter()).await.unwrap_err();
    assert!(matches!(&found, Failure::NotReached(why) if why.starts_with("letter:")), "{found}");
    assert!(found.is_relay_fault() && !read.contains(&".".to_owned()));
}

#[tokio::test]
async fn a_relay_that_speaks_in_the_middle_of_a_letter_gets_no_dot() {
    for (says, ours) in [("421 4.3.2 closing", false), ("530 5.7.0 sign in", true)] {
        let script = HELLO.into_iter().chain(ENVELOPE).chain([Line, Say(says), Hang]);
        let (mut connection, handle) = opened(script).await;
        connection.envelope(&large()).await.unwrap();
        let found = connection.body(&large()).await.unwrap_err();
        assert_eq!((found.is_our_fault(), found.is_relay_fault()), (ours, !ours), "{found}");
        assert!(found.to_string().contains(says));
        drop(connection);
        assert!(!handle.join().unwrap().contains(&".".to_owned()));
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_relay_is_told_from_what_is_wrong_with_our_settings() {
    let greeted = || HELLO.into_iter();
    let auth = || [Say("220 hi"), Line, Say("250-hi\r\n250 AUTH PLAIN"), Line];
    let tls = || [Say("220 hi"), Line, Say("250-hi\r\n250 STARTTLS"), Line];
    let cases: Vec<(&str, Vec<Act>, bool)> = vec![
        ("", vec![Say("554 5.7.1 you are on a list")], false),
        ("", vec![Say("421 4.3.2 busy")], false),
        ("", vec![Say("220 hi"), Line, Say("421 4.3.2 busy")], false),
        ("", vec![Say("220 hi"), Line, Say("550 5.7.1 who is that")], true),
        ("?tls=required", greeted().chain([Hang]).collect(), true),
        ("?tls=required", tls().into_iter().chain([Say("454 4.7.0 not now")]).collect(), false),
        ("?tls=required", tls().into_iter().chain([Say("502 5.5.1 no")]).collect(), true),
        ("@", auth().into_iter().chain([Say("535 5.7.8 wrong")]).collect(), true),
        ("@", auth().into_iter().chain([Say("534 5.7.9 too weak")]).collect(), true),
        ("@", auth().into_iter().chain([Say("454 4.7.0 not now")]).collect(), false),
        ("@", auth().into_iter().chain([Say("421 4.3.2 closing")]).collect(), false),
        ("@", greeted().chain([Hang]).collect(), true),
        ("", greeted().chain([Line, Say("553 5.1.8 not your address"), Line, Say("250 ok")]).collect(), true),
        ("", greeted().chain([Line, Say("421 4.3.2 closing")]).collect(), false),
        ("", greeted().chain(ok()).chain([Line, Say("530 sign in"), Line, Say("250 ok")]).collect(), true),
        ("", greeted().chain(ok()).chain([Line, Say("421 closing")]).collect(), false),
        ("", greeted().chain(ENVELOPE).chain([Letter, Say("550 5.7.26 no SPF")]).collect(), true),
        ("", greeted().chain(ENVELOPE).chain([Letter, Say("550 5.7.515 no DKIM")]).collect(), true),
        ("", greeted().chain(ENVELOPE).chain([Letter, Say("421 4.3.2 closing")]).collect(), false),
        ("", greeted().chain(ENVELOPE).chain([Letter]).collect(), false),
    ];
    for (number, (option, script, ours)) in cases.into_iter().enumerate() {
        let found = if option == "@" {
            let (port, _handle) = relay(script);
            let transport = to(&format!("smtp://user:secret@127.0.0.1:{port}"), Limits::default());
            timeout(AT_ONCE, Connection::open(&transport)).await.unwrap().unwrap_err()
        } else {
            failure_by(option, script, Limits::default()).await
        };
        assert_eq!((found.is_our_fault(), found.is_relay_fault()), (ours, !ours), "{number}: {found}");
        assert!(!found.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn what_is_about_the_letter_or_its_reader_is_nobodys_fault_here() {
    for (reply, stage) in [
        ("550 5.1.1 no such user", Stage::Recipient),
        ("451 4.7.1 later", Stage::Recipient),
        ("554 5.7.1 spam", Stage::Body),
        ("452 4.3.1 full", Stage::Body),
    ] {
        let found = match stage {
            Stage::Body => HELLO.into_iter().chain(ENVELOPE).chain([Letter, Say(reply)]).collect::<Vec<_>>(),
            _ => HELLO.into_iter().chain(ok()).chain([Line, Say(reply), Line, Say("250 ok")]).collect(),
        };
        let found = failure(found, Limits::default()).await;
        assert!(!found.is_our_fault() && !found.is_relay_fault(), "{found}");
        let (Failure::Deferred { enhanced, stage: at, .. } | Failure::Refused { enhanced, stage: at, .. }) =
            &found
        else {
            panic!("{found}")
        };
        assert_eq!((enhanced, *at), (&enhanced_code(&reply[4..]), stage));
    }
}

/// RFC 3461: only where it is offered.
#[tokio::test]
async fn asks_for_reports_of_failure_and_delay_where_the_relay_knows_how() {
    for (offer, mail, rcpt) in [
        (
            "250-relay\r\n250-SIZE 1000\r\n250 DSN",
            "MAIL FROM:<b+1@bounce.example> RET=HDRS ENVID=1.1@example.com",
            "RCPT TO:<carla@customers.example> NOTIFY=FAILURE,DELAY",
        ),
        (
            "250-relay DSN\r\n250 8BITMIME",
            "MAIL FROM:<b+1@bounce.example>",
            "RCPT TO:<carla@customers.example>",
        ),
    ] {
        let script = [Say("220 hi"), Line, Say(offer)].into_iter().chain(ENVELOPE);
        let (mut connection, handle) = opened(script).await;
        connection.envelope(&letter()).await.unwrap();
        drop(connection);
        assert_eq!(handle.join().unwrap()[1..3], [mail, rcpt]);
    }
    assert_eq!(xtext("a+b=c@x y"), "a+2Bb+3Dc@x+20y");
    let mut long = letter();
    long.message_id = format!("<{}@example.com>", "a".repeat(100));
    assert_eq!(commands(&long, true).0, "MAIL FROM:<b+1@bounce.example> RET=HDRS\r\n");
}

#[test]
fn dots_are_doubled_at_the_start_of_lines_and_nowhere_else() {
    for (letter, text, dot) in [
        ("a\r\n.b\r\n", "a\r\n..b\r\n", ".\r\n"),
        (".\r\n..\r\nc.", "..\r\n...\r\nc.", "\r\n.\r\n"),
        ("a\n.b\r\n", "a\n.b\r\n", ".\r\n"),
        ("", "", "\r\n.\r\n"),
    ] {
        assert_eq!(stuffed(letter.as_bytes()), (text.as_bytes().to_vec(), dot.as_bytes()));
    }
}
