//! A program, the scripted mail server, and real workers on the same database.

use super::checker::{self, Expected};
use super::database::Database;
use super::program::Program;
use super::scripted::Scripted;
use super::{TestApp, app, make};
use chrono::{DateTime, TimeDelta, Utc};
use hearback::accounts::Scope;
use serde_json::{Value, json};

/// The longest that a lease may last: past the marker it outlasts the ten minutes for the reply to the dot.
const LONGEST_LEASE: TimeDelta = TimeDelta::minutes(12);

/// What every worker is set to: nothing waits that a test would have to wait for.
const WORKER: &[(&str, &str)] = &[
    ("HEARBACK_SECRET", app::SECRET),
    ("HEARBACK_MAIL_FROM", "Northwind Boilers <feedback@example.com>"),
    ("HEARBACK_PUBLIC_URL", "http://127.0.0.1:8080"),
    ("HEARBACK_SENDING", "on"),
    ("HEARBACK_SURVEY_DELAY", "0s"),
    ("HEARBACK_SEND_WINDOW", "always"),
    ("HEARBACK_LEASE", "1s"),
    ("HEARBACK_RETRY_FIRST", "1s"),
    ("HEARBACK_POOL", "6"),
    ("HEARBACK_REMINDERS", "0"),
];

/// The parts of a test of delivery.
pub struct Lab {
    /// The program in this process, its clock at the database's time of the start.
    pub app: TestApp,
    /// Where letters go.
    pub relay: Scripted,
    key: String,
}

impl Lab {
    /// Starts with rules for the server.
    #[track_caller]
    pub fn start(rules: &[&str]) -> Self {
        Self::with(&[], rules)
    }

    /// Starts with some settings of the program in this process changed.
    #[track_caller]
    pub fn with(settings: &[(&str, &str)], rules: &[&str]) -> Self {
        Self::on(Database::migrated(), settings, rules)
    }

    /// The same on a database of the test's own.
    #[track_caller]
    pub fn on(database: Database, settings: &[(&str, &str)], rules: &[&str]) -> Self {
        Self::around(database, Scripted::start(rules), settings)
    }

    /// The same around a server that runs already; a `HEARBACK_MAIL_URL` among the settings is the one that holds.
    #[track_caller]
    pub fn around(database: Database, relay: Scripted, settings: &[(&str, &str)]) -> Self {
        let url = relay.url();
        let settings: Vec<_> = settings
            .iter()
            .copied()
            .chain([("HEARBACK_MAIL_URL", url.as_str()), ("HEARBACK_REMINDERS", "0")])
            .collect();
        let app = TestApp::on(database, &settings);
        app.app.clock.set(database_time(&app));
        let key = app.key(&[Scope::VisitsWrite]);
        Self { app, relay, key }
    }

    /// Brings visits of an hour ago, at most a hundred.
    #[track_caller]
    pub fn bring(&self, ids: &[&str]) {
        let at = (database_time(&self.app) - TimeDelta::hours(1)).to_rfc3339();
        let visit = |id: &&str| make::with(make::visit(id), json!({ "visited_at": at }));
        let visits: Vec<Value> = ids.iter().map(visit).collect();
        let client = self.app.anonymous().with_key(&self.key);
        let told = client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200).json();
        assert_eq!(told["accepted"], ids.len(), "{told}");
    }

    /// Starts `hearback work` on the same database.
    pub fn worker(&self, settings: &[(&str, &str)]) -> Program {
        let url = self.relay.url();
        let mut all = vec![("DATABASE_URL", self.app.database.url.as_str()), ("HEARBACK_MAIL_URL", &url)];
        all.extend(WORKER.iter().chain(settings));
        Program::start(&all, &["work"])
    }

    /// Works here, moving the clock, until nothing is planned or in sending: what waits for another try, what dead
    /// workers left, and what nobody knows of. The clock moves and not the data, so that the leases end as they
    /// would for an operator who waits.
    #[track_caller]
    pub fn settle(&self) {
        self.app.app.clock.set(database_time(&self.app).max(self.app.now()) + LONGEST_LEASE);
        for _ in 0..200 {
            self.app.work();
            if self.open() == 0 {
                return;
            }
            self.app.advance(TimeDelta::minutes(10));
        }
        panic!("this never ends: {:?}", self.app.rows("SELECT DISTINCT reply FROM delivery_attempt"));
    }

    /// How many invitations are planned or in sending.
    pub fn open(&self) -> usize {
        let sql = "SELECT count(*) FROM invitation WHERE state IN ('planned', 'sending')";
        self.app.value(sql).parse().unwrap()
    }

    /// Has the checker read everything.
    #[track_caller]
    pub fn check(&self, visits: usize, unknown_at_most: usize) {
        checker::check(&self.app, &self.relay.events(), Expected { visits, unknown_at_most });
    }

    /// Outcome of a visit and state of its invitation.
    #[track_caller]
    pub fn stands(&self, id: &str) -> (String, String) {
        (self.app.outcome(id), self.app.invitation(id))
    }

    /// The states of a visit's attempts, in their order.
    #[track_caller]
    pub fn attempts(&self, id: &str) -> Vec<String> {
        self.app.rows(&format!(
            "SELECT a.state FROM delivery_attempt a JOIN invitation i ON i.id = a.invitation_id \
             JOIN visit v ON v.id = i.visit_id WHERE v.external_id = '{id}' ORDER BY a.number"
        ))
    }
}

/// What time the database has, which is the workers' time.
pub fn database_time(app: &TestApp) -> DateTime<Utc> {
    app.value("SELECT to_json(clock_timestamp())#>>'{}'").parse().unwrap()
}
