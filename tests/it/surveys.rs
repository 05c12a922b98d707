//! What customers are asked is edited by HR: drafts, versions, and which visit gets which.

use crate::delivery_pages::{audited, post, read, says};
use crate::support::{Answer, Client, TestApp};
use hearback::accounts::Role;
use hearback::db;
use hearback::surveys::builtin;
use hearback::surveys::past::{self, Scale};

/// Fields of a form.
pub type Fields = &'static [(&'static str, &'static str)];

/// What the form of a question needs beside what a test types.
pub const OVERALL: Fields = &[
    ("old", "overall"),
    ("kind", "rating"),
    ("lang", "en"),
    ("text", "How did it go?"),
    ("low", "Badly"),
    ("high", "Well"),
];

/// 201 characters.
const LONG: &str = concat!(
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "x"
);

/// Opens the form of a question and sends it with what is typed.
#[track_caller]
pub fn save(hr: &Client, survey: &str, query: &str, typed: &[(&str, &str)]) -> Answer {
    let seen = hr.get(&format!("/surveys/{survey}/question?{query}")).expect(200).hidden("seen");
    send(hr, survey, &seen, typed)
}

#[track_caller]
fn send(hr: &Client, survey: &str, seen: &str, typed: &[(&str, &str)]) -> Answer {
    let fields: Vec<(&str, &str)> = [("seen", seen)].into_iter().chain(typed.iter().copied()).collect();
    post(hr, &format!("/surveys/{survey}/question"), &fields)
}

/// One step in the editor.
#[track_caller]
fn step(hr: &Client, survey: &str, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/surveys/{survey}");
    let seen = seen_of(hr, survey);
    let fields: Vec<(&str, &str)> =
        [("seen", seen.as_str())].into_iter().chain(fields.iter().copied()).collect();
    post(hr, &path, &fields)
}

/// What the editor's page has seen; it stands on the page that publishes, whatever the editor shows.
#[track_caller]
fn seen_of(hr: &Client, survey: &str) -> String {
    hr.get(&format!("/surveys/{survey}/publish")).expect(200).hidden("seen")
}

/// Publishes the draft of a survey.
#[track_caller]
pub fn publish(hr: &Client, survey: &str) -> Answer {
    let seen = seen_of(hr, survey);
    post(hr, &format!("/surveys/{survey}/publish"), &[("seen", &seen)])
}

/// Why a visit was planned, or not.
pub fn reason(app: &TestApp, visit: &str) -> String {
    app.value(&format!(
        "SELECT o.reason FROM visit_outcome o JOIN visit v ON v.id = o.visit_id \
         WHERE v.external_id = '{visit}' ORDER BY o.id LIMIT 1"
    ))
}

/// The survey and version that the invitations and the answers of a visit point at.
pub fn version_of(app: &TestApp, table: &str, visit: &str) -> String {
    app.value(&format!(
        "SELECT s.key || ' ' || n.version FROM {table} t JOIN visit v ON v.id = t.visit_id \
         JOIN survey_version n ON n.id = t.survey_version_id JOIN survey s ON s.id = n.survey_id \
         WHERE v.external_id = '{visit}'"
    ))
}

