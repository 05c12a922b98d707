//! Customers whom no mail reaches: short codes, cards to print, and answers typed in from paper.

use crate::finder::id_of;
use crate::support::{Client, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::scores::contribution::Mode;
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;

/// A visit to a customer without an address.
fn bring_without_address(app: &TestApp, id: &str) {
    app.bring(&make::with(make::visit(id), json!({"customer": {"email": null}})));
    assert_eq!(app.outcome(id), "no_address");
}

/// The token of the forms of somebody who is signed in.
pub fn csrf(client: &Client) -> String {
    client.get("/").expect(200).hidden("csrf")
}

/// Makes the card of a visit and gives its page.
#[track_caller]
fn card(app: &TestApp, hr: &Client, visit: &str) -> String {
    let path = format!("/visits/{}/card", id_of(app, visit));
    assert_eq!(hr.post_form(&path, &[("csrf", &csrf(hr))]).expect(303).location(), path);
    hr.get(&path).expect(200).body
}

/// The codes that stand on a page of cards.
fn codes(page: &str) -> Vec<String> {
    let codes = page.split("<p class=\"code\"><bdi dir=\"ltr\">").skip(1);
    codes.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Makes the card of a visit and gives the path that its code leads to.
#[track_caller]
fn card_path(app: &TestApp, hr: &Client, visit: &str) -> String {
    format!("/s/{}", codes(&card(app, hr, visit))[0])
}

/// The history of a visit: outcome, by whom, why.
fn history(app: &TestApp, visit: &str) -> Vec<String> {
    app.rows(&format!(
        "SELECT concat_ws('|', o.outcome, o.by, o.reason) FROM visit_outcome o JOIN visit v ON v.id = o.visit_id \
         WHERE v.external_id = '{visit}' ORDER BY o.id"
    ))
}

fn mode(app: &TestApp, visit: &str) -> Option<Mode> {
    let id = id_of(app, visit).parse().unwrap();
    let found = hearback::scores::queries::load_contributions(&mut app.connection(), &[id]).unwrap();
    found[&id].mode
}

/// What an evaluation says of the company: invited, answers by mail.
fn rates(app: &TestApp) -> (i64, i64) {
    let key = app.client(&[hearback::accounts::Scope::EvaluationsRead]);
    let found = key.get("/api/v1/evaluations?from=2026-11-01&to=2026-11-30").expect(200).json();
    let company = &found["evaluation"]["company"];
    (company["invited"].as_i64().unwrap(), company["answers_email"].as_i64().unwrap())
}

#[test]
fn a_customer_without_an_address_answers_by_the_code_on_a_card() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let hr = app.staff(Role::Hr, None);
    let code = codes(&card(&app, &hr, "W1"))[0].clone();
    let customer = app.anonymous();
    assert!(customer.get("/s").expect(200).body.contains("Enter the code from your card"));
    let typed = format!(" {} ", code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "I"));
    let path = customer.post_form("/s/", &[("code", &typed)]).expect(303).location().to_owned();
    assert_eq!(path, format!("/s/{code}"));
    let page = customer.get(&format!("{path}?score=2")).expect(200).body;
    assert!(page.contains("Boiler repair on Friday 20 November, with Erika Muster."), "{page}");
    assert!(!page.contains("/u/") && !page.contains("in our mail"), "a card is no mail: {page}");
    app.answer(&path, 4);
    app.say(&path, "4", "Warm again");
    assert_eq!(app.outcome("W1"), "answered");
    assert_eq!(history(&app, "W1").last().unwrap(), "answered|customer|answered by card");
    assert_eq!(
        app.value("SELECT mode || certainty || (answers ->> 'overall') FROM response"),
        "paperconfirmed4"
    );
    assert_eq!(app.value("SELECT count(*) FROM invitation"), "0");
}

#[test]
fn an_answer_by_card_counts_in_the_mean_and_leaves_the_response_rate_by_mail_alone() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    app.mailed("W2");
    let hr = app.staff(Role::Hr, None);
    app.answer(&card_path(&app, &hr, "W1"), 5);
    assert_eq!((mode(&app, "W1"), rates(&app)), (Some(Mode::Paper), (1, 0)));
    app.work();
    assert_eq!(app.overall(false).iter().map(|(_, _, sum)| sum.n).sum::<i64>(), 1);
    // One that was mailed counts as an answer to that mail, by whichever way it comes.
    app.answer(&card_path(&app, &hr, "W2"), 3);
    assert_eq!((mode(&app, "W2"), rates(&app)), (Some(Mode::Email), (1, 1)));
}

