//! The second factor: forced for HR and administrators, each code once, recovery codes, and nobody kept out by strangers.

use crate::support::app::{PASSWORD, SECRET};
use crate::support::program::{complained, run};
use crate::support::{Answer, Client, TestApp};
use actix_web::http::Method;
use chrono::TimeDelta;
use hearback::accounts::{Access, Role, totp};
use hearback::routes;

pub const FORCED: &[(&str, &str)] = &[("HEARBACK_SECOND_FACTOR", "required")];

/// Reads the secret that a page offers to an app.
pub fn secret_on(page: &str) -> Vec<u8> {
    let text = page.split_once("secret=").expect("a secret").1;
    let letters = text.bytes().take_while(u8::is_ascii_alphanumeric);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let values = letters.map(|letter| alphabet.iter().position(|known| *known == letter).unwrap());
    let (mut bits, mut held, mut bytes) = (0, 0_usize, Vec::new());
    for value in values {
        (held, bits) = (held << 5 | value, bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).unwrap());
        }
    }
    assert_eq!(bytes.len(), 20, "RFC 4226 recommends 160 bits");
    bytes
}

/// What the app on the phone shows now.
pub fn code_now(app: &TestApp, secret: &[u8]) -> String {
    totp::code(secret, totp::step_at(app.now().timestamp()))
}

/// A person with a second factor.
pub struct Enrolled {
    pub client: Client,
    pub email: String,
    pub secret: Vec<u8>,
    pub recovery: Vec<String>,
}

/// Signs somebody in for the first time and sets the second factor up.
#[track_caller]
pub fn enrol(app: &TestApp, role: Role) -> Enrolled {
    let email = app.account(role, (role == Role::Manager).then_some("North 2"));
    let client = app.sign_in(&email);
    set_up(app, client, email)
}

#[track_caller]
pub fn set_up(app: &TestApp, client: Client, email: String) -> Enrolled {
    let page = client.get("/account/second-factor").expect(200);
    let secret = secret_on(&page.body);
    let fields = [("csrf", page.hidden("csrf")), ("code", code_now(app, &secret))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let shown = client.post_form("/account/second-factor", &fields).expect(200).body;
    let list = shown.split_once("<ul").unwrap().1.split_once("</ul>").unwrap().0;
    let code = |item: &str| item.split_once("</li>").unwrap().0.to_owned();
    let recovery = list.split("<li>").skip(1).map(code).collect();
    // The code of this step was used.
    app.advance(TimeDelta::seconds(30));
    Enrolled { client, email, secret, recovery }
}

/// Gives the password and stands before the code.
#[track_caller]
pub fn half(app: &TestApp, email: &str) -> Client {
    let client = app.anonymous();
    let answer = client.post_form("/login", &[("email", email), ("password", PASSWORD)]).expect(303);
    assert!(answer.location().starts_with("/login/code"), "{}", answer.location());
    client
}

pub fn give(client: &Client, code: &str) -> Answer {
    client.post_form("/login/code", &[("code", code), ("next", "/account")])
}

fn staff_routes(role: Role) -> impl Iterator<Item = (Method, String)> {
    let may = move |access| matches!(access, Access::Staff(roles) if (roles as &[Role]).contains(&role));
    let path = |path: &str| path.replace("{id}", "none").replace("{key}", "none").replace("{version}", "1");
    let all = routes::table().into_iter().filter(move |route| may(route.access));
    all.map(move |route| (route.method, path(route.path)))
}

#[test]
fn hr_and_administrators_get_nowhere_before_they_have_a_second_factor() {
    let app = TestApp::with(FORCED);
    for role in [Role::Hr, Role::Admin] {
        let person = app.staff(role, None);
        let csrf = person.get("/account/second-factor").expect(200).hidden("csrf");
        let mut asked = 0;
        for (method, path) in staff_routes(role) {
            let answer = match method {
                Method::POST => person.post_form(&path, &[("csrf", &csrf)]),
                _ => person.get(&path),
            };
            assert_eq!(answer.status, 303, "{method} {path}");
            assert_eq!(answer.location(), "/account/second-factor", "{method} {path}");
            asked += 1;
        }
        assert!(asked > 10, "{asked}");
        // They may leave.
        assert!(person.post_form("/logout", &[("csrf", &csrf)]).expect(303).location().starts_with("/login"));
        let person = enrol(&app, role).client;
        person.get("/").expect(200);
    }
    for role in [Role::Manager, Role::Caller, Role::Employee] {
        app.staff(role, None).get("/").expect(200);
    }
}

#[test]
fn where_it_is_optional_nobody_is_forced_and_everybody_may() {
    let app = TestApp::start();
    for role in Role::ALL {
        app.staff(*role, None).get("/").expect(200);
        let person = enrol(&app, *role);
        person.client.get("/").expect(200);
        let again = half(&app, &person.email);
        assert_eq!(give(&again, &code_now(&app, &person.secret)).expect(303).location(), "/account");
        again.get("/").expect(200);
    }
}

#[test]
fn a_code_works_once_and_one_step_early_or_late() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let code = code_now(&app, &person.secret);
    give(&half(&app, &person.email), &code).expect(303);
    let again = half(&app, &person.email);
    let refused = give(&again, &code).expect(422);
    assert!(refused.body.contains("was used already") && !refused.body.contains(&code));
    // Neither does one of a step before that.
    let step = totp::step_at(app.now().timestamp());
    give(&again, &totp::code(&person.secret, step - 1)).expect(422);
    let early = totp::code(&person.secret, step + 1);
    give(&again, &format!("{} {}", &early[..3], &early[3..])).expect(303);
    app.advance(TimeDelta::seconds(95));
    let step = totp::step_at(app.now().timestamp());
    give(&half(&app, &person.email), &totp::code(&person.secret, step - 2)).expect(422);
    give(&half(&app, &person.email), &totp::code(&person.secret, step - 1)).expect(303);
}

