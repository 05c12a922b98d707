//! The pages about retention and processing: what they say follows the settings, who reads what, and axe-core.

use crate::retention::{answered, wait_with_retention};
use crate::support::app::{PASSWORD, SECRET};
use crate::support::axe;
use crate::support::browser::{Browser, Scripts};
use crate::support::program::{complained, run, said};
use crate::support::{TestApp, fresh_folder, programs_or_skip};
use chrono::TimeDelta;
use hearback::accounts::{Role, Scope};

/// A page without its tags, so that words are found beside each other.
fn words(page: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in page.chars() {
        match c {
            '<' => (in_tag, text) = (true, text + " "),
            '>' => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shell(app: &TestApp, settings: &[(&str, &str)], arguments: &[&str]) -> String {
    let folder = fresh_folder("sheet");
    let data = folder.0.join("data").display().to_string();
    let known = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_DATA", data.as_str()),
        ("HEARBACK_SECRET", SECRET),
    ];
    let settings: Vec<(&str, &str)> = known.into_iter().chain(settings.iter().copied()).collect();
    let output = run(&settings, arguments);
    assert!(output.status.success(), "{}", complained(&output));
    said(&output)
}

#[test]
fn the_plan_says_what_goes_now_and_within_30_and_90_days() {
    let app = TestApp::with(&[("HEARBACK_RETENTION", "texts=100d,audit=never")]);
    wait_with_retention(&app);
    for (n, days) in [(1, 40), (2, 50), (3, 5)] {
        answered(&app, &format!("W{n}"), &format!("w{n}@example.com"), "words");
        app.advance(TimeDelta::days(days));
    }
    app.advance(TimeDelta::days(10));
    let page = words(&app.staff(Role::Hr, None).get("/settings/retention").expect(200).body);
    // 105, 65 and 15 days old.
    assert!(page.contains("texts , since the answer 100 days HEARBACK_RETENTION 1 1 3 not yet"), "{page}");
    assert!(page.contains("the entry without end HEARBACK_RETENTION – – – not yet"), "{page}");
    assert!(page.contains("Nothing is deleted by these periods before 1 Jan 2100"), "{page}");
    assert!(page.contains("fetched, and from which network as a keyed hash 30 days after"), "{page}");
    let settings = [("HEARBACK_RETENTION", "texts=30d")];
    let told = shell(&app, &settings, &["retention", "plan"]);
    assert!(told.contains("texts        30 days"), "{told}");
    let dry = shell(&app, &settings, &["retention", "run", "--dry-run"]);
    assert!(dry.contains("would go") && !dry.contains(" gone"), "{dry}");
    assert_eq!(app.value("SELECT count(*) FROM response WHERE comment IS NOT NULL"), "3");
    let done = shell(&app, &[("HEARBACK_RETENTION", "texts=10years,contact=10years")], &["retention", "run"]);
    assert!(done.contains("texts                0 gone"), "{done}");
}

#[test]
fn whom_a_hold_is_about_is_nothing_for_those_who_run_the_server() {
    let app = TestApp::start();
    answered(&app, "W1", "w1@example.com", "words");
    let hr = app.staff(Role::Hr, None);
    let csrf = hr.get("/").hidden("csrf");
    let fields = [("csrf", csrf.as_str()), ("what", "customer"), ("id", "C-W1"), ("reason", "the lawsuit")];
    hr.post_form("/settings/retention/holds", &fields).expect(303);
    let seen = hr.get("/settings/retention").expect(200).body;
    assert!(seen.contains("Customer Ann Sample") && seen.contains("the lawsuit"), "{seen}");
    let page = app.staff(Role::Admin, None).get("/settings/retention").expect(200).body;
    assert!(page.contains("1 hold stands"), "{page}");
    assert!(
        !page.contains("Ann Sample") && !page.contains("lawsuit") && !page.contains("Place a hold"),
        "{page}"
    );
    let told = app.rows("SELECT detail::text FROM audit_entry WHERE action = 'hold.placed'");
    assert!(!told.concat().contains("lawsuit"), "{told:?}");
}

#[test]
fn the_records_of_processing_follow_the_settings() {
    let before = TestApp::start();
    let hr = before.staff(Role::Hr, None);
    let usual = words(&hr.get("/settings/processing").expect(200).body);
    for words in [
        "Organisation Northwind Boilers",
        "its end is not kept outside of the database",
        "not signed by this program",
        "Programs with a key none",
        "phoned, drawn at random",
        "Answers below which nobody’s mean is shown 10",
        "Reliability below which nobody is compared 0.50",
        "Answers below which an employee cannot contest a single one 5",
        "Delivery of mails opened by admin, hr something can be changed by admin",
        "90 days since the end of the customer’s last visit",
    ] {
        assert!(usual.contains(words), "{words}: {usual}");
    }
    let folder = fresh_folder("processing");
    let anchor = folder.0.join("anchor").display().to_string();
    let after = TestApp::with(&[
        ("HEARBACK_MAIL_URL", "smtp://user:hush-hush@mail.example.com:587"),
        ("HEARBACK_AUDIT_ANCHOR", &anchor),
        ("HEARBACK_RETENTION", "contact=31d"),
        ("HEARBACK_IMPRINT", "4 Example Quay"),
        ("HEARBACK_ALERT_AT", "off"),
        ("HEARBACK_ASK_EVERY", "45d"),
    ]);
    after.key(&[Scope::VisitsWrite]);
    let hr = after.staff(Role::Hr, None);
    let changed = words(&hr.get("/settings/processing").expect(200).body);
    for words in [
        "Mails go to the mail relay mail.example.com:587",
        "Letters encrypted, else nothing is sent; not signed by this program",
        "each customer at most once in 45 days",
        "its end is kept outside of the database once a day",
        "31 days since the end of the customer’s last visit",
        "Address 4 Example Quay",
        "low answers open no case",
        "test: visits:write",
    ] {
        assert!(changed.contains(words), "{words}: {changed}");
        assert!(!usual.contains(words), "{words}");
    }
    assert!(!changed.contains("hush-hush") && !changed.contains("user:"), "{changed}");
}

#[test]
fn the_sheets_are_written_as_markdown_and_as_a_page_of_their_own() {
    let app = TestApp::start();
    let settings = [("HEARBACK_ORGANISATION", "A | B <i>"), ("HEARBACK_RETENTION", "statements=60months")];
    let text = shell(&app, &settings, &["processing"]);
    assert!(
        text.starts_with("# Records of processing\n") && text.contains("| Organisation | A \\| B &lt;i> |"),
        "{text}"
    );
    let page = shell(&app, &settings, &["processing", "--format", "html", "--sheet", "works-council"]);
    assert!(page.starts_with("<!doctype html>") && page.contains("size: A4"), "{page}");
    assert!(
        page.contains("60 months since the day of the last statement") && !page.contains("<i>"),
        "{page}"
    );
}

#[test]
fn the_works_council_reads_what_is_stored_about_employees_and_who_sees_it() {
    let app = TestApp::start();
    answered(&app, "W1", "w1@example.com", "words");
    let page = words(&app.employee("E17").get("/settings/works-council").expect(200).body);
    for words in [
        "of 1 employee at present",
        "Customers are told who served them yes",
        "within 14 days somebody independent decides",
        "Of that, employee themselves only",
        "Statements opened by hr, manager, employee",
        "36 months since the day of the last statement",
        "no decision about anybody follows from a number by itself",
        "who looked at whom included 24 months",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    app.sign_in("e17@staff.example.com").get("/settings/processing").expect(403);
}

#[test]
fn axe_finds_nothing_on_the_pages_of_data_protection() {
    let Some([chromium, driver]) = programs_or_skip("retention", ["chromium", "chromedriver"]) else {
        return;
    };
    let Some(source) = axe::source_or_skip("retention") else { return };
    let app = TestApp::start();
    answered(&app, "W1", "w1@example.com", "words");
    let hr = app.staff(Role::Hr, None);
    let csrf = hr.get("/").hidden("csrf");
    let fields = [("csrf", csrf.as_str()), ("what", "customer"), ("id", "C-W1"), ("reason", "the lawsuit")];
    hr.post_form("/settings/retention/holds", &fields).expect(303);
    let erase = format!("/customers/{}/erase", app.value("SELECT id FROM customer"));
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    for (width, theme) in [(1280, "light"), (390, "dark")] {
        browser.view(width, 900, theme);
        if theme == "light" {
            browser.open(&format!("{}/", app.base));
            browser.tab_to("Mail address");
            browser.keys("hr@example.com");
            browser.tab_to("Password");
            browser.keys(PASSWORD);
            browser.keys(crate::support::browser::ENTER);
            browser.wait_for("Today");
        }
        for (path, title) in [
            ("/settings/retention", "Retention"),
            ("/settings/processing", "Records of processing"),
            ("/settings/works-council", "For the works council"),
            ("/employees/E17/looks", "Who looked"),
            (erase.as_str(), "Erase a person"),
        ] {
            browser.open(&format!("{}{path}", app.base));
            browser.wait_for(title);
            axe::finds_nothing(&browser, source);
        }
    }
}
