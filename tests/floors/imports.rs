//! Imports go down only, never sideways between capabilities.

use crate::tokens::{Kind, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Each folder or file under `src/` and its floor, from the top.
const FLOORS: &[(u8, &[&str])] = &[
    (
        EDGES,
        &[
            "main",
            "lib",
            "routes",
            "server",
            "worker",
            "arrival",
            "boot",
            "openapi",
            "probes",
            "scrape",
            "after_answer",
            "history_import",
            "visits_import",
            "about_person",
            "retention",
            "processing",
            "today",
            "finder",
            "handouts",
            "survey_desk",
            "webhook_desk",
            "demo",
            "cli",
        ],
    ),
    (11, &["reports"]),
    (10, &["training", "staff_voice"]),
    (9, &["evaluations"]),
    (8, &["scores", "cases"]),
    (7, &["callbacks"]),
    (6, &["answering"]),
    (5, &["delivery"]),
    (4, &["visits", "surveys"]),
    (3, &["customers", "accounts", "webhooks"]),
    (2, &["people"]),
    (KITS, &["db", "mail", "jobs", "web", "api", "stats", "audit", "changes", "imports", "app"]),
    (GROUND, &["clock", "ids", "error", "telemetry", "metrics", "config"]),
];

const EDGES: u8 = 12;
const KITS: u8 = 1;
const GROUND: u8 = 0;

/// Which kits a kit may use, beside the ground.
fn kits_of(kit: &str) -> &'static [&'static str] {
    match kit {
        "audit" | "changes" | "imports" => &["db"],
        "jobs" | "web" | "api" => &["db", "app"],
        "app" => &["db", "mail", "jobs", "web", "api", "stats", "audit", "changes", "imports"],
        _ => &[],
    }
}

/// The floor of a folder or file directly under `src/`.
pub fn floor_of(unit: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, units)| units.contains(&unit)).map(|(floor, _)| *floor)
}

/// What is wrong with the imports of all sources together.
pub fn complaints(sources: &[Source]) -> Vec<String> {
    let mut found: Vec<String> = sources.iter().flat_map(of_one).collect();
    found.extend(circles(sources));
    found
}

fn of_one(source: &Source) -> Vec<String> {
    let unit = source.unit();
    let Some(floor) = floor_of(unit) else {
        return vec![format!(
            "src/{}: `{unit}` has no floor; give it one in FLOORS of tests/floors/imports.rs",
            source.path
        )];
    };
    let mut found: Vec<String> = imports(source)
        .into_iter()
        .filter(|import| import.unit != unit)
        .filter_map(|import| {
            let why = objection(unit, floor, &import.unit)?;
            Some(format!("{}: `{unit}` (floor {floor}) imports {why}", source.place(import.at)))
        })
        .collect();
    found.dedup();
    found
}

fn objection(unit: &str, floor: u8, other: &str) -> Option<String> {
    if floor == EDGES {
        return None;
    }
    let Some(below) = floor_of(other) else {
        return Some(format!("`crate::{other}`, which lib.rs holds; name the module where it lives"));
    };
    if below > floor {
        return Some(format!("`{other}` (floor {below}); imports go down only"));
    }
    match floor {
        KITS if below == KITS && !kits_of(unit).contains(&other) => {
            Some(format!("the kit `{other}`; it may use {:?}", kits_of(unit)))
        }
        KITS | GROUND => None,
        _ if below == floor => Some(format!("`{other}` on its own floor; never sideways")),
        _ => None,
    }
}

/// The ground may import itself, as long as there is an order.
fn circles(sources: &[Source]) -> Vec<String> {
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| floor_of(source.unit()) == Some(GROUND)) {
        let others =
            imports(source).into_iter().map(|import| import.unit).filter(|unit| unit != source.unit());
        uses.entry(source.unit()).or_default().extend(others);
    }
    let in_circle = |start: &str| {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = vec![start];
        while let Some(unit) = open.pop() {
            let next = uses.get(unit).into_iter().flatten().map(String::as_str);
            open.extend(next.filter(|unit| reached.insert(unit)));
        }
        reached.contains(start)
    };
    uses.keys()
        .filter(|unit| in_circle(unit))
        .map(|unit| format!("src/{unit}: imports itself by way of {:?}", uses.get(unit)))
        .collect()
}

/// One path into another part of the crate.
struct Import {
    unit: String,
    at: usize,
}

/// Every `crate::`, `super::` and `self::` path, in `use` and in code, resolved to its first part.
fn imports(source: &Source) -> Vec<Import> {
    let mut found = Vec::new();
    let mut here = module_of(&source.path);
    let mut opened: Vec<usize> = Vec::new();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(kind) = source.kind(at) {
        match kind {
            Kind::Mark('{') => depth += 1,
            Kind::Mark('}') => {
                depth = depth.saturating_sub(1);
                if opened.last() == Some(&depth) {
                    opened.pop();
                    here.pop();
                }
            }
            Kind::Word(word) if word == "mod" && source.is_mark(at + 2, '{') => {
                here.extend(source.word(at + 1).map(str::to_owned));
                opened.push(depth);
            }
            Kind::Word(word) if source.is_join(at + 1) && !(at > 0 && source.is_join(at - 1)) => {
                if let Some(base) = base_of(word, &here) {
                    let begin = found.len();
                    let end = follow(source, at + 1, base, at, &mut found);
                    // `crate::name!` is a macro, which has no module of its own.
                    if source.is_mark(end, '!') {
                        found.truncate(begin);
                    }
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn module_of(path: &str) -> Vec<String> {
    let parts = path.strip_suffix(".rs").unwrap_or(path).split('/');
    parts.filter(|part| !matches!(*part, "mod" | "lib" | "main")).map(str::to_owned).collect()
}

fn base_of(word: &str, here: &[String]) -> Option<Vec<String>> {
    match word {
        "crate" => Some(Vec::new()),
        "self" => Some(here.to_vec()),
        "super" => Some(here.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default()),
        _ => None,
    }
}

/// Walks the tree of names after `path`; returns the place behind it.
fn follow(
    source: &Source,
    mut at: usize,
    mut path: Vec<String>,
    begin: usize,
    found: &mut Vec<Import>,
) -> usize {
    while source.is_join(at) {
        if source.is_mark(at + 1, '{') {
            return follow_braces(source, at + 2, &path, begin, found);
        }
        match source.word(at + 1) {
            Some(word) => step(&mut path, word),
            None if source.is_mark(at + 1, '*') => path.push("*".to_owned()),
            None => break,
        }
        at += 2;
    }
    let unit = path.into_iter().next().unwrap_or_else(|| "*".to_owned());
    found.push(Import { unit, at: begin });
    at
}

fn follow_braces(
    source: &Source,
    mut at: usize,
    path: &[String],
    begin: usize,
    found: &mut Vec<Import>,
) -> usize {
    while let Some(kind) = source.kind(at) {
        match kind {
            Kind::Mark('}') => return at + 1,
            Kind::Word(word) if word == "as" => at += 2,
            Kind::Word(word) => {
                let mut inner = path.to_vec();
                step(&mut inner, word);
                at = follow(source, at + 1, inner, at, found);
            }
            Kind::Mark('*') => {
                let unit = path.first().cloned().unwrap_or_else(|| "*".to_owned());
                found.push(Import { unit, at: begin });
                at += 1;
            }
            _ => at += 1,
        }
    }
    at
}

fn step(path: &mut Vec<String>, word: &str) {
    match word {
        "super" => {
            path.pop();
        }
        "self" => {}
        _ => path.push(word.to_owned()),
    }
}
