//! A database with many visits that are due, and the program on it.

use super::place::{Place, Running, SECRET, execute, settings};
use hearback::app::{App, Parts};
use hearback::clock::Clock;
use hearback::config::Config;
use hearback::ids::Keyring;
use std::process::Command;

impl Place {
    /// Makes a database with so many visits that are due, and gives its address.
    pub fn company(&self, visits: usize) -> String {
        let (url, survey) = self.migrated();
        execute(&url, &FILL.replace("$n", &visits.to_string()).replace("$survey", &survey.to_string()));
        for table in ["visit", "invitation", "visit_employee"] {
            execute(&url, &format!("VACUUM ANALYZE {table}"));
        }
        execute(&url, "CHECKPOINT");
        url
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
