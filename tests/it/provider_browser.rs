//! Sign-in at a certified OpenID provider, by a real browser; and the way to one through TLS.

use crate::mail_relay::Certificates;
use crate::road::{Settings, lent, line, settings, wait_ready};
use crate::support::axe;
use crate::support::browser::{Browser, Scripts};
use crate::support::database::{Database, rows};
use crate::support::program::{Program, complained, run, said};
use crate::support::provider::{Provider, SECRET};
use crate::support::{free_port, fresh_folder, programs_or_skip, wait_until};
use serde_json::json;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

const TEST: &str = "sign-in by a provider";

fn with_provider(all: &mut Settings, provider: &Provider) {
    all.extend([
        ("HEARBACK_OIDC_ISSUER", provider.issuer.clone()),
        ("HEARBACK_OIDC_CLIENT_ID", "hearback".to_owned()),
        ("HEARBACK_OIDC_CLIENT_SECRET", SECRET.to_owned()),
        ("HEARBACK_OIDC_LABEL", "Example ID".to_owned()),
    ]);
}

/// Goes through the provider's own pages: who it is, and that we may know.
fn sign_in_there(browser: &Browser, name: &str) {
    browser.press("a[href^='/login/oidc']");
    let shown = |what: &str| {
        wait_until(what, Duration::from_secs(20), || browser.source().contains(what).then_some(()));
    };
    shown("name=\"login\"");
    browser.write("input[name=login]", name);
    browser.write("input[name=password]", "anything");
    browser.press("button[type=submit]");
    shown("value=\"consent\"");
    browser.press("button[type=submit]");
}

#[test]
fn a_colleague_signs_in_at_a_certified_provider_and_lands_where_they_wanted() {
    let Some([chromium, driver]) = programs_or_skip(TEST, ["chromium", "chromedriver"]) else { return };
    let (database, mails) = (Database::migrated(), fresh_folder("mails"));
    let (mut all, base) = settings(&database, format!("file:{}", mails.0.join("mail").display()));
    let callback = format!("{base}/login/oidc/callback");
    let Some(provider) = Provider::start_or_skip(TEST, &callback) else { return };
    with_provider(&mut all, &provider);
    all.push(("HEARBACK_LOG", "trace".to_owned()));
    line(&all, &["user", "add", "--email", "hr@example.com", "--role", "hr", "--name", "Hedy Resource"]);
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    browser.open(&format!("{base}/surveys"));
    browser.wait_for("Sign in ·");
    sign_in_there(&browser, "hr@example.com");
    browser.wait_for("Surveys");
    assert_eq!(browser.address(), format!("{base}/surveys"));
    assert!(browser.source().contains("Hedy Resource"));
    browser.open(&base);
    browser.wait_for("Today");
    browser.press("form[action='/logout'] button");
    browser.wait_for("Sign in ·");
    assert!(browser.source().contains("Sign out of Example ID too"));
    // The provider still knows them, so that one press is enough; the address is not looked at any more.
    let renamed = "UPDATE user_account SET email = 'renamed@example.com'";
    diesel::RunQueryDsl::execute(diesel::sql_query(renamed), &mut database.connect()).unwrap();
    browser.press("a[href^='/login/oidc?']");
    browser.wait_for("Today");
    let sql = "SELECT issuer || ' ' || subject FROM account_identity";
    assert_eq!(rows(&mut database.connect(), sql), [format!("{} hr@example.com", provider.issuer)]);
    let words = program.words();
    assert!(words.len() > 10_000, "trace was on");
    for secret in [SECRET, "eyJ", "code_verifier", "hr@example.com", "Hedy", "Bearer "] {
        assert!(!words.contains(secret), "{secret} is logged");
    }
    let tokens: Vec<&str> = words.split_whitespace().collect();
    let is_pair = |token: &&str| token.len() == 4 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!tokens.windows(8).any(|row| row.iter().all(is_pair)), "bytes are logged");
}