#[test]
fn hr_drafts_previews_and_publishes_and_what_was_sent_keeps_its_version() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    let old = app.mailed("W1");
    let saved = save(&hr, "post-service", "key=overall&lang=en", OVERALL).expect(303);
    assert_eq!(saved.location(), "/surveys/post-service?lang=en&done=saved");
    let page = read(&hr, "/surveys/post-service");
    says(&page, "Version 1 is asked now. There is a draft, last changed by The hr on 20 Nov 2026");
    says(&page, "How did it go?");
    says(&read(&hr, "/surveys"), "by The hr, 20 Nov 2026");
    // Nothing of the draft reaches a customer.
    let draft = app.mailed("W2");
    assert!(!app.anonymous().get(&draft).expect(200).body.contains("How did it go?"));

    let mail = hr.get("/surveys/post-service/preview/mail?lang=en").expect(200);
    assert!(mail.body.contains("This is a preview of the mail of the draft."), "{}", mail.body);
    assert!(
        mail.body.contains("How did it go?")
            && mail.header("content-security-policy").unwrap().contains("form-action 'none'")
    );
    let text = hr.get("/surveys/post-service/preview/mail?lang=de&part=text").expect(200).body;
    assert!(text.starts_with("This is a preview of the draft.") && text.contains("Wie zufrieden"), "{text}");
    let first = hr.get("/surveys/post-service/preview/page?lang=en&step=1").expect(200).body;
    assert!(first.contains("This is a preview") && first.contains("How did it go?"), "{first}");
    assert!(!first.contains("action=\"/"), "the form has no target");
    let before = hr.get("/surveys/post-service/preview/page?lang=en&version=1").expect(200).body;
    assert!(before.contains("Overall, how satisfied are you?"));

    says(&read(&hr, "/surveys/post-service/publish"), "Other words in English: overall.");
    let done = publish(&hr, "post-service").expect(303);
    assert_eq!(done.location(), "/surveys/post-service?lang=en&done=published");
    says(&read(&hr, "/surveys/post-service"), "Version 2 20 Nov 2026 15:00 The hr Version 1");
    says(&read(&hr, "/surveys/post-service/versions/1"), "Overall, how satisfied are you?");
    says(&read(&hr, "/surveys/post-service/versions/2"), "by The hr. It never changes. ");

    let new = app.mailed("W3");
    assert_eq!(
        [reason(&app, "W1"), reason(&app, "W3")],
        ["survey post-service v1", "survey post-service v2"]
    );
    assert!(app.anonymous().get(&new).expect(200).body.contains("How did it go?"));
    assert!(app.anonymous().get(&old).expect(200).body.contains("Overall, how satisfied are you?"));
    app.answer(&old, 4);
    app.answer(&new, 5);
    assert_eq!(version_of(&app, "response", "W1"), "post-service 1");
    assert_eq!(version_of(&app, "response", "W3"), "post-service 2");
    assert!(read(&hr, "/surveys").contains("post-service 2, since 20 Nov 2026 none 2"));
    let told = audited(&app, "survey.published");
    assert!(told.len() == 1 && told[0].contains("survey post-service") && told[0].contains("\"version\": 2"));
    assert_eq!(audited(&app, "survey.drafted").len(), 1);
}

#[test]
fn a_question_that_needs_correcting_says_what_and_keeps_what_was_typed() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    let cases: &[(&str, Fields, &str)] = &[
        ("rating", &[("key", "step")], "must not be step"),
        ("rating", &[("key", "Speed")], "must be up to 40 small letters"),
        ("rating", &[("key", "overall")], "is taken"),
        ("rating", &[("key", "speed"), ("max", "12")], "must begin at 0 or 1 and have from 2 to 11 points"),
        ("rating", &[("key", "speed"), ("max", "many")], "must be whole numbers"),
        ("rating", &[("key", "speed"), ("from", "4"), ("to", "9")], "must lie within the scale of the first"),
        ("rating", &[("key", "speed"), ("text", "")], "is missing"),
        ("rating", &[("key", "speed"), ("text", LONG)], "must have at most 200 characters; it has 201"),
        ("rating", &[("key", "speed"), ("text", "Hi {name}")], "knows one name in braces only"),
        ("rating", &[("key", "speed"), ("text", "Hi {employees}")], "it is asked when nobody is named"),
        ("rating", &[("key", "speed"), ("points", "one\ntwo")], "must be 5, one for each point, or none"),
        ("choice", &[("key", "why"), ("option_key_0", "a")], "must be from 2 to 12"),
        (
            "choice",
            &[("key", "why"), ("option_key_0", "a"), ("option_key_3", "a")],
            "must differ; a stands twice",
        ),
        ("text", &[("key", "value")], "Take a new key"),
    ];
    // A key that was published and taken out is not free for another kind.
    step(&hr, "post-service", &[("op", "remove"), ("question", "value")]).expect(303);
    for (kind, typed, wrong) in cases {
        let rest = [
            ("kind", *kind),
            ("lang", "en"),
            ("text", "Kept words"),
            ("low", "Low"),
            ("high", "High"),
            ("min", "1"),
            ("max", "5"),
            ("hint", "kept hint"),
        ];
        let fields: Vec<(&str, &str)> = typed.iter().copied().chain(rest).collect();
        let answer = save(&hr, "post-service", &format!("kind={kind}&lang=en"), &fields).expect(422);
        assert!(answer.body.contains(wrong), "{typed:?}: {wrong} not in {}", answer.body);
        assert!(answer.body.contains("kept hint"), "{typed:?}");
    }
    assert!(!read(&hr, "/surveys/post-service").contains("Kept words"), "nothing was stored");
}