#[test]
fn the_pattern_holds_the_address_with_the_code() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let page = card(&app, &app.staff(Role::Hr, None), "W1");
    let address = format!("http://127.0.0.1:8080/s/{}", codes(&page)[0]);
    let wanted = QrCode::encode_text(&address, QrCodeEcc::Quartile).unwrap();
    let side = wanted.size() + 8;
    let path = page.split_once("fill=\"#000\" d=\"").unwrap().1.split('"').next().unwrap();
    let mut dark = 0;
    for row in path.split('M').filter(|row| !row.is_empty()) {
        let (place, length) = row.split_once('h').unwrap();
        let (x, y) = place.split_once(' ').unwrap();
        let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
        let length: i32 = length.split('v').next().unwrap().parse().unwrap();
        assert!((x..x + length).all(|x| wanted.get_module(x - 4, y - 4)), "{row}");
        dark += length;
    }
    let all = (0..side * side).filter(|at| wanted.get_module(at % side - 4, at / side - 4)).count();
    assert_eq!(usize::try_from(dark), Ok(all));
    assert!(page.contains(&format!("viewBox=\"0 0 {side} {side}\"")) && page.contains("127.0.0.1:8080/s"));
}

#[test]
fn a_code_that_is_none_of_ours_can_be_looked_at_again_and_not_tried_for_ever() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let path = card_path(&app, &app.staff(Role::Hr, None), "W1");
    let stranger = app.anonymous();
    let again = stranger.post_form("/s/", &[("code", "k7qm <2xb9> 4t")]).expect(422).body;
    assert!(
        again.contains("We do not know this code") && again.contains("k7qm &#60;2xb9&#62; 4t"),
        "{again}"
    );
    let opened = stranger.get("/s/K7QM-2XB9-4T?lang=de").expect(404).body;
    assert!(opened.contains("Diesen Code kennen wir nicht") && opened.contains("K7QM-2XB9-4T"), "{opened}");
    stranger.post_form("/s/", &[("code", "")]).expect(422);
    let tries = (0..30).map(|_| stranger.post_form("/s/", &[("code", "K7QM2XB94T")]).status);
    assert_eq!(tries.filter(|status| *status == 429).count(), 12, "twenty in a minute, two were spent");
    stranger.get("/s/K7QM-2XB9-4T").expect(429);
    // Who has a card is never locked out.
    stranger.get(&path).expect(200);
    stranger.post_form("/s/", &[("code", &path[3..])]).expect(303);
}

#[test]
fn a_card_works_for_thirty_days_and_the_next_one_has_another_code() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let hr = app.staff(Role::Hr, None);
    let first = card_path(&app, &hr, "W1");
    app.advance(TimeDelta::days(20));
    let hr = app.sign_in("hr@example.com");
    assert_eq!(card_path(&app, &hr, "W1"), first, "printed again it works for longer");
    app.advance(TimeDelta::days(29));
    app.anonymous().get(&first).expect(200);
    app.advance(TimeDelta::days(1));
    assert!(app.anonymous().get(&first).expect(200).body.contains("This survey is closed"));
    let hr = app.sign_in("hr@example.com");
    hr.get(&format!("/visits/{}/card", id_of(&app, "W1"))).expect(404);
    let second = card_path(&app, &hr, "W1");
    assert_ne!(second, first);
    app.anonymous().get(&first).expect(404);
    app.answer(&second, 3);
    assert_eq!(app.outcome("W1"), "answered");
}

#[test]
fn a_visit_that_is_answered_by_card_while_its_mail_is_planned_is_not_mailed() {
    let app = TestApp::with(&[("HEARBACK_SURVEY_DELAY", "2h")]);
    app.bring(&make::visit("W1"));
    let hr = app.staff(Role::Hr, None);
    app.answer(&card_path(&app, &hr, "W1"), 4);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("answered".into(), "closed".into()));
    app.advance(TimeDelta::hours(3));
    app.work();
    assert!(app.memory.letters().is_empty());
    assert_eq!(mode(&app, "W1"), Some(Mode::Email), "it was to be mailed");
}

