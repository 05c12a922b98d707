//! Two servers and two workers behind nginx, with the configuration of the handbook; and one after the other is
//! restarted, and one dies, while customers answer and letters go out.

use crate::road::{lent, settings};
use crate::support::database::rows;
use crate::support::lab::Lab;
use crate::support::make;
use crate::support::nginx::{self, Nginx};
use crate::support::program::Program;
use crate::support::scripted::SOON;
use crate::support::{Client, TestApp, programs_or_skip, wait_until};
use hearback::accounts::{Role, Scope};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many letters go out in a second while servers and workers are restarted.
const LETTERS_A_SECOND: usize = 20;
const VISITS: usize = 300;

/// Two servers behind nginx.
struct Nodes {
    settings: [Vec<(&'static str, String)>; 2],
    bases: [String; 2],
    servers: [Program; 2],
    nginx: Nginx,
}

impl Nodes {
    fn start(program: &Path, app: &TestApp) -> Self {
        // Held at once, or both could be the same.
        let held = [(), ()].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let address = held.each_ref().map(|held| held.local_addr().unwrap().to_string());
        drop(held);
        let nginx = Nginx::start(program, [&address[0], &address[1]]);
        let settings = address.clone().map(|address| {
            let (mut all, _) = settings(&app.database, "file:mail".to_owned());
            all.retain(|(name, _)| !["HEARBACK_LISTEN", "HEARBACK_PUBLIC_URL"].contains(name));
            all.extend([("HEARBACK_LISTEN", address), ("HEARBACK_PUBLIC_URL", nginx.base.clone())]);
            all
        });
        let start = |all: &Vec<(&'static str, String)>| Program::start(&lent(all), &["serve", "--no-worker"]);
        let servers = [start(&settings[0]), start(&settings[1])];
        let nodes =
            Self { settings, bases: address.map(|address| format!("http://{address}")), servers, nginx };
        nodes.wait_ready(0);
        nodes.wait_ready(1);
        nodes
    }

    fn wait_ready(&self, at: usize) {
        let address = self.bases[at].strip_prefix("http://").unwrap();
        wait_until("listening", SOON, || std::net::TcpStream::connect(address).ok());
        let client = Client::new(&self.bases[at]);
        wait_until("its word", SOON, || (client.get("/readyz").status == 200).then_some(()));
    }

    /// Stops one as a service manager does, and starts it again.
    fn restart(&mut self, at: usize) {
        self.servers[at].signal("TERM");
        let ended = self.servers[at].end(SOON);
        assert_eq!(ended.code(), Some(0), "{}", self.servers[at].words());
        self.start_again(at);
    }

    /// The same where it dies.
    fn kill(&mut self, at: usize) {
        self.servers[at].signal("KILL");
        self.servers[at].end(SOON);
        self.start_again(at);
    }

    fn start_again(&mut self, at: usize) {
        self.servers[at] = Program::start(&lent(&self.settings[at]), &["serve", "--no-worker"]);
        self.wait_ready(at);
    }
}

#[test]
fn two_servers_are_one_to_staff_programs_and_customers() {
    let Some([program]) = programs_or_skip("operations_nodes", ["nginx"]) else { return };
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.account(Role::Hr, None);
    let key = app.key(&[Scope::VisitsWrite]);
    let nodes = Nodes::start(&program, &app);
    let [one, other] = nodes.bases.each_ref().map(|base| Client::new(base));
    // By plain http a page leads to https, and a program is told no.
    let plain = Client::new(&nodes.nginx.plain);
    assert_eq!(plain.get("/login").expect(301).location(), "https://feedback.example.com/login");
    plain.get("/api/v1/visits").expect(403);

    // Staff: signed in at one, known to the other, and signed out at both.
    let staff = Client::new(&nodes.nginx.base);
    let fields = [("email", "hr@example.com"), ("password", crate::support::app::PASSWORD)];
    staff.post_form("/login", &fields).expect(303);
    for node in [&one, &other] {
        for (name, value) in staff.cookies() {
            node.take_cookie(&name, &value);
        }
        node.get("/visits").expect(200);
    }

    // Programs: a repetition at the other server gets the first answer, and stores nothing.
    let visit = make::visit("W2");
    let bring = |base: &str| {
        let client = Client::new(base).with_key(&key).with("idempotency-key", "the-same");
        client.post_json("/api/v1/visits", &visit)
    };
    let first = bring(&nodes.bases[0]).expect(201);
    assert_eq!(bring(&nodes.bases[1]).expect(201).body, first.body);
    assert_eq!(app.value("SELECT count(*) FROM visit"), "2");

    // Customers: the form of one is taken by the other, and the same form at both is one answer.
    let nonce = one.get(&path).expect(200).hidden("nonce");
    let form = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "4")];
    std::thread::scope(|scope| {
        for base in &nodes.bases {
            scope.spawn(|| Client::new(base).post_form(&path, &form).expect(303));
        }
    });
    assert_eq!(app.value("SELECT count(*) FROM response_revision"), "1");
    assert_eq!(app.value("SELECT answers->>'overall' FROM response"), "4");

    // What nginx writes down holds no token.
    Client::new(&nodes.nginx.base).get(&path).expect(200);
    let log = wait_until("a line", SOON, || Some(nodes.nginx.log()).filter(|log| log.contains("GET /s 200")));
    assert!(!log.contains(&path[3..]), "{log}");
}

#[test]
fn nginx_takes_the_configuration_of_the_handbook() {
    let Some([program, openssl]) = programs_or_skip("operations_nodes", ["nginx", "openssl"]) else { return };
    assert_eq!(nginx::complaints(&program, &openssl), "");
}

/// Customers who answer as their letters come, and what each was told.
struct Customers<'a> {
    lab: &'a Lab,
    base: &'a str,
    /// Which letters somebody has taken up.
    taken: Mutex<usize>,
    /// By the path of the link: the score, where the server said that it stands.
    told: Mutex<BTreeMap<String, String>>,
    /// What nobody should see.
    trouble: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl<'a> Customers<'a> {
    fn of(lab: &'a Lab, base: &'a str) -> Self {
        let (taken, told, trouble) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { lab, base, taken, told, trouble, is_over: AtomicBool::default() }
    }

    fn next(&self) -> Option<(usize, String)> {
        let mut taken = self.taken.lock().unwrap();
        let letters = self.lab.relay.letters();
        let letter = letters.get(*taken)?;
        *taken += 1;
        Some((*taken, make::answer_path(&make::decode(letter))))
    }

    /// Answers letter after letter, until all came and were answered.
    fn answer_all(&self) {
        while !(self.is_over.load(Ordering::SeqCst) && *self.taken.lock().unwrap() >= VISITS) {
            let Some((at, path)) = self.next() else {
                std::thread::park_timeout(Duration::from_millis(20));
                continue;
            };
            let customer = Client::new(self.base);
            let page = customer.get(&path);
            if page.status != 200 {
                self.trouble.lock().unwrap().push(format!("GET {}", page.status));
                continue;
            }
            let (nonce, score) = (page.hidden("nonce"), (at % 5 + 1).to_string());
            let answer = customer.post_form(&path, &[("nonce", &nonce), ("step", "1"), ("overall", &score)]);
            if answer.status == 303 {
                self.told.lock().unwrap().insert(path, score);
            } else {
                self.trouble.lock().unwrap().push(format!("POST {}", answer.status));
            }
        }
    }
}

#[test]
fn servers_and_workers_are_restarted_one_after_the_other_and_nobody_notices() {
    let Some([program]) = programs_or_skip("operations_nodes", ["nginx"]) else { return };
    let lab = Lab::start(&[]);
    let mut nodes = Nodes::start(&program, &lab.app);
    let ids: Vec<String> = (0..VISITS).map(|at| format!("W{at}")).collect();
    for part in ids.chunks(80) {
        lab.bring(&part.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let rate = format!("{LETTERS_A_SECOND}/s");
    let worker = || lab.worker(&[("HEARBACK_RATE", &rate), ("HEARBACK_LEASE", "30s")]);
    let mut workers = [worker(), worker()];
    lab.relay.wait_times(5, "accepted", "dot", "*");
    let base = nodes.nginx.base.clone();
    let customers = Customers::of(&lab, &base);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| customers.answer_all());
        }
        for (at, stopped) in workers.iter_mut().enumerate() {
            let answered = customers.told.lock().unwrap().len();
            nodes.restart(at);
            stopped.signal("TERM");
            assert_eq!(stopped.end(SOON).code(), Some(0), "{}", stopped.words());
            *stopped = worker();
            wait_until("answers between two restarts", SOON, || {
                (customers.told.lock().unwrap().len() >= (answered + 10).min(VISITS)).then_some(())
            });
        }
        // What it was answering goes to the other one, and is stored once.
        nodes.kill(0);
        // Or nothing was tried.
        assert!(lab.relay.taken("*") < VISITS, "all letters went out before the last restart");
        lab.relay.wait_times(VISITS, "accepted", "dot", "*");
        customers.is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(customers.trouble.into_inner().unwrap(), Vec::<String>::new());
    let told = customers.told.into_inner().unwrap();
    assert_eq!(told.len(), VISITS);
    assert_eq!(lab.app.value("SELECT count(*) FROM response_revision"), VISITS.to_string());
    for part in &mut workers {
        part.signal("TERM");
        part.end(SOON);
    }
    // Each answer that was promised is there, with its score, and no other.
    let stored: BTreeMap<String, String> =
        rows(&mut lab.app.connection(), "SELECT encode(i.token_hash, 'hex') || ' ' || (r.answers->>'overall') FROM response r JOIN invitation i ON i.visit_id = r.visit_id")
            .iter()
            .map(|row| row.split_once(' ').map(|(hash, score)| (hash.to_owned(), score.to_owned())).unwrap())
            .collect();
    assert_eq!(stored.len(), VISITS);
    let hash = |path: &str| {
        let bytes = hearback::ids::LinkToken::parse(&path[3..]).unwrap().hash();
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    for (path, score) in &told {
        assert_eq!(stored.get(&hash(path)), Some(score), "{path}");
    }
    // And nobody got a second letter: the checker reads the relay's own record.
    lab.check(VISITS, 0);
}
