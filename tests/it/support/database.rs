//! One server for the whole run, one database a test, copied from a template that is migrated once.

use diesel::{Connection, PgConnection, RunQueryDsl};
use hearback::db::postgres::{Options, Postgres};
use hearback::db::roles;
use hearback::surveys::builtin;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Reads an environment variable.
#[expect(clippy::disallowed_methods, reason = "a test is told by its caller where its parts are")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The role of the program, which owns nothing; on a server that the caller names it is the owner all the same.
pub const ROLE: &str = "hearback";

/// Where the server is: an own throw-away one, or the one that the caller names.
enum Server {
    Own(Postgres),
    Given(String),
}

struct Cluster {
    server: Server,
    template: String,
}

// A static is never dropped; the kernel releases its lock with the process, and the server goes by itself.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

static NEXT: AtomicU32 = AtomicU32::new(1);

impl Cluster {
    fn start() -> Self {
        let server = environment("TEST_DATABASE_URL").map_or_else(own_server, Server::Given);
        let template = format!("hearback_template_{}", std::process::id());
        let cluster = Self { server, template };
        cluster.execute(&format!("CREATE DATABASE {}", cluster.template));
        let mut connection = PgConnection::establish(&cluster.url(&cluster.template)).unwrap();
        hearback::db::migrate::run(&mut connection).unwrap();
        builtin::publish(&mut connection, "2026-11-20T15:00:00Z".parse().unwrap()).unwrap();
        if let Server::Own(_) = cluster.server {
            roles::provide(&mut connection, ROLE).unwrap();
        }
        cluster
    }

    fn url(&self, database: &str) -> String {
        self.url_as(database, "postgres")
    }

    fn url_as(&self, database: &str, role: &str) -> String {
        match &self.server {
            Server::Own(postgres) => postgres.url_as(database, role),
            Server::Given(url) => {
                let mut url = url::Url::parse(url).unwrap();
                url.set_path(database);
                url.to_string()
            }
        }
    }

    fn execute(&self, sql: &str) {
        let admin = match &self.server {
            Server::Own(postgres) => postgres.url("postgres"),
            Server::Given(url) => url.clone(),
        };
        let mut connection = PgConnection::establish(&admin).unwrap();
        diesel::sql_query(sql).execute(&mut connection).unwrap();
    }
}

fn own_server() -> Server {
    let temporary = std::env::temp_dir();
    let cache = environment("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| environment("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let options = Options {
        dir: temporary.join(format!("hearback-test-{}", hearback::ids::new_id().simple())),
        throw_away: true,
        bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
        cache_dir: cache.unwrap_or(temporary).join("hearback"),
        path: environment("PATH").map(Into::into),
    };
    Server::Own(Postgres::start(&options).unwrap_or_else(|error| panic!("{error}")))
}

/// A database of one test; it goes with the test.
pub struct Database {
    name: String,
    /// Its address, with the program's role where it is migrated.
    pub url: String,
    /// The same with the owner's.
    pub owner_url: String,
}

impl Database {
    /// Copies the template.
    pub fn migrated() -> Self {
        let mut database = Self::new(&format!(" TEMPLATE {} STRATEGY file_copy", CLUSTER.template));
        database.url = database.url_as(ROLE);
        database
    }

    /// Makes one without a single table.
    pub fn empty() -> Self {
        Self::new("")
    }

    fn new(how: &str) -> Self {
        let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        CLUSTER.execute(&format!("CREATE DATABASE {name}{how}"));
        Self { url: CLUSTER.url(&name), owner_url: CLUSTER.url(&name), name }
    }

    /// One on a server of the test's own, which takes it with itself.
    pub fn elsewhere(url: String) -> Self {
        Self { name: String::new(), owner_url: url.clone(), url }
    }

    /// Opens a connection of its own, as the owner.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.owner_url).unwrap()
    }

    /// The same as another role.
    pub fn url_as(&self, role: &str) -> String {
        CLUSTER.url_as(&self.name, role)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.name.is_empty() {
            return;
        }
        CLUSTER.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

#[derive(diesel::QueryableByName)]
struct TextRow {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    text: Option<String>,
}

/// Runs a query of one column and gives its rows as text; null is `-`.
#[track_caller]
pub fn rows(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let sql = format!("SELECT q.c::text AS text FROM ({sql}) AS q (c)");
    let rows: Vec<TextRow> = diesel::sql_query(sql).load(connection).unwrap();
    rows.into_iter().map(|row| row.text.unwrap_or_else(|| "-".to_owned())).collect()
}

#[derive(diesel::QueryableByName)]
struct PlanRow {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

/// How Postgres would run a query.
#[track_caller]
pub fn plan(connection: &mut PgConnection, sql: &str) -> String {
    let rows: Vec<PlanRow> = diesel::sql_query(format!("EXPLAIN {sql}")).load(connection).unwrap();
    rows.into_iter().map(|row| row.line).collect::<Vec<_>>().join("\n")
}

/// Writes out every row of the tables, so that two moments can be compared.
#[track_caller]
pub fn dump(connection: &mut PgConnection, tables: &[&str]) -> String {
    let mut text = String::new();
    for table in tables {
        for row in rows(connection, &format!("SELECT t::text FROM {table} t ORDER BY 1")) {
            text.push_str(table);
            text.push(' ');
            text.push_str(&row);
            text.push('\n');
        }
    }
    text
}

/// Names every table of ours.
pub fn tables(connection: &mut PgConnection) -> Vec<String> {
    rows(
        connection,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' \
         AND table_name <> '__diesel_schema_migrations' ORDER BY 1",
    )
}
