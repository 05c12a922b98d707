//! What follows from an answer, and the organisation's own look on its pages.

use crate::support::{TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Role;

fn letters_to(app: &TestApp, address: &str) -> Vec<String> {
    let letters = app.memory.letters().into_iter().filter(|letter| letter.to == address);
    letters.map(|letter| make::decoded(&letter)).collect()
}

#[test]
fn a_low_answer_opens_a_case_and_tells_the_teams_manager_once() {
    let app = TestApp::start();
    let manager = app.account(Role::Manager, Some("North 2"));
    let path = app.mailed("W1");
    app.answer(&path, 2);
    app.follow_answers();
    let told = letters_to(&app, &manager);
    assert_eq!(told.len(), 1);
    let id = app.value("SELECT id FROM response");
    assert!(told[0].contains(&format!("/responses/{id}")), "{}", told[0]);
    assert!(!told[0].contains("Ann Sample") && !told[0].contains("w1@example.com"), "{}", told[0]);
    assert_eq!(app.rows("SELECT reason || ' ' || state FROM recovery_case"), ["low_score open"]);
    app.advance(TimeDelta::minutes(5));
    app.answer(&format!("{path}?step=2"), 1);
    app.follow_answers();
    assert_eq!((letters_to(&app, &manager).len(), app.rows("SELECT id FROM recovery_case").len()), (1, 1));
}

#[test]
fn a_good_answer_a_machines_and_one_below_no_limit_tell_nobody() {
    let app = TestApp::start();
    let manager = app.account(Role::Manager, Some("North 2"));
    app.answer(&app.mailed("W1"), 3);
    let path = app.mailed("W2");
    let machine = app.anonymous();
    let nonce = machine.get(&path).expect(200).hidden("nonce");
    let fields = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "1"), ("website", "x")];
    machine.post_form(&path, &fields).expect(303);
    app.follow_answers();
    assert_eq!(letters_to(&app, &manager), [""; 0]);
    let quiet = TestApp::with(&[("HEARBACK_ALERT_AT", "off")]);
    quiet.answer(&quiet.mailed("W1"), 1);
    quiet.follow_answers();
    assert_eq!(quiet.rows("SELECT id FROM recovery_case"), [""; 0]);
}

#[test]
fn without_a_manager_hr_is_told() {
    let app = TestApp::start();
    let (hr, other) = (app.account(Role::Hr, None), app.account(Role::Manager, Some("South")));
    app.answer(&app.mailed("W1"), 1);
    app.follow_answers();
    assert_eq!((letters_to(&app, &hr).len(), letters_to(&app, &other).len()), (1, 0));
}

#[test]
fn the_pages_wear_the_organisations_colours_and_everybody_may_tell_others() {
    let app = TestApp::with(&[
        ("HEARBACK_COLOUR", "#7a1f5c"),
        ("HEARBACK_TELL_OTHERS_URL", "https://www.example.com/reviews"),
    ]);
    for (visit, overall) in [("W1", 1), ("W2", 5)] {
        let path = app.mailed(visit);
        let page = app.anonymous().get(&path).expect(200).body;
        let theme = page.split("href=\"/theme/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let css = app.anonymous().get(&format!("/theme/{theme}")).expect(200).body;
        assert!(css.contains("--brand:#7a1f5c;--on-brand:#ffffff"), "{css}");
        app.answer(&path, overall);
        let thanks = app.anonymous().get(&path).expect(200).body;
        assert!(thanks.contains("https://www.example.com/reviews"), "{thanks}");
    }
    let letter = make::decoded(&app.only_letter_to("w1@example.com"));
    assert!(letter.contains("#7a1f5c") && !letter.contains("#0b5f53"), "{letter}");
    app.anonymous().get("/theme/none").expect(404);
}

#[test]
fn whoever_answers_by_mail_is_thanked_once_whatever_was_answered_and_can_still_change_it() {
    let app = TestApp::with(&[
        ("HEARBACK_THANKS", "on"),
        ("HEARBACK_TELL_OTHERS_URL", "https://www.example.com/reviews"),
    ]);
    let (content, unhappy) = (app.mailed("W1"), app.mailed("W2"));
    let thanks = |address: &str| -> Vec<String> {
        letters_to(&app, address).into_iter().filter(|letter| letter.contains("Change my answer")).collect()
    };
    for (path, overall) in [(&content, 5), (&unhappy, 1)] {
        app.answer(path, overall);
    }
    app.follow_answers();
    assert_eq!(thanks("w1@example.com").len(), 0, "it comes when the second step is over");
    app.advance(TimeDelta::minutes(11));
    for (path, overall) in [(&content, 4), (&unhappy, 2)] {
        app.answer(&format!("{path}?step=2"), overall);
        app.follow_answers();
    }
    app.advance(TimeDelta::hours(1));
    app.follow_answers();
    for (address, path) in [("w1@example.com", &content), ("w2@example.com", &unhappy)] {
        let letters = thanks(address);
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(letters[0].contains(path.as_str()) && !letters[0].contains("score="), "{}", letters[0]);
        assert!(letters[0].contains("www.example.com/reviews"), "told to everybody alike");
    }
}

#[test]
fn nobody_is_thanked_who_said_stop_or_answered_on_a_card_or_where_it_is_not_wished() {
    let app = TestApp::with(&[("HEARBACK_THANKS", "on")]);
    let path = app.mailed("W1");
    app.answer(&path, 4);
    app.follow_answers();
    let stop = path.replace("/s/", "/u/");
    app.anonymous().post_form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    app.advance(TimeDelta::hours(1));
    app.follow_answers();
    let asked = letters_to(&app, "w1@example.com");
    assert!(asked.iter().all(|letter| !letter.contains("Change my answer")), "{asked:?}");
    let quiet = TestApp::start();
    quiet.answer(&quiet.mailed("W2"), 4);
    quiet.advance(TimeDelta::hours(1));
    quiet.follow_answers();
    assert_eq!(quiet.rows("SELECT visit_id FROM thank_you"), [""; 0]);
}
