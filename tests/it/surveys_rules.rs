//! Which visit gets which survey: the first rule that fits decides.

use crate::delivery_pages::{audited, post, read, says};
use crate::support::{TestApp, make};
use crate::surveys::{OVERALL, publish, reason, save, version_of};
use hearback::accounts::Role;
use serde_json::json;

#[test]
fn the_first_rule_that_fits_decides_which_survey_a_visit_gets() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    let wrong = [
        ("", "is missing"),
        ("post-service", "is kept"),
        ("rules", "is kept"),
        ("A b", "small letters"),
        ("history-1-5", "is kept"),
    ];
    for (key, words) in wrong {
        let answer = post(&hr, "/surveys/new", &[("key", key), ("copy", "post-service")]).expect(422);
        let words = if key.is_empty() { "must be up to 40" } else { words };
        assert!(answer.body.contains(words), "{key}: {}", answer.body);
    }
    let begun = post(&hr, "/surveys/new", &[("key", "boilers"), ("copy", "post-service")]).expect(303);
    assert_eq!(begun.location(), "/surveys/boilers?done=created");
    post(&hr, "/surveys/new", &[("key", "boilers"), ("copy", "post-service")]).expect(422);
    let rule = |service, survey| {
        post(&hr, "/surveys/rules", &[("op", "add"), ("service", service), ("survey", survey)])
    };
    assert!(rule("boiler*", "boilers").expect(422).body.contains("must be a survey that is published"));
    publish(&hr, "boilers").expect(303);
    assert!(rule("", "boilers").expect(422).body.contains("write * for every service"));
    rule("BOILER*", "boilers").expect(303);
    app.bring(&make::visit("W1"));
    app.bring(&make::with(make::visit("W2"), json!({"service": "roof"})));
    assert_eq!([reason(&app, "W1"), reason(&app, "W2")], ["survey boilers v1", "survey post-service v1"]);
    assert_eq!(version_of(&app, "invitation", "W1"), "boilers 1");

    post(&hr, "/surveys/new", &[("key", "trade"), ("copy", "boilers")]).expect(303);
    save(&hr, "trade", "key=overall&lang=en", OVERALL).expect(303);
    publish(&hr, "trade").expect(303);
    let fields =
        [("op", "add"), ("service", "*"), ("channel", "On site"), ("segment", "trade"), ("survey", "trade")];
    post(&hr, "/surveys/rules", &fields).expect(303);
    let tries = "/surveys/rules?try_service=boiler+repair&try_channel=on+site&try_segment=Trade";
    says(&read(&hr, tries), "Such a visit gets boilers, version 1, by rule 1.");
    let page = read(&hr, "/surveys/rules");
    says(&page, "2 any service, channel On site, segment trade trade");
    let last = app.value("SELECT id::text FROM survey_rule ORDER BY position DESC LIMIT 1");
    post(&hr, "/surveys/rules", &[("op", "up"), ("rule", &last)]).expect(303);
    says(&read(&hr, tries), "Such a visit gets trade, version 1, by rule 1.");
    let trade = json!({"channel": "on site", "segment": "trade"});
    app.bring(&make::with(make::visit("W3"), trade.clone()));
    assert_eq!(reason(&app, "W3"), "survey trade v1");

    // A visit that gets its address later gets the survey that fits it too.
    let none = json!({"channel": "on site", "segment": "trade", "customer": {"email": null}});
    app.bring(&make::with(make::visit("W4"), none));
    let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    let correction = json!({"customer": {"email": "w4@example.com"}});
    client.patch_json("/api/v1/visits/W4", &correction).expect(200);
    assert_eq!(version_of(&app, "invitation", "W4"), "trade 1");

    post(&hr, "/surveys/rules", &[("op", "remove"), ("rule", &last)]).expect(303);
    says(&read(&hr, "/surveys"), "One rule; visits that it does not fit get post-service.");
    assert_eq!(audited(&app, "survey_rule.added").len(), 2);
    assert_eq!(
        (audited(&app, "survey_rule.moved").len(), audited(&app, "survey_rule.removed").len()),
        (1, 1)
    );
}
