//! A firm brings its past.

use crate::support::history::{ELEVEN, FIVE, company, file, line};
use crate::support::program::{Program, command, complained, run, said};
use crate::support::{TestApp, database, fresh_folder, wait_until};
use hearback::history_import::{self, Options};
use hearback::imports::Progress;
use hearback::scores;
use std::process::Stdio;
use std::time::Duration;

/// Everything that an import writes, without ids and times of ours.
const RESULT: [&str; 6] = [
    "SELECT concat_ws('|', v.external_id, v.visited_at, v.visited_on, v.service, v.priority, v.first_contact, \
     v.outcome, v.call_priority, c.external_id, c.name) FROM visit v LEFT JOIN customer c ON c.id = v.customer_id \
     ORDER BY 1",
    "SELECT concat_ws('|', v.external_id, e.external_id, e.name, x.position, x.share_permille, t.name) \
     FROM visit_employee x JOIN visit v ON v.id = x.visit_id JOIN employee e ON e.id = x.employee_id \
     LEFT JOIN team t ON t.id = x.team_id ORDER BY 1",
    "SELECT concat_ws('|', v.external_id, h.outcome, h.by, h.reason) \
     FROM visit_outcome h JOIN visit v ON v.id = h.visit_id ORDER BY 1",
    "SELECT concat_ws('|', v.external_id, r.mode, r.certainty, r.answers, r.comment, r.answered_at, s.version) \
     FROM response r JOIN visit v ON v.id = r.visit_id JOIN survey_version s ON s.id = r.survey_version_id ORDER BY 1",
    "SELECT concat_ws('|', v.external_id, b.kind, b.state, b.probability, b.called) \
     FROM callback b JOIN visit v ON v.id = b.visit_id ORDER BY 1",
    "SELECT concat_ws('|', e.external_id, t.name, m.role, m.valid_from, m.valid_to) \
     FROM team_member m JOIN employee e ON e.id = m.employee_id JOIN team t ON t.id = m.team_id ORDER BY 1",
];

fn result(connection: &mut diesel::PgConnection) -> Vec<String> {
    RESULT.iter().flat_map(|sql| database::rows(connection, sql)).collect()
}

#[test]
fn answers_call_backs_and_open_calls_come_in_and_nothing_of_it_is_mailed() {
    let app = TestApp::start();
    let answered = ("answered_at", "2026-01-12T09:00:00+01:00");
    let lines = [
        line(&[
            ("visit_id", "V1"),
            ("answered_by", "email"),
            answered,
            ("overall", "4"),
            ("comment", "fine"),
        ]),
        line(&[
            ("visit_id", "V2"),
            ("answered_by", "phone"),
            answered,
            ("overall", "2"),
            ("call_probability", "0.35"),
            ("called", "true"),
        ]),
        line(&[
            ("visit_id", "V3"),
            ("first_contact", "phone"),
            ("answered_by", "phone"),
            answered,
            ("overall", "5"),
            ("call_probability", "1"),
            ("called", "true"),
        ]),
        line(&[("visit_id", "V4"), ("call_probability", "0.35"), ("customer_email", "v4@example.com")]),
        line(&[("visit_id", "V5"), ("call_probability", "0.35"), ("called", "true")]),
        line(&[("visit_id", "V6"), ("customer_email", "v6@example.com")]),
    ];
    let summary = app.import_history(file(&lines).as_bytes(), FIVE, None).unwrap();
    assert_eq!((summary.rows, summary.new, summary.rejects.groups), (6, 6, 0));
    assert_eq!(
        app.rows("SELECT concat_ws(' ', external_id, outcome) FROM visit ORDER BY external_id"),
        ["V1 answered", "V2 answered", "V3 answered", "V4 to_call", "V5 unreachable", "V6 unanswered"]
    );
    assert_eq!(
        app.rows(
            "SELECT concat_ws(' ', v.external_id, kind, state, probability, called) FROM callback c \
             JOIN visit v ON v.id = c.visit_id ORDER BY 1"
        ),
        ["V2 random done 0.35 t", "V3 phone_first done 1 t", "V4 random open 0.35", "V5 random done 0.35 t"]
    );
    assert_eq!(
        app.rows("SELECT answered_at AT TIME ZONE 'UTC' FROM response LIMIT 1"),
        ["2026-01-12 08:00:00"]
    );
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
    assert_eq!(app.rows("SELECT id FROM invitation").len(), 0);
}

#[test]
fn importing_twice_changes_nothing_and_other_content_is_refused() {
    let app = TestApp::start();
    let text = company(400);
    app.import_history(text.as_bytes(), ELEVEN, None).unwrap();
    let tables = database::tables(&mut app.connection());
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let before = app.dump(&tables);
    let again = app.import_history(text.as_bytes(), ELEVEN, None).unwrap();
    assert_eq!((again.new, again.repeated, again.rejects.groups), (0, 400, 0));
    assert_eq!(app.dump(&tables), before);
    let other = text.replacen("boiler repair", "other", 1);
    let contradicted = app.import_history(other.as_bytes(), ELEVEN, None).unwrap();
    assert_eq!((contradicted.repeated, contradicted.rejects.groups), (399, 1));
    assert!(
        contradicted.rejects.shown[0].contains("line 2, column visit_id: came before with other content")
    );
    assert_eq!(app.dump(&tables), before);
}

