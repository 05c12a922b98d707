//! The crash run: real workers are killed at random moments over a long batch, and the checker reads what is left.
//!
//! 50 kills are part of `cargo test`. A thousand, with another seed each time:
//!
//! ```text
//! HEARBACK_CRASH_KILLS=1000 cargo test --test it crash -- --nocapture
//! ```
//!
//! The seed is printed; `HEARBACK_CRASH_SEED=N` takes it again, and with it the stage and the letter at which each
//! worker is killed, and the mail server's own faults. What the kernel does in between is its own.

use crate::support::database::environment;
use crate::support::lab::Lab;
use crate::support::program::Program;
use crate::support::scripted::{Event, SOON, Tail};
use crate::support::{say_past_the_harness, wait_until};
use hearback::ids;
use std::time::{Duration, Instant};

/// Mail connections of a worker: what it can have under way past the marker when it is killed.
const CONNECTIONS: usize = 4;

/// Letters that have to be there for a life, so that the kill comes in the middle of the work.
const ENOUGH: usize = 40;

/// How many more are brought when there are fewer.
const MORE: usize = 100;

/// The moments of a conversation at which a worker is killed.
const MOMENTS: [(&str, &str); 9] = [
    ("reached", "connect"),
    ("reached", "ehlo"),
    ("reached", "mail"),
    ("reached", "rcpt"),
    ("reached", "data"),
    ("reached", "body"),
    ("reached", "dot"),
    ("accepted", "dot"),
    ("reached", "accepted"),
];

/// What the server does besides: now and then, drawn from the seed.
const FAULTS: [&str; 7] = [
    "mail: 1% 421 4.3.2 busy",
    "rcpt: 3% 451 4.7.1 not now",
    "rcpt: 1% 550 5.1.1 no such user",
    "data: 1% close",
    "body: 1% close after 2000",
    "dot: 2% 451 4.3.0 not now",
    "dot: 2% lose",
];

/// Random numbers that a seed repeats (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((drawn ^ (drawn >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }
}

#[test]
fn a_letter_goes_out_at_most_once_however_often_its_worker_is_killed() {
    let number = |name: &str| environment(name).map(|text| text.parse::<u64>().expect("a number"));
    let kills = usize::try_from(number("HEARBACK_CRASH_KILLS").unwrap_or(50)).unwrap();
    let seed =
        number("HEARBACK_CRASH_SEED").unwrap_or_else(|| u64::from(u32::from_be_bytes(ids::random_bytes())));
    say_past_the_harness(&format!("crash run: {kills} kills, HEARBACK_CRASH_SEED={seed}"));
    let (began, mut draw) = (Instant::now(), Draw(seed));
    let seed_rule = format!("seed={seed}");
    let lab = Lab::start(&[&[seed_rule.as_str()][..], &FAULTS].concat());
    let (mut brought, mut killed, mut tail) = (0, 0, lab.relay.tail());
    while killed < kills {
        while to_send(&lab) < ENOUGH {
            bring(&lab, &mut brought);
        }
        tail.news();
        let (what, stage) = MOMENTS[draw.below(MOMENTS.len())];
        let nth = if stage == "connect" || stage == "ehlo" { 1 + draw.below(3) } else { 1 + draw.below(15) };
        // Now and then two at the same time, which die one after the other.
        let mut workers: Vec<Program> = (0..=draw.below(4) / 3).map(|_| worker(&lab)).collect();
        wait_for(&mut tail, &mut workers[0], nth, what, stage);
        for worker in &mut workers {
            spin(Duration::from_micros(u64::try_from(draw.below(3000)).unwrap()));
            worker.signal("KILL");
            worker.end(SOON);
            killed += 1;
        }
    }
    // What waits for another try waits for the clock of `settle`; its waits grew with each death.
    let last = worker(&lab);
    wait_until("the end of what is due", Duration::from_mins(2), || (due(&lab) == 0).then_some(()));
    drop(last);
    lab.settle();
    let faults = lab.relay.events().iter().filter(|event| is_after_the_dot(event)).count();
    say_past_the_harness(&format!("crash run: {brought} visits, {:.0?}; {}", began.elapsed(), summary(&lab)));
    lab.check(brought, killed * CONNECTIONS + faults);
}

fn worker(lab: &Lab) -> Program {
    lab.worker(&[("HEARBACK_MAIL_CONNECTIONS", &CONNECTIONS.to_string())])
}

fn bring(lab: &Lab, brought: &mut usize) {
    let ids: Vec<String> = (*brought..*brought + MORE).map(|at| format!("W{at}")).collect();
    lab.bring(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    *brought += MORE;
}

/// Reads the server's record until it tells the moment of the kill.
fn wait_for(tail: &mut Tail, worker: &mut Program, nth: usize, what: &str, stage: &str) {
    let (mut came, end) = (0, Instant::now() + SOON);
    while came < nth {
        assert!(Instant::now() < end, "{what} {stage} did not come: {}", worker.words());
        came += tail.news().iter().filter(|event| event.is(what, stage, "*")).count();
        std::thread::park_timeout(Duration::from_micros(300));
    }
}

/// Some more of the worker's life, shorter than what a pause of the kernel can be trusted with.
fn spin(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

/// How many can still be sent: those past the marker cannot, and are unknown when their lease ends.
fn to_send(lab: &Lab) -> usize {
    lab.app.value(TO_SEND).parse().unwrap()
}

/// How many of them have not to wait for their time.
fn due(lab: &Lab) -> usize {
    lab.app.value(&format!("{TO_SEND} AND i.send_at < clock_timestamp()")).parse().unwrap()
}

const TO_SEND: &str = "SELECT count(*) FROM invitation i WHERE i.state IN ('planned', 'sending') AND NOT EXISTS \
     (SELECT 1 FROM delivery_attempt a WHERE a.invitation_id = i.id AND a.state = 'past_marker')";

fn is_after_the_dot(event: &Event) -> bool {
    event.what == "fault" && ["dot", "body"].contains(&event.stage.as_str())
}

fn summary(lab: &Lab) -> String {
    let outcomes = "SELECT outcome || ' ' || count(*) FROM visit GROUP BY outcome ORDER BY outcome";
    format!("{}; {} taken", lab.app.rows(outcomes).join(", "), lab.relay.taken("*"))
}
