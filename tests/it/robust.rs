//! The answering page under load, under attack, and without its database.

use crate::faults_database::OwnServer;
use crate::support::{Answer, Client, TestApp, make, wait_until};
use hearback::accounts::Scope;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Longer than a form may take.
const SOON: Duration = Duration::from_secs(40);

fn opened(client: &Client, path: &str) -> String {
    client.get(path).expect(200).hidden("nonce")
}

/// Brings visits, mails them, and gives the paths of their links.
fn mailed(app: &TestApp, count: usize) -> Vec<String> {
    let ids: Vec<String> = (0..count).map(|at| format!("W{at}")).collect();
    let client = app.client(&[Scope::VisitsWrite]);
    for some in ids.chunks(100) {
        let visits: Vec<Value> = some.iter().map(|id| make::visit(id)).collect();
        client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200);
    }
    app.work();
    ids.iter().map(|id| format!("/s/{}", app.token(id))).collect()
}

#[test]
fn fifty_different_answers_at_once_are_one_response_with_fifty_revisions_and_the_last_stands() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let nonces: Vec<String> = (0..50).map(|_| opened(&app.anonymous(), &path)).collect();
    std::thread::scope(|scope| {
        for (at, nonce) in nonces.iter().enumerate() {
            let (app, path) = (&app, &path);
            scope.spawn(move || {
                let (overall, comment) = ((at % 5 + 1).to_string(), format!("number {at}"));
                let fields =
                    [("nonce", nonce.as_str()), ("step", "2"), ("overall", &overall), ("comment", &comment)];
                app.anonymous().post_form(path, &fields).expect(303);
            });
        }
    });
    let numbers: Vec<String> = (1..=50).map(|number| number.to_string()).collect();
    assert_eq!(app.rows("SELECT revision FROM response_revision ORDER BY revision"), numbers);
    assert_eq!(app.value("SELECT count(DISTINCT comment) FROM response_revision"), "50");
    assert_eq!(app.rows("SELECT revision || ' ' || revisions FROM response"), ["50 50"]);
    let stands = "SELECT (r.answers, r.comment) = (v.answers, v.comment) FROM response r \
                  JOIN response_revision v ON v.response_id = r.id AND v.revision = 50";
    assert_eq!(app.value(stands), "true");
    assert_eq!(app.value("SELECT count(*) FROM visit_outcome WHERE outcome = 'answered'"), "1");
}

/// What the form on a page would send: its hidden fields and the comment.
fn sent_again(page: &Answer) -> Vec<(String, String)> {
    let text = |html: &str| {
        let named = html.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
        named.replace("&#39;", "'").replace("&#38;", "&")
    };
    let hidden = page.body.split("<input type=\"hidden\" name=\"").skip(1).map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        (text(name), text(rest.split_once('"').unwrap().0))
    });
    let comment = page.body.split_once("name=\"comment\" rows=\"4\">\n");
    let comment =
        comment.map(|(_, rest)| ("comment".to_owned(), text(rest.split_once("</textarea>").unwrap().0)));
    hidden.chain(comment).collect()
}

fn post(client: &Client, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post_form(path, &fields)
}

