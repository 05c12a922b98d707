//! Files of history, without anything of the program.

use std::fmt::Write;

/// The columns of a history.
pub const HEADER: &str = "visit_id,visited_at,employee_id,employee_name,team,share,service,channel,segment,site,\
     customer_id,customer_name,customer_email,customer_phone,first_contact,priority,answered_by,answered_at,overall,\
     process,comment,call_priority,call_probability,called";

/// A line of a history with these cells; the others are sound or empty.
pub fn line(changes: &[(&str, &str)]) -> String {
    let sound = [
        ("visit_id", "V1"),
        ("visited_at", "2026-01-10T09:00:00Z"),
        ("employee_id", "E1"),
        ("service", "boiler repair"),
    ];
    let cell = |name: &str| {
        let found = changes.iter().chain(&sound).find(|(known, _)| *known == name);
        found.map_or(String::new(), |(_, value)| (*value).to_owned())
    };
    HEADER.split(',').map(|name| cell(name.trim())).collect::<Vec<_>>().join(",")
}

/// A file of such lines.
pub fn file(lines: &[String]) -> String {
    std::iter::once(HEADER.to_owned()).chain(lines.iter().cloned()).collect::<Vec<_>>().join("\n") + "\n"
}

/// A whole company's history, always the same: `count` visits of a year with answers, call-backs and open calls.
pub fn company(count: usize) -> String {
    let mut text = file(&[]);
    for at in 0..count {
        // A multiplier that is prime to every modulus here spreads what the index alone would line up.
        let draw = |of: usize| (at * 7919 + 13) / 7 % of;
        let month = 1 + at * 11 / count.max(1);
        let mut cells = vec![
            ("visit_id", format!("H{at:06}")),
            ("visited_at", format!("2025-{month:02}-{:02}T09:{:02}:00Z", 1 + at % 28, at % 60)),
            ("employee_id", format!("E{:03}", draw(57))),
            ("employee_name", format!("Employee {}", draw(57))),
            ("team", format!("Team {}", (draw(57) + month / 7) % 5)),
            ("customer_id", format!("C{}", at % 997)),
            ("call_priority", format!("0.{:06}", at * 7919 % 1_000_000)),
        ];
        match draw(10) {
            0..=3 => {
                cells.push(("answered_by", "email".to_owned()));
                cells.push(("answered_at", format!("2025-{month:02}-28T20:00:00Z")));
                cells.push(("overall", (at % 11).to_string()));
            }
            4 => {
                cells.push(("answered_by", "phone".to_owned()));
                cells.push(("answered_at", format!("2025-{month:02}-28T20:00:00Z")));
                cells.push(("overall", (at % 7).to_string()));
                cells.push(("call_probability", "0.35".to_owned()));
                cells.push(("called", "true".to_owned()));
            }
            5 => cells.push(("call_probability", "0.35".to_owned())),
            _ => {}
        }
        let cells: Vec<(&str, &str)> = cells.iter().map(|(name, value)| (*name, value.as_str())).collect();
        writeln!(text, "{}", line(&cells)).unwrap();
    }
    text
}
