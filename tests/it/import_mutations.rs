//! Ten thousand damaged files: no panic, no half visit, and every row is either stored or refused.

use crate::support::history::{FIVE, HEADER, file, line};
use crate::support::{TestApp, fresh_folder};
use hearback::history_import::came::Asked;
use hearback::history_import::check::check;
use hearback::history_import::layout;
use hearback::ids::Keyring;
use hearback::imports::{Group, Records, Rejects, Row, Staged};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Draws numbers, always the same ones.
struct Dice {
    keys: Keyring,
    seed: usize,
    throws: usize,
}

impl Dice {
    fn new(seed: usize) -> Self {
        Self { keys: Keyring::parse(crate::support::app::SECRET).unwrap(), seed, throws: 0 }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.throws += 1;
        let share = self.keys.draw("dice", &format!("{} {}", self.seed, self.throws));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "small"
        )]
        let number = (share * limit.max(1) as f64) as usize;
        number
    }
}

/// A sound file: visits with one, two and three rows.
fn sound() -> String {
    let answered = [("answered_by", "email"), ("answered_at", "2026-01-12T09:00:00Z"), ("overall", "4")];
    let with = |more: &[(&'static str, &'static str)]| line(&[more, answered.as_slice()].concat());
    file(&[
        with(&[("visit_id", "V1"), ("comment", "\"well, \"\"fine\"\"\"")]),
        with(&[("visit_id", "V2"), ("employee_id", "E1"), ("share", "0.5")]),
        line(&[("visit_id", "V3"), ("employee_id", "E1"), ("call_probability", "0.35")]),
        with(&[("visit_id", "V2"), ("employee_id", "E2"), ("share", "0.5")]),
        line(&[("visit_id", "V3"), ("employee_id", "E2"), ("call_probability", "0.35")]),
        line(&[("visit_id", "V3"), ("employee_id", "E3"), ("call_probability", "0.35")]),
    ])
}

const SPICES: [&[u8]; 22] = [
    b"\"",
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    b";",
    b"=1+1",
    b"'",
    b"-1",
    b"1e999",
    b"NaN",
    b"99999999999999999999",
    b"2026-02-30T00:00:00Z",
    b"true",
    b"\xef\xbb\xbf",
    b"{{7*7}}",
    b"V1",
    b"\x1b[31m",
    b" ",
];

/// Damages a file in one to four places.
fn mutate(seed: usize, text: &str) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut bytes = text.as_bytes().to_vec();
    // Most damage spares the header row; without it every file would end there.
    let spared = if dice.below(10) == 0 { 0 } else { HEADER.len() + 1 };
    for _ in 0..=dice.below(4) {
        let from = spared + dice.below(bytes.len() - spared);
        let to = (from + dice.below(12)).min(bytes.len());
        match dice.below(6) {
            0 => drop(bytes.splice(from..from, SPICES[dice.below(SPICES.len())].iter().copied())),
            1 => drop(bytes.splice(from..to, SPICES[dice.below(SPICES.len())].iter().copied())),
            2 => drop(bytes.drain(from..to)),
            3 => bytes.truncate(from.max(spared)),
            4 => {
                let copy = bytes[from..(from + dice.below(200)).min(bytes.len())].to_vec();
                let at = spared + dice.below(bytes.len() - spared + 1);
                drop(bytes.splice(at..at, copy));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
        if bytes.len() <= spared {
            break;
        }
    }
    bytes
}

fn into(groups: &mut BTreeMap<String, Group>, key: String, row: Staged) {
    let group = groups.entry(key.clone()).or_insert_with(|| Group { key, ..Group::default() });
    group.rows.push(row);
}

/// How many different lines of a file name a visit. Of a line that is gone, or that names another one, nobody can
/// know that it belonged to it.
fn lines_of(bytes: &[u8], id: &str) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let names = |line: &&str| line.split([',', '"']).any(|cell| cell.trim() == id);
    text.split(['\n', '\r']).filter(names).collect::<BTreeSet<_>>().len()
}

/// What became of the rows of a file: stored, refused with the reason.
struct Sorted {
    stored: usize,
    reasons: Vec<Vec<u8>>,
}

