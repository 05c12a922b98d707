//! Reads the sources and checks what the compiler does not: that imports go down only, that each
//! table is written by its owner alone, that SQL lives in `queries.rs`, that files stay short.
//!
//! The floors are the table `FLOORS`, the owners the table `OWNERS`. Test code is not looked at.

#![allow(clippy::expect_used, reason = "sources that cannot be read must stop the test")]

#[path = "floors/finds.rs"]
mod finds;
#[path = "floors/imports.rs"]
mod imports;
#[path = "floors/sql.rs"]
mod sql;
#[path = "floors/tokens.rs"]
mod tokens;
#[path = "floors/writes.rs"]
mod writes;

use std::fs;
use std::path::Path;
use tokens::Source;

/// The generated list of tables may be as long as the tables make it.
const MAY_BE_LONG: &str = "db/schema.rs";
const LONGEST: usize = 400;

#[test]
fn imports_go_down_only() {
    nothing_in(&imports::complaints(&sources()));
}

#[test]
fn every_folder_has_a_floor() {
    let without: Vec<String> = fs::read_dir(root())
        .expect("src")
        .map(|entry| entry.expect("an entry of src").file_name().to_string_lossy().into_owned())
        .filter(|name| imports::floor_of(name.strip_suffix(".rs").unwrap_or(name)).is_none())
        .map(|name| format!("src/{name} has no floor; give it one in FLOORS of tests/floors/imports.rs"))
        .collect();
    nothing_in(&without);
}

#[test]
fn each_table_is_written_by_its_owner() {
    nothing_in(&sources().iter().flat_map(writes::complaints).collect::<Vec<_>>());
}

#[test]
fn sql_lives_in_queries() {
    nothing_in(&sources().iter().flat_map(writes::misplaced).collect::<Vec<_>>());
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = files()
        .into_iter()
        .filter(|(path, _)| tokens::has_ending(path, "rs") && path != MAY_BE_LONG)
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("src/{path} has {lines} lines; {LONGEST} is the most"))
        .collect();
    nothing_in(&long);
}

fn nothing_in(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

fn sources() -> Vec<Source> {
    files().iter().map(|(path, text)| Source::read(path, text)).collect()
}

/// Every Rust and SQL file under `src/`, by its path there.
fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "sql") {
                let name = path.strip_prefix(root()).expect("below src").to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).expect("a text file")));
            }
        }
    }
    assert!(found.iter().any(|(path, _)| path == "lib.rs"), "src/lib.rs is among the sources");
    found
}
