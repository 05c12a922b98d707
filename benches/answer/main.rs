//! How fast and how frugally answers are taken, as ratios to what the same database does in the same minute.
//!
//! ```text
//! cargo bench --bench answer          # about four minutes
//! cargo bench --bench answer -- big   # with ten million answers stored, about twenty minutes
//! ```
//!
//! The program runs as `hearback serve --no-worker` with its usual settings; 16 connections are kept. The limit is
//! pgbench with 16 clients and the statement in `txroll.sql`, which stores an answer and keeps a sum, in a database of
//! the same server. Each answer has an invitation of its own.
//!
//! Needs pgbench. The database is a Postgres of its own with everything safe on, or the one of `TEST_DATABASE_URL`,
//! which must run on this machine. Rounds are interleaved; medians of five count.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot go on has failed"
)]

mod big;
mod company;
mod cpu;
mod empty;
#[path = "../support/figures.rs"]
mod figures;
mod load;
mod pgbench;
#[path = "../support/place.rs"]
mod place;

use company::{Links, Serving};
use figures::{median, peak, told};
use load::{Idle, What};
use pgbench::Bare;
use place::Place;
use std::rc::Rc;
use std::time::Duration;

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(5);
/// More than are answered in all rounds.
const LINKS: usize = 400_000;

#[derive(Default)]
struct Figures {
    bare: Vec<f64>,
    bare_p99: Vec<f64>,
    post: Vec<f64>,
    post_p99: Vec<f64>,
    crowd: Vec<f64>,
    crowd_p99: Vec<f64>,
    complete: Vec<f64>,
    cpu: Vec<f64>,
    empty: Vec<f64>,
    form: Vec<f64>,
}

fn round(figures: &mut Figures, bare: &Bare, serving: &Serving, links: &Rc<Links>, master: u32) {
    let program = serving.program.0.id();
    let run = |what| load::run(serving.address, links, what, TIME);
    let limit = bare.run(TIME.as_secs());
    figures.bare.push(limit.rate);
    figures.bare_p99.push(limit.p99);
    let post = run(What::Post);
    figures.post.push(post.rate);
    figures.post_p99.push(post.p99());
    let before = cpu::taken(program, master);
    let complete = run(What::Complete);
    figures.complete.push(complete.rate);
    figures.cpu.push((cpu::taken(program, master) - before) * 1000.0 / complete.done as f64);
    let idle = Idle::open(serving.address, 1000);
    let crowd = run(What::Post);
    drop(idle);
    figures.crowd.push(crowd.rate);
    figures.crowd_p99.push(crowd.p99());
    figures.form.push(run(What::Get).rate);
    figures.empty.push(load::run(empty::address(), links, What::Root, TIME).rate);
}

/// The median of the ratios of the rounds.
fn ratio(one: &[f64], other: &[f64]) -> f64 {
    median(one.iter().zip(other).map(|(one, other)| one / other).collect())
}

fn at_least(what: &str, ratio: f64, limit: f64) {
    told(what, ratio, "", &format!(">= {limit}"), ratio >= limit);
}

fn at_most(what: &str, value: f64, unit: &str, limit: f64) {
    told(what, value, unit, &format!("<= {limit}"), value <= limit);
}

fn tell(figures: Figures, memory: f64) {
    let post = ratio(&figures.post, &figures.bare);
    let post_p99 = ratio(&figures.post_p99, &figures.bare_p99);
    let crowd = ratio(&figures.crowd, &figures.bare);
    let crowd_p99 = ratio(&figures.crowd_p99, &figures.bare_p99);
    let complete = ratio(&figures.complete, &figures.bare);
    let form = ratio(&figures.form, &figures.empty);
    told("pgbench txroll, 16 clients", median(figures.bare), "tps", "", true);
    told("  one in a hundred takes longer than", median(figures.bare_p99), "ms", "", true);
    told("hearback, POST of an answer", median(figures.post), "answers/s", "", true);
    at_least("  ratio", post, 0.6);
    told("  one in a hundred takes longer than", median(figures.post_p99), "ms", "", true);
    at_most("  ratio", post_p99, "", 4.0);
    told("the same beside 1,000 idle connections", median(figures.crowd), "answers/s", "", true);
    at_least("  ratio", crowd, 0.6);
    told("  one in a hundred takes longer than", median(figures.crowd_p99), "ms", "", true);
    at_most("  ratio", crowd_p99, "", 4.0);
    told("hearback, GET of the form and POST at once", median(figures.complete), "answers/s", "", true);
    at_least("  ratio", complete, 0.4);
    at_most("  processor time of program and database", median(figures.cpu), "ms", 2.0);
    told("an empty handler of the same web server", median(figures.empty), "GET/s", "", true);
    told("hearback, GET of the form", median(figures.form), "GET/s", "", true);
    at_least("  ratio", form, 0.1);
    at_most("memory of the program, at its peak", memory, "MiB", 64.0);
}

fn main() {
    let place = Place::new();
    if std::env::args().any(|word| word == "big") {
        return big::measure(&place);
    }
    let (url, survey) = place.migrated();
    let links = company::ask(&url, survey, 1, LINKS);
    let bare = Bare::new(&place);
    let serving = company::serve(&place, &url);
    let master = cpu::postmaster(&url);
    load::run(serving.address, &links, What::Complete, Duration::from_secs(2));
    let mut figures = Figures::default();
    for _ in 0..ROUNDS {
        round(&mut figures, &bare, &serving, &links, master);
    }
    tell(figures, peak(serving.program.0.id()));
    drop(serving);
    place.drop(&url);
}
