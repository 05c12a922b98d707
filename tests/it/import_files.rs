//! People and visits by file, as an administrator types it.

use crate::support::program::{complained, run, said};
use crate::support::{Folder, TestApp, fresh_folder, make};
use serde_json::json;
use std::path::PathBuf;
use std::process::Output;

/// A folder with a file in it, and the settings of a command that works on a test's database.
struct Desk {
    app: TestApp,
    folder: Folder,
}

impl Desk {
    fn new() -> Self {
        Self { app: TestApp::start(), folder: fresh_folder("import") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    /// Imports bytes as a file.
    fn import(&self, kind: &str, bytes: &[u8], more: &[&str]) -> Output {
        let file = self.path("file.csv");
        std::fs::write(&file, bytes).unwrap();
        let data = self.path("data");
        let settings = [
            ("DATABASE_URL", self.app.database.url.as_str()),
            ("HEARBACK_DATA", data.to_str().unwrap()),
            ("HEARBACK_SECRET", crate::support::app::SECRET),
        ];
        let arguments = ["import", kind, file.to_str().unwrap()];
        run(&settings, &[arguments.as_slice(), more].concat())
    }
}

const PEOPLE: &str = "employee_id,name,email,team,site,role,valid_from,valid_to\n";

#[test]
fn people_come_with_teams_sites_and_who_led_whom_when() {
    let desk = Desk::new();
    let text = format!(
        "{PEOPLE}E1,Ann Sample,ann@example.com,North,Quay,member,2025-01-01,2025-05-31\n\
         E2,Ben Sample,,South,Hill,lead,2024-01-01,2025-03-31\n\
         E1,Ann Sample,,South,Hill,member,2025-06-01,\n\
         E3,Cid Sample,,North,Quay,,2024-01-01,2025-02-28\n\
         E1,,,South,,lead,2025-04-01,\n"
    );
    let output = desk.import("people", text.as_bytes(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", complained(&output));
    let memberships = "SELECT concat_ws(' ', e.external_id, t.name, m.role, m.valid_from, m.valid_to) \
                       FROM team_member m JOIN employee e ON e.id = m.employee_id JOIN team t ON t.id = m.team_id \
                       ORDER BY e.external_id, m.valid_from, m.role";
    let expected = [
        "E1 North member 2025-01-01 2025-05-31",
        "E1 South lead 2025-04-01",
        "E1 South member 2025-06-01",
        "E2 South lead 2024-01-01 2025-03-31",
        "E3 North member 2024-01-01 2025-02-28",
    ];
    assert_eq!(desk.app.rows(memberships), expected);
    assert_eq!(
        desk.app.rows(
            "SELECT concat_ws(' ', e.external_id, e.name, s.name, e.left_on) FROM employee e \
             LEFT JOIN site s ON s.id = e.site_id ORDER BY 1"
        ),
        ["E1 Ann Sample Hill", "E2 Ben Sample Hill 2025-03-31", "E3 Cid Sample Quay 2025-02-28"]
    );
    let again = desk.import("people", text.as_bytes(), &[]);
    assert!(said(&again).contains("employees repeated         3"), "{}", said(&again));
    assert_eq!(desk.app.rows(memberships), expected);
}

#[test]
fn an_employee_who_left_keeps_the_visits_that_were_theirs() {
    let desk = Desk::new();
    desk.app.bring(&make::visit("W1"));
    let output =
        desk.import("people", format!("{PEOPLE}E17,,,North 2,,,2025-01-01,2026-11-20\n").as_bytes(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", complained(&output));
    assert_eq!(desk.app.value("SELECT left_on FROM employee"), "2026-11-20");
    assert_eq!(
        desk.app.value(
            "SELECT concat_ws(' ', e.name, t.name) FROM visit_employee x JOIN employee e ON e.id = x.employee_id \
             JOIN team t ON t.id = x.team_id"
        ),
        "Erika Muster North 2"
    );
}

#[test]
fn a_wrong_row_of_people_refuses_that_employee_and_nobody_else() {
    let desk = Desk::new();
    let rejects = desk.path("rejects.csv");
    let text = format!(
        "{PEOPLE}E1,Ann,no address,North,,,2025-02-30,\nE2,Ben,,North,,,,\nE1,Ann,,South,,,2024-01-01,2024-06-01\n"
    );
    let output = desk.import("people", text.as_bytes(), &["--rejects", rejects.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(desk.app.rows("SELECT external_id FROM employee"), ["E2"]);
    let told = complained(&output);
    assert!(told.contains("line 2, column email: "), "{told}");
    assert!(
        told.contains("line 2, column valid_from: must be a date such as 2026-01-31, not “2025-02-30”"),
        "{told}"
    );
    let rejects = std::fs::read_to_string(rejects).unwrap();
    assert_eq!(rejects.lines().count(), 3, "{rejects}");
}

const VISITS: &str = "visit_id,visited_at,employee_id,employee_name,team,share,service,customer_id,customer_name,\
     customer_email,customer_phone,lawful_basis\n";

#[test]
fn an_import_says_what_it_would_mail_before_it_does_and_old_visits_are_never_mailed() {
    let desk = Desk::new();
    let (new, old) = (recent(), "2026-01-05T09:00:00Z");
    let text = format!(
        "{VISITS}V1,{new},E1,Ann,North,,repair,C1,One,one@example.com,,consent\n\
         V2,{old},E1,Ann,North,,repair,C2,Two,two@example.com,,consent\n\
         V3,{new},E1,Ann,North,0.5,repair,C3,Three,,+441632960003,contract\n\
         V3,{new},E2,Ben,North,0.5,repair,C3,Three,,+441632960003,contract\n\
         V4,{new},E1,Ann,North,,repair,C4,Four,four@example.com,,\n"
    );
    let dry = desk.import("visits", text.as_bytes(), &["--dry-run"]);
    assert_eq!(dry.status.code(), Some(0), "{}", complained(&dry));
    assert_eq!(desk.app.rows("SELECT id FROM visit").len(), 0);
    for output in [dry, desk.import("visits", text.as_bytes(), &[])] {
        let told = complained(&output);
        assert!(told.contains("1 survey will be mailed, the first on "), "{told}");
        assert!(told.contains("1 visit older than 14 days, never mailed"), "{told}");
        assert!(told.contains("1 visit without a lawful basis for mail, not mailed"), "{told}");
    }
    assert_eq!(
        desk.app.rows("SELECT concat_ws(' ', external_id, outcome) FROM visit ORDER BY 1"),
        ["V1 planned", "V2 expired", "V3 no_address", "V4 no_basis"]
    );
    let again = desk.import("visits", text.as_bytes(), &[]);
    assert!(complained(&again).contains("no survey will be mailed"), "{}", complained(&again));
    assert!(said(&again).contains("visits repeated            4"), "{}", said(&again));
    assert_eq!(desk.app.rows("SELECT id FROM invitation").len(), 1);
}

/// A day ago by the real clock, which the command goes by.
fn recent() -> String {
    let now = hearback::db::read_time(&mut crate::support::database::Database::empty().connect()).unwrap();
    (now - chrono::TimeDelta::days(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[test]
fn a_visit_that_came_by_the_api_is_recognised_and_not_asked_about_twice() {
    let desk = Desk::new();
    desk.app
        .bring(&make::with(make::visit("V1"), json!({"lawful_basis": {"channels": null, "evidence": null}})));
    let text = format!(
        "{VISITS}V1,2026-11-20T14:00:00Z,E17,Somebody else,,,boiler repair,C-V1,Ann Sample,v1@example.com,,consent\n"
    );
    let output = desk.import("visits", text.as_bytes(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complained(&output).contains("line 2, column visit_id: came before with other content"));
    assert_eq!(desk.app.rows("SELECT id FROM visit").len(), 1);
}

/// A file of visits that is wrong in one way: what stands in it, the exit, what is said.
#[test]
fn each_kind_of_wrong_file_is_told_what_is_wrong_and_what_was_expected() {
    let desk = Desk::new();
    let good = "V9,2026-01-05T09:00:00Z,E1,Ann,North,,repair,,,,,\n";
    let row = |row: &str| format!("{VISITS}{row}\n{good}").into_bytes();
    let latin = [VISITS.as_bytes(), b"V1,2026-01-05T09:00:00Z,E1,M\xfcller,,,repair,,,,,\n", good.as_bytes()]
        .concat();
    let cases: Vec<(Vec<u8>, i32, &str)> = vec![
        (
            b"visit_id,visited_at,employee_id,servce\n".to_vec(),
            1,
            "line 1: column “servce” is unknown; column service is missing. Expected are the columns visit_id",
        ),
        (VISITS.replace(',', ";").into_bytes(), 1, "divided by semicolons; commas are expected"),
        (b"PK\x03\x04\x14\0".to_vec(), 1, "This is an Excel workbook (XLSX)"),
        (Vec::new(), 1, "The file is empty; a header row is expected"),
        (latin, 2, "line 2, column employee_name: holds bytes that are not UTF-8"),
        (
            row("V1,2026-02-30T09:00:00Z,E1,,,,repair,,,,,"),
            2,
            "line 2, column visited_at: must be a date and time with a zone, such as 2026-11-20T14:05:00Z, not “2026-02-30T09:00:00Z”",
        ),
        (
            row("V1,2026-02-03 09:00,E1,,,,repair,,,,,"),
            2,
            "line 2, column visited_at: must be a date and time with a zone",
        ),
        (
            row("V1,2026-01-05T09:00:00Z,E1,,,half,repair,,,,,"),
            2,
            "line 2, column share: must be a number such as 0.5, not “half”",
        ),
        (
            row("V1,2026-01-05T09:00:00Z,E1,,,0.5,repair,,,,,"),
            2,
            "line 2, column share: shares lie between 0 and 1 and sum to 1",
        ),
        (
            row("V1,2026-01-05T09:00:00Z,E1,,,,=HYPERLINK(1),,,,,"),
            2,
            "line 2, column service: looks like the formula of a spreadsheet",
        ),
        (
            row("V1,2026-01-05T09:00:00Z,E1,,,,repair,,,,,perhaps"),
            2,
            "line 2, column lawful_basis: must be consent, existing_customer or contract, not “perhaps”",
        ),
        (row("V1,2026-01-05T09:00:00Z,E1,,,,,,,,,"), 2, "line 2, column service: must not be empty"),
        (row("V1,2026-01-05T09:00:00Z,E1"), 2, "line 2: has 3 cells, the header row has 12"),
        (row("V1,2026-01-05T09:00:00Z,E1,\"A\nB\",,,repair,,,,,"), 0, ""),
        (
            row("V1,2026-01-05T09:00:00Z,E1,A\0B,,,repair,,,,,"),
            2,
            "line 2, column employee_name: contains a NUL character",
        ),
    ];
    for (at, (bytes, exit, words)) in cases.into_iter().enumerate() {
        let bytes = String::from_utf8(bytes.clone()).map_or(bytes, |text| {
            text.replace("V9", &format!("V9-{at}")).replace("V1,", &format!("V1-{at},")).into_bytes()
        });
        let output = desk.import("visits", &bytes, &[]);
        let told = complained(&output);
        assert_eq!(output.status.code(), Some(exit), "{words}: {told}");
        assert!(told.contains(words), "{words}: {told}");
        assert!(!told.contains("panicked"), "{told}");
        if exit != 1 {
            let id = if words.contains("UTF-8") { "V9".to_owned() } else { format!("V9-{at}") };
            let good = desk.app.rows(&format!("SELECT id FROM visit WHERE external_id = '{id}'"));
            assert_eq!(good.len(), 1, "the good visit stays: {words}");
        }
    }
    assert_eq!(desk.app.value("SELECT count(*) FROM employee WHERE name ~ '[[:cntrl:]]'"), "0");
}

#[test]
fn byte_order_mark_and_line_ends_of_windows_are_no_obstacle() {
    let desk = Desk::new();
    let text =
        format!("\u{feff}{VISITS}V1,2026-01-05T09:00:00Z,E1,Ann,North,,repair,,,,,\n").replace('\n', "\r\n");
    let output = desk.import("visits", text.as_bytes(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", complained(&output));
    assert_eq!(desk.app.value("SELECT external_id FROM visit"), "V1");
}

#[test]
fn the_file_itself_is_never_overwritten_by_its_rejects() {
    let desk = Desk::new();
    let path = desk.path("file.csv");
    let output = desk.import("visits", VISITS.as_bytes(), &["--rejects", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(path).unwrap(), VISITS);
}
