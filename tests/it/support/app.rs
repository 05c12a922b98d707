//! The whole program in this process: real database, real server, its worker by hand, mail in memory.

use super::database::{self, Database};
use super::{Answer, Client, Folder, fresh_folder, make, wait_until};
use actix_web::dev::ServerHandle;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use hearback::accounts::links::{self, Colleague};
use hearback::accounts::{Role, Scope, keys};
use hearback::app::{App, Parts};
use hearback::clock::Clock;
use hearback::config::Config;
use hearback::delivery::Sender;
use hearback::ids::Keyring;
use hearback::mail::{Delivered, Memory, Transport};
use hearback::{db, people, server, worker};
use serde_json::Value;
use std::future::Future;
use std::thread::JoinHandle;
use std::time::Duration;

/// When the frozen clock begins: a Friday afternoon.
pub const NOW: &str = "2026-11-20T15:00:00Z";

/// The organisation's secret.
pub const SECRET: &str = "test:0123456789abcdef0123456789abcdef";

/// The password of every account.
pub const PASSWORD: &str = "correct horse battery";

const SETTINGS: &[(&str, &str)] = &[
    ("HEARBACK_SENDING", "on"),
    ("HEARBACK_SURVEY_DELAY", "0s"),
    ("HEARBACK_SEND_WINDOW", "always"),
    ("HEARBACK_ORGANISATION", "Northwind Boilers"),
    ("HEARBACK_MAIL_FROM", "Northwind Boilers <feedback@example.com>"),
    ("HEARBACK_LISTEN", "127.0.0.1:0"),
    ("HEARBACK_PUBLIC_URL", "http://127.0.0.1:8080"),
    ("HEARBACK_POOL", "10"),
    ("HEARBACK_NAME_EMPLOYEES", "on"),
    ("HEARBACK_SECOND_FACTOR", "optional"),
    // Under a frozen clock the window of a rate never ends.
    ("HEARBACK_API_RATE", "1000000/s"),
];

/// A running program and its parts.
pub struct TestApp {
    /// The parts.
    pub app: App,
    /// Where letters go.
    pub memory: Memory,
    /// Where it listens.
    pub base: String,
    runtime: tokio::runtime::Runtime,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
    /// Dropped last.
    pub database: Database,
    _folder: Folder,
}