/// Reads a file and checks its visits; None when it is no file of history at all.
fn sort(bytes: &[u8], path: &Path, seed: usize) -> Option<Sorted> {
    let questions = vec!["overall".to_owned(), "process".to_owned()];
    let (layout, now) = (layout(&questions), "2026-11-20T15:00:00Z".parse().unwrap());
    let mut records = Records::open(bytes).ok()?;
    let header = records.header(&layout).ok()?;
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut rows = 0;
    while let Some(Row { key, suspects, staged }) = records.row(&header, &layout).unwrap() {
        rows += 1;
        let key = key.unwrap_or_else(|| format!("\u{1}{}", staged.ordinal));
        for suspect in suspects {
            into(&mut groups, suspect, staged.shadow());
        }
        into(&mut groups, key, staged);
    }
    groups.retain(|_, group| group.rows.iter().any(|row| !row.is_shadow));
    let asked = Asked::of(&header, &questions, FIVE);
    let mut rejects = Rejects::create(Some(path)).unwrap();
    rejects.begin(&header).unwrap();
    let mut stored = 0;
    for group in groups.into_values() {
        let count = group.rows.len();
        match check(&header, &asked, now, group) {
            Ok(sound) => {
                stored += count;
                let (id, employees) = (sound.visit.external_id.as_str(), sound.visit.credits.len());
                let is_half = match id {
                    "V2" => employees < 2 && lines_of(bytes, id) >= 2,
                    "V3" => employees < 3 && lines_of(bytes, id) >= 3,
                    _ => false,
                };
                assert!(!is_half, "seed {seed}: half a visit\n{}", String::from_utf8_lossy(bytes));
            }
            Err((group, problems)) => rejects.refuse(&group.rows, &problems).unwrap(),
        }
    }
    rejects.finish().unwrap();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
    let written = reader.byte_records().map(Result::unwrap);
    let reasons: Vec<Vec<u8>> = written.map(|row| row.iter().next_back().unwrap().to_vec()).collect();
    assert_eq!(stored + reasons.len(), rows, "seed {seed}: a row is neither stored nor refused");
    Some(Sorted { stored, reasons })
}

#[test]
fn ten_thousand_damaged_files_are_read_without_a_panic_and_every_row_is_taken_or_refused() {
    let text = sound();
    let folder = fresh_folder("mutations");
    let path = folder.0.join("rejects.csv");
    let (mut taken, mut refused, mut unreadable) = (0, 0, 0);
    for seed in 0..10_000 {
        let Some(Sorted { stored, reasons }) = sort(&mutate(seed, &text), &path, seed) else {
            unreadable += 1;
            continue;
        };
        assert!(reasons.iter().all(|reason| reason.starts_with(b"line ")), "seed {seed}: no reason");
        taken += stored;
        refused += reasons.len();
    }
    // The damage must be of both kinds, or this would prove nothing.
    assert!(taken > 10_000 && refused > 5_000 && unreadable > 100, "{taken} {refused} {unreadable}");
}

#[test]
fn damaged_files_leave_whole_visits_and_nothing_else_in_the_database() {
    let app = TestApp::start();
    let text = sound();
    for seed in 0..60 {
        // Each file has visits of its own, so that none is a repetition.
        let bytes = mutate(seed, &text.replace("\nV", &format!("\nS{seed}V")));
        let before = app.rows("SELECT id FROM visit").len();
        let summary = match app.import_history(&bytes, FIVE, None) {
            Ok(summary) => summary,
            // Only a damaged header row may end an import.
            Err(error) => {
                assert!(error.detail.starts_with("line 1: "), "seed {seed}: {error}");
                continue;
            }
        };
        let new: usize = usize::try_from(summary.new).unwrap();
        assert_eq!(app.rows("SELECT id FROM visit").len(), before + new, "seed {seed}");
    }
    assert_eq!(app.rows("SELECT line FROM import_row").len(), 0);
    let shares = "SELECT DISTINCT sum(share_permille) FROM visit_employee GROUP BY visit_id";
    assert_eq!(app.rows(shares), ["1000"]);
    let half = "SELECT v.external_id FROM visit v LEFT JOIN response r ON r.visit_id = v.id \
                WHERE (v.outcome = 'answered') <> (r.id IS NOT NULL)";
    assert_eq!(app.rows(half), Vec::<String>::new());
    let outcomes: BTreeSet<String> = app.rows("SELECT DISTINCT outcome FROM visit").into_iter().collect();
    assert!(outcomes.contains("answered") && outcomes.contains("to_call"), "{outcomes:?}");
}
