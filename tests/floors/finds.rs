//! The checks find what they are for, and nothing else.

use crate::tokens::Source;
use crate::{imports, writes};

fn imports_of(path: &str, text: &str) -> Vec<String> {
    imports::complaints(&[Source::read(path, text)])
}

fn writes_of(path: &str, text: &str) -> Vec<String> {
    writes::complaints(&Source::read(path, text))
}

fn misplaced_in(path: &str, text: &str) -> Vec<String> {
    writes::misplaced(&Source::read(path, text))
}

/// Exactly one complaint, and it says `part`.
#[track_caller]
fn one(complaints: &[String], part: &str) {
    let found = matches!(complaints, [only] if only.contains(part));
    assert!(found, "{part}: {complaints:?}");
}

#[test]
fn an_upward_import() {
    one(&imports_of("visits/intake.rs", "use crate::delivery::plan;"), "floor 5");
    one(
        &imports_of("visits/intake.rs", "use crate::{db, error::Error, delivery::{plan, send}};"),
        "src/visits/intake.rs:1",
    );
    one(&imports_of("db/mod.rs", "use crate::people::Employee;"), "floor 2");
    one(&imports_of("config/mod.rs", "\nfn f() { crate::db::pool(); }"), "config/mod.rs:2");
}

#[test]
fn an_import_by_way_of_the_parent() {
    one(&imports_of("people/mod.rs", "use super::visits::Visit;"), "visits");
    one(&imports_of("people/teams.rs", "use super::super::visits::Visit;"), "visits");
    one(&imports_of("people/teams.rs", "mod inner { use super::super::super::visits; }"), "visits");
    one(&imports_of("people/mod.rs", "use self::super::{visits as v, people::x};"), "visits");
    assert!(
        imports_of("people/teams.rs", "use super::visits; mod a { use super::b; } use super::c;").is_empty()
    );
}

#[test]
fn a_sideways_import() {
    one(&imports_of("visits/intake.rs", "fn f() -> crate::surveys::Survey { todo() }"), "sideways");
    one(&imports_of("cases/open.rs", "use crate::scores;"), "sideways");
}

#[test]
fn an_import_hidden_in_code() {
    let code = "fn f<'a>(x: &'a str) -> char { let q = '\"'; crate::cases::open(x); '\\'' }";
    one(&imports_of("visits/a.rs", code), "cases");
    one(&imports_of("visits/a.rs", "const A: &str = r#\"crate::x \" \"#; use crate::cases;"), "cases");
    one(&imports_of("visits/a.rs", "#[cfg(not(test))] use crate::cases;"), "cases");
}

#[test]
fn an_import_of_the_root() {
    one(&imports_of("visits/a.rs", "use crate::*;"), "lib.rs");
    one(&imports_of("visits/mod.rs", "use super::*;"), "lib.rs");
    one(&imports_of("visits/a.rs", "use crate::Visit;"), "lib.rs");
}

#[test]
fn a_kit_that_uses_another() {
    one(&imports_of("mail/mod.rs", "use crate::db;"), "the kit `db`");
    one(&imports_of("web/mod.rs", "use crate::api::Key;"), "the kit `api`");
    assert!(imports_of("jobs/mod.rs", "use crate::{db::Pool, app::App, error::Error};").is_empty());
    assert!(imports_of("app.rs", "use crate::{mail, web, jobs, clock};").is_empty());
}

#[test]
fn a_circle_on_the_ground() {
    let config = Source::read("config/mod.rs", "use crate::ids::Keyring;");
    let ids = Source::read("ids.rs", "use crate::config::Config;");
    assert_eq!(imports::complaints(&[config, ids]).len(), 2);
    assert!(imports_of("config/mod.rs", "use crate::ids::Keyring;").is_empty());
}

#[test]
fn a_folder_without_a_floor() {
    one(&imports_of("helpers/mod.rs", ""), "has no floor");
}

#[test]
fn no_import_where_there_is_none() {
    for code in [
        "// use crate::cases;\n/* crate::cases::x /* nested */ crate::cases */ /// crate::cases\n",
        "const A: &str = \"use crate::cases; \\\" crate::cases\";",
        "#[cfg(test)] mod tests { use crate::cases; fn f() { { } } }",
        "#[cfg(test)] use crate::{cases, demo};",
        "#[cfg(test)]\n#[path = \"x_tests.rs\"]\nmod tests;",
        "pub(crate) fn f() {} pub(in crate::visits) struct X;",
        "crate::some_macro!(1);",
        "use crate::visits::model; use crate::people; use crate::db::schema::visit;",
    ] {
        assert!(imports_of("visits/a.rs", code).is_empty(), "{code}");
    }
    assert!(imports_of("visits/a_tests.rs", "use crate::cases;").is_empty());
    assert!(imports_of("arrival.rs", "use crate::{visits, delivery, server};").is_empty());
}