#[test]
fn a_code_that_is_brought_by_several_at_once_lets_one_in() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let code = code_now(&app, &person.secret);
    let halves: Vec<Client> = (0..4).map(|_| half(&app, &person.email)).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let posts: Vec<_> = halves.iter().map(|half| scope.spawn(|| give(half, &code).status)).collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
}

#[test]
fn between_password_and_code_nothing_opens() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Admin);
    let half = half(&app, &person.email);
    for (method, path) in staff_routes(Role::Admin).chain(staff_routes(Role::Hr)) {
        let answer = half.send(method.as_str(), &path, &[], &[]);
        assert_eq!(answer.status, 303, "{method} {path}");
        assert!(answer.location().starts_with("/login?next="), "{method} {path}");
    }
    for path in ["/account/second-factor", "/logout"] {
        assert!(half.post_form(path, &[]).expect(303).location().starts_with("/login"), "{path}");
    }
    app.advance(TimeDelta::minutes(11));
    let late = give(&half, &code_now(&app, &person.secret)).expect(303);
    assert!(late.location().starts_with("/login?late"));
}

#[test]
fn each_recovery_code_works_once_is_noted_and_told() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    assert_eq!(person.recovery.len(), 10);
    for code in &person.recovery[..2] {
        give(&half(&app, &person.email), &code.to_uppercase().replace('-', " ")).expect(303);
        give(&half(&app, &person.email), code).expect(422);
    }
    let used = "SELECT count(*) FROM audit_entry WHERE action = 'user.recovery_code_used'";
    assert_eq!(app.value(used), "2");
    app.work();
    let told = app.memory.letters().into_iter().filter(|letter| letter.to == person.email).count();
    assert_eq!(told, 2);
    // Those of somebody else are none of theirs.
    let other = enrol(&app, Role::Admin);
    give(&half(&app, &person.email), &other.recovery[0]).expect(422);
}

#[test]
fn new_recovery_codes_need_the_password_and_replace_the_earlier_ones() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let csrf = person.client.get("/account/second-factor").expect(200).hidden("csrf");
    let ask = |password: &str| {
        person.client.post_form("/account/recovery-codes", &[("csrf", &csrf), ("old", password)])
    };
    assert!(ask("a wrong password").expect(422).body.contains("not your password"));
    let shown = ask(PASSWORD).expect(200).body;
    assert!(!person.recovery.iter().any(|code| shown.contains(code)));
    give(&half(&app, &person.email), &person.recovery[0]).expect(422);
    assert_eq!(shown.matches("<li>").count(), 10);
}

#[test]
fn wrong_codes_slow_their_giver_down_and_lock_nobody_out() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let half_open = half(&app, &person.email);
    let statuses: Vec<u16> = (0..7).map(|_| give(&half_open, "000000").status).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429]);
    let right = give(&half_open, &code_now(&app, &person.secret)).expect(429);
    let seconds: i64 = right.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=600).contains(&seconds));
    app.advance(TimeDelta::seconds(seconds));
    give(&half_open, &code_now(&app, &person.secret)).expect(303);
}