#[test]
fn a_machines_answer_by_card_leaves_the_visit_to_its_mail_until_somebody_says_that_it_counts() {
    let app = TestApp::with(&[("HEARBACK_SURVEY_DELAY", "2h")]);
    app.bring(&make::visit("W1"));
    let hr = app.staff(Role::Hr, None);
    let path = card_path(&app, &hr, "W1");
    let nonce = app.anonymous().get(&path).expect(200).hidden("nonce");
    let fields = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "4"), ("website", "x")];
    app.anonymous().post_form(&path, &fields).expect(303);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("planned".into(), "planned".into()));
    let decision = hearback::answering::decide::Decision {
        counts: true,
        reason: "I asked",
        by: hearback::audit::Actor::Shell,
    };
    let id = app.value("SELECT id FROM response").parse().unwrap();
    hearback::answering::decide::decide(&mut app.connection(), id, &decision, app.now()).unwrap();
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("answered".into(), "closed".into()));
}

#[test]
fn where_no_card_is_made_it_says_why_and_a_card_from_before_is_closed() {
    let app = TestApp::start();
    let stop = app.mailed("W1").replace("/s/", "/u/");
    bring_without_address(&app, "W2");
    let hr = app.staff(Role::Hr, None);
    let path = card_path(&app, &hr, "W1");
    let nonce = app.anonymous().get(&path).expect(200).hidden("nonce");
    app.anonymous().post_form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    for (visit, outcome, why) in [
        ("W1", "opted_out", "The customer does not want to be asked."),
        ("W2", "phone_first", "a card would spoil the sample"),
        ("W2", "excluded", "not one that is asked about"),
        ("W2", "do_not_call", "The customer does not want to be asked."),
    ] {
        app.execute(&format!("UPDATE visit SET outcome = '{outcome}' WHERE external_id = '{visit}'"))
            .unwrap();
        let page = format!("/visits/{}", id_of(&app, visit));
        let refused = hr.post_form(&format!("{page}/card"), &[("csrf", &csrf(&hr))]).expect(409).body;
        assert!(refused.contains(why), "{outcome}: {refused}");
        assert!(hr.get(&page).expect(200).body.contains(why), "{outcome}");
        assert!(hr.get(&format!("{page}/paper")).expect(409).body.contains(why), "{outcome}");
    }
    assert!(app.anonymous().get(&path).expect(200).body.contains("This survey is closed"));
    let late = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "4")];
    app.anonymous().post_form(&path, &late).expect(200);
    assert_eq!(app.value("SELECT count(*) FROM response"), "0");
}

/// Types in an answer as a colleague who holds a letter.
#[track_caller]
fn type_in(hr: &Client, page: &str, overall: &str, comment: &str) -> crate::support::Answer {
    let form = hr.get(page).expect(200);
    let (csrf, nonce) = (form.hidden("csrf"), form.hidden("nonce"));
    let fields = [("step", "2"), ("overall", overall), ("process", "2"), ("comment", comment)];
    let fields: Vec<(&str, &str)> =
        [("csrf", csrf.as_str()), ("nonce", nonce.as_str())].into_iter().chain(fields).collect();
    hr.post_form(page, &fields)
}

#[test]
fn what_a_customer_wrote_on_paper_is_typed_in_and_corrected() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let hr = app.staff(Role::Hr, None);
    let visit = format!("/visits/{}", id_of(&app, "W1"));
    let page = format!("{visit}/paper");
    let form = hr.get(&page).expect(200).body;
    assert!(
        form.contains("Type in an answer from paper") && form.contains("Boiler repair on Friday 20 November")
    );
    let wrong = type_in(&hr, &page, "9", "Kept while it is corrected").expect(422).body;
    assert!(wrong.contains("Choose a number from 1 to 5") && wrong.contains("Kept while it is corrected"));
    assert_eq!(app.value("SELECT count(*) FROM response"), "0");
    assert_eq!(type_in(&hr, &page, "2", "Cold").expect(303).location(), visit);
    assert!(hr.get(&page).expect(200).body.contains("Cold"));
    type_in(&hr, &page, "3", "Cold upstairs").expect(303);
    let user = app.value("SELECT id FROM user_account");
    assert_eq!(history(&app, "W1").last().unwrap(), &format!("answered|user {user}|typed in from paper"));
    let stands = "SELECT concat_ws('|', mode, certainty, complete, revision, answers ->> 'overall', comment) FROM response";
    assert_eq!(app.value(stands), "paper|confirmed|t|2|3|Cold upstairs");
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE action = 'response.typed'"), "2");
    assert!(hr.get(&visit).expect(200).body.contains("by The hr"));
    app.advance(TimeDelta::hours(73));
    let late = type_in(&app.sign_in("hr@example.com"), &page, "5", "Later").expect(409).body;
    assert!(late.contains("The time for changes is over"), "{late}");
}

