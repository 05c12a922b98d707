//! Requests that no browser sends: what they are told, and that nothing else comes of them.

use crate::support::{Client, TestApp, make};
use hearback::accounts::{Access, Role, Scope};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use url::Url;

/// A host that is none of ours.
const EVIL: &str = "evil.example";

/// Says bytes over a connection of their own and gives everything that comes back until it is closed.
#[track_caller]
pub fn say(base: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // It may stop listening before the end.
    drop(stream.write_all(bytes));
    let (mut heard, mut piece) = (Vec::new(), [0; 8192]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("kept open ({error}): {}", String::from_utf8_lossy(&heard)),
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[track_caller]
fn talk(app: &TestApp, bytes: &[u8]) -> String {
    say(&app.base, bytes)
}

/// The status codes that stand in what came back.
fn statuses(heard: &str) -> Vec<u16> {
    heard.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

/// A request without a body whose connection ends with its answer.
fn request(method: &str, target: &str, headers: &[&str]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    for line in headers.iter().chain(&["Connection: close"]) {
        text.push_str(line);
        text.push_str("\r\n");
    }
    (text + "\r\n").into_bytes()
}

fn is_alive(app: &TestApp) -> bool {
    app.anonymous().get("/healthz").status == 200 && app.anonymous().get("/login").status == 200
}

/// A pattern with something in each of its holes.
fn filled(pattern: &str, with: &str) -> String {
    let mut path = pattern.to_owned();
    while let (Some(begin), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(begin..=end, with);
    }
    path
}

#[test]
fn a_message_whose_end_can_be_read_in_two_ways_is_refused_and_what_follows_is_not_looked_at() {
    let app = TestApp::start();
    let hidden = "GET /healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    for (lines, body) in [
        ("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\n"),
        ("Content-Length: 0\r\nContent-Length: 5", "abcde"),
        ("Content-Length: 5, 5", "abcde"),
        ("Content-Length: +5", "abcde"),
        ("Content-Length: -1", "abcde"),
        ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"),
        ("Transfer-Encoding : chunked", "0\r\n\r\n"),
        ("X-Folded: a\r\n Transfer-Encoding: chunked", "0\r\n\r\n"),
        ("X-Return: a\rTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "-1\r\nabc\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "2;a\nxx\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        ("Host: other.example\r\nContent-Length: 0", ""),
    ] {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let message =
            format!("POST /login HTTP/1.1\r\nHost: a.example\r\n{kind}\r\n{lines}\r\n\r\n{body}{hidden}");
        assert_eq!(statuses(&talk(&app, message.as_bytes())), [400], "{lines:?} {body:?}");
    }
    // A line may end in LF alone (RFC 9112 §2.2): one message, one answer.
    let bare = "GET /healthz HTTP/1.1\nHost: a.example\nConnection: close\n\n";
    assert_eq!(statuses(&talk(&app, bare.as_bytes())), [200]);
    for other in ["GET /healthz HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}"] {
        assert_eq!(statuses(&talk(&app, other.as_bytes())), [400], "{other:?}");
    }
    assert!(is_alive(&app));
}

#[test]
fn a_method_that_no_route_has_does_nothing_and_echoes_nothing() {
    let app = TestApp::start();
    for route in hearback::routes::table() {
        let path = filled(route.path, "none");
        for method in ["TRACE", "PROPFIND", "BREW", "OPTIONS"] {
            let headers = [
                "Host: a.example",
                "X-Canary: 5c1f",
                "Origin: https://evil.example",
                "Access-Control-Request-Method: POST",
            ];
            let heard = talk(&app, &request(method, &path, &headers));
            assert_eq!(statuses(&heard), [405], "{method} {path}");
            assert!(!heard.contains("5c1f") && !heard.to_lowercase().contains("access-control"), "{heard}");
        }
    }
    let connect = talk(&app, &request("CONNECT", &format!("{EVIL}:443"), &["Host: a.example"]));
    assert_eq!(statuses(&connect), [404], "{connect}");
}

#[test]
fn what_is_too_long_or_too_much_is_told_so_and_the_server_goes_on() {
    let app = TestApp::start();
    let long = |count: usize| "a".repeat(count);
    let url = request("GET", &format!("/login?next={}", long(70_000)), &["Host: a.example"]);
    assert!(matches!(statuses(&talk(&app, &url))[..], [400 | 414]), "a long address");
    let header = request("GET", "/login", &["Host: a.example", &format!("X-Long: {}", long(140_000))]);
    assert!(matches!(statuses(&talk(&app, &header))[..], [] | [400 | 431]), "a long header");
    let names: Vec<String> = (0..200).map(|at| format!("X-{at}: a")).collect();
    let many: Vec<&str> = ["Host: a.example"].into_iter().chain(names.iter().map(String::as_str)).collect();
    assert_eq!(statuses(&talk(&app, &request("GET", "/login", &many))), [431]);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    // A field more or less makes no difference, however many there are.
    let fields = "a=1&".repeat(200_000) + "email=nobody@example.com&password=none";
    app.anonymous().send("POST", "/login", &form, fields.as_bytes()).expect(401);
    let most = hearback::web::form::LARGEST;
    app.anonymous().send("POST", "/login", &form, long(most + 1).as_bytes()).expect(413);
    let client = app.client(&[Scope::VisitsWrite]);
    let json = [("content-type", "application/json")];
    let heavy = client.send("POST", "/api/v1/visits", &json, long(most + 1).as_bytes()).expect(413);
    assert_eq!(heavy.header("content-type"), Some("application/problem+json"));
    // Deeper than anybody writes, and packed: neither is unpacked nor followed.
    client.send("POST", "/api/v1/visits", &json, "[".repeat(100_000).as_bytes()).expect(422);
    let packed = [("content-type", "application/json"), ("content-encoding", "gzip")];
    client.send("POST", "/api/v1/visits", &packed, b"\x1f\x8b\x08\x00\x00\x00\x00\x00").expect(422);
    assert_eq!(app.value("SELECT count(*) FROM visit"), "0");
    assert!(is_alive(&app));
}

#[test]
fn no_name_of_a_file_leads_out_of_what_is_served_and_nothing_else_is_there() {
    let app = TestApp::with(&[("HEARBACK_COLOUR", "#1f5f99")]);
    for folder in ["/assets/", "/theme/"] {
        for name in [
            "",
            ".",
            "..",
            "../Cargo.toml",
            "../../../../../../etc/passwd",
            "..%2f..%2f..%2f..%2fetc%2fpasswd",
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "..%252f..%252fetc%252fpasswd",
            "..%5c..%5cetc%5cpasswd",
            "..;/etc/passwd",
            "/etc/passwd",
            "%2fetc%2fpasswd",
            "%00",
            "staff.css%00.css",
            "....//....//etc/passwd",
        ] {
            let heard = talk(&app, &request("GET", &format!("{folder}{name}"), &["Host: a.example"]));
            assert_eq!(statuses(&heard), [404], "{folder}{name}");
            assert!(!heard.contains("root:") && !heard.contains("[package]"), "{folder}{name}: {heard}");
        }
    }
    for path in [
        "/assets",
        "/theme",
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/Cargo.toml",
        "/src/",
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/actuator",
        "/server-status",
        "/admin",
        "/console",
        "/swagger",
        "/index.html",
        "/backup",
    ] {
        app.anonymous().get(path).expect(404);
    }
}

/// Where a browser would go from our sign-in page.
fn led_to(location: &str) -> Url {
    Url::parse("https://feedback.example.com/login").unwrap().join(location).unwrap()
}

#[test]
fn the_sign_in_leads_to_a_page_of_ours_whatever_it_is_told() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    for next in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http:/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\r\nLocation: https://evil.example",
        "/x\r\nSet-Cookie: a=b",
        "%2f%2fevil.example",
        "/%2f/evil.example",
        "/.//evil.example",
        "/../../evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "@evil.example",
        ".evil.example",
        "/ünïcode",
        "",
    ] {
        let client = app.anonymous();
        let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = client.get(&format!("/login?next={encoded}")).expect(200);
        assert_eq!(led_to(&page.hidden("next")).host_str(), Some("feedback.example.com"), "{next:?}");
        let fields = [("email", email.as_str()), ("password", crate::support::app::PASSWORD), ("next", next)];
        let answer = client.post_form("/login", &fields).expect(303);
        let there = led_to(answer.location());
        assert_eq!(there.host_str(), Some("feedback.example.com"), "{next:?}: {}", answer.location());
        assert_eq!(there.scheme(), "https", "{next:?}");
        assert!(
            answer
                .headers
                .iter()
                .filter(|(name, _)| name == "set-cookie")
                .all(|(_, one)| !one.starts_with("a="))
        );
    }
}

#[test]
fn every_redirect_of_a_stranger_stays_here() {
    let app = TestApp::start();
    let mut redirects = 0;
    for route in hearback::routes::table() {
        for hole in ["%2F%2Fevil.example", "%5C%5Cevil.example", "a%0D%0Ab", "https:%2F%2Fevil.example"] {
            let path = filled(route.path, hole);
            let answer = app.anonymous().send(route.method.as_str(), &path, &[], &[]);
            if let Some(location) = answer.header("location") {
                redirects += 1;
                assert_eq!(led_to(location).host_str(), Some("feedback.example.com"), "{path}: {location}");
            }
        }
    }
    assert!(redirects > 100, "{redirects}");
    for target in ["http://evil.example/", "http://evil.example/evaluations?from=x"] {
        let heard = talk(&app, &request("GET", target, &["Host: 127.0.0.1"]));
        assert_eq!(statuses(&heard), [303], "{heard}");
        assert!(heard.contains("location: /login?next=%2F") && !heard.contains(EVIL), "{heard}");
    }
}

#[test]
fn links_redirects_and_letters_name_our_own_address_and_never_that_of_the_request() {
    let app = TestApp::start();
    let claims = [
        ("x-forwarded-host", EVIL),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "//evil.example/"),
        ("x-rewrite-url", "/delivery"),
        ("x-host", EVIL),
    ];
    let lies = |client: Client| claims.iter().fold(client, |client, (name, value)| client.with(name, value));
    let program = lies(app.client(&[Scope::VisitsWrite]));
    program.post_json("/api/v1/visits", &make::visit("W1")).expect(201);
    let link = app.mail_out("W1");
    let letter = make::decoded(&app.only_letter_to("w1@example.com"));
    assert!(letter.contains(&format!("http://127.0.0.1:8080{link}")) && !letter.contains(EVIL), "{letter}");
    let written: Vec<String> = claims.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let host = format!("Host: {EVIL}");
    let headers: Vec<&str> = [host.as_str()].into_iter().chain(written.iter().map(String::as_str)).collect();
    let stop = link.replace("/s/", "/u/");
    for (path, status) in [
        ("/login", 200),
        ("/", 303),
        (link.as_str(), 200),
        (&stop, 200),
        ("/s/", 200),
        ("/privacy", 200),
        ("/nothing-here", 404),
        ("/api/docs", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/visits", 401),
        ("/delivery", 303),
    ] {
        let heard = talk(&app, &request("GET", path, &headers));
        assert_eq!(statuses(&heard), [status], "{path}");
        assert!(!heard.contains(EVIL), "{path}: {heard}");
    }
}

#[test]
fn a_session_opens_no_route_of_the_api_and_a_key_no_page() {
    let app = TestApp::start();
    let (hr, key) = (app.staff(Role::Hr, None), app.client(&[Scope::VisitsWrite]));
    for route in hearback::routes::table() {
        let (method, path) = (route.method.as_str(), filled(route.path, "none"));
        if matches!(route.access, Access::Key(_)) {
            // No page of another site can make a browser send a key along.
            hr.send(method, &path, &[("content-type", "text/plain")], b"{}").expect(401);
        } else if matches!(route.access, Access::Staff(_)) {
            let answer = key.send(method, &path, &[], &[]).expect(303);
            assert!(answer.location().starts_with("/login?next="), "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn what_stands_twice_has_one_meaning() {
    let app = TestApp::start();
    let twice = app.anonymous().get("/login?next=/a&next=//evil.example").expect(400);
    assert!(twice.header("content-type").unwrap().starts_with("text/html"), "{twice:?}");
    assert!(!twice.body.contains("deserialize") && !twice.body.contains(EVIL), "{}", twice.body);
    // Of a form the first one counts.
    let email = app.account(Role::Hr, None);
    let password = crate::support::app::PASSWORD;
    let first =
        [("email", email.as_str()), ("email", "x@example.com"), ("password", password), ("password", "x")];
    app.anonymous().post_form("/login", &first).expect(303);
    let last = [("email", "x@example.com"), ("email", email.as_str()), ("password", password)];
    app.anonymous().post_form("/login", &last).expect(401);
    // Of a list's address too; a program is told.
    let hr = app.sign_in(&email);
    hr.get("/visits?from=2026-01-01&from=nonsense").expect(200);
    let reader = app.client(&[Scope::OutcomesRead]);
    let refused = reader.get("/api/v1/outcomes?from=2026-01-01&from=2026-02-01&to=2026-03-01").expect(422);
    assert!(refused.body.contains("duplicate field"), "{}", refused.body);
    // Of two fields of one name in JSON the last one counts, as in every reader (RFC 8259 §4).
    let body = make::visit("W1").to_string().replacen("\"id\":\"W1\"", "\"id\":\"W0\",\"id\":\"W1\"", 1);
    assert!(body.contains("\"W0\""), "{body}");
    let client = app.client(&[Scope::VisitsWrite]);
    client
        .send("POST", "/api/v1/visits", &[("content-type", "application/json")], body.as_bytes())
        .expect(201);
    assert_eq!(app.rows("SELECT external_id FROM visit"), ["W1"]);
}

#[test]
fn a_field_that_was_not_asked_for_changes_nothing() {
    let app = TestApp::start();
    let client = app.client(&[Scope::VisitsWrite]);
    for more in
        [json!({"outcome": "answered"}), json!({"customer": {"suppressed": false}}), json!({"score": 5})]
    {
        let refused =
            client.post_json("/api/v1/visits", &make::with(make::visit("W1"), more.clone())).expect(422);
        assert!(refused.body.contains("is not known here"), "{more}: {}", refused.body);
    }
    client.post_json("/api/v1/visits", &make::visit("W1")).expect(201);
    let refused = client.patch_json("/api/v1/visits/W1", &json!({"outcome": "answered"})).expect(422);
    assert!(refused.body.contains("/outcome"), "{}", refused.body);
    let email = app.account(Role::Caller, None);
    let accounts = "SELECT concat_ws(' ', email, role, team_id, employee_id, disabled_at) FROM user_account";
    let (before, rows) = (app.dump(&["visit", "customer"]), app.rows(accounts));
    let caller = app.anonymous();
    let extra = [("role", "admin"), ("team", "North"), ("second_factor", "1"), ("id", "1"), ("disabled", "")];
    let fields = [("email", email.as_str()), ("password", crate::support::app::PASSWORD)];
    caller.post_form("/login", &fields.iter().chain(&extra).copied().collect::<Vec<_>>()).expect(303);
    caller.get("/delivery").expect(403);
    let customer = app.value("SELECT id FROM customer");
    let csrf = caller.get("/").hidden("csrf");
    let note = [("csrf", csrf.as_str()), ("email", "x@example.com"), ("name", "Somebody Else")];
    let note: Vec<(&str, &str)> = note.into_iter().chain(extra).collect();
    let told = caller.post_form(&format!("/customers/{customer}/notes"), &note);
    assert!(told.status < 500, "{told:?}");
    assert_eq!((app.dump(&["visit", "customer"]), app.rows(accounts)), (before, rows));
}
