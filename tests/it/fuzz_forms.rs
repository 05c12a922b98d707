//! Ten thousand random forms: none breaks the program, and whatever is stored can be read everywhere.

use crate::support::{Client, TestApp, environment, make};
use hearback::accounts::{Role, Scope};
use serde_json::Value;
use std::collections::BTreeMap;

const FORMS: usize = 10_000;
const LINKS: usize = 40;

/// A small generator (`SplitMix64`, Steele et al. 2014), so that a seed is enough to see the same again.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const NAMES: [&str; 22] = [
    "overall",
    "process",
    "communication",
    "value",
    "skill",
    "wrong",
    "well",
    "put_right",
    "comment",
    "call_me",
    "call_time",
    "call_number",
    "website",
    "step",
    "nonce",
    "lang",
    "score",
    "code",
    "foreign",
    "",
    "a%00",
    "%ff",
];

/// Values as they stand in a body, percent-encoded or bent.
const VALUES: [&str; 48] = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "0",
    "6",
    "-1",
    "4.0",
    "04",
    "+4",
    "4+",
    "1e0",
    "2147483648",
    "99999999999999999999",
    "NaN",
    "%D9%A4",
    "%EF%BC%94",
    "",
    "+",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "%f4%90%80%80",
    "%c0%af",
    "%",
    "%zz",
    "%u0041",
    "process",
    "skill",
    "value%00",
    "yes",
    "no",
    "on",
    "morning",
    "evening",
    "%2B49+30+901820",
    "0x10",
    "'%3B--",
    "%22%3E%3Cscript%3E",
    "%E2%80%AE%F0%9F%91%8D%F0%9F%8F%BD%E2%80%8D",
    "%0D%0A%0D%0A",
    "%01%02%1b%5B31m",
    "%7B%7B7*7%7D%7D",
    "%5Cu0000",
    "%EF%BB%BF",
    "e%CC%81%CC%81%CC%81",
    "%D8%B4%D9%83%D8%B1%D8%A7",
];

/// A body: often a sound form with something bent in it, sometimes only noise.
fn body(chance: &mut Chance, nonce: &str) -> Vec<u8> {
    let mut pairs: Vec<String> = Vec::new();
    if chance.below(10) > 0 {
        pairs.push(format!("nonce={nonce}"));
        pairs.push(format!("step={}", chance.of(&["1", "2", "2", "2"])));
        pairs.push(format!("overall={}", chance.of(&["1", "2", "3", "4", "5"])));
    }
    for _ in 0..chance.below(6) {
        pairs.push(format!("{}={}", chance.of(&NAMES), chance.of(&VALUES)));
    }
    // What can be said freely, freely said.
    for name in ["comment", "put_right"] {
        if chance.below(3) == 0 {
            let words: Vec<&str> = (0..chance.below(12)).map(|_| chance.of(&VALUES)).collect();
            pairs.push(format!("{name}={}", words.join("+")));
        }
    }
    if chance.below(200) == 0 {
        pairs.push(format!("comment={}", "%F0%9F%98%80".repeat(3990 + chance.below(20))));
    }
    let mut body = pairs.join("&").into_bytes();
    for _ in 0..if chance.below(8) == 0 { 1 + chance.below(4) } else { 0 } {
        if !body.is_empty() {
            let at = chance.below(body.len());
            body[at] = chance.next().to_le_bytes()[0];
        }
    }
    body
}

fn nonces(app: &TestApp) -> Vec<(String, String)> {
    let client = app.client(&[Scope::VisitsWrite]);
    let visits: Vec<Value> = (0..LINKS).map(|at| make::visit(&format!("W{at}"))).collect();
    client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200);
    app.work();
    let paths = (0..LINKS).map(|at| format!("/s/{}", app.token(&format!("W{at}"))));
    paths.map(|path| (app.anonymous().get(&path).expect(200).hidden("nonce"), path)).collect()
}

