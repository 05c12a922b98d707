//! The staff's pages about what customers said, and whether it counts.

use crate::finder::{foreign, id_of, shared};
use crate::support::{Client, TestApp};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::callbacks::queries::{NewCallback, insert_all};

/// Our id of the response to a visit.
#[track_caller]
fn response_of(app: &TestApp, visit: &str) -> String {
    app.value(&format!(
        "SELECT r.id FROM response r JOIN visit v ON v.id = r.visit_id WHERE v.external_id = '{visit}'"
    ))
}

/// Visits of the responses that a page lists.
fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/responses?{query}")).expect(200).body;
    let links = page.split("class=\"hidden\">, about visit ").skip(1);
    links.map(|link| link.split('<').next().unwrap().to_owned()).collect()
}

#[track_caller]
fn page(app: &TestApp, client: &Client, visit: &str) -> String {
    client.get(&format!("/responses/{}", response_of(app, visit))).expect(200).body
}

/// One visit of ours with a low answer and a comment, one of another team with a high one, an hour later.
fn two(app: &TestApp) {
    let first = app.mailed("W1");
    app.bring(&foreign("W2"));
    let second = app.mail_out("W2");
    app.say(&first, "2", "Came two hours late,\nand left early.");
    app.advance(TimeDelta::hours(1));
    app.answer(&second, 5);
}

#[test]
fn responses_stand_with_what_was_said_the_newest_first() {
    let app = TestApp::start();
    two(&app);
    let hr = app.staff(Role::Hr, None);
    assert_eq!(listed(&hr, ""), ["W2", "W1"]);
    let body = hr.get("/responses").expect(200).body;
    for words in
        ["2 of 5", "5 of 5", "“Came two hours late, and left early.”", "by mail", "Counts", "Erika Muster"]
    {
        assert!(body.contains(words), "{words} is not in {body}");
    }
}

#[test]
fn responses_are_narrowed_by_date_employee_answer_and_comment() {
    let app = TestApp::start();
    two(&app);
    app.execute("UPDATE response SET certainty = 'suspect', mode = 'phone' WHERE complete").unwrap();
    let hr = app.staff(Role::Hr, None);
    for (query, wanted) in [
        ("overall=2", vec!["W1"]),
        ("overall=low", vec!["W1"]),
        ("overall=high", vec!["W2"]),
        ("overall=3", vec![]),
        ("comment=yes", vec!["W1"]),
        ("employee=E9", vec!["W2"]),
        ("mode=phone", vec!["W1"]),
        ("mode=email", vec!["W2"]),
        ("certainty=suspect", vec!["W1"]),
        ("certainty=confirmed", vec!["W2"]),
        ("from=2026-11-20&to=2026-11-20", vec!["W2", "W1"]),
        ("from=2026-11-21", vec![]),
        ("to=2026-11-19", vec![]),
        ("mode=nothing&overall=nothing", vec!["W2", "W1"]),
    ] {
        assert_eq!(listed(&hr, query), wanted, "{query}");
    }
}

#[test]
fn low_and_high_are_ends_of_the_scale_that_was_asked() {
    let app = TestApp::start();
    two(&app);
    on_ten(&app, "W2", 8);
    let hr = app.staff(Role::Hr, None);
    assert_eq!((listed(&hr, "overall=high"), listed(&hr, "overall=8")), (vec![], vec!["W2".to_owned()]));
    app.execute("UPDATE response SET answers = '{\"overall\": 9}' WHERE NOT complete").unwrap();
    assert_eq!(listed(&hr, "overall=high"), ["W2"]);
    app.execute("UPDATE response SET answers = '{\"overall\": null}' WHERE NOT complete").unwrap();
    assert_eq!((listed(&hr, "overall=high"), listed(&hr, "overall=low")), (vec![], vec!["W1".to_owned()]));
    assert!(page(&app, &hr, "W2").contains("No overall answer"));
}

/// Lets the answer to a visit stand on a scale from 0 to 10, as an import makes it.
fn on_ten(app: &TestApp, visit: &str, answer: i32) {
    app.execute(
        "INSERT INTO survey_version SELECT gen_random_uuid(), survey_id, 99, '{\"questions\": \
         [{\"key\": \"overall\", \"min\": 0, \"max\": 10}], \"texts\": {}}', published_at FROM survey_version",
    )
    .unwrap();
    app.execute(
        "INSERT INTO question SELECT id, 'overall', 0, 'rating', 0, 10 FROM survey_version WHERE version = 99",
    )
    .unwrap();
    let changed = app.execute(&format!(
        "UPDATE response SET answers = '{{\"overall\": {answer}}}', mode = 'import', \
         survey_version_id = (SELECT id FROM survey_version WHERE version = 99) \
         WHERE visit_id = (SELECT id FROM visit WHERE external_id = '{visit}')"
    ));
    assert_eq!(changed, Ok(1));
}

