//! Checks the table of `docs/security.md`: each requirement of OWASP ASVS 5.0.0, levels 1 and 2, stands in it once, and
//! what it names exists. The ids with their levels are in `tests/data/asvs-5.0.0-l2.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const IDS: &str = include_str!("../data/asvs-5.0.0-l2.txt");

/// Words of somebody who puts a thing off.
const PUT_OFF: [&str; 4] = ["planned", "todo", "later", "tbd"];

const GAP: &str = "[does not hold](#what-does-not-hold)";

/// Whatever is wrong with the text of the file, as it stands in the folder `docs` below the root.
pub fn complaints(root: &Path, text: &str) -> Vec<String> {
    let levels: BTreeMap<&str, &str> = IDS.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut times: BTreeMap<&str, usize> = levels.keys().map(|id| (*id, 0)).collect();
    let mut wrong = Vec::new();
    for row in rows(text) {
        let [ids, level, _, _, evidence] = row[..] else {
            wrong.push(format!("a row has {} cells: {row:?}", row.len()));
            continue;
        };
        let mut found: Vec<&str> = Vec::new();
        for id in ids.split(", ") {
            match times.get_mut(id) {
                Some(count) => *count += 1,
                None => wrong.push(format!("{id} is none of the list")),
            }
            found.extend(levels.get(id));
        }
        found.sort_unstable();
        found.dedup();
        if found.join(", ") != level {
            wrong.push(format!("{ids} has the level {}", found.join(", ")));
        }
        wrong.extend(evidence_complaints(root, text, ids, evidence));
    }
    wrong.extend(
        times
            .iter()
            .filter(|(_, count)| **count != 1)
            .map(|(id, count)| format!("{id} stands {count} times")),
    );
    wrong.extend(gap_complaints(text));
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    wrong.extend(words.filter(|word| PUT_OFF.contains(&word.as_str())).map(|word| format!("it says {word}")));
    wrong
}

/// The rows of the table, cell by cell.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let is_row = |line: &&str| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit());
    let table = text.split_once("\n| id | level |").map_or("", |(_, table)| table);
    table
        .lines()
        .filter(is_row)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

fn evidence_complaints(root: &Path, text: &str, ids: &str, evidence: &str) -> Vec<String> {
    if evidence.starts_with("not applicable: ") && evidence.len() > 20 || evidence == GAP {
        return Vec::new();
    }
    evidence
        .split(", ")
        .filter_map(|one| missing(root, text, one))
        .map(|what| format!("{ids}: {what}"))
        .collect()
}

/// Says what a test or a link lacks.
fn missing(root: &Path, text: &str, one: &str) -> Option<String> {
    if let Some((file, test)) = one.trim_matches('`').split_once("::") {
        let source = fs::read_to_string(root.join(file)).unwrap_or_default();
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        let names = [format!("fn {test}("), format!("async fn {test}(")];
        let at = lines.iter().position(|line| names.iter().any(|name| line.starts_with(name)));
        let before = at.and_then(|at| lines.get(at.checked_sub(1)?));
        let is_test = before.is_some_and(|line| line.starts_with("#[") && line.ends_with("test]"));
        return (!is_test).then(|| format!("{file} has no test {test}"));
    }
    let Some(target) = one.split_once("](").and_then(|(_, rest)| rest.strip_suffix(')')) else {
        return Some(format!("neither test nor link nor a reason: {one}"));
    };
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let read = fs::read_to_string(root.join("docs").join(file)).ok();
    let there = if file.is_empty() { Some(text.to_owned()) } else { read };
    let has_anchor = |page: &String| anchor.is_empty() || page.lines().any(|line| is_heading(line, anchor));
    (!there.as_ref().is_some_and(has_anchor)).then(|| format!("{target} leads nowhere"))
}

/// Tells whether a line is the heading to which an anchor leads.
fn is_heading(line: &str, anchor: &str) -> bool {
    let Some(words) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()) else {
        return false;
    };
    let kept = words.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).eq(anchor.chars())
}

/// What does not hold is said in words, with its number.
fn gap_complaints(text: &str) -> Vec<String> {
    let mut told: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(" does not hold: "))
        .map(|(id, _)| id)
        .collect();
    let rows = rows(text);
    let mut marked: Vec<&str> =
        rows.iter().filter(|row| row.last() == Some(&GAP)).filter_map(|row| row.first().copied()).collect();
    told.sort_unstable();
    marked.sort_unstable();
    let mut wrong = Vec::new();
    if told != marked {
        wrong.push(format!("{told:?} are said not to hold, {marked:?} are marked so"));
    }
    if !text.contains(&format!("These {} requirements do not hold", told.len())) {
        wrong.push(format!("{} requirements do not hold, and the text says another number", told.len()));
    }
    wrong
}