/// A nonce is good for one revision, so each form gets a fresh one of its link.
fn fresh(app: &TestApp, path: &str) -> String {
    let token = hearback::ids::LinkToken::parse(&path[3..]).unwrap();
    hearback::answering::nonce::issue(&app.app.keys, &token.hash(), app.now())
}

fn query(chance: &mut Chance) -> String {
    if chance.below(3) > 0 {
        return String::new();
    }
    let name = chance.of(&["lang", "step", "score", "x"]);
    format!("?{name}={}", chance.of(&VALUES).replace("%00", "%20"))
}

#[test]
fn ten_thousand_random_forms_break_nothing_and_what_is_stored_can_be_read_everywhere() {
    let seed = environment("HEARBACK_FUZZ_SEED")
        .map_or_else(|| hearback::ids::new_id().as_u64_pair().1, |seed| seed.parse().unwrap());
    println!("HEARBACK_FUZZ_SEED={seed}");
    let app = TestApp::start();
    let links = nonces(&app);
    let counted: Vec<BTreeMap<u16, usize>> = std::thread::scope(|scope| {
        let part = |part: u64| {
            let (app, links) = (&app, &links);
            move || storm(app, links, Chance(seed.wrapping_add(part)))
        };
        let threads: Vec<_> = (0..4).map(|at| scope.spawn(part(at))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for (status, count) in counted.into_iter().flatten() {
        *statuses.entry(status).or_default() += count;
    }
    println!("{statuses:?}");
    assert!(statuses.keys().all(|status| [303, 400, 404, 422].contains(status)), "seed {seed}: {statuses:?}");
    assert!(statuses[&303] > FORMS / 10 && statuses[&422] > FORMS / 10, "seed {seed}: {statuses:?}");
    reads_everywhere(&app, &links, seed);
}

fn storm(app: &TestApp, links: &[(String, String)], mut chance: Chance) -> BTreeMap<u16, usize> {
    let customer: Client = app.anonymous();
    let mut statuses = BTreeMap::new();
    for _ in 0..FORMS / 4 {
        let (old, path) = &links[chance.below(links.len())];
        let nonce = if chance.below(20) == 0 { old.clone() } else { fresh(app, path) };
        let body = body(&mut chance, &nonce);
        let address = format!("{path}{}", query(&mut chance));
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let told = customer.send("POST", &address, &kind, &body);
        assert!(told.status < 500, "{address} {}: {told:?}", String::from_utf8_lossy(&body));
        *statuses.entry(told.status).or_default() += 1;
    }
    statuses
}

/// Every link's page, the list of the API, and the page of each response for staff.
fn reads_everywhere(app: &TestApp, links: &[(String, String)], seed: u64) {
    for (_, path) in links {
        for page in ["", "?step=2", "?step=2&lang=ar&score=3"] {
            let page = app.anonymous().get(&format!("{path}{page}")).expect(200).body;
            assert!(!page.contains("<script>") && !page.contains('\0'), "seed {seed}: {page}");
        }
    }
    let key = app.client(&[Scope::ResponsesRead]);
    let mut listed = Vec::new();
    let mut since = String::new();
    loop {
        let page = key.get(&format!("/api/v1/responses?limit=25{since}")).expect(200).json();
        let some = page["responses"].as_array().unwrap();
        if some.is_empty() {
            break;
        }
        listed.extend(some.iter().cloned());
        since = format!("&since={}", page["meta"]["next"].as_str().unwrap());
    }
    let ids = app.rows("SELECT id FROM response ORDER BY 1");
    let mut found: Vec<&str> = listed.iter().map(|one| one["id"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, ids, "seed {seed}");
    let hr = app.staff(Role::Hr, None);
    hr.get("/responses").expect(200);
    for id in ids {
        hr.get(&format!("/responses/{id}")).expect(200);
    }
    app.work();
    hr.get("/evaluations").expect(200);
}