#[test]
fn the_same_form_sent_twice_is_one_answer() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let hr = app.staff(Role::Hr, None);
    let page = format!("/visits/{}/paper", id_of(&app, "W1"));
    let form = hr.get(&page).expect(200);
    let (csrf, nonce) = (form.hidden("csrf"), form.hidden("nonce"));
    let fields = [("csrf", csrf.as_str()), ("nonce", nonce.as_str()), ("step", "2"), ("overall", "4")];
    hr.post_form(&page, &fields).expect(303);
    hr.post_form(&page, &fields).expect(303);
    assert_eq!(app.value("SELECT revision FROM response"), "1");
}

#[test]
fn nobody_types_over_what_a_customer_said_by_mail() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 5);
    let hr = app.staff(Role::Hr, None);
    let page = format!("/visits/{}/paper", id_of(&app, "W1"));
    assert!(hr.get(&page).expect(409).body.contains("The customer has answered already"));
}

#[test]
fn a_list_of_visits_gives_a_card_to_each_that_has_no_address() {
    let app = TestApp::with(&[("HEARBACK_SURVEY_DELAY", "2h")]);
    for visit in ["W1", "W2", "W3"] {
        bring_without_address(&app, visit);
    }
    app.bring(&make::visit("W4"));
    let hr = app.staff(Role::Hr, None);
    let token = csrf(&hr);
    let all = |path: &str| {
        let to = hr.post_form(path, &[("csrf", &token)]).expect(303).location().to_owned();
        assert_eq!(to, path);
        codes(&hr.get(&to).expect(200).body)
    };
    assert!(hr.get("/visits").expect(200).body.contains("action=\"/visits/cards\""));
    let three = all("/visits/cards");
    assert_eq!(three.len(), 3);
    assert_eq!(all("/visits/cards"), three, "the codes stay");
    assert_eq!(all("/visits/cards?outcome=planned").len(), 1);
    assert_eq!(all("/visits/cards?q=W2").len(), 1);
    assert_eq!(all("/visits/cards?from=2026-12-01").len(), 0);
    app.answer(&format!("/s/{}", three[0]), 4);
    assert_eq!(all("/visits/cards").len(), 2, "who has answered needs none");
    hr.get("/visits/cards?from=x").expect(422);
}

#[test]
fn cards_are_for_those_who_are_not_rated_and_their_making_and_showing_is_written_down() {
    let app = TestApp::start();
    bring_without_address(&app, "W1");
    let visit = format!("/visits/{}", id_of(&app, "W1"));
    for (role, team) in [(Role::Manager, Some("North 2")), (Role::Admin, None)] {
        let colleague = app.staff(role, team);
        let page = colleague.get(&visit).expect(200).body;
        assert!(!page.contains("Print a card") && !page.contains("/paper"), "{role}");
        assert!(!colleague.get("/visits").expect(200).body.contains("Print cards"), "{role}");
    }
    let hr = app.staff(Role::Hr, None);
    assert!(hr.get(&visit).expect(200).body.contains("Print a card"));
    let code = codes(&card(&app, &hr, "W1"))[0].clone();
    assert!(hr.get(&visit).expect(200).body.contains("There is a card with a code"));
    let seen = app.rows("SELECT action FROM audit_entry WHERE action LIKE 'card.%' ORDER BY id");
    assert_eq!(seen, ["card.made", "card.read"]);
    let dump = app.dump_all();
    assert!(
        !dump.contains(&code) && !dump.contains(&code.replace('-', "").to_lowercase()),
        "no code is stored"
    );
}

#[test]
fn a_card_speaks_the_customers_language() {
    let app = TestApp::start();
    let arabic = json!({"customer": {"email": null, "language": "ar"}});
    app.bring(&make::with(make::visit("W1"), arabic));
    let page = card(&app, &app.staff(Role::Hr, None), "W1");
    assert!(page.contains("lang=\"ar\" dir=\"rtl\"") && page.contains("أخبرنا كيف كانت الخدمة"), "{page}");
}
