//! What a mail server can do to us in the conversation: each fault by its number in the fault matrix.

use crate::support::database::Database;
use crate::support::lab::Lab;
use crate::support::program::Program;
use crate::support::scripted::{SOON, Scripted};
use crate::support::{free_port, fresh_folder, make, programs_or_skip, wait_until};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

/// One visit whose letter meets these rules, worked off until nothing is open.
#[track_caller]
fn settled(rules: &[&str]) -> Lab {
    let lab = Lab::start(rules);
    lab.bring(&["W1"]);
    lab.app.work();
    lab.settle();
    lab
}

#[track_caller]
fn is_sent_once(lab: &Lab) {
    assert_eq!(lab.stands("W1"), ("sent".into(), "sent".into()));
    assert_eq!(lab.relay.taken("W1"), 1);
    lab.check(1, 0);
}

/// While one conversation hangs, the others go on; when the server gives up, the letter is tried again.
#[track_caller]
fn others_go_on_while_one_hangs(rule: &str, stage: &str) {
    let lab = Lab::start(&[rule]);
    lab.bring(&["W1", "W2", "W3", "W4", "W5", "W6"]);
    std::thread::scope(|scope| {
        let working = scope.spawn(|| lab.app.work());
        lab.relay.wait("hangs", stage, "*");
        wait_until("all letters but the one", SOON, || (lab.relay.taken("*") >= 3).then_some(()));
        lab.relay.go();
        working.join().unwrap();
    });
    lab.settle();
    assert_eq!(lab.app.rows("SELECT DISTINCT outcome FROM visit"), ["sent"]);
    assert_eq!(lab.relay.taken("*"), 6);
    lab.check(6, 0);
}

#[test]
fn f04_a_server_that_hangs_before_its_greeting_holds_up_one_letter_and_loses_none() {
    others_go_on_while_one_hangs("banner: @1 hang", "banner");
}

#[test]
fn f04_a_server_that_hangs_at_ehlo_holds_up_one_letter_and_loses_none() {
    others_go_on_while_one_hangs("ehlo: @1 hang", "ehlo");
}

#[test]
fn f04_a_server_that_hangs_at_the_recipient_holds_up_one_letter_and_loses_none() {
    others_go_on_while_one_hangs("rcpt: @1 hang", "rcpt");
}

#[test]
fn f04_a_server_that_hangs_at_data_holds_up_one_letter_and_loses_none() {
    others_go_on_while_one_hangs("data: @1 hang", "data");
}

#[test]
fn f05_a_server_that_hangs_after_the_dot_holds_up_one_letter_that_is_unknown_when_it_closes() {
    let lab = Lab::start(&["dot=w1@*: hang"]);
    lab.bring(&["W1", "W2", "W3", "W4", "W5", "W6"]);
    std::thread::scope(|scope| {
        let working = scope.spawn(|| lab.app.work());
        lab.relay.wait("hangs", "dot", "W1");
        wait_until("the other letters", SOON, || (lab.relay.taken("*") >= 3).then_some(()));
        assert_eq!(lab.stands("W1").0, "sending");
        lab.relay.go();
        working.join().unwrap();
    });
    lab.settle();
    assert_eq!(lab.stands("W1"), ("unknown".into(), "unknown".into()));
    assert_eq!((lab.relay.taken("W1"), lab.relay.taken("*")), (0, 5));
    lab.check(6, 1);
}

#[test]
fn f07_a_server_that_closes_in_the_letter_never_has_it_twice() {
    for rule in ["body: @1 close", "body: @1 close after 100", "body: @1 close after 5000"] {
        let lab = settled(&[rule]);
        // Who has written the dot before it hears of the close cannot know whether the dot was read.
        match lab.stands("W1").0.as_str() {
            "sent" => assert_eq!(lab.relay.taken("W1"), 1),
            "unknown" => assert_eq!(lab.relay.taken("W1"), 0),
            other => panic!("{other}"),
        }
        lab.check(1, 1);
    }
}

#[test]
fn f07_a_server_that_closes_instead_of_asking_for_the_letter_gets_it_later() {
    is_sent_once(&settled(&["data: @1 close"]));
}