/// What the form of each kind needs beside its key and words.
const KINDS: &[(&str, Fields)] = &[
    ("rating", &[("min", "0"), ("max", "3")]),
    ("nps", &[]),
    ("effort", &[("from", "1"), ("to", "2")]),
    (
        "choice",
        &[("option_key_0", "a"), ("option_label_0", "A"), ("option_key_1", "b"), ("option_label_1", "B")],
    ),
    (
        "choices",
        &[("option_key_0", "a"), ("option_label_0", "A"), ("option_key_5", "b"), ("option_label_5", "B")],
    ),
    ("text", &[]),
    ("yes_no", &[]),
];

const WORDS: Fields = &[("lang", "en"), ("text", "Asked"), ("low", "Low"), ("high", "High")];

#[test]
fn a_new_question_of_each_kind_is_published_and_its_scale_stays() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    for (kind, more) in KINDS {
        let key = format!("new_{kind}");
        let typed = [("key", key.as_str()), ("kind", kind)];
        let typed: Vec<(&str, &str)> = typed.iter().chain(WORDS).chain(*more).copied().collect();
        save(&hr, "post-service", &format!("kind={kind}&lang=en"), &typed).expect(303);
    }
    // The other languages lack the new questions: complete or absent.
    let refused = publish(&hr, "post-service").expect(422);
    assert!(refused.body.contains("new_nps in Deutsch: Question is missing"), "{}", refused.body);
    for lang in ["de", "fr", "es", "ar"] {
        step(&hr, "post-service", &[("op", "drop-language"), ("lang", lang)]).expect(303);
    }
    publish(&hr, "post-service").expect(303);
    let stored = app.rows(
        "SELECT concat_ws(' ', q.key, q.scale_min, q.scale_max) FROM question q JOIN survey_version n \
         ON n.id = q.survey_version_id WHERE n.version = 2 AND q.key = 'new_' || q.kind ORDER BY q.position",
    );
    let kinds = [
        "new_rating 0 3",
        "new_nps 0 10",
        "new_effort 1 7",
        "new_choice",
        "new_choices",
        "new_text",
        "new_yes_no",
    ];
    assert_eq!(stored, kinds);
    // The form of a published rating has no ends to type, and typed ones are refused.
    let form = hr.get("/surveys/post-service/question?key=new_rating").expect(200).body;
    assert!(!form.contains("name=\"min\"") && form.contains("rating from 0 to 3"));
    let typed = [("old", "new_rating"), ("kind", "rating"), ("min", "0"), ("max", "5")];
    let typed: Vec<(&str, &str)> = typed.iter().chain(WORDS).copied().collect();
    let refused = save(&hr, "post-service", "key=new_rating", &typed).expect(422);
    assert!(refused.body.contains("version 2 asks new_rating as rating from 0 to 3"), "{}", refused.body);
}