#[test]
fn a_stranger_slows_neither_step_of_somebody_elses_sign_in() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    // This browser was signed in before, that of the stranger was not.
    let browser = person.client;
    let half_open = half(&app, &person.email);
    let stranger = app.anonymous();
    for _ in 0..12 {
        stranger.post_form("/login", &[("email", &person.email), ("password", "wrong password")]);
        stranger.take_cookie("hearback", "made-up");
        assert!(give(&stranger, "000000").expect(303).location().starts_with("/login?late"));
    }
    stranger.post_form("/login", &[("email", &person.email), ("password", PASSWORD)]).expect(429);
    give(&half_open, &code_now(&app, &person.secret)).expect(303);
    app.advance(TimeDelta::seconds(30));
    browser.post_form("/login", &[("email", &person.email), ("password", PASSWORD)]).expect(303);
    give(&browser, &code_now(&app, &person.secret)).expect(303);
    browser.get("/").expect(200);
    // A known browser has so many tries as anybody, and no more.
    let statuses: Vec<u16> = (0..7)
        .map(|_| browser.post_form("/login", &[("email", &person.email), ("password", "wrong")]).status)
        .collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429]);
}

#[test]
fn whoever_lost_the_device_is_let_in_anew_by_an_administrator() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let admin = enrol(&app, Role::Admin).client;
    let id = app.value(&format!("SELECT id FROM user_account WHERE email = '{}'", person.email));
    let path = format!("/settings/accounts/{id}");
    let csrf = admin.get(&path).expect(200).hidden("csrf");
    let done = admin.post_form(&path, &[("csrf", &csrf), ("act", "second-factor")]).expect(303);
    assert!(done.location().ends_with("done=second-factor"));
    // The session is over, earlier codes open nothing, and the next sign-in leads to the set-up.
    assert!(person.client.get("/").expect(303).location().starts_with("/login"));
    let again = app.sign_in(&person.email);
    assert_eq!(again.get("/").expect(303).location(), "/account/second-factor");
    let renewed = set_up(&app, again, person.email.clone());
    assert_ne!(renewed.secret, person.secret);
    give(&half(&app, &person.email), &code_now(&app, &person.secret)).expect(422);
    give(&half(&app, &person.email), &person.recovery[3]).expect(422);
    give(&half(&app, &person.email), &code_now(&app, &renewed.secret)).expect(303);
    let by = app.value("SELECT actor FROM audit_entry WHERE action = 'user.second_factor_removed'");
    assert_eq!(by, format!("user {}", app.value("SELECT id FROM user_account WHERE role = 'admin'")));
    app.work();
    app.only_letter_to(&person.email);
}

#[test]
fn a_device_is_changed_with_the_password_and_nothing_opens_between() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let page = person.client.get("/account/second-factor").expect(200);
    assert!(!page.body.contains("secret="), "the secret is shown once");
    let csrf = page.hidden("csrf");
    let remove = |password: &str| {
        let fields = [("csrf", csrf.as_str()), ("old", password)];
        person.client.post_form("/account/second-factor/remove", &fields)
    };
    remove("a wrong password").expect(422);
    assert_eq!(remove(PASSWORD).expect(303).location(), "/account/second-factor");
    assert_eq!(person.client.get("/").expect(303).location(), "/account/second-factor");
    let renewed = set_up(&app, person.client, person.email);
    assert_ne!(renewed.secret, person.secret);
    renewed.client.get("/").expect(200);
}

#[test]
fn a_wrong_first_code_sets_nothing_up_and_shows_the_same_secret_again() {
    let app = TestApp::with(FORCED);
    let person = app.staff(Role::Hr, None);
    let page = person.get("/account/second-factor").expect(200);
    let fields = [("csrf", page.hidden("csrf")), ("code", "000000".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let again = person.post_form("/account/second-factor", &fields).expect(422);
    assert_eq!(secret_on(&again.body), secret_on(&page.body));
    assert_eq!(app.value("SELECT count(*) FROM second_factor"), "0");
    assert_eq!(person.get("/").expect(303).location(), "/account/second-factor");
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

#[test]
fn the_database_alone_makes_no_code() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let dump = app.dump_all();
    assert!(!dump.contains(&hex(&person.secret)) && !dump.contains(&totp::base32(&person.secret)));
    for code in &person.recovery {
        let bare = code.replace('-', "");
        let plain = hex(&hearback::ids::sha256(bare.as_bytes()));
        assert!(!dump.contains(code) && !dump.contains(&bare) && !dump.contains(&plain), "{code}");
    }
}

#[test]
fn a_start_without_the_secret_of_second_factors_is_refused() {
    let app = TestApp::with(FORCED);
    enrol(&app, Role::Hr);
    let other = "other:fedcba9876543210fedcba9876543210";
    let start = |secret: &str| {
        let settings = [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", secret)];
        run(&settings, &["sending", "status"])
    };
    let refused = start(other);
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained(&refused).contains("the id test"), "{}", complained(&refused));
    assert!(start(&format!("{other},{SECRET}")).status.success());
}