impl TestApp {
    /// Starts with a frozen clock, sending on, no delay and no window.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts with some settings changed.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(Database::migrated(), settings)
    }

    /// The same on a database that is there and migrated.
    pub fn on(database: Database, settings: &[(&str, &str)]) -> Self {
        let value = |name: &str| {
            let all = settings.iter().chain(SETTINGS);
            all.copied().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        };
        let mut config = Config::from_lookup(&value).unwrap();
        let folder = fresh_folder("app");
        config.data.clone_from(&folder.0);
        let memory = Memory::new();
        let app = App::new(Parts {
            pool: db::connect(&database.url, config.database.pool).unwrap(),
            clock: Clock::frozen(NOW.parse().unwrap()),
            templates: App::templates(&config).unwrap(),
            transport: match value("HEARBACK_MAIL_URL") {
                Some(_) => App::transport(&config).unwrap(),
                None => Transport::Memory(memory.clone()),
            },
            dkim: App::dkim(&config).unwrap(),
            logo: App::logo(&config).unwrap(),
            config,
            keys: Keyring::parse(SECRET).unwrap(),
        });
        let (base, server, thread) = serve(app.clone());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        Self { app, memory, base, runtime, server, thread: Some(thread), database, _folder: folder }
    }

    /// Runs async work to its end.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Lets a worker do everything that is due.
    #[track_caller]
    pub fn work(&self) {
        let sender = Sender::new(self.app.clone());
        self.block_on(worker::round(&self.app, &sender)).unwrap();
    }

    /// Works until every answer was followed: while a transaction runs anywhere on the server, that of another test
    /// too, the newest ones wait.
    #[track_caller]
    pub fn follow_answers(&self) {
        wait_until("all answers followed", Duration::from_secs(20), || {
            self.work();
            let left = "SELECT r.id FROM response r, answer_followed f WHERE (r.changed_in, r.id) > (f.place, f.response_id)";
            self.rows(left).is_empty().then_some(())
        });
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// A connection to look or meddle with.
    pub fn connection(&self) -> PgConnection {
        self.database.connect()
    }

    /// The rows of a query of one column.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        database::rows(&mut self.connection(), sql)
    }

    /// The one value of a query.
    #[track_caller]
    pub fn value(&self, sql: &str) -> String {
        let mut rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}");
        rows.remove(0)
    }

    /// Runs a statement.
    #[track_caller]
    pub fn execute(&self, sql: &str) -> Result<usize, diesel::result::Error> {
        diesel::RunQueryDsl::execute(diesel::sql_query(sql), &mut self.connection())
    }

    /// The rows of tables, to compare.
    #[track_caller]
    pub fn dump(&self, tables: &[&str]) -> String {
        database::dump(&mut self.connection(), tables)
    }

    /// The rows of every table but that of fetched links, which nothing that counts reads and which is written behind
    /// the back of whoever fetches.
    #[track_caller]
    pub fn dump_all(&self) -> String {
        let mut connection = self.connection();
        let mut tables = database::tables(&mut connection);
        tables.retain(|table| table != "link_fetch");
        database::dump(&mut connection, &tables.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Somebody without key or cookie.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.base)
    }

    /// A program with a key of its own.
    #[track_caller]
    pub fn client(&self, scopes: &[Scope]) -> Client {
        self.anonymous().with_key(&self.key(scopes))
    }

    /// A key.
    #[track_caller]
    pub fn key(&self, scopes: &[Scope]) -> String {
        keys::add(&mut self.connection(), "test", scopes, self.now()).unwrap()
    }

    /// Makes an account; its address is the role.
    #[track_caller]
    pub fn account(&self, role: Role, team: Option<&str>) -> String {
        let mut connection = self.connection();
        let email = format!("{role}@example.com");
        let team = team.map(|name| people::queries::upsert_team(&mut connection, name).unwrap());
        let colleague =
            Colleague { email: email.clone(), name: format!("The {role}"), role, employee: None, team };
        links::invite_with_password(&mut connection, &colleague, PASSWORD, self.now()).unwrap();
        email
    }

    /// Somebody of ours who is signed in.
    #[track_caller]
    pub fn staff(&self, role: Role, team: Option<&str>) -> Client {
        let email = self.account(role, team);
        self.sign_in(&email)
    }

    /// An employee who is signed in; they must be known already.
    #[track_caller]
    pub fn employee(&self, external_id: &str) -> Client {
        let mut connection = self.connection();
        let employee = people::queries::find_employee(&mut connection, external_id).unwrap();
        assert!(employee.is_some(), "nobody has the id {external_id}");
        let email = format!("{}@staff.example.com", external_id.to_lowercase());
        let name = format!("Account of {external_id}");
        let colleague = Colleague { email: email.clone(), name, role: Role::Employee, employee, team: None };
        links::invite_with_password(&mut connection, &colleague, PASSWORD, self.now()).unwrap();
        self.sign_in(&email)
    }

    /// Signs in to an account that is there.
    #[track_caller]
    pub fn sign_in(&self, email: &str) -> Client {
        let client = self.anonymous();
        client.post_form("/login", &[("email", email), ("password", PASSWORD)]).expect(303);
        client
    }

    /// The bytes of a file that a key may have.
    #[track_caller]
    pub fn bytes(&self, key: &str, path: &str) -> Vec<u8> {
        let request =
            ureq::get(format!("{}{path}", self.base)).header("authorization", format!("Bearer {key}"));
        request.call().unwrap().body_mut().read_to_vec().unwrap()
    }

    /// Brings a visit that has to be new.
    #[track_caller]
    pub fn bring(&self, visit: &Value) -> Answer {
        self.client(&[Scope::VisitsWrite]).post_json("/api/v1/visits", visit).expect(201)
    }

    /// Brings a visit, mails it, and gives the path of its link.
    #[track_caller]
    pub fn mailed(&self, id: &str) -> String {
        self.bring(&make::visit(id));
        self.mail_out(id)
    }

    /// Mails what is due and gives the path of the link for a visit made by [`make::visit`].
    #[track_caller]
    pub fn mail_out(&self, id: &str) -> String {
        self.work();
        make::answer_path(&make::decoded(&self.only_letter_to(&format!("{}@example.com", id.to_lowercase()))))
    }

    /// The one letter to an address.
    #[track_caller]
    pub fn only_letter_to(&self, address: &str) -> Delivered {
        let mut letters: Vec<Delivered> =
            self.memory.letters().into_iter().filter(|letter| letter.to == address).collect();
        assert_eq!(letters.len(), 1, "letters to {address}");
        letters.remove(0)
    }

    /// Answers both steps of a link as a person would.
    #[track_caller]
    pub fn answer(&self, path: &str, overall: u8) {
        let customer = self.anonymous();
        let nonce = customer.get(path).expect(200).hidden("nonce");
        let overall = overall.to_string();
        customer.post_form(path, &[("nonce", &nonce), ("step", "1"), ("overall", &overall)]).expect(303);
    }

    /// Answers everything behind a link, with a comment.
    #[track_caller]
    pub fn say(&self, path: &str, overall: &str, comment: &str) {
        let customer = self.anonymous();
        let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
        let answers = [("overall", overall), ("process", "3"), ("comment", comment)];
        let fields: Vec<(&str, &str)> =
            [("nonce", nonce.as_str()), ("step", "2")].into_iter().chain(answers).collect();
        customer.post_form(path, &fields).expect(303);
    }

    /// In which outcome a visit stands.
    #[track_caller]
    pub fn outcome(&self, id: &str) -> String {
        self.value(&format!("SELECT outcome FROM visit WHERE external_id = '{id}'"))
    }

    /// In which state its invitation stands.
    #[track_caller]
    pub fn invitation(&self, id: &str) -> String {
        self.value(&format!(
            "SELECT i.state FROM invitation i JOIN visit v ON v.id = i.visit_id WHERE v.external_id = '{id}'"
        ))
    }
}

fn serve(app: App) -> (String, ServerHandle, JoinHandle<()>) {
    let (told, hear) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (server, address) = server::start(app, "127.0.0.1:0".parse().unwrap()).unwrap();
            told.send((format!("http://{address}"), server.handle())).unwrap();
            server.await.unwrap();
        });
    });
    let (base, handle) = hear.recv().unwrap();
    (base, handle, thread)
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.runtime.block_on(self.server.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
