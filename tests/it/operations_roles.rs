//! The program's role owns nothing: the road works with it, and what it must not do it cannot.

use crate::road::{bring_and_answer, lent, settings, wait_ready};
use crate::support::database::{Database, ROLE, rows};
use crate::support::program::{Program, complained, run, said};
use crate::support::scripted::{SOON, Scripted};
use crate::support::{fresh_folder, wait_until};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// What a statement is refused with.
#[track_caller]
fn refused(connection: &mut PgConnection, sql: &str) {
    let told = connection.batch_execute(sql).expect_err(sql).to_string();
    assert!(told.contains("permission denied") || told.contains("must be owner"), "{sql}: {told}");
}

/// Fails where a role owns anything, or can do what only the owner should.
#[track_caller]
fn owns_nothing(database: &Database, role: &str) {
    let owned = format!(
        "SELECT relname FROM pg_class WHERE relowner = '{role}'::regrole UNION ALL \
         SELECT datname FROM pg_database WHERE datdba = '{role}'::regrole UNION ALL \
         SELECT nspname FROM pg_namespace WHERE nspowner = '{role}'::regrole UNION ALL \
         SELECT proname FROM pg_proc WHERE proowner = '{role}'::regrole"
    );
    assert_eq!(rows(&mut database.connect(), &owned), Vec::<String>::new());
    let powers = format!(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication FROM pg_roles \
         WHERE rolname = '{role}'"
    );
    assert_eq!(rows(&mut database.connect(), &powers), ["false"]);
    let mut program = PgConnection::establish(&database.url_as(role)).unwrap();
    for table in ["visit", "response", "audit_entry", "user_account", "statement"] {
        refused(&mut program, &format!("ALTER TABLE {table} ADD COLUMN more text"));
        refused(&mut program, &format!("DROP TABLE {table}"));
        refused(&mut program, &format!("TRUNCATE {table} CASCADE"));
        refused(&mut program, &format!("CREATE INDEX more ON {table} (id)"));
    }
    for sql in [
        "CREATE TABLE more (id integer)",
        "UPDATE audit_entry SET action = 'nothing.happened'",
        "UPDATE audit_entry SET actor = 'rule', at = now(), subject = 'nobody'",
        "UPDATE audit_seal SET hash = ''",
        "INSERT INTO audit_head (position, hash) VALUES (1, '')",
        "DELETE FROM audit_head",
        "UPDATE statement SET content = '{}'",
        "UPDATE survey_version SET content = '{}'",
        "UPDATE objection_decision SET reason = ''",
        "DELETE FROM __diesel_schema_migrations",
        "INSERT INTO __diesel_schema_migrations VALUES ('9')",
    ] {
        refused(&mut program, sql);
    }
}

#[test]
fn the_role_of_the_embedded_program_owns_nothing_and_can_change_no_table() {
    owns_nothing(&Database::migrated(), ROLE);
}

/// A database with an owner that is no superuser, and a role for the program, both new on the server.
fn of_an_owner(name: &str) -> (Database, String, String) {
    let database = Database::empty();
    let (owner, program) = (format!("{name}_owner"), format!("{name}_program"));
    let mut admin = database.connect();
    for role in [&owner, &program] {
        admin.batch_execute(&format!("CREATE ROLE {role} LOGIN")).unwrap();
    }
    let give = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ";
    admin.batch_execute(&format!("{give}{owner}', current_database()); END $$")).unwrap();
    (database, owner, program)
}

