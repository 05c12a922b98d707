use std::net::TcpListener;
use std::time::Duration;

use super::super::Stage;
use super::super::failure::{enhanced_code, kept};
use super::super::limits::Limits;
use super::super::scripted::Act::{self, Hang, Letter, Line, Say};
use super::super::scripted::{ENVELOPE, HELLO, letter, opened, relay, to, to_port};
use super::*;

#[tokio::test]
async fn sends_two_letters_over_one_connection() {
    let taken = || [Letter, Say("250 2.0.0 queued for <carla@customers.example>")];
    let script = HELLO.into_iter().chain(ENVELOPE).chain(taken()).chain(ENVELOPE).chain(taken());
    let (mut connection, handle) = opened(script.chain([Line, Say("221 bye")])).await;
    for _ in 0..2 {
        connection.envelope(&letter()).await.unwrap();
        assert!(!connection.is_usable());
        let reply = connection.body(&letter()).await.unwrap();
        assert_eq!(reply, Reply { code: 250, text: "2.0.0 queued for <…@…>".to_owned() });
        assert!(connection.is_usable());
    }
    connection.quit().await;
    let read = handle.join().unwrap();
    let one = ["MAIL FROM:<b+1@bounce.example>", "RCPT TO:<carla@customers.example>", "DATA", "Subject: x"];
    assert_eq!(read[0], "EHLO hearback.example");
    assert_eq!(read[1..5], one);
    assert_eq!(read[5..8], ["", "hello", "..hidden dot"]);
    assert_eq!(read.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn a_no_to_the_recipient_keeps_the_connection() {
    let no =
        [Line, Say("250 ok"), Line, Say("451 4.7.1 <carla@customers.example> later"), Line, Say("250 reset")];
    let script = HELLO.into_iter().chain(no).chain(ENVELOPE).chain([Letter, Say("250 ok")]);
    let (mut connection, handle) = opened(script).await;
    let failure = connection.envelope(&letter()).await.unwrap_err();
    let expected = Failure::Deferred {
        code: 451,
        enhanced: Some("4.7.1".to_owned()),
        text: "4.7.1 <…@…> later".to_owned(),
        stage: Stage::Recipient,
    };
    assert_eq!(failure, expected);
    assert!(connection.is_usable());
    connection.envelope(&letter()).await.unwrap();
    connection.body(&letter()).await.unwrap();
    assert_eq!(handle.join().unwrap()[3], "RSET");
}

#[tokio::test]
async fn tells_a_no_to_us_from_a_no_to_the_recipient() {
    let no = [Line, Say("530-5.7.0 sign in\r\n530 5.7.0 first"), Line, Say("250 reset")];
    let (mut connection, _handle) = opened(HELLO.into_iter().chain(no)).await;
    let failure = connection.envelope(&letter()).await.unwrap_err();
    assert!(matches!(&failure, Failure::Misconfigured(why) if why.starts_with("530 5.7.0")), "{failure}");
    assert!(connection.is_usable());
}

#[tokio::test]
async fn a_no_after_the_dot_is_a_no() {
    for (reply, deferred) in
        [("550 5.7.1 spam", false), ("452 4.3.1 full", true), ("421 4.3.2 closing", true)]
    {
        let script = HELLO.into_iter().chain(ENVELOPE).chain([Letter, Say(reply), Hang]);
        let (mut connection, _handle) = opened(script).await;
        connection.envelope(&letter()).await.unwrap();
        let failure = connection.body(&letter()).await.unwrap_err();
        match failure {
            Failure::Deferred { stage: Stage::Body, .. } => assert!(deferred, "{reply}"),
            Failure::Refused { stage: Stage::Body, .. } => assert!(!deferred, "{reply}"),
            other => panic!("{reply}: {other}"),
        }
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn silence_after_the_dot_is_unknown() {
    for end in [vec![], vec![Say("2")], vec![Say("hello?")], vec![Say("354 again")]] {
        let script = HELLO.into_iter().chain(ENVELOPE).chain([Letter]).chain(end);
        let (mut connection, _handle) = opened(script).await;
        connection.envelope(&letter()).await.unwrap();
        let failure = connection.body(&letter()).await.unwrap_err();
        assert!(matches!(failure, Failure::NoReply(_)), "{failure}");
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_deadline_after_the_dot_is_unknown() {
    let (port, handle) = relay(HELLO.into_iter().chain(ENVELOPE).chain([Hang]));
    let limits = Limits { reply: Duration::from_millis(20), ..Limits::default() };
    let transport = to(&format!("smtp://127.0.0.1:{port}"), limits);
    let mut connection = Connection::open(&transport).await.unwrap();
    connection.envelope(&letter()).await.unwrap();
    assert!(matches!(connection.body(&letter()).await, Err(Failure::NoReply(_))));
    drop(connection);
    assert!(handle.join().unwrap().contains(&".".to_owned()));
}

#[tokio::test]
async fn an_end_before_the_354_is_not_reached() {
    let ok = || [Line, Say("250 ok")];
    let mut ends: Vec<Vec<Act>> = vec![vec![], vec![Line]];
    ends.push(vec![Line, Say("421 4.3.2 closing")]);
    ends.push(vec![Line, Say("nonsense")]);
    ends.push(ok().into_iter().chain([Line]).collect());
    ends.push(ok().into_iter().chain(ok()).chain([Line]).collect());
    ends.push(ok().into_iter().chain(ok()).chain([Line, Say("250 not 354")]).collect());
    for end in ends {
        let (mut connection, _handle) = opened(HELLO.into_iter().chain(end)).await;
        let failure = connection.envelope(&letter()).await.unwrap_err();
        assert!(matches!(failure, Failure::NotReached(_)), "{failure}");
        assert!(!connection.is_usable());
        assert!(matches!(connection.body(&letter()).await, Err(Failure::NotReached(_))));
    }
}

#[tokio::test]
async fn what_goes_wrong_on_opening_is_not_reached() {
    let tls = || [Say("220 hi"), Line, Say("250-hi\r\n250 STARTTLS")];
    let scripts: Vec<(&str, Vec<Act>)> = vec![
        ("", vec![]),
        ("", vec![Say("554 5.7.1 you are on a list")]),
        (
            "?tls=required",
            tls().into_iter().chain([Line, Say("454 not now"), Line, Say("221 bye")]).collect(),
        ),
        ("?tls=opportunistic", tls().into_iter().chain([Line, Say("220 go"), Say("not TLS")]).collect()),
    ];
    for (option, script) in scripts {
        let (port, _handle) = relay(script);
        let transport = to(&format!("smtp://127.0.0.1:{port}{option}"), Limits::default());
        let failure = Connection::open(&transport).await.unwrap_err();
        assert!(matches!(failure, Failure::NotReached(_)), "{failure}");
    }
    let (port, _handle) = relay([Say("220 plain text")]);
    let implicit = to(&format!("smtps://127.0.0.1:{port}"), Limits::default());
    assert!(matches!(Connection::open(&implicit).await, Err(Failure::NotReached(_))));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(matches!(Connection::open(&to_port(closed)).await, Err(Failure::NotReached(_))));
}

#[tokio::test]
async fn signs_in_and_keeps_the_password_to_itself() {
    let hello = || [Say("220 hi"), Line, Say("250-hi\r\n250 AUTH LOGIN PLAIN"), Line];
    for (reply, works) in [("235 2.7.0 welcome", true), ("535 5.7.8 no", false)] {
        let (port, handle) = relay(hello().into_iter().chain([Say(reply)]));
        let transport = to(&format!("smtp://user:secret@127.0.0.1:{port}"), Limits::default());
        assert!(!format!("{transport:?}").contains("secret"));
        let opened = Connection::open(&transport).await;
        assert_eq!(opened.is_ok(), works);
        assert!(!format!("{opened:?}").contains("secret"));
        drop(opened);
        assert_eq!(handle.join().unwrap()[1], "AUTH PLAIN AHVzZXIAc2VjcmV0");
    }
}

#[tokio::test]
async fn memory_keeps_letters_and_fails_as_told() {
    let memory = Memory::new();
    let transport = Transport::Memory(memory.clone());
    memory.fail_next(Failure::NotReached("down".to_owned()), Phase::Open);
    memory.fail_next(Failure::from_reply(451, "4.7.1 later", Stage::Recipient), Phase::Envelope);
    memory.fail_next(Failure::from_reply(550, "5.7.1 spam", Stage::Body), Phase::Body);
    memory.fail_next(Failure::NoReply("gone".to_owned()), Phase::Body);
    assert!(Connection::open(&transport).await.is_err());
    let mut connection = Connection::open(&transport).await.unwrap();
    assert!(matches!(connection.envelope(&letter()).await, Err(Failure::Deferred { code: 451, .. })));
    connection.envelope(&letter()).await.unwrap();
    assert!(matches!(connection.body(&letter()).await, Err(Failure::Refused { code: 550, .. })));
    assert_eq!(memory.letters().len(), 0);
    assert!(matches!(connection.body(&letter()).await, Err(Failure::NoReply(_))));
    assert_eq!(memory.letters().len(), 1);
    assert_eq!(connection.body(&letter()).await.unwrap().code, 250);
    assert_eq!(memory.letters()[1].to, "carla@customers.example");
    assert!(!format!("{memory:?} {:?}", memory.letters()).contains("carla"));
}

#[tokio::test]
async fn files_are_new_and_whole_and_never_replaced() {
    let folder = std::env::temp_dir().join(format!("hearback-mail-{}", uuid::Uuid::now_v7()));
    let transport = Transport::new(&MailUrl::File(folder.join("out")), "x");
    let mut connection = Connection::open(&transport).await.unwrap();
    for name in ["1.1@example.com.eml", "1.1@example.com.2.eml"] {
        connection.envelope(&letter()).await.unwrap();
        let reply = connection.body(&letter()).await.unwrap();
        assert_eq!(reply.text, format!("2.0.0 written as {name}"));
        assert_eq!(std::fs::read(folder.join("out").join(name)).unwrap(), letter().bytes);
    }
    assert_eq!(std::fs::read_dir(folder.join("out")).unwrap().count(), 2);
    let blocked = Transport::File(folder.join("out/1.1@example.com.eml"));
    let mut connection = Connection::open(&blocked).await.unwrap();
    assert!(matches!(connection.envelope(&letter()).await, Err(Failure::NotReached(_))));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn reads_enhanced_codes_and_cuts_texts() {
    for (text, code) in [
        ("5.1.1 no such user", Some("5.1.1")),
        ("4.7.0", Some("4.7.0")),
        ("no such user 5.1.1", None),
        ("5.1 x", None),
        ("3.1.1 x", None),
        ("5.1234.1 x", None),
        ("10.0.0.1 is listed", None),
        ("", None),
    ] {
        assert_eq!(enhanced_code(text).as_deref(), code, "{text}");
    }
    assert_eq!(kept("a\r\nb\t\u{1b}[31m  c"), "a b [31m c");
    assert_eq!(kept(&"é".repeat(500)).chars().count(), 200);
}