#[test]
fn without_a_database_the_page_keeps_what_was_typed_and_can_be_sent_again() {
    let mut server = OwnServer::start();
    let app = TestApp::on(server.database(), &[]);
    let path = mailed(&app, 1).remove(0);
    let customer = app.anonymous();
    let nonce = opened(&customer, &path);
    let comment = "<b>\"cold\"</b> & wet\r\n\r\nsecond line";
    let fields: Vec<(String, String)> = [
        ("nonce", nonce.as_str()),
        ("step", "2"),
        ("overall", "2"),
        ("wrong", "skill"),
        ("wrong", "value"),
        ("comment", comment),
        ("website", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    server.crash();
    let kept = post(&customer, &format!("{path}?lang=de"), &fields).expect(503);
    assert!(kept.header("retry-after").is_some(), "{kept:?}");
    assert!(kept.body.contains("Noch einmal senden") && kept.body.contains("lang=\"de\""), "{}", kept.body);
    let mut again = sent_again(&kept);
    let mut typed = fields.clone();
    typed.sort();
    again.sort();
    assert_eq!(again, typed, "{}", kept.body);
    // Who is no customer gets no form.
    customer.post_form("/s/x", &[("comment", "kept?")]).expect(503);
    assert!(!customer.post_form("/s/x", &[("comment", "kept?")]).body.contains("kept?"));
    server.restart();
    wait_until("the answer taken", SOON, || (post(&customer, &path, &again).status == 303).then_some(()));
    post(&customer, &path, &again).expect(303);
    assert_eq!(app.rows("SELECT revision FROM response_revision"), ["1"]);
    let stands = app.value("SELECT answers || jsonb_build_object('comment', comment) FROM response");
    assert_eq!(
        stands.parse::<Value>().unwrap(),
        json!({"comment": "<b>\"cold\"</b> & wet\n\nsecond line", "overall": 2, "wrong": ["value", "skill"]})
    );
    drop(app);
}

#[test]
fn a_database_that_crashes_under_load_costs_no_answer_and_doubles_none() {
    const ANSWERS: usize = 90;
    let mut server = OwnServer::start();
    let app = TestApp::on(server.database(), &[]);
    let paths = mailed(&app, ANSWERS);
    let forms: Vec<String> = paths.iter().map(|path| opened(&app.anonymous(), path)).collect();
    let (next, done, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let customer = app.anonymous();
                while let at @ 0..ANSWERS = next.fetch_add(1, Ordering::Relaxed) {
                    let mut fields = vec![
                        ("nonce".to_owned(), forms[at].clone()),
                        ("step".to_owned(), "2".to_owned()),
                        ("overall".to_owned(), "4".to_owned()),
                        ("comment".to_owned(), format!("number {at}")),
                    ];
                    wait_until("an answer taken", SOON, || {
                        let told = post(&customer, &paths[at], &fields);
                        if told.status == 303 {
                            return Some(());
                        }
                        assert_eq!(told.status, 503, "{told:?}");
                        assert!(told.body.contains(&format!("number {at}")), "{told:?}");
                        refused.fetch_add(1, Ordering::Relaxed);
                        fields = sent_again(&told);
                        None
                    });
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for at in [15, 45] {
            wait_until("answers", SOON, || (done.load(Ordering::Relaxed) >= at).then_some(()));
            server.crash();
            let before = refused.load(Ordering::Relaxed);
            wait_until("refused ones", SOON, || {
                (refused.load(Ordering::Relaxed) > before || done.load(Ordering::Relaxed) == ANSWERS)
                    .then_some(())
            });
            server.restart();
        }
    });
    assert!(refused.load(Ordering::Relaxed) > 0);
    let stored = "SELECT v.external_id || ' ' || r.comment || ' ' || r.revisions || ' ' || \
                  (SELECT count(*) FROM response_revision x WHERE x.response_id = r.id) \
                  FROM response r JOIN visit v ON v.id = r.visit_id ORDER BY r.comment";
    let mut expected: Vec<String> = (0..ANSWERS).map(|at| format!("W{at} number {at} 1 1")).collect();
    expected.sort();
    let mut found = app.rows(stored);
    found.sort();
    assert_eq!(found, expected);
    drop(app);
}

fn address(app: &TestApp) -> &str {
    app.base.strip_prefix("http://").unwrap()
}

/// Begins a POST whose body is said to be so long.
fn begun(app: &TestApp, path: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address(app)).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n",
        address(app)
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn answered(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // The server may cut the connection off behind its answer.
    drop(stream.read_to_end(&mut text));
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_form_over_the_limit_is_told_so() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let before = app.dump_all();
    let most = hearback::web::form::LARGEST;
    let mut stream = begun(&app, &path, most + 100_000);
    let body = vec![b'x'; most + 1];
    // It may stop listening before the end.
    drop(stream.write_all(b"comment=").and_then(|()| stream.write_all(&body)));
    let told = answered(stream);
    assert!(told.starts_with("HTTP/1.1 413") && told.contains("Please shorten it"), "{told}");
    assert_eq!(app.dump_all(), before);
}

#[test]
fn slow_clients_are_cut_off_and_hold_no_database_connection_meanwhile() {
    let app = TestApp::with(&[("HEARBACK_POOL", "2")]);
    let paths = mailed(&app, 20);
    let since = Instant::now();
    let mut slow: Vec<TcpStream> = (0..40).map(|_| begun(&app, &paths[0], 1000)).collect();
    for path in &paths[1..] {
        for stream in &mut slow {
            stream.write_all(b"c").unwrap();
        }
        app.answer(path, 4);
    }
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
    assert_eq!(app.value("SELECT count(*) FROM response"), "19");
    for stream in slow {
        let told = answered(stream);
        assert!(told.starts_with("HTTP/1.1 408") && told.contains("Please send it again"), "{told}");
    }
    assert_eq!(app.value("SELECT count(*) FROM response"), "19");
}

#[test]
fn a_form_that_breaks_off_stores_nothing() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let nonce = opened(&app.anonymous(), &path);
    let body = format!("nonce={nonce}&step=1&overall=4");
    let mut stream = begun(&app, &path, body.len() + 50);
    stream.write_all(body.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    answered(stream);
    app.answer(&path, 3);
    assert_eq!(app.rows("SELECT answers FROM response_revision"), [r#"{"overall": 3}"#]);
}

#[test]
fn bytes_that_are_no_text_fields_that_nobody_asked_for_and_doubled_ones_do_no_harm() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let customer = app.anonymous();
    let send = |body: &str| {
        let body = format!("nonce={}&{body}", opened(&customer, &path));
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        customer.send("POST", &path, &kind, body.as_bytes())
    };
    for body in [
        "step=2&overall=4&foreign=1",
        "step=2&overall=4&%ff=1",
        "step=2&overall=4&=",
        "step=2&overall=4&&&&&comment%00=x",
        "step=2&overall=%00",
        "step=2&overall=4%",
        "step=2&overall=%zz",
        "overall=4&overall[]=5&step=2",
    ] {
        send(body).expect(422);
    }
    assert_eq!(app.value("SELECT count(*) FROM response"), "0");
    send("step=2&overall=4&overall=2&step=1&comment=a%ffb%00c%ed%a0%80d&comment=second").expect(303);
    assert_eq!(app.value("SELECT answers || jsonb_build_object('said', comment) FROM response"), {
        "{\"said\": \"a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}\u{fffd}d\", \"overall\": 4}"
    });
}