#[test]
fn two_scales_make_two_surveys_and_never_mix() {
    let app = TestApp::start();
    let answered = [("answered_by", "email"), ("answered_at", "2026-01-12T09:00:00Z"), ("overall", "5")];
    let with = |id: &'static str| line(&[&[("visit_id", id)], answered.as_slice()].concat());
    app.import_history(file(&[with("A1"), with("A2")]).as_bytes(), FIVE, None).unwrap();
    app.import_history(file(&[with("B1")]).as_bytes(), ELEVEN, None).unwrap();
    app.import_history(file(&[with("A3")]).as_bytes(), FIVE, None).unwrap();
    assert_eq!(
        app.rows(
            "SELECT concat_ws(' ', s.key, v.version, count(r.id)) FROM survey s JOIN survey_version v \
             ON v.survey_id = s.id JOIN response r ON r.survey_version_id = v.id GROUP BY s.key, v.version ORDER BY 1"
        ),
        ["history-0-10 1 1", "history-1-5 1 3"]
    );
    scores::fold(&mut app.connection(), app.now()).unwrap();
    let mut sums: Vec<_> =
        app.overall(false).into_iter().map(|(min, max, sum)| (min, max, sum.n, sum.steps)).collect();
    sums.sort_unstable();
    assert_eq!(sums, [(0, 10, 1, 5), (1, 5, 3, 12)]);
}

#[test]
fn rows_of_a_visit_stand_anywhere_in_the_file_and_are_stored_or_refused_together() {
    let app = TestApp::start();
    let lines = [
        line(&[("visit_id", "V1"), ("employee_id", "E1"), ("share", "0.7")]),
        line(&[("visit_id", "V2"), ("employee_id", "E1"), ("share", "0.7")]),
        line(&[("visit_id", "V3"), ("employee_id", "E1")]),
        line(&[("visit_id", "V1"), ("employee_id", "E2"), ("share", "0.3")]),
        line(&[("visit_id", "V2"), ("employee_id", "E2"), ("share", "0.2")]),
        line(&[("visit_id", "V3"), ("employee_id", "E2")]),
        line(&[("visit_id", "V4"), ("employee_id", "E1")]),
        line(&[("visit_id", "V4"), ("employee_id", "E2"), ("service", "other")]),
        line(&[("visit_id", "V3"), ("employee_id", "E2")]),
    ];
    let folder = fresh_folder("rejects");
    let path = folder.0.join("rejects.csv");
    let summary = app.import_history(file(&lines).as_bytes(), FIVE, Some(&path)).unwrap();
    assert_eq!((summary.new, summary.rejects.groups, summary.rejects.rows), (2, 2, 4));
    assert_eq!(
        app.rows(
            "SELECT concat_ws(' ', v.external_id, e.external_id, x.share_permille) FROM visit_employee x \
             JOIN visit v ON v.id = x.visit_id JOIN employee e ON e.id = x.employee_id ORDER BY 1"
        ),
        ["V1 E1 700", "V1 E2 300", "V3 E1 500", "V3 E2 500"]
    );
    let rejects = std::fs::read_to_string(&path).unwrap();
    assert!(rejects.lines().next().unwrap().ends_with(",reason"));
    assert_eq!(rejects.matches("shares lie between 0 and 1 and sum to 1").count(), 2);
    assert_eq!(
        rejects.matches("line 9, column service: “other” here and “boiler repair” on line 8").count(),
        2
    );
    // What was refused can be mended in place and imported again, with its column of reasons.
    let mended = rejects.replace(",0.2,", ",0.3,").replace(",other,", ",boiler repair,");
    let summary = app.import_history(mended.as_bytes(), FIVE, None).unwrap();
    assert_eq!((summary.new, summary.rejects.groups), (2, 0), "{:?}", summary.rejects.shown);
}

#[test]
fn a_dry_run_checks_everything_and_stores_nothing() {
    let app = TestApp::start();
    let tables = database::tables(&mut app.connection());
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let before = app.dump(&tables);
    let lines = [line(&[]), line(&[("visit_id", "V2"), ("visited_at", "2026-02-30T09:00:00Z")])];
    let options = Options { scale: FIVE, dry_run: true, rejects: None };
    let text = file(&lines);
    let summary = history_import::run(&app.app, text.as_bytes(), &options, &mut Progress::silent()).unwrap();
    assert_eq!((summary.new, summary.rejects.groups), (1, 1));
    assert_eq!(app.dump(&tables), before);
}