#[test]
fn whom_the_provider_does_not_vouch_for_gets_a_sentence_and_a_command_lets_them_in() {
    let Some([chromium, driver]) = programs_or_skip(TEST, ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip(TEST) else { return };
    let (database, mails) = (Database::migrated(), fresh_folder("mails"));
    let (mut all, base) = settings(&database, format!("file:{}", mails.0.join("mail").display()));
    let callback = format!("{base}/login/oidc/callback");
    let Some(provider) = Provider::start_or_skip(TEST, &callback) else { return };
    with_provider(&mut all, &provider);
    let name = "unverified@example.com";
    line(&all, &["user", "add", "--email", name, "--role", "hr"]);
    let mut program = Program::start(&lent(&all), &["serve"]);
    wait_ready(&mut program, &base);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.open(&format!("{base}/login"));
    browser.wait_for("Sign in ·");
    axe::finds_nothing(&browser, axe);
    sign_in_there(&browser, name);
    browser.wait_for("You are not signed in");
    assert!(browser.source().contains("does not vouch for your mail address"));
    axe::finds_nothing(&browser, axe);
    let command = |arguments: &[&str]| run(&lent(&all), arguments);
    let bind = ["user", "bind", "--email", name, "--subject", name];
    assert!(command(&bind).status.success());
    let again = command(&bind);
    assert!(
        !again.status.success() && complained(&again).contains("already belongs"),
        "{}",
        complained(&again)
    );
    browser.press("a[href='/login/oidc']");
    browser.wait_for("Today");
    assert!(command(&["user", "release", "--email", name]).status.success());
    assert!(!command(&["user", "release", "--email", name]).status.success());
    browser.open(&base);
    browser.wait_for("Sign in ·");
    let audited = "SELECT actor || ' ' || action FROM audit_entry WHERE action LIKE 'identity.%' ORDER BY id";
    assert_eq!(rows(&mut database.connect(), audited), ["shell identity.bound", "shell identity.released"]);
}

#[test]
fn check_looks_at_the_provider_through_tls_and_checks_its_certificate() {
    let Some([openssl]) = programs_or_skip("TLS to a provider", ["openssl"]) else { return };
    let (database, folder, port) = (Database::migrated(), fresh_folder("provider"), free_port());
    let certificates = Certificates::new(&openssl, "IP:127.0.0.1");
    let issuer = format!("https://127.0.0.1:{port}");
    let description = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
    });
    std::fs::create_dir(folder.0.join(".well-known")).unwrap();
    for (file, body) in [
        (".well-known/openid-configuration", description.to_string()),
        ("keys", json!({"keys": []}).to_string()),
    ] {
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        std::fs::write(folder.0.join(file), answer).unwrap();
    }
    // Serves whole answers out of files, below the folder in which it is started.
    let script = format!(
        "cd {} && exec {} s_server -accept {port} -cert {} -key {} -HTTP -quiet",
        folder.0.display(),
        openssl.display(),
        certificates.certificate().display(),
        certificates.key().display(),
    );
    let mut server = Program::start_command(Command::new("sh").args(["-c", &script]));
    wait_until("the server listening", Duration::from_secs(20), || {
        assert!(!server.has_ended(), "{}", server.words());
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
    let (mut all, _) = settings(&database, format!("file:{}", folder.0.join("mail").display()));
    all.extend([
        ("HEARBACK_OIDC_ISSUER", issuer.clone()),
        ("HEARBACK_OIDC_CLIENT_ID", "hearback".to_owned()),
        ("HEARBACK_OIDC_CLIENT_SECRET", SECRET.to_owned()),
    ]);
    let output = run(&lent(&all), &["check"]);
    let words = said(&output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("WRONG  HEARBACK_OIDC_ISSUER") && !words.contains(SECRET), "{words}");
    let authority = certificates.authority().display().to_string();
    all.push(("SSL_CERT_FILE", authority));
    let output = run(&lent(&all), &["check"]);
    let words = said(&output);
    assert!(output.status.success(), "{words}");
    assert!(words.lines().any(|line| line.starts_with("sign-in    ok") && line.contains(&issuer)), "{words}");
    assert!(words.contains("/login/oidc/callback"), "{words}");
}