#[test]
fn two_editors_do_not_overwrite_each_other_silently() {
    let app = TestApp::start();
    let (one, email) = (app.staff(Role::Hr, None), "hr@example.com");
    let other = app.sign_in(email);
    let form = hr_form(&other, "overall");
    let editor = seen_of(&other, "post-service");
    save(&one, "post-service", "key=overall&lang=en", OVERALL).expect(303);

    let mut theirs = OVERALL.to_vec();
    theirs[3] = ("text", "Mine instead?");
    let late = send(&other, "post-service", &form, &theirs).expect(409);
    assert!(late.body.contains("Somebody else changed this survey") && late.body.contains("Mine instead?"));
    says(&read(&one, "/surveys/post-service"), "How did it go?");
    for fields in [[("op", "remove"), ("question", "value")], [("op", "discard"), ("question", "")]] {
        let fields = [("seen", editor.as_str()), fields[0], fields[1]];
        let late = post(&other, "/surveys/post-service", &fields).expect(303);
        assert!(late.location().ends_with("done=late"), "{late:?}");
    }
    let late = post(&other, "/surveys/post-service/publish", &[("seen", &editor)]).expect(303);
    assert!(late.location().ends_with("done=late"));
    // Who has read that, and saves again from that page, means it.
    send(&other, "post-service", &hr_form(&other, "overall"), &theirs).expect(303);
    says(&read(&one, "/surveys/post-service"), "Mine instead?");
    // Nothing typed is lost either when the other took the question out.
    let form = hr_form(&other, "skill");
    step(&one, "post-service", &[("op", "remove"), ("question", "skill")]).expect(303);
    let typed = [("old", "skill"), ("kind", "rating"), ("lang", "en"), ("text", "Typed for long")];
    let late = send(&other, "post-service", &form, &typed).expect(409);
    assert!(
        late.body.contains("Typed for long")
            && late.body.contains("name=\"key\" type=\"text\" autocomplete=\"off\" value=\"skill\"")
    );
    // A draft that was thrown away and begun again is not the same one.
    let seen = seen_of(&one, "post-service");
    step(&one, "post-service", &[("op", "discard")]).expect(303);
    assert!(!read(&one, "/surveys/post-service").contains("Mine instead?"));
    save(&one, "post-service", "key=overall&lang=en", OVERALL).expect(303);
    send(&other, "post-service", &seen, &theirs).expect(409);
}

/// What the form of a question has seen.
#[track_caller]
fn hr_form(client: &Client, key: &str) -> String {
    client.get(&format!("/surveys/post-service/question?key={key}&lang=en")).expect(200).hidden("seen")
}

#[test]
fn a_start_leaves_what_people_published_and_renews_what_the_program_did() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    let start = || {
        let publish = |connection: &mut _| builtin::publish(connection, app.now());
        db::transaction(&mut app.connection(), publish).unwrap().version
    };
    assert_eq!(start(), 1);
    app.execute("UPDATE survey_version SET content = jsonb_set(content, '{questions}', '[]')").unwrap();
    assert_eq!(start(), 2, "an older program had other words");
    save(&hr, "post-service", "key=overall&lang=en", OVERALL).expect(303);
    assert_eq!(start(), 2, "a draft is nobody's business");
    publish(&hr, "post-service").expect(303);
    assert_eq!((start(), start()), (3, 3));
    says(&read(&hr, "/surveys/post-service/versions/3"), "How did it go?");
}

#[test]
fn what_another_system_asked_can_be_read_and_not_changed() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    let scale = Scale { min: 1, max: 5 };
    db::transaction(&mut app.connection(), |connection| {
        past::publish(connection, &["overall"], scale, app.now())
    })
    .unwrap();
    says(&read(&hr, "/surveys"), "from an import");
    says(&read(&hr, "/surveys/history-1-5"), "it came by an import and stays as it is");
    step(&hr, "history-1-5", &[("op", "discard")]).expect(422);
    save(&hr, "history-1-5", "key=overall&lang=en", OVERALL).expect(422);
    publish(&hr, "history-1-5").expect(422);
    assert_eq!(app.rows("SELECT survey_id::text FROM survey_draft"), Vec::<String>::new());
}

#[test]
fn looking_changes_nothing_and_what_is_not_there_is_404() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    let tables =
        ["survey", "survey_version", "survey_draft", "survey_rule", "invitation", "response", "audit_entry"];
    let before = app.dump(&tables);
    for path in [
        "/surveys",
        "/surveys/new",
        "/surveys/rules",
        "/surveys/post-service",
        "/surveys/post-service/publish",
        "/surveys/post-service/versions/1",
        "/surveys/post-service/question?kind=choice",
        "/surveys/post-service/preview/mail?lang=ar",
        "/surveys/post-service/preview/page?step=2&lang=de",
    ] {
        hr.get(path).expect(200);
    }
    assert_eq!(app.dump(&tables), before);
    for path in [
        "/surveys/none",
        "/surveys/none/publish",
        "/surveys/post-service/versions/9",
        "/surveys/none/preview/page",
        "/surveys/post-service/question?key=none",
        "/surveys/post-service/preview/mail?version=9",
    ] {
        hr.get(path).expect(404);
    }
    post(&hr, "/surveys/post-service", &[("op", "up")]).expect(422);
    post(&hr, "/surveys/post-service/preview/page", &[]).expect(405);
    publish(&hr, "post-service").expect(422);
}
