//! Reads the sources and checks what the compiler does not: that imports go down only, that each
//! table is written by its owner alone, that SQL lives in `queries.rs`, that files stay short; and the table of
//! requirements in `docs/security.md`, that what it names exists.
//!
//! The floors are the table `FLOORS`, the owners the table `OWNERS`. Test code is not looked at.

#![allow(clippy::expect_used, reason = "sources that cannot be read must stop the test")]

#[path = "floors/finds.rs"]
mod finds;
#[path = "floors/imports.rs"]
mod imports;
#[path = "floors/security.rs"]
mod security;
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

#[test]
fn every_requirement_of_asvs_stands_in_the_table_with_what_shows_it() {
    nothing_in(&security::complaints(package(), &requirements()));
}

#[test]
fn a_table_of_requirements_that_does_not_hold_is_noticed() {
    let text = requirements();
    let without_others = |text: &str| {
        let usual = security::complaints(package(), &requirements());
        let new = security::complaints(package(), text).into_iter().filter(|one| !usual.contains(one));
        new.collect::<Vec<_>>()
    };
    let row = text.lines().find(|line| line.starts_with("| 1.2.4 |")).expect("a row");
    for (what, changed) in [
        ("a row less", text.replace(row, "")),
        ("a row twice", text.replace(row, &format!("{row}\n{row}"))),
        ("another level", text.replace("| 1.2.4 | 1 |", "| 1.2.4 | 2 |")),
        ("a row without anything", text.replace(row, "| 1.2.4 | 1 | SQL | bound | |")),
        ("a test that is none", text.replace("::sql_lives_in_queries", "::nothing_in")),
        ("a link that leads nowhere", text.replace("](#limits)", "](#bounds)")),
        ("a word that puts off", text.replace("binds every", "later binds every")),
        ("a number that is wrong", text.replace("These 10 requirements", "These 9 requirements")),
        ("a gap that is not told", text.replacen("- 6.3.3 does not hold:", "- 6.3.3 holds:", 1)),
    ] {
        assert!(changed != text && !without_others(&changed).is_empty(), "{what}");
    }
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn requirements() -> String {
    fs::read_to_string(package().join("docs/security.md")).expect("docs/security.md")
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
