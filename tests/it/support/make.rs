//! Visits and letters to test with.

use hearback::mail::Delivered;
use serde_json::{Value, json};

/// A sound visit of an hour ago, to be mailed at once.
pub fn visit(id: &str) -> Value {
    json!({
        "id": id, "visited_at": "2026-11-20T14:00:00Z", "service": "boiler repair",
        "employees": [{"id": "E17", "name": "Erika Muster", "email": "e17@staff.example.com", "team": "North 2"}],
        "customer": {
            "id": format!("C-{id}"), "name": "Ann Sample", "email": format!("{}@example.com", id.to_lowercase()),
            "language": "en", "time_zone": "Europe/London",
        },
        "lawful_basis": {"kind": "consent", "channels": ["email", "phone"], "evidence": "order form"},
    })
}

/// The same with other fields; an object goes into the one that is there.
pub fn with(mut visit: Value, change: Value) -> Value {
    merge(&mut visit, change);
    visit
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, value) => *into = value,
    }
}

/// Undoes quoted-printable (RFC 2045 §6.7).
pub fn decoded(letter: &Delivered) -> String {
    decode(&String::from_utf8_lossy(&letter.bytes))
}

/// The same for a text.
pub fn decode(text: &str) -> String {
    let text = text.replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'=')
        {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Takes the path of the link to the answer page out of a letter, without parameters.
pub fn answer_path(text: &str) -> String {
    let token = text.split_once("/s/").expect("a letter has a link").1;
    format!("/s/{}", &token[..26])
}

/// Gives the value of a header, unfolded.
pub fn header<'a>(letter: &'a str, name: &str) -> Option<String> {
    let unfolded = |head: &'a str| head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let head = unfolded(letter.split("\r\n\r\n").next()?);
    let start = format!("{}:", name.to_lowercase());
    let line = head.split("\r\n").find(|line| line.to_lowercase().starts_with(&start))?;
    Some(line[start.len()..].trim().to_owned())
}
