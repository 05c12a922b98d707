//! Rules: at which stage, for whom, how often, and what happens then.
//!
//! ```text
//! STAGE[=GLOB]: [xN | @N] [P%] ACTION [after N]
//! ```
//!
//! `STAGE` is one of `connect banner ehlo starttls auth mail rcpt data body dot accepted rset quit`. `GLOB` is matched
//! with the recipient's address, which is known from `rcpt` on; `*` stands for anything. `xN`: only the first N
//! times, counted for each recipient. `@N`: only the Nth time, counted over all. `P%`: that often, drawn from the
//! seed, the recipient and the count, so that the order in which letters come does not change it.
//!
//! | action | what the server does |
//! |---|---|
//! | `250 text`, any three digits | answers so; `\n` within the text begins a further line; after 421 it closes |
//! | `close` | closes without a word |
//! | `hang` | says nothing more, until it is told `go` or the client goes; then it closes |
//! | `pause` | waits until it is told `go`, then goes on with the next rule that fits |
//! | `drip N` | answers as usual, one byte every N milliseconds |
//! | `endless` | answers with a line that is never the last one, 64 MiB of it at most, then closes |
//! | `lose` | at the dot: takes the letter and closes without saying so |
//!
//! `body: … after N` acts when N bytes of the letter have come, before its dot. `accepted` is the moment after the
//! 250 to a letter. The rule `offer WORDS` adds a line to the answer to EHLO, such as `offer AUTH PLAIN LOGIN`.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

pub const STAGES: &[&str] = &[
    "connect", "banner", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "accepted",
    "rset", "quit",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Say(String),
    Close,
    Hang,
    Pause,
    Drip(Duration),
    Endless,
    Lose,
}

#[derive(Debug)]
enum Often {
    Always,
    First(u32),
    Only(u32),
}

#[derive(Debug)]
struct Rule {
    text: String,
    stage: String,
    whom: Option<String>,
    often: Often,
    percent: u64,
    after: usize,
    act: Act,
    all: u32,
    each: HashMap<String, u32>,
}

/// What a rule wants done, and the rule's own words for the log.
pub struct Found {
    pub act: Act,
    pub rule: String,
    /// Where to go on looking after a pause.
    pub next: usize,
}

#[derive(Default)]
pub struct Rules {
    all: Vec<Rule>,
    pub offers: Vec<String>,
    pub seed: u64,
}

impl Rules {
    /// Adds a rule; what cannot be read is told and not taken.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        if let Some(words) = text.strip_prefix("offer ") {
            self.offers.push(words.to_owned());
            return Ok(());
        }
        self.all.push(read(text).ok_or_else(|| format!("no rule: {text}"))?);
        Ok(())
    }

    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Finds the first rule from `from` on that fires now, `bytes` of the letter being new. Each call counts as one
    /// time for each rule that fits.
    pub fn find(&mut self, stage: &str, recipient: &str, bytes: Range<usize>, from: usize) -> Option<Found> {
        let seed = self.seed;
        for (at, rule) in self.all.iter_mut().enumerate().skip(from) {
            let fits = rule.stage == stage && rule.whom.as_ref().is_none_or(|glob| matches(glob, recipient));
            if !fits || !bytes.contains(&rule.after) {
                continue;
            }
            rule.all += 1;
            let each = rule.each.entry(recipient.to_owned()).or_default();
            *each += 1;
            let fires = match rule.often {
                Often::Always => true,
                Often::First(times) => *each <= times,
                Often::Only(time) => rule.all == time,
            };
            if fires && draw(seed, &format!("{at} {recipient} {each}")) % 100 < rule.percent {
                return Some(Found { act: rule.act.clone(), rule: rule.text.clone(), next: at + 1 });
            }
        }
        None
    }
}

fn read(text: &str) -> Option<Rule> {
    let (head, rest) = text.split_once(": ")?;
    let (stage, whom) = match head.split_once('=') {
        Some((stage, whom)) => (stage, Some(whom.to_owned())),
        None => (head, None),
    };
    let mut words: Vec<&str> = rest.split(' ').collect();
    let (mut often, mut percent, mut after) = (Often::Always, 100, 0);
    while let Some(word) = words.first() {
        if let Some(times) = word.strip_prefix('x').and_then(|n| n.parse().ok()) {
            often = Often::First(times);
        } else if let Some(time) = word.strip_prefix('@').and_then(|n| n.parse().ok()) {
            often = Often::Only(time);
        } else if let Some(share) = word.strip_suffix('%').and_then(|n| n.parse().ok()) {
            percent = share;
        } else {
            break;
        }
        words.remove(0);
    }
    if let [.., "after", bytes] = words[..] {
        after = bytes.parse().ok()?;
        words.truncate(words.len() - 2);
    }
    let act = match words[..] {
        ["close"] => Act::Close,
        ["hang"] => Act::Hang,
        ["pause"] => Act::Pause,
        ["endless"] => Act::Endless,
        ["lose"] => Act::Lose,
        ["drip", every] => Act::Drip(Duration::from_millis(every.parse().ok()?)),
        [reply, ..] if is_reply(reply) => Act::Say(words.join(" ")),
        _ => return None,
    };
    let stage = STAGES.contains(&stage).then(|| stage.to_owned())?;
    let (text, each) = (text.to_owned(), HashMap::new());
    Some(Rule { text, stage, whom, often, percent, after, act, all: 0, each })
}

/// Tells whether it begins as a reply does: three digits, and a hyphen if more lines follow.
fn is_reply(word: &str) -> bool {
    word.get(..3).is_some_and(|code| code.parse::<u16>().is_ok())
        && matches!(word.as_bytes().get(3), None | Some(b'-'))
}

/// Tells whether a text fits a pattern in which `*` stands for anything.
fn matches(glob: &str, text: &str) -> bool {
    match glob.split_once('*') {
        None => glob == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| matches(rest, &text[at..]))
        }),
    }
}

/// A number that depends on the seed and the words alone (FNV-1a, then the finish of splitmix64).
fn draw(seed: u64, words: &str) -> u64 {
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    let hash = words.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
