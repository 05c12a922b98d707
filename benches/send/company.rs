//! A database with many visits that are due, and the program on it.

use diesel::{Connection, PgConnection, RunQueryDsl};
use hearback::app::{App, Parts};
use hearback::clock::Clock;
use hearback::config::Config;
use hearback::db::postgres::{Options, Postgres};
use hearback::ids::Keyring;
use hearback::surveys::builtin;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where it is measured: a folder and a server.
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    own: Option<Postgres>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

#[expect(clippy::disallowed_methods, reason = "a measurement is told by its caller what to measure")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Place {
    /// Starts a server, unless one is given.
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("hearback-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let own = environment("TEST_DATABASE_URL").is_none().then(|| {
            let options = Options {
                dir: folder.join("postgres"),
                throw_away: false,
                bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
                cache_dir: folder.join("cache"),
                path: environment("PATH").map(Into::into),
            };
            Postgres::start(&options).unwrap()
        });
        Self { folder, own }
    }

    fn url(&self, database: &str) -> String {
        if let Some(own) = &self.own {
            return own.url(database);
        }
        let mut url = url::Url::parse(&environment("TEST_DATABASE_URL").unwrap()).unwrap();
        url.set_path(database);
        url.to_string()
    }

    /// Makes a database with so many visits that are due, and gives its address.
    pub fn company(&self, visits: usize) -> String {
        let name = format!("hearback_bench_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        execute(&self.url("postgres"), &format!("CREATE DATABASE {name}"));
        let url = self.url(&name);
        let mut connection = PgConnection::establish(&url).unwrap();
        hearback::db::migrate::run(&mut connection).unwrap();
        let now = hearback::db::read_time(&mut connection).unwrap();
        let survey = builtin::publish(&mut connection, now).unwrap();
        execute(&url, &FILL.replace("$n", &visits.to_string()).replace("$survey", &survey.id.to_string()));
        for table in ["visit", "invitation", "visit_employee"] {
            execute(&url, &format!("VACUUM ANALYZE {table}"));
        }
        execute(&url, "CHECKPOINT");
        url
    }

    /// Removes a database.
    pub fn drop(&self, url: &str) {
        let name = url::Url::parse(url).unwrap().path().trim_start_matches('/').to_owned();
        execute(&self.url("postgres"), &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.own = None;
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Runs a statement.
pub fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::establish(url).unwrap();
    for statement in sql.split(";\n") {
        diesel::sql_query(statement).execute(&mut connection).unwrap();
    }
}

/// Visits of this morning with ids in the order of time, as version 7 has them (RFC 9562 §5.7), each with a customer, an employee and an invitation that is due, in four countries.
const FILL: &str = "INSERT INTO employee (id, external_id, name, created_at) \
SELECT gen_random_uuid(), 'E' || n, 'Sample Employee ' || n, now() FROM generate_series(1, 40) AS n;
INSERT INTO visit (id, external_id, content_hash, visited_at, visited_on, service, customer_name, customer_email, \
customer_language, first_contact, outcome, send_at, created_at, call_priority, lawful_basis) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'V' || n, '\\x00', now() - interval '3 hours', current_date, 'boiler repair', \
'Customer ' || n, 'customer' || n || '@example.com', (ARRAY['en', 'de', 'fr', 'es'])[1 + n % 4], 'email', 'planned', \
now() - interval '1 hour' + n * interval '1 millisecond', now(), random(), 'consent' \
FROM generate_series(1, $n) AS n;
INSERT INTO visit_employee (visit_id, employee_id, position, share_permille) \
SELECT v.id, e.id, 0, 1000 FROM visit v JOIN employee e \
ON e.external_id = 'E' || (1 + substr(v.external_id, 2)::int % 40);
INSERT INTO invitation (id, visit_id, survey_version_id, secret_id, token_hash, state, send_at, created_at) \
SELECT ('01900001' || substr(id::text, 9))::uuid, id, '$survey', 'bench', sha256(id::text::bytea), 'planned', \
send_at, now() FROM visit ORDER BY id";

/// The secret that the links are derived from.
pub const SECRET: &str = "bench:0123456789abcdef0123456789abcdef";

/// The settings of the program.
pub fn settings(url: &str, relay: &str, data: &str) -> Vec<(String, String)> {
    [
        ("DATABASE_URL", url),
        ("HEARBACK_DATA", data),
        ("HEARBACK_SECRET", SECRET),
        ("HEARBACK_MAIL_URL", relay),
        ("HEARBACK_MAIL_FROM", "Northwind Boilers <feedback@example.com>"),
        ("HEARBACK_ORGANISATION", "Northwind Boilers"),
        ("HEARBACK_PUBLIC_URL", "https://feedback.example.com"),
        ("HEARBACK_MAIL_CONNECTIONS", "10"),
        ("HEARBACK_SENDING", "on"),
        ("HEARBACK_SEND_WINDOW", "always"),
        ("HEARBACK_LOG", "error"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The program in this process.
pub fn app(url: &str, relay: &str, place: &Place) -> App {
    let settings = settings(url, relay, &place.folder.display().to_string());
    let lookup =
        |name: &str| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let config = Config::from_lookup(&lookup).unwrap();
    let pool = hearback::db::connect(url, 12).unwrap();
    let now = hearback::db::read_time(&mut pool.get().unwrap()).unwrap();
    App::new(Parts {
        pool,
        clock: Clock::running(now),
        templates: App::templates(&config).unwrap(),
        transport: App::transport(&config).unwrap(),
        keys: Keyring::parse(SECRET).unwrap(),
        dkim: App::dkim(&config).unwrap(),
        logo: App::logo(&config).unwrap(),
        config,
    })
}

/// A running program that ends with its owner.
pub struct Running(pub Child);

impl Running {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts Postfix's sink on a free port, and gives the port.
pub fn sink() -> (Running, u16) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new("/usr/sbin/smtp-sink");
    if hearback::db::postgres::unprivileged_ids().is_some() {
        command.args(["-u", "nobody"]);
    }
    let running = Running::start(command.args([format!("127.0.0.1:{port}"), "1000".to_owned()]));
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::yield_now();
    }
    (running, port)
}
