//! Who sees what: every route, as everybody, about one's own and about others' rows, field by field, against the one
//! table in `docs/access.csv`.
//!
//! What a run found stands in `access-found.csv` in cargo's folder for tests, to compare with.

mod fields;
mod world;

use crate::support::{Answer, Client};
use hearback::accounts::{Access, Role, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use world::{Row, World};

const TABLE: &str = include_str!("../../../docs/access.csv");

const HEAD: &str = "method,path,who,own,others,shows of own,shows of others";

/// Nobody in particular.
pub const STRANGER: &str = "anybody";

/// Ends something for good, so that it is asked for last, the last of them at the very end.
const LAST: &[&str] = &["/callbacks/{id}", "/visits/{id}/cancel", "/withdraw", "/apart", "/erase", "/logout"];

/// What one route tells somebody: the status about an own and about a foreign row, and the fields that were seen of
/// each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    own: u16,
    others: u16,
    of_own: String,
    of_others: String,
}

/// By method, path and who.
pub type Table = BTreeMap<(String, String, String), Told>;

/// The table.
pub fn table() -> Table {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some(HEAD));
    let mut all = Table::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let [method, path, who, own, others, of_own, of_others] = cells[..] else { panic!("{line}") };
        let told = Told {
            own: own.parse().unwrap(),
            others: others.parse().unwrap(),
            of_own: of_own.to_owned(),
            of_others: of_others.to_owned(),
        };
        let twice = all.insert((method.to_owned(), path.to_owned(), who.to_owned()), told);
        assert!(twice.is_none(), "stands twice: {line}");
    }
    all
}

/// Methods and paths in the order in which they are asked for.
fn routes() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = hearback::routes::table()
        .into_iter()
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    let late = |path: &str| LAST.iter().position(|end| path.ends_with(end)).map_or(0, |at| at + 1);
    all.sort_by_key(|(method, path)| (method != "GET", late(path)));
    all
}

/// Asks with everything in order but perhaps the right to it; a form carries nothing but its token.
fn ask(client: &Client, who: &str, method: &str, pattern: &str, row: &Row) -> Answer {
    let path = row.fill(pattern);
    let is_staff = Role::ALL.iter().any(|role| role.as_str() == who);
    let is_public =
        ["/s/", "/u/", "/login", "/invite", "/api/"].iter().any(|start| pattern.starts_with(start));
    if method == "POST" && is_staff && !is_public {
        let home = client.get("/");
        assert_eq!(home.status, 200, "before {method} {path} as {who}");
        let csrf = home.hidden("csrf");
        return client.post_form(&path, &[("csrf", &csrf)]);
    }
    let body: &[u8] = match pattern {
        "/api/v1/callbacks/{id}/attempts" => br#"{"disposition": "no_answer"}"#,
        _ => b"{}",
    };
    client.send(method, &path, &[("content-type", "application/json")], body)
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403)
        || answer.header("location").is_some_and(|path| path.starts_with("/login?next="))
}

/// Whether the program's own table lets somebody in: what they are refused then is for the row, not for the route.
fn is_admitted(method: &str, path: &str, who: &str) -> bool {
    let access = hearback::routes::table()
        .into_iter()
        .find(|route| route.method.as_str() == method && route.path == path)
        .map(|route| route.access);
    match access {
        Some(Access::Public) => true,
        Some(Access::Staff(roles)) => roles.iter().any(|role| role.as_str() == who),
        Some(Access::Entering) => Role::ALL.iter().any(|role| role.as_str() == who),
        Some(Access::Key(scopes)) => scopes.iter().any(|scope| scope.as_str() == who),
        None => false,
    }
}

/// What everybody of one kind finds. Refusals are left out: what is not in the table is refused.
fn found(who: &str, only: impl Fn(&str) -> bool) -> Table {
    let world = World::new(who);
    let client = world.client(who);
    let mut all = Table::new();
    for (method, path) in routes().into_iter().filter(|(_, path)| only(path)) {
        // The foreign row first, for the own one may be used up by it.
        let once = (path == "/logout").then(|| ask(client, who, &method, &path, &world.own));
        let answers = [&world.others, &world.own]
            .map(|row| once.clone().unwrap_or_else(|| ask(client, who, &method, &path, row)));
        for answer in &answers {
            assert!(answer.status < 500, "{method} {path} as {who}: {} {}", answer.status, answer.body);
        }
        if answers.iter().all(is_refused) && !is_admitted(&method, &path, who) {
            continue;
        }
        let seen = |row: &Row| {
            let all: BTreeSet<&str> = answers.iter().flat_map(|answer| fields::seen(answer, row)).collect();
            all.into_iter().collect::<Vec<_>>().join(" ")
        };
        let told = Told {
            own: answers[1].status,
            others: answers[0].status,
            of_own: seen(&world.own),
            of_others: seen(&world.others),
        };
        all.insert((method, path, who.to_owned()), told);
    }
    all
}

fn written(table: &Table) -> String {
    let mut text = format!("{HEAD}\n");
    for ((method, path, who), told) in table {
        let Told { own, others, of_own, of_others } = told;
        writeln!(text, "{method},{path},{who},{own},{others},{of_own},{of_others}").unwrap();
    }
    text
}

/// Compares what somebody finds with their rows of the table.
#[track_caller]
fn check(who: &[&str], only: impl Fn(&str) -> bool) {
    let mut all = Table::new();
    for one in who {
        all.extend(found(one, &only));
    }
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("access-found-{}.csv", who[0]));
    std::fs::write(file, written(&all)).unwrap();
    let expected: Table =
        table().into_iter().filter(|((_, path, one), _)| who.contains(&one.as_str()) && only(path)).collect();
    let lines = |table: &Table| written(table).lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (found, expected) = (lines(&all), lines(&expected));
    let more: Vec<&String> = found.difference(&expected).collect();
    let less: Vec<&String> = expected.difference(&found).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "found, not in the table: {more:#?}\nin the table, not found: {less:#?}"
    );
}

/// Whether a path is not for anybody who knows it.
fn is_for_some(path: &str) -> bool {
    !table().keys().any(|(_, known, who)| known == path && who == STRANGER)
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let known: BTreeSet<(String, String)> =
        table().into_keys().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(known, routes().into_iter().collect());
}

#[test]
fn an_administrator_sees_what_the_table_says_and_nothing_more() {
    check(&["admin"], is_for_some);
}

#[test]
fn hr_sees_what_the_table_says_and_nothing_more() {
    check(&["hr"], is_for_some);
}

#[test]
fn a_manager_sees_what_the_table_says_and_nothing_more() {
    check(&["manager"], is_for_some);
}

#[test]
fn a_caller_sees_what_the_table_says_and_nothing_more() {
    check(&["caller"], is_for_some);
}

#[test]
fn an_employee_sees_what_the_table_says_and_nothing_more() {
    check(&["employee"], is_for_some);
}

#[test]
fn a_stranger_sees_what_the_table_says_and_nothing_more() {
    check(&[STRANGER], |_| true);
}

#[test]
fn a_key_sees_what_the_table_says_and_nothing_more() {
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    // That no key opens a page is the routes' own test.
    check(&scopes, |path| path.starts_with("/api/v1/") && path != "/api/v1/openapi.json");
}
