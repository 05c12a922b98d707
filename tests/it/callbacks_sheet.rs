//! A wave as a sheet for a firm that phones with another system.

use crate::callbacks_waves::{draw, keys, next, stored, ten};
use crate::support::TestApp;
use chrono::TimeDelta;
use hearback::callbacks::sheet;
use hearback::db;

#[test]
fn a_firm_gets_the_list_in_order_and_its_results_come_back_under_the_same_rules() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.4)["id"].as_str().unwrap().parse().unwrap();
    let mut connection = app.connection();
    let text = db::transaction(&mut connection, |inner| sheet::export(inner, &app.app, wave, 14)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0]
            .starts_with("order,callback_id,visit_id,kind,customer_name,customer_phone,language,time_zone")
    );
    assert!(lines[0].contains(",disposition,attempted_at,appointment,overall,wrong,"), "{}", lines[0]);
    let visits: Vec<&str> = lines[1..].iter().map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(visits, ["W10", "W9", "W2", "W4", "W7", "W5"]);
    assert!(lines[1].contains("'+441632960114"), "a spreadsheet does not count with a number: {}", lines[1]);
    // Nobody else calls them meanwhile.
    assert_eq!(next(&caller), None);
    app.advance(TimeDelta::days(2));
    let id = |at: usize| lines[at].split(',').nth(1).unwrap().to_owned();
    let sheet_of = |rows: &[String]| {
        let header = "callback_id,disposition,attempted_at,overall,comment\n".to_owned();
        (header + &rows.join("\n")).into_bytes()
    };
    let rows = [
        format!("{},complete,2026-11-21T10:00:00Z,4,Fine", id(1)),
        format!("{},no_answer,2026-11-20T16:00:00Z,,", id(2)),
        format!("{},no_answer,2026-11-21T11:00:00Z,,", id(2)),
        format!("{},complete,2026-11-21T10:00:00Z,9,", id(3)),
        format!("{},refused,2026-11-30T10:00:00Z,,", id(4)),
        format!("{},,,,", id(5)),
        "none,refused,2026-11-21T10:00:00Z,,".to_owned(),
    ];
    let taken = sheet::import(&mut connection, &app.app, &sheet_of(&rows)).unwrap();
    assert_eq!((taken.recorded, taken.repeated, taken.empty), (3, 0, 1));
    let refused: Vec<u64> = taken.refused.iter().map(|(line, _)| *line).collect();
    assert_eq!(refused, [5, 6, 8], "{:?}", taken.refused);
    assert_eq!(
        app.value("SELECT concat_ws(' ', mode, answers, comment, to_json(answered_at AT TIME ZONE 'UTC')#>>'{}') FROM response"),
        "phone {\"overall\": 4} Fine 2026-11-21T10:00:00"
    );
    assert_eq!(
        (stored(&app, "W10").as_str(), stored(&app, "W9").as_str()),
        ("priority done true 1", "priority open - 1")
    );
    assert_eq!(
        app.value(
            "SELECT attempts FROM callback c JOIN visit v ON v.id = c.visit_id WHERE external_id = 'W9'"
        ),
        "2"
    );
    let again = sheet::import(&mut connection, &app.app, &sheet_of(&rows)).unwrap();
    assert_eq!((again.recorded, again.repeated), (0, 3));
    assert!(sheet::import(&mut connection, &app.app, b"a,b\n1,2\n").is_err());
}
