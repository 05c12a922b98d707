//! A company whose customers were asked by mail, their links, and the program that takes their answers.

use super::place::{Place, Running, SECRET, execute, settings};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, Bytea, Uuid as SqlUuid};
use diesel::{Connection, PgConnection, RunQueryDsl};
use hearback::answering::nonce;
use hearback::ids::{Keyring, LinkToken};
use std::cell::Cell;
use std::net::SocketAddr;
use std::process::Command;
use std::rc::Rc;
use uuid::Uuid;

/// A customer's link.
pub struct Link {
    /// Its token.
    pub token: String,
    hash: Vec<u8>,
}

/// Links that nobody has followed yet.
pub struct Links {
    all: Vec<Link>,
    next: Cell<usize>,
    seen: Cell<usize>,
    keys: Keyring,
    asked_at: DateTime<Utc>,
}

impl Links {
    /// Gives each link once.
    pub fn next(&self) -> &Link {
        let at = self.next.replace(self.next.get() + 1);
        self.all.get(at).expect("more links; the machine is faster than expected")
    }

    /// Gives links to look at, one after the other, the last ones first.
    pub fn look(&self) -> &Link {
        let at = self.seen.replace(self.seen.get() + 1);
        &self.all[self.all.len() - 1 - at % (self.all.len() / 4)]
    }

    /// A nonce of a form that was opened more than a minute ago.
    pub fn nonce(&self, link: &Link) -> String {
        nonce::issue(&self.keys, &link.hash, self.asked_at - TimeDelta::minutes(1))
    }
}

/// The id of the n-th visit or invitation: in the order of time, as version 7 has them (RFC 9562 §5.7).
fn id(kind: u128, n: usize) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + (kind << 96) + n as u128)
}

/// Visits of this morning, each with a customer, an employee and a mail that was sent, numbered from `$first`.
const VISITS: &str = "INSERT INTO employee (id, external_id, name, created_at) \
SELECT gen_random_uuid(), 'E' || n, 'Sample Employee ' || n, now() FROM generate_series(0, 39) AS n \
ON CONFLICT DO NOTHING;
INSERT INTO visit (id, external_id, content_hash, visited_at, visited_on, service, customer_name, customer_email, \
customer_language, first_contact, outcome, send_at, created_at, call_priority, lawful_basis) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'V' || n, '\\x00', \
now() - interval '3 hours', current_date, 'boiler repair', 'Customer ' || n, 'customer' || n || '@example.com', \
(ARRAY['en', 'de', 'fr', 'es'])[1 + n % 4], 'email', 'sent', now() - interval '1 hour', now(), random(), 'consent' \
FROM generate_series($first, $last) AS n;
INSERT INTO visit_employee (visit_id, employee_id, position, share_permille) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, e.id, 0, 1000 \
FROM generate_series($first, $last) AS n JOIN employee e ON e.external_id = 'E' || (n % 40);
INSERT INTO visit_outcome (visit_id, outcome, at, by, reason) \
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'sent', now(), 'worker', 'accepted' \
FROM generate_series($first, $last) AS n";

/// The statement that adds visits.
pub fn visits(first: usize, last: usize) -> String {
    VISITS.replace("$first", &first.to_string()).replace("$last", &last.to_string())
}

/// Asks the customers of so many more visits, from the n-th.
pub fn ask(url: &str, survey: Uuid, first: usize, count: usize) -> Rc<Links> {
    let keys = Keyring::parse(SECRET).unwrap();
    execute(url, &visits(first, first + count - 1));
    let mut connection = PgConnection::establish(url).unwrap();
    let mut all = Vec::with_capacity(count);
    let numbers: Vec<usize> = (first..first + count).collect();
    for some in numbers.chunks(20_000) {
        let ids: Vec<Uuid> = some.iter().map(|n| id(1, *n)).collect();
        let visits: Vec<Uuid> = some.iter().map(|n| id(0, *n)).collect();
        let tokens: Vec<LinkToken> =
            ids.iter().map(|id| LinkToken::derive(&keys, keys.signing_id(), *id, 1).unwrap()).collect();
        let hashes: Vec<Vec<u8>> = tokens.iter().map(LinkToken::hash).collect();
        diesel::sql_query(format!(
            "INSERT INTO invitation (id, visit_id, survey_version_id, secret_id, token_hash, state, send_at, \
             created_at, sent_at, expires_at) SELECT i, v, '{survey}', 'bench', h, 'sent', now(), now(), now(), \
             now() + interval '30 days' FROM unnest($1, $2, $3) AS t (i, v, h)"
        ))
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Array<SqlUuid>, _>(&visits)
        .bind::<Array<Bytea>, _>(&hashes)
        .execute(&mut connection)
        .unwrap();
        let links = tokens.iter().zip(hashes);
        all.extend(links.map(|(token, hash)| Link { token: token.as_str().to_owned(), hash }));
    }
    for table in ["visit", "invitation", "visit_employee", "visit_outcome", "response", "response_revision"] {
        execute(url, &format!("VACUUM ANALYZE {table}"));
    }
    let asked_at = hearback::db::read_time(&mut connection).unwrap();
    Rc::new(Links { all, next: Cell::new(0), seen: Cell::new(0), keys, asked_at })
}

/// The program, serving.
pub struct Serving {
    /// The process.
    pub program: Running,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Starts `hearback serve --no-worker` with settings as an operator would have them.
pub fn serve(place: &Place, url: &str) -> Serving {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let data = place.folder.display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearback"));
    command.envs(settings(url, "smtp://127.0.0.1:9", &data)).env("HEARBACK_LISTEN", address.to_string());
    let program = Running::start(command.args(["serve", "--no-worker"]));
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::yield_now();
    }
    Serving { program, address }
}