#[test]
fn a_manager_reads_only_what_was_said_about_the_own_team() {
    let app = TestApp::start();
    two(&app);
    let manager = app.staff(Role::Manager, Some("South"));
    assert_eq!(listed(&manager, ""), ["W2"]);
    manager.get(&format!("/responses/{}", response_of(&app, "W2"))).expect(200);
    let answer = manager.get(&format!("/responses/{}", response_of(&app, "W1"))).expect(404);
    assert!(answer.body.contains("no such response"));
}

#[test]
fn one_response_shows_every_question_with_its_scale_the_comment_and_how_it_changed() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.answer(&path, 4);
    let hr = app.staff(Role::Hr, None);
    let first = page(&app, &hr, "W1");
    assert!(first.contains("Only the first step was sent") && !first.contains("How it was given"));
    app.advance(TimeDelta::minutes(10));
    app.say(&path, "3", "Not warm upstairs.");
    let page = page(&app, &hr, "W1");
    for words in [
        "Overall 3 of 5",
        "Overall, how satisfied are you?",
        "1 to 5",
        "How it was arranged",
        "not answered",
        "Skill and manner of Erika Muster",
        "<blockquote class=\"said\">Not warm upstairs.</blockquote>",
        "How it was given",
        "Overall 4 of 5, 1 answered",
        "post-service, version 1",
        "confirmed: a person sent it",
        &format!("href=\"/visits/{}\"", id_of(&app, "W1")),
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(!page.contains("w1@example.com") && !page.contains("Ann Sample"));
}

#[test]
fn a_response_says_that_it_counts_and_for_whom() {
    let app = TestApp::start();
    app.bring(&shared("W1"));
    app.answer(&app.mail_out("W1"), 4);
    let page = page(&app, &app.staff(Role::Hr, None), "W1");
    let words = "It counts as an answer by mail, in the scores of Erika Muster (60 %) and Otto Other (40 %)";
    assert!(page.contains(words) && page.contains("</svg>Counts</span>"), "{page}");
}

#[test]
fn a_response_that_was_put_aside_says_that_it_does_not_count() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    app.execute("UPDATE response SET certainty = 'suspect'").unwrap();
    let hr = app.staff(Role::Hr, None);
    let body = page(&app, &hr, "W1");
    assert!(
        body.contains("It does not count: it was put aside") && body.contains("</svg>Does not count</span>")
    );
    assert!(hr.get("/responses").expect(200).body.contains("Does not count"));
}

#[test]
fn a_response_on_another_scale_says_that_scales_are_never_mixed() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    on_ten(&app, "W1", 8);
    let body = page(&app, &app.staff(Role::Hr, None), "W1");
    for words in [
        "Overall 8 of 10",
        "0 to 10",
        "Its scale is 0 to 10. Answers on different scales are never mixed",
        "imported",
    ] {
        assert!(body.contains(words), "{words} is not in {body}");
    }
}

#[test]
fn an_answer_by_phone_says_what_chance_it_had() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    app.answer(&app.mailed("W2"), 4);
    app.execute("UPDATE response SET mode = 'phone'").unwrap();
    let row = |visit: &str, kind, probability| NewCallback {
        id: hearback::ids::new_id(),
        visit_id: id_of(&app, visit).parse().unwrap(),
        kind,
        state: "done",
        probability,
        called: Some(true),
        created_at: app.now(),
        wave_id: None,
        came_from: None,
        rank: 2,
        call_priority: 0.5,
    };
    insert_all(&mut app.connection(), &[row("W1", "random", Some(0.25)), row("W2", "service", None)])
        .unwrap();
    insert_all(&mut app.connection(), &[]).unwrap();
    let hr = app.staff(Role::Hr, None);
    assert!(page(&app, &hr, "W1").contains("chance of being called was 25 %"));
    assert!(page(&app, &hr, "W2").contains("No chance of being drawn is known for this call"));
}

#[test]
fn an_answer_about_a_visit_outside_the_rates_says_so() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    app.execute("UPDATE visit SET outcome = 'excluded'").unwrap();
    let body = page(&app, &app.staff(Role::Hr, None), "W1");
    assert!(body.contains("The visit itself stands outside every response rate (taken out)."), "{body}");
}

#[test]
fn what_the_page_says_is_what_the_scores_do() {
    let app = TestApp::start();
    two(&app);
    let told =
        |visit: &str| page(&app, &app.sign_in("hr@example.com"), visit).contains("</svg>Counts</span>");
    app.account(Role::Hr, None);
    let counted = |app: &TestApp| {
        let visits = [id_of(app, "W1").parse().unwrap()];
        let all = hearback::scores::queries::load_contributions(&mut app.connection(), &visits).unwrap();
        all.values().any(|one| one.mode.is_some() && !one.ratings.is_empty())
    };
    for change in [
        "certainty = 'suspect'",
        "certainty = 'confirmed'",
        "answers = '{}'",
        "answers = '{\"process\": 3}'",
        "mode = 'phone'",
        "mode = 'import'",
    ] {
        app.execute(&format!("UPDATE response SET {change} WHERE complete")).unwrap();
        assert_eq!(told("W1"), counted(&app), "{change}");
    }
    assert!(told("W1"));
}