#[test]
fn silence_after_the_dot_is_unknown_whether_the_letter_was_taken_or_not() {
    for (rule, taken) in [
        ("dot: close", 0),
        ("dot: lose", 1),
        ("dot: 354 what?", 0),
        ("dot: 999 what?", 0),
        ("dot: 250-taken\\nand no more of a reply", 1),
    ] {
        let lab = settled(&[rule]);
        assert_eq!(lab.stands("W1"), ("unknown".into(), "unknown".into()), "{rule}");
        assert_eq!((lab.relay.taken("W1"), lab.relay.count("reached", "dot", "W1")), (taken, 1), "{rule}");
        lab.check(1, 1);
    }
}

#[test]
fn f08_a_letter_that_was_taken_in_silence_is_settled_by_its_answer() {
    let lab = settled(&["dot: lose"]);
    assert_eq!(lab.stands("W1").0, "unknown");
    let path = make::answer_path(&make::decode(&lab.relay.letters()[0]));
    lab.app.answer(&path, 5);
    assert_eq!(lab.stands("W1").0, "answered");
    lab.check(1, 1);
}

#[test]
fn f09_a_server_that_goes_away_at_any_point_before_the_letter_costs_nobody_an_address() {
    for rule in [
        "connect: x3 close",
        "banner: x3 421 4.3.2 busy",
        "ehlo: x3 421 4.3.2 busy",
        "mail: x3 421 4.3.2 busy",
        "rcpt: x3 421 4.3.2 busy",
        "data: x3 421 4.3.2 busy",
    ] {
        let lab = settled(&[rule]);
        assert!(lab.attempts("W1").len() > 1, "{rule} met nobody");
        is_sent_once(&lab);
    }
}

#[test]
fn f09_a_server_that_nobody_can_connect_to_costs_nobody_an_address() {
    let port = free_port();
    let gone = format!("smtp://127.0.0.1:{port}?tls=none");
    let lab = Lab::with(&[("HEARBACK_MAIL_URL", &gone)], &[]);
    lab.bring(&["W1", "W2"]);
    for _ in 0..4 {
        lab.app.work();
        lab.app.advance(TimeDelta::hours(1));
    }
    assert_eq!(lab.app.rows("SELECT DISTINCT outcome FROM visit"), ["planned"]);
    lab.check(2, 0);
}

/// How far away the next try is.
fn wait_of(lab: &Lab) -> i64 {
    let at: DateTime<Utc> = lab.app.value("SELECT to_json(send_at)#>>'{}' FROM invitation").parse().unwrap();
    (at - lab.app.now()).num_seconds()
}

#[test]
fn f10_greylisting_is_waited_out_after_5_and_15_minutes() {
    let lab = Lab::start(&["rcpt=w1@*: x3 450 4.7.1 greylisted, come back"]);
    lab.bring(&["W1"]);
    for expected in [240..=360, 720..=1080] {
        lab.app.work();
        let wait = wait_of(&lab);
        assert!(expected.contains(&wait), "{wait} is not in {expected:?}");
        lab.app.advance(TimeDelta::seconds(wait + 1));
    }
    lab.settle();
    assert_eq!(lab.attempts("W1"), ["refused", "refused", "refused", "accepted"]);
    is_sent_once(&lab);
}

#[test]
fn f11_an_address_that_does_not_exist_bounces_at_once_and_is_not_tried_again() {
    let lab = settled(&["rcpt: 550 5.1.1 no such user"]);
    assert_eq!(lab.stands("W1"), ("bounced".into(), "bounced".into()));
    lab.app.advance(TimeDelta::days(3));
    lab.app.work();
    assert_eq!((lab.relay.count("reached", "rcpt", "W1"), lab.relay.taken("W1")), (1, 0));
    lab.check(1, 0);
}

#[test]
fn f12_a_full_mailbox_is_tried_again_and_the_address_is_not_stopped() {
    let lab = settled(&["rcpt: x2 552 5.2.2 mailbox full"]);
    assert_eq!(lab.app.value("SELECT count(*) FROM suppression"), "0");
    assert_eq!(lab.attempts("W1"), ["refused", "refused", "accepted"]);
    is_sent_once(&lab);
}