#[test]
fn the_whole_road_works_with_a_role_that_owns_nothing() {
    let (database, owner, program) = of_an_owner("road");
    let relay = Scripted::start(&[]);
    let (mut all, base) = settings(&database, relay.url());
    all.retain(|(name, _)| *name != "DATABASE_URL");
    let with = |role: &str| [all.clone(), vec![("DATABASE_URL", database.url_as(role))]].concat();
    let as_owner = [with(&owner), vec![("HEARBACK_DATABASE_ROLE", program.clone())]].concat();
    let as_program = with(&program);
    // Before the owner came, it says what to run.
    let early = run(&lent(&as_program), &["serve"]);
    assert_eq!(early.status.code(), Some(1));
    assert!(complained(&early).contains("Run `hearback migrate` with the DATABASE_URL of its owner"));
    let nobody = [with(&owner), vec![("HEARBACK_DATABASE_ROLE", "nobody_here".to_owned())]].concat();
    let told = complained(&run(&lent(&nobody), &["migrate"]));
    assert!(told.contains("nobody_here, which is no role of this server"), "{told}");
    let itself = [with(&owner), vec![("HEARBACK_DATABASE_ROLE", owner.clone())]].concat();
    let told = complained(&run(&lent(&itself), &["migrate"]));
    assert!(told.contains("owns the tables. Name a role that owns nothing."), "{told}");
    // The tables are there by now, and nobody granted anything.
    let told = complained(&run(&lent(&as_program), &["serve"]));
    assert!(told.contains(&format!("HEARBACK_DATABASE_ROLE={program}")), "{told}");
    assert!(run(&lent(&as_owner), &["migrate"]).status.success());
    owns_nothing(&database, &program);
    let checked = said(&run(&lent(&as_program), &["check"]));
    assert!(checked.contains(&format!("as {program}, who owns no table, up to date")), "{checked}");

    let mut server = Program::start(&lent(&as_program), &["serve"]);
    wait_ready(&mut server, &base);
    bring_and_answer(&database, &relay, (&as_program, &base));
    let dates = ["evaluate", "--from", "2020-01-01", "--to", "2100-01-01", "--format", "json"];
    let told = run(&lent(&as_program), &dates);
    assert!(
        said(&told).contains("\"answers_email\":1") || said(&told).contains("\"answers_email\": 1"),
        "{}",
        said(&told)
    );
    // Erasing a person takes the details out of the log, which is all that may be changed there.
    let erased = run(&lent(&as_program), &["person", "erase", "--customer", "C-W1"]);
    assert!(erased.status.success(), "{}", complained(&erased));
    wait_until("the seal", SOON, || {
        let open = "SELECT 1 FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)";
        rows(&mut database.connect(), open).is_empty().then_some(())
    });
    for command in [["audit", "verify"].as_slice(), &["recount"]] {
        let told = run(&lent(&as_program), command);
        assert!(told.status.success(), "{}{}", said(&told), complained(&told));
    }
    server.signal("TERM");
    assert_eq!(server.end(SOON).code(), Some(0), "{}", server.words());
    assert!(!server.words().contains("permission denied"), "{}", server.words());
}

#[test]
fn a_role_that_owns_nothing_is_told_who_must_migrate() {
    let database = Database::migrated();
    let undone = "DELETE FROM __diesel_schema_migrations WHERE version = \
                  (SELECT max(version) FROM __diesel_schema_migrations)";
    database.connect().batch_execute(undone).unwrap();
    let (all, _) = settings(&database, "file:mail".to_owned());
    for command in ["serve", "work"] {
        let told = run(&lent(&all), &[command]);
        assert_eq!(told.status.code(), Some(1));
        let words = complained(&told);
        assert!(words.contains("Run `hearback migrate` with the DATABASE_URL of its owner"), "{words}");
    }
}

#[test]
fn the_program_on_the_embedded_server_is_not_its_superuser() {
    let folder = fresh_folder("embedded-role");
    let data = folder.0.join("data");
    let all = [
        ("HEARBACK_DATA", data.display().to_string()),
        ("HEARBACK_LISTEN", format!("127.0.0.1:{}", crate::support::free_port())),
    ];
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut server = Program::start(&all, &["serve"]);
    wait_ready(&mut server, &format!("http://{}", all[1].1));
    let socket = std::fs::read_dir(data.join("postgres")).unwrap().filter_map(Result::ok).find_map(|file| {
        file.file_name()
            .to_str()?
            .strip_prefix(".s.PGSQL.")
            .filter(|port| !port.contains('.'))
            .map(str::to_owned)
    });
    let (host, port) = (data.join("postgres").display().to_string().replace('/', "%2F"), socket.unwrap());
    let database =
        Database::elsewhere(format!("postgresql:///hearback?host={host}&port={port}&user=postgres"));
    let who = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'hearback' AND pid <> pg_backend_pid() \
               AND backend_type = 'client backend'";
    assert_eq!(rows(&mut database.connect(), who), ["hearback"]);
    let tables =
        "SELECT count(*) > 50 FROM pg_tables WHERE schemaname = 'public' AND tableowner = 'postgres'";
    assert_eq!(rows(&mut database.connect(), tables), ["true"]);
    server.signal("TERM");
    assert_eq!(server.end(SOON).code(), Some(0), "{}", server.words());
}
