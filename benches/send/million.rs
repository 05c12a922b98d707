//! A million invitations due at once.

use super::company::{app, sink};
use super::figures::peak;
use super::place::{Place, Running, settings};
use super::queue::claim_and_record;
use super::{median, told};
use std::process::Command;
use std::time::{Duration, Instant};

const VISITS: usize = 1_000_000;
/// How many claims of a hundred make one sample.
const SAMPLE: usize = 200;

/// Lets the program itself work on it for a while and gives its memory.
fn memory(url: &str, place: &Place) -> f64 {
    let (_sink, port) = sink();
    let data = place.folder.join("million").display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearback"));
    command.envs(settings(url, &format!("smtp://127.0.0.1:{port}?tls=none"), &data)).arg("work");
    let program = Running::start(&mut command);
    std::thread::sleep(Duration::from_secs(20));
    peak(program.0.id())
}

/// Measures.
pub fn measure(place: &Place) {
    let url = place.company(VISITS);
    let mib = memory(&url, place);
    let app = app(&url, "smtp://127.0.0.1:9", place);
    let worker = hearback::ids::new_id();
    let mut samples = Vec::new();
    loop {
        let begun = Instant::now();
        let done: usize = (0..SAMPLE).map(|_| claim_and_record(&app, worker)).sum();
        if done < SAMPLE * 100 {
            break;
        }
        samples.push(begun.elapsed().as_secs_f64() * 1000.0 / SAMPLE as f64);
    }
    let part = samples.len() / 5;
    let (first, last) = (median(samples[..part].to_vec()), median(samples[samples.len() - part..].to_vec()));
    told("a million due: memory of `hearback work`", mib, "MiB", "<= 96", mib <= 96.0);
    told("a million due: claim and record of 100, the first fifth", first, "ms", "", true);
    told("a million due: claim and record of 100, the last fifth", last, "ms", "", true);
    told("  ratio", last / first, "", "<= 1.5", last / first <= 1.5);
    drop(app);
    place.drop(&url);
}
