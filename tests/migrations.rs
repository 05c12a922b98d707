//! The migrations go up, down and up again to the same tables, and `src/db/schema.rs` tells of exactly these.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[allow(dead_code, reason = "the other tests use the rest of it")]
#[path = "it/support/database.rs"]
mod database;

use database::{Database, dump, rows, tables};
use diesel::PgConnection;
use hearback::db::migrate;
use std::collections::BTreeMap;

/// Everything that a migration can make, from the catalogues, one line a thing.
const CATALOGUE: [&str; 6] = [
    "SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, udt_name, is_nullable, \
     column_default, is_identity, identity_generation, collation_name) \
     FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
    "SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT concat_ws(' ', 'function', oid::regprocedure) FROM pg_proc \
     WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT concat_ws(' ', 'relation', relkind, oid::regclass) FROM pg_class \
     WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
];

fn catalogue(connection: &mut PgConnection) -> Vec<String> {
    let lines = CATALOGUE.iter().flat_map(|sql| rows(connection, sql)).collect::<Vec<_>>();
    lines.into_iter().filter(|line| !line.contains("__diesel_schema_migrations")).collect()
}

#[test]
fn up_down_and_up_again_gives_the_same_tables() {
    let database = Database::empty();
    let mut connection = database.connect();
    let made = migrate::run(&mut connection).unwrap();
    let first = catalogue(&mut connection);
    let rows_of_first = all_rows(&mut connection);
    assert!(!made.is_empty() && first.iter().any(|line| line.contains(" delivery_attempt_past_dot ")));
    migrate::revert_all(&mut connection).unwrap();
    assert_eq!(catalogue(&mut connection), Vec::<String>::new(), "something of ours is left");
    assert_eq!(migrate::run(&mut connection).unwrap(), made);
    assert_eq!(catalogue(&mut connection), first);
    assert_eq!(all_rows(&mut connection), rows_of_first);
    assert_eq!(migrate::run(&mut connection).unwrap(), Vec::<String>::new());
    assert_eq!(migrate::pending(&mut connection).unwrap(), Vec::<String>::new());
}

fn all_rows(connection: &mut PgConnection) -> String {
    let mut tables = tables(connection);
    // Holds a time that counts from when the migration ran.
    tables.retain(|table| table != "retention_start");
    dump(connection, &tables.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn programs_that_migrate_at_the_same_moment_do_it_once() {
    let database = Database::empty();
    let made: Vec<usize> = std::thread::scope(|scope| {
        let runs = (0..3).map(|_| scope.spawn(|| migrate::run(&mut database.connect()).unwrap().len()));
        runs.collect::<Vec<_>>().into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|count| **count > 0).count(), 1, "{made:?}");
}

/// Tables with their columns and types in the words of diesel.
type Schema = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn the_generated_schema_tells_of_every_table_and_column() {
    let written = written_schema(include_str!("../src/db/schema.rs"));
    let database = Database::migrated();
    let found = found_schema(&mut database.connect());
    assert!(written.len() > 20, "the file cannot be read");
    assert_eq!(
        written, found,
        "src/db/schema.rs is not that of the migrations; run `diesel print-schema > src/db/schema.rs`"
    );
}

/// Reads the `table!` blocks of the generated file.
fn written_schema(text: &str) -> Schema {
    let mut schema = Schema::new();
    for block in text.split("diesel::table! {").skip(1) {
        let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let name = lines.next().unwrap().split_whitespace().next().unwrap().to_owned();
        let mut renamed = None;
        let columns = schema.entry(name).or_default();
        for line in lines.take_while(|line| *line != "}") {
            if let Some(name) = line.strip_prefix("#[sql_name = \"") {
                renamed = name.split('"').next().map(str::to_owned);
            } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
                columns.insert(renamed.take().unwrap_or_else(|| name.to_owned()), kind.to_owned());
            }
        }
    }
    schema
}

fn found_schema(connection: &mut PgConnection) -> Schema {
    let mut schema = Schema::new();
    let columns = "SELECT concat_ws(' ', table_name, column_name, udt_name, is_nullable) \
                   FROM information_schema.columns WHERE table_schema = 'public' \
                   AND table_name <> '__diesel_schema_migrations'";
    for line in rows(connection, columns) {
        let [table, column, kind, nullable] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let kind = words_of_diesel(kind);
        let kind = if nullable == "YES" { format!("Nullable<{kind}>") } else { kind };
        schema.entry(table.to_owned()).or_default().insert(column.to_owned(), kind);
    }
    schema
}

fn words_of_diesel(kind: &str) -> String {
    if let Some(element) = kind.strip_prefix('_') {
        return format!("Array<Nullable<{}>>", words_of_diesel(element));
    }
    let mut letters = kind.chars();
    letters.next().unwrap().to_uppercase().chain(letters).collect()
}
