//! The demo on its own Postgres: done once, whole, resumed after a kill, and nothing of it is left running.

use crate::support::program::{Program, complained, run, said};
use crate::support::{fresh_folder, wait_until};
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

/// Processes whose command line or working folder lies in the data folder.
fn processes_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let works_there =
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        if works_there || command.contains(&folder.display().to_string()) {
            found.push(command);
        }
    }
    found
}

fn wait_gone(folder: &Path) {
    wait_until("the end of Postgres", Duration::from_secs(30), || {
        processes_in(folder).is_empty().then_some(())
    });
}

fn mails(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("mail")).map_or(0, Iterator::count)
}

/// The lines of the summary that tell the outcomes, with their counts.
fn outcomes(output: &Output) -> Vec<(String, i64)> {
    assert_eq!(output.status.code(), Some(0), "{}", complained(output));
    let summary = said(output);
    let lines = summary.lines().skip_while(|line| !line.starts_with("OUTCOME")).skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            (words.next().unwrap().to_owned(), words.next().unwrap().parse().unwrap())
        })
        .collect()
}

/// Starts the demo, kills it as soon as it has come so far, and waits until its Postgres is gone.
fn kill_when(data: &Path, arguments: &[&str], is_there: impl Fn() -> bool) {
    let mut program = Program::start(&[], arguments);
    wait_until("the moment of the kill", Duration::from_mins(2), || {
        assert!(!program.has_ended(), "{}", program.words());
        is_there().then_some(())
    });
    assert!(!processes_in(data).is_empty(), "the demo runs a Postgres");
    program.signal("KILL");
    program.end(Duration::from_secs(10));
    wait_gone(data);
}

#[test]
fn the_demo_survives_kills_is_made_once_and_leaves_no_postgres_behind() {
    let folder = fresh_folder("demo");
    let data = folder.0.join("data");
    let arguments = ["demo", "--data", data.to_str().unwrap(), "--once"];
    // Once while its history comes in, once in the middle of its live weeks.
    kill_when(&data, &arguments, || data.join("demo-began").exists());
    kill_when(&data, &arguments, || mails(&data) > 40);
    let resumed = run(&[], &arguments);
    let told = outcomes(&resumed);
    let (total, parts) = told.split_last().unwrap();
    assert_eq!((total.0.as_str(), total.1), ("total", 6300));
    assert_eq!(parts.iter().map(|(_, count)| count).sum::<i64>(), total.1);
    for (outcome, least) in [("answered", 2_000), ("unreachable", 300), ("to_call", 10), ("planned", 1)] {
        assert!(parts.iter().any(|(word, count)| word == outcome && *count >= least), "{outcome}: {told:?}");
    }
    assert!(!parts.iter().any(|(outcome, _)| outcome == "sending"), "{told:?}");
    wait_gone(&data);
    let mailed = mails(&data);
    assert_eq!(outcomes(&run(&[], &arguments)), told, "a second run adds nothing");
    assert_eq!(mails(&data), mailed);
    let settings = [("HEARBACK_DATA", data.to_str().unwrap())];
    let period = ["evaluate", "--from", "2000-01-01", "--to", "2100-01-01", "--format", "json"];
    let evaluation: Value = serde_json::from_str(&said(&run(&settings, &period))).unwrap();
    assert_eq!(evaluation["evaluation"]["company"]["visits"], 6300);
    assert_eq!(evaluation["evaluation"]["employees"].as_array().unwrap().len(), 40);
    wait_gone(&data);
}