#[test]
fn f13_a_refused_sign_in_sends_nothing_and_bounces_nobody() {
    for said in ["535 5.7.8 no", "530 5.7.0 no", "454 4.7.0 not now"] {
        let relay = Scripted::start(&[&format!("auth: {said}"), "offer AUTH PLAIN LOGIN"]);
        let signed = relay.url().replace("smtp://", "smtp://user:secret-word@");
        let lab = Lab::around(Database::migrated(), relay, &[("HEARBACK_MAIL_URL", &signed)]);
        lab.bring(&["W1"]);
        for _ in 0..3 {
            lab.app.work();
            lab.app.advance(TimeDelta::hours(1));
        }
        assert_eq!(lab.stands("W1"), ("planned".into(), "planned".into()), "{said}");
        assert!(lab.relay.count("reached", "auth", "*") > 0, "{said}");
        assert_eq!(lab.relay.count("reached", "mail", "*"), 0, "{said}");
        assert!(!lab.app.dump_all().contains("secret-word"), "{said}");
        lab.relay.clear();
        lab.settle();
        assert_eq!(lab.relay.taken("W1"), 1);
        lab.check(1, 0);
    }
}

#[test]
fn f13_stripped_encryption_gets_neither_password_nor_letter() {
    for rules in [
        &["offer AUTH PLAIN LOGIN"][..],
        &["offer AUTH PLAIN LOGIN", "offer STARTTLS", "starttls: 454 4.7.0 not now"],
        &["offer AUTH PLAIN LOGIN", "offer STARTTLS", "starttls: 220 go\\n250 and no TLS"],
    ] {
        let relay = Scripted::start(rules);
        let url = format!("smtp://user:secret-word@127.0.0.1:{}?tls=required", relay.port);
        let lab = Lab::around(Database::migrated(), relay, &[("HEARBACK_MAIL_URL", &url)]);
        lab.bring(&["W1"]);
        for _ in 0..3 {
            lab.app.work();
            lab.app.advance(TimeDelta::hours(1));
        }
        assert_eq!(lab.stands("W1").0, "planned", "{rules:?}");
        assert!(lab.relay.count("reached", "ehlo", "*") > 0, "{rules:?}");
        for stage in ["auth", "mail"] {
            assert_eq!(lab.relay.count("reached", stage, "*"), 0, "{rules:?}");
        }
        lab.check(1, 0);
    }
}

#[test]
fn f14_a_letter_that_was_refused_for_now_after_the_dot_goes_out_later_and_once() {
    for said in ["451 4.3.0 later", "421 4.3.2 closing"] {
        let lab = settled(&[&format!("dot: x1 {said}")]);
        assert_eq!(lab.attempts("W1"), ["refused", "accepted"]);
        is_sent_once(&lab);
    }
}

#[test]
fn a_letter_that_was_refused_for_good_after_the_dot_is_never_tried_again() {
    for (said, outcome) in
        [("550 5.1.1 no such user", "bounced"), ("554 5.7.1 we think it is spam", "failed")]
    {
        let lab = settled(&[&format!("dot: {said}")]);
        assert_eq!(lab.stands("W1"), (outcome.into(), outcome.into()));
        assert_eq!((lab.relay.count("reached", "dot", "W1"), lab.relay.taken("W1")), (1, 0));
        lab.check(1, 0);
    }
}