#[test]
fn who_was_in_which_team_is_worked_out_from_the_visits() {
    let app = TestApp::start();
    let on = |id: &'static str, day: &'static str, team: &'static str| {
        line(&[("visit_id", id), ("visited_at", day), ("team", team)])
    };
    let lines = [
        on("V3", "2025-07-01T09:00:00Z", "South"),
        on("V1", "2025-01-01T09:00:00Z", "North"),
        on("V2", "2025-03-01T09:00:00Z", "North"),
    ];
    app.import_history(file(&lines).as_bytes(), FIVE, None).unwrap();
    let memberships = "SELECT concat_ws(' ', t.name, m.valid_from, m.valid_to) FROM team_member m \
                       JOIN team t ON t.id = m.team_id ORDER BY m.valid_from";
    assert_eq!(app.rows(memberships), ["North 2025-01-01 2025-06-30", "South 2025-07-01"]);
    let lines = [
        on("V0", "2024-05-01T09:00:00Z", "North"),
        line(&[("visit_id", "V9"), ("visited_at", "2025-02-02T09:00:00Z")]),
    ];
    app.import_history(file(&lines).as_bytes(), FIVE, None).unwrap();
    assert_eq!(app.rows(memberships), ["North 2024-05-01 2025-06-30", "South 2025-07-01"]);
    let team = "SELECT t.name FROM visit_employee x JOIN visit v ON v.id = x.visit_id \
                JOIN team t ON t.id = x.team_id WHERE v.external_id = 'V9'";
    assert_eq!(app.rows(team), ["North"]);
}

#[test]
fn an_import_that_was_killed_is_completed_by_the_next_one() {
    let (killed, whole) = (database::Database::migrated(), database::Database::migrated());
    let folder = fresh_folder("killed");
    let file = folder.0.join("history.csv");
    std::fs::write(&file, company(12_000)).unwrap();
    let data = folder.0.join("data");
    let settings = |url: &str| {
        [
            ("DATABASE_URL", url.to_owned()),
            ("HEARBACK_DATA", data.display().to_string()),
            ("HEARBACK_SECRET", crate::support::app::SECRET.to_owned()),
        ]
    };
    let arguments = ["import", "history", file.to_str().unwrap()];
    let of_killed = settings(&killed.url);
    let of_killed: Vec<(&str, &str)> =
        of_killed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut program = Program::start(&of_killed, &arguments);
    let mut connection = killed.connect();
    let count = "SELECT count(*) FROM visit";
    wait_until("the first chunks", Duration::from_mins(2), || {
        let stored: usize = database::rows(&mut connection, count)[0].parse().unwrap();
        (stored > 0).then_some(())
    });
    program.signal("KILL");
    program.end(Duration::from_secs(10));
    let stored: usize = database::rows(&mut connection, count)[0].parse().unwrap();
    assert!(stored < 12_000, "it was over before it was killed");
    let again = run(&of_killed, &arguments);
    assert_eq!(again.status.code(), Some(0), "{}", complained(&again));
    assert!(said(&again).contains("visits rejected            0"), "{}", said(&again));
    let of_whole = settings(&whole.url);
    let of_whole: Vec<(&str, &str)> = of_whole.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(run(&of_whole, &arguments).status.code(), Some(0));
    assert_eq!(result(&mut connection), result(&mut whole.connect()));
    let scores = |settings: &[(&str, &str)]| {
        let period = ["--from", "2025-01-01", "--to", "2026-01-01", "--all-estimates", "--format", "csv"];
        said(&run(settings, &[["evaluate"].as_slice(), &period].concat()))
    };
    let numbers = scores(&of_killed);
    assert!(numbers.lines().count() > 50);
    assert_eq!(numbers, scores(&of_whole));
}

#[test]
fn a_line_of_two_hundred_megabytes_is_refused_in_little_memory_and_its_neighbours_stay() {
    let database = database::Database::migrated();
    let folder = fresh_folder("long-line");
    let data = folder.0.join("data");
    let mut command = command(&[("DATABASE_URL", &database.url), ("HEARBACK_DATA", data.to_str().unwrap())]);
    let mut child = command
        .args(["import", "history", "--scale", "1..5", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        let head = [line(&[("visit_id", "V1")]), String::new()];
        input.write_all(file(&head).trim_end().as_bytes()).unwrap();
        input.write_all(b"\nV2,").unwrap();
        let (mut peak, much) = (String::new(), vec![b'x'; 1_000_000]);
        for _ in 0..200 {
            input.write_all(&much).unwrap();
            peak = std::fs::read_to_string(&status).unwrap_or(peak);
        }
        input.write_all(format!("\n{}\n", line(&[("visit_id", "V3")])).as_bytes()).unwrap();
        peak
    });
    let output = child.wait_with_output().unwrap();
    let peak = writer.join().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", complained(&output));
    assert!(complained(&output).contains("line 3: the row is longer than"), "{}", complained(&output));
    let stored = database::rows(&mut database.connect(), "SELECT external_id FROM visit ORDER BY 1");
    assert_eq!(stored, ["V1", "V3"]);
    let kilobytes = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    let kilobytes: u64 = kilobytes.trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 128 * 1024, "{kilobytes} kB");
}
