//! End to end against Postfix's own source.

use super::company::{app, sink};
use super::place::Place;
use super::{median, told};
use hearback::delivery::Sender;
use std::process::Command;
use std::time::Instant;

const ROUNDS: usize = 5;
const LETTERS: usize = 3_000;
/// About the size of a letter of ours.
const BYTES: usize = 6_000;

/// Letters a second of Postfix's source.
fn source(port: u16, kept: bool) -> f64 {
    let mut command = Command::new("/usr/sbin/smtp-source");
    if kept {
        command.arg("-d");
    }
    command.args(["-s", "10", "-m", &LETTERS.to_string(), "-l", &BYTES.to_string()]);
    command.args(["-f", "feedback@example.com", "-t", "customer@example.com"]);
    let begun = Instant::now();
    assert!(command.arg(format!("127.0.0.1:{port}")).status().unwrap().success());
    LETTERS as f64 / begun.elapsed().as_secs_f64()
}

/// Letters a second of ours.
fn ours(place: &Place, port: u16) -> f64 {
    let url = place.company(LETTERS);
    let app = app(&url, &format!("smtp://127.0.0.1:{port}?tls=none"), place);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sender = Sender::new(app);
    let begun = Instant::now();
    let sent = runtime.block_on(sender.send_due()).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(sent, LETTERS);
    drop(runtime);
    place.drop(&url);
    LETTERS as f64 / seconds
}

/// Measures by turns.
pub fn measure(place: &Place) {
    let (_sink, port) = sink();
    source(port, true);
    let (mut kept, mut single, mut mine) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        kept.push(source(port, true));
        mine.push(ours(place, port));
        single.push(source(port, false));
    }
    let by = |other: &[f64]| median(mine.iter().zip(other).map(|(mine, other)| mine / other).collect());
    let (to_kept, to_single) = (by(&kept), by(&single));
    told("smtp-source -d -s 10", median(kept), "letters/s", "", true);
    told("smtp-source -s 10", median(single), "letters/s", "", true);
    told("hearback, 10 connections, claimed to recorded", median(mine), "letters/s", "", true);
    told("  ratio to smtp-source -d", to_kept, "", ">= 0.5", to_kept >= 0.5);
    told("  ratio to smtp-source", to_single, "", ">= 1.0", to_single >= 1.0);
}