#[test]
fn f28_hostile_names_make_clean_letters_or_none() {
    let long = "x".repeat(10_000);
    let names = [
        "A\nB",
        "A\r\nBcc: all@example.com",
        "A\u{0}B",
        &long,
        "\u{202e}gnp.exe",
        "Zoë 🎉 👩‍👩‍👧",
        "{{7*7}}",
        "{% raw %}",
        "<script>alert(1)</script>",
        "=cmd()",
        "\"; DROP TABLE visit; --",
        "a@b.example.com>, <c@example.com",
        "\u{2028}x",
        "\t",
    ];
    let lab = Lab::start(&[]);
    let client = lab.app.client(&[hearback::accounts::Scope::VisitsWrite]);
    let mut taken = 0;
    for (at, name) in names.iter().enumerate() {
        let visited_at = (lab.app.now() - TimeDelta::hours(1)).to_rfc3339();
        let change = json!({"visited_at": visited_at, "service": name, "customer": {"name": name}});
        let mut visit = make::with(make::visit(&format!("W{at}")), change);
        visit["employees"] = json!([{"id": format!("E{at}"), "name": name}]);
        let answer = client.post_json("/api/v1/visits", &visit);
        assert!(matches!(answer.status, 201 | 422 | 400), "{name:?}: {answer:?}");
        taken += usize::from(answer.status == 201);
    }
    assert!(taken > 5, "nearly all were refused");
    lab.app.work();
    assert_eq!(lab.relay.taken("*"), taken);
    let letters = lab.relay.letters();
    for letter in &letters {
        let head = letter.split("\r\n\r\n").next().unwrap();
        assert!(head.is_ascii() && !head.contains('\0'), "{head}");
        assert!(head.lines().all(|line| line.len() < 1000), "{head}");
        for once in ["to:", "from:", "subject:", "message-id:", "date:"] {
            let lines = head.lines().filter(|line| line.to_lowercase().starts_with(once)).count();
            assert_eq!(lines, 1, "{once} in {head}");
        }
        assert_eq!(make::header(letter, "bcc"), None);
        let text = make::decode(letter);
        let html = &text[text.find("text/html").unwrap()..];
        assert!(!html.contains("<script>"), "{html}");
    }
    // The words stand in the letters as they are: nobody has worked the sum out.
    assert!(letters.iter().any(|letter| make::decode(letter).contains("{{7*7}}")));
    lab.check(taken, 0);
}

#[test]
fn f06_a_server_that_drips_its_answers_is_borne_with() {
    for rule in ["banner: drip 5", "ehlo: drip 2", "rcpt: drip 5", "dot: drip 5"] {
        is_sent_once(&settled(&[rule]));
    }
}

#[test]
fn f06_an_answer_without_end_is_cut_off_before_it_fills_the_memory() {
    for stage in ["banner", "ehlo", "rcpt"] {
        let lab = Lab::start(&[&format!("{stage}: @1 endless")]);
        lab.bring(&["W1"]);
        lab.app.work();
        let poured = lab.relay.wait("poured", stage, "*").detail;
        // What the kernel holds on both sides comes on top of the 64 KiB that are read.
        assert!(poured.parse::<usize>().unwrap() < 16 << 20, "{stage}: {poured} bytes were taken");
        lab.settle();
        assert_eq!((lab.stands("W1").0.as_str(), lab.relay.taken("W1")), ("sent", 1), "{stage}");
        lab.check(1, 0);
    }
}

/// A server with a certificate that nobody vouches for.
fn strangers_server(openssl: &Path, folder: &Path, port: u16) -> Program {
    let made = Command::new(openssl)
        .current_dir(folder)
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-keyout", "key", "-out", "cert", "-subj", "/CN=relay.example.com"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut command = Command::new(openssl);
    command.args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}")]);
    command.arg("-cert").arg(folder.join("cert")).arg("-key").arg(folder.join("key"));
    Program::start_command(command.stdin(Stdio::piped()))
}

#[test]
fn f13_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_letter() {
    let test = "f13_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_letter";
    let Some([openssl]) = programs_or_skip(test, ["openssl"]) else { return };
    let (folder, port) = (fresh_folder("cert"), free_port());
    let server = strangers_server(&openssl, &folder.0, port);
    wait_until("openssl listening", SOON, || TcpStream::connect(("127.0.0.1", port)).ok());
    let url = format!("smtps://user:secret-word@127.0.0.1:{port}");
    let lab = Lab::with(&[("HEARBACK_MAIL_URL", &url)], &[]);
    lab.bring(&["W1"]);
    for _ in 0..2 {
        lab.app.work();
        lab.app.advance(TimeDelta::hours(1));
    }
    assert_eq!(lab.stands("W1"), ("planned".into(), "planned".into()));
    wait_until("the word of the client about it", SOON, || server.words().contains("alert").then_some(()));
    assert!(!server.words().contains("EHLO") && !lab.app.dump_all().contains("secret-word"));
    lab.check(1, 0);
}