#[test]
fn a_foreign_write_in_sql() {
    for text in [
        "INSERT INTO visit (id) VALUES ($1)",
        "insert into public.\\\"visit\\\" select 1",
        "WITH x AS (UPDATE visit AS v SET id = 1 RETURNING id) SELECT * FROM x",
        "UPDATE visit",
        "update only visit v set id = 1",
        "DELETE FROM visit USING team",
        "COPY visit (id, site) FROM STDIN",
        "TRUNCATE TABLE team_member_x, visit",
        "SELECT 1 FROM team FOR UPDATE; DELETE FROM ONLY visit",
    ] {
        let found = writes_of("people/queries.rs", &format!("sql_query(\"{text}\")"));
        assert!(found.iter().any(|f| f.contains("`visit`, which `visits` owns")), "{text}: {found:?}");
        assert!(writes_of("visits/queries.rs", &format!("x(\"{text}\")")).iter().all(|f| f.contains("_x")));
    }
    one(&writes_of("visits/queries/move.sql", "UPDATE employee\nSET name = ''"), "people");
}

#[test]
fn a_foreign_write_in_diesel() {
    for code in [
        "diesel::insert_into(visit::table).values(x)",
        "insert_into(crate::db::schema::visit::table)",
        "update(visit::table.find(id))",
        "diesel::delete(schema::visit::table.filter(a))",
        "diesel::update(visit::dsl::visit)",
        "diesel::update(visit.find(1))",
        "copy_from(visit::table)",
        "people.select(a).insert_into(visit::table)",
        "use crate::db::schema::visit as table; fn f() { insert_into(table::table) }",
        "let rows = visit::table.find(1); let row = rows.filter(a); diesel::delete(row.filter(b))",
    ] {
        one(&writes_of("people/queries.rs", code), "`visit`, which `visits` owns");
        assert!(writes_of("visits/queries.rs", code).is_empty(), "{code}");
    }
}

#[test]
fn a_write_that_nobody_owns() {
    one(&writes_of("visits/queries.rs", "insert_into(oddity::table)"), "nobody owns");
    one(&writes_of("visits/queries.rs", "fn f(row: &Visit) { diesel::update(&row) }"), "write the table as");
    one(&writes_of("visits/queries.rs", "sql_query(\"DELETE FROM oddity\")"), "nobody owns");
}

#[test]
fn no_write_where_there_is_none() {
    for code in [
        "\"SELECT id FROM job FOR UPDATE SKIP LOCKED\"",
        "\"SELECT id FROM job FOR NO KEY UPDATE OF job\"",
        "\"INSERT INTO team (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.name\"",
        "\"Update team\"",
        "\"update the visit, then set it aside\"",
        "\"COPY visit TO STDOUT\"",
        "\"copy from the list\"",
        "\"truncate visit names\"",
        "\"SELECT 1 -- DELETE FROM visit\"",
        "\"CREATE TEMP TABLE arrived (id text); INSERT INTO arrived SELECT 1\"",
        "hmac.update(visit)",
        "fn update(visit: Visit) {}",
        "queries::update(conn, visit)",
        "files.delete(visit)",
        "#[cfg(test)] mod tests { fn f() { insert_into(visit::table) } }",
    ] {
        assert!(writes_of("people/queries.rs", code).is_empty(), "{code}");
    }
}

#[test]
fn sql_outside_queries() {
    for code in [
        "\"SELECT 1\"",
        "r#\"\n  WITH due AS (SELECT 1) SELECT * FROM due\"#",
        "\"update visit set id = 1\"",
        "\"DELETE FROM visit\"",
        "diesel::sql_query(text)",
        "insert_into(visit::table)",
        "diesel::update(&row)",
        "delete(visit::table)",
        "visit::table.load::<Visit>(conn)",
        "query.get_result::<(i64, Vec<u8>)>(&mut *connection)",
        "query.first(conn)",
        "statement.execute(&mut conn)",
        "conn.batch_execute(text)",
    ] {
        one(&misplaced_in("visits/intake.rs", code), "outside queries.rs");
        for home in [
            "visits/queries.rs",
            "visits/queries/lists.rs",
            "db/mod.rs",
            "jobs/table.rs",
            "audit/mod.rs",
            "changes.rs",
            "api/idempotency.rs",
        ] {
            assert!(misplaced_in(home, code).is_empty(), "{home}: {code}");
        }
    }
}

#[test]
fn no_sql_where_there_is_none() {
    for code in [
        "command.execute()",
        "flag.load(Ordering::Relaxed)",
        "list.first()",
        "job.execute(context)",
        "Session::load(conn)",
        "verb.execute(conn, now)",
        "\"Select a team from the list\"",
        "\"SELECT\"",
        "\"UPDATE\"",
        "\"DELETE /api/v1/keys\"",
        "\"with as much care as possible\"",
        "\"WITH YOUR HELP\"",
        "queries::insert_visit(conn, now)",
        "// SELECT 1\n",
        "fn insert_into(x: u8) {}",
        "fn load(conn: &mut Connection) {}",
    ] {
        assert!(misplaced_in("visits/intake.rs", code).is_empty(), "{code}");
    }
}
