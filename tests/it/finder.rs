//! The list of visits, the page of one visit, and the people.

use crate::support::{Client, TestApp, make};
use hearback::accounts::{Role, Scope};
use serde_json::{Value, json};

/// Our id of a visit.
#[track_caller]
pub fn id_of(app: &TestApp, visit: &str) -> String {
    app.value(&format!("SELECT id FROM visit WHERE external_id = '{visit}'"))
}

/// A visit by somebody else of another team.
pub fn foreign(id: &str) -> Value {
    make::with(make::visit(id), json!({"employees": [{"id": "E9", "name": "Otto Other", "team": "South"}]}))
}

/// Two people with their parts.
pub fn shared(id: &str) -> Value {
    make::with(
        make::visit(id),
        json!({"employees": [
            {"id": "E17", "name": "Erika Muster", "team": "North 2", "share": 0.6},
            {"id": "E9", "name": "Otto Other", "team": "South", "share": 0.4},
        ]}),
    )
}

/// Which of the visits `W1`, `W2` … stand on a page, by their links or rows.
fn listed(client: &Client, address: &str) -> Vec<String> {
    let page = client.get(address).expect(200).body;
    let ids = page.split(['>', '<']).filter(|text| text.starts_with('W') && text[1..].parse::<u32>().is_ok());
    ids.map(str::to_owned).collect()
}

#[test]
fn a_manager_sees_only_visits_of_the_own_team() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.bring(&foreign("W2"));
    app.bring(&shared("W3"));
    let manager = app.staff(Role::Manager, Some("North 2"));
    let mut seen = listed(&manager, "/visits");
    seen.sort();
    assert_eq!(seen, ["W1", "W3"]);
    assert!(listed(&manager, "/visits?q=W2").is_empty() && listed(&manager, "/visits?employee=E9") == ["W3"]);
    manager.get(&format!("/visits/{}", id_of(&app, "W1"))).expect(200);
    manager.get(&format!("/visits/{}", id_of(&app, "W3"))).expect(200);
    manager.get(&format!("/visits/{}", id_of(&app, "W2"))).expect(404);
    let hr = app.staff(Role::Hr, None);
    assert_eq!(listed(&hr, "/visits").len(), 3);
    hr.get(&format!("/visits/{}", id_of(&app, "W2"))).expect(200);
}

#[test]
fn the_team_of_the_day_decides_who_sees_a_visit() {
    let app = TestApp::start();
    let on = |day: &str, id: &str, team: &str| {
        let change = json!({"visited_at": format!("{day}T10:00:00Z"),
            "employees": [{"id": "E17", "name": "Erika Muster", "team": team}]});
        app.bring(&make::with(make::visit(id), change));
    };
    on("2026-11-10", "W1", "North 2");
    on("2026-11-19", "W2", "South");
    let manager = app.staff(Role::Manager, Some("North 2"));
    assert_eq!(listed(&manager, "/visits"), ["W1"]);
    manager.get(&format!("/visits/{}", id_of(&app, "W2"))).expect(404);
}

#[test]
fn a_manager_without_a_team_sees_no_visit() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"employees": [{"id": "E8", "name": "Lena Loose"}]})));
    let manager = app.staff(Role::Manager, None);
    assert!(listed(&manager, "/visits").is_empty());
    manager.get(&format!("/visits/{}", id_of(&app, "W1"))).expect(404);
}

#[test]
fn a_list_goes_on_where_its_page_ended_and_keeps_what_was_asked_for() {
    let app = TestApp::start();
    let visits: Vec<Value> = (1..=120)
        .map(|n| {
            // Many at the same moment: the id then decides.
            let at = format!("2026-11-20T10:{:02}:00Z", n / 30);
            let employees =
                json!([{"id": if n <= 110 { "E17" } else { "E9" }, "name": "One", "team": "North 2"}]);
            make::with(make::visit(&format!("W{n}")), json!({"visited_at": at, "employees": employees}))
        })
        .collect();
    app.client(&[Scope::VisitsWrite]).post_json("/api/v1/visits/batch", &json!(visits)).expect(200);
    let hr = app.staff(Role::Hr, None);
    let mut address = "/visits?employee=E17&outcome=planned".to_owned();
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let page = listed(&hr, &address);
        sizes.push(page.len());
        seen.extend(page);
        let body = hr.get(&address).expect(200).body;
        let Some((before, _)) = body.split_once("\" rel=\"next\"") else { break };
        address = before.rsplit("href=\"").next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        assert!(address.starts_with("/visits?employee=E17&outcome=planned&after="), "{address}");
    }
    assert_eq!(sizes, [50, 50, 10]);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 110);
    hr.get("/visits?after=nonsense").expect(422);
}

#[test]
fn visits_are_narrowed_by_id_outcome_employee_and_dates() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.bring(&make::with(foreign("W2"), json!({"visited_at": "2026-11-18T09:00:00Z"})));
    app.bring(&make::with(make::visit("W3"), json!({"customer": {"email": null}})));
    let hr = app.staff(Role::Hr, None);
    for (query, found) in [
        ("q=W2", vec!["W2"]),
        ("q=W", vec![]),
        ("outcome=no_address", vec!["W3"]),
        ("employee=E9", vec!["W2"]),
        ("from=2026-11-18&to=2026-11-18", vec!["W2"]),
        ("from=2026-11-19&outcome=planned", vec!["W1"]),
        ("to=2026-11-17", vec![]),
        ("outcome=nothing+of+ours&q=+W1+", vec!["W1"]),
    ] {
        assert_eq!(listed(&hr, &format!("/visits?{query}")), found, "{query}");
    }
    assert!(hr.get("/visits?q=W9").expect(200).body.contains("No visit fits"));
    assert!(hr.get("/visits?from=2026-02-31").expect(200).body.contains("Write dates as"));
}

#[test]
fn a_list_without_visits_says_what_fills_it() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    for (address, words) in [
        ("/visits", "They come in by the API"),
        ("/responses", "Nobody has answered yet"),
        ("/callbacks", "Nobody to phone"),
        ("/people", "Employees come in with their visits"),
        ("/customers?q=nobody", "Customers come in with their visits"),
    ] {
        assert!(hr.get(address).expect(200).body.contains(words), "{address}");
    }
}

#[test]
fn the_page_of_a_visit_tells_its_facts_its_road_and_its_mail_but_no_address_and_no_token() {
    let app = TestApp::start();
    let visit = make::with(shared("W1"), json!({"site": "Quay", "channel": "on site", "priority": true}));
    app.bring(&visit);
    let path = app.mail_out("W1");
    app.execute("UPDATE visit_outcome SET reason = 'refused by the relay: 550 <w1@example.com> full' WHERE outcome = 'sent'").unwrap();
    app.answer(&path, 4);
    let page = app.staff(Role::Hr, None).get(&format!("/visits/{}", id_of(&app, "W1"))).expect(200).body;
    for words in [
        "20 November 2026, 14:00",
        "boiler repair",
        "Quay",
        "on site",
        "Erika Muster",
        "60 %",
        "Otto Other",
        "40 %",
        "South",
        "Ann Sample",
        "the customer agreed, by mail and phone; see: order form",
        "The customer answered.",
        "by the customer",
        "To be asked with the survey post-service, version 1.",
        "taken by the mail server",
        "The link works until 20 Dec 2026",
        "550 (address) full",
        "href=\"/responses/",
        "href=\"/customers/",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(!page.contains("w1@example.com") && !page.contains(&path[3..]));
    let order =
        ["Answered", "Asked", "Being sent", "To be asked"].map(|word| page.find(&format!("<b>{word}</b>")));
    assert!(order.is_sorted() && order[0].is_some(), "{order:?}");
}

#[test]
fn whoever_may_not_read_answers_finds_no_way_to_them() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    let page = app.staff(Role::Admin, None).get(&format!("/visits/{}", id_of(&app, "W1"))).expect(200).body;
    assert!(page.contains("The customer answered.") && !page.contains("Ann Sample"));
    assert!(!page.contains("/responses/") && !page.contains("/customers/") && !page.contains("4 of 5"));
}

#[test]
fn the_page_of_a_visit_names_who_cancelled_it_and_tells_its_call_back() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let key = app.client(&[Scope::VisitsWrite]);
    key.post_json("/api/v1/visits/W1/cancel", &json!({"reason": "it did not take place"})).expect(200);
    app.execute(
        "INSERT INTO callback (id, visit_id, kind, state, probability, called, created_at) \
         SELECT gen_random_uuid(), id, 'random', 'done', 0.31, false, now() FROM visit",
    )
    .unwrap();
    let page = app.staff(Role::Hr, None).get(&format!("/visits/{}", id_of(&app, "W1"))).expect(200).body;
    for words in
        ["by the key test", "It did not take place.", "31 % when the list was drawn", "not called", "By lot"]
    {
        assert!(page.contains(words), "{words} is not in {page}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let app = TestApp::start();
    let hr = app.staff(Role::Hr, None);
    for thing in ["visits", "responses", "customers"] {
        for id in ["none", "018f0000-0000-7000-8000-000000000000", "%27", "%2e%2e"] {
            hr.get(&format!("/{thing}/{id}")).expect(404);
        }
    }
}

#[test]
fn whoever_opens_a_page_about_one_thing_leaves_a_trace() {
    let app = TestApp::start();
    app.answer(&app.mailed("W1"), 4);
    let hr = app.staff(Role::Hr, None);
    let response = app.value("SELECT id FROM response");
    let customer = app.value("SELECT id FROM customer");
    let visit = id_of(&app, "W1");
    hr.get(&format!("/visits/{visit}")).expect(200);
    hr.get(&format!("/responses/{response}")).expect(200);
    hr.get(&format!("/customers/{customer}")).expect(200);
    hr.get("/visits/none").expect(404);
    let trail = "SELECT action || ' ' || subject FROM audit_entry \
                 WHERE action LIKE '%.read' AND actor = 'user ' || (SELECT id FROM user_account) ORDER BY id";
    assert_eq!(
        app.rows(trail),
        [
            format!("visit.read visit {visit}"),
            format!("response.read response {response}"),
            format!("customer.read customer {customer}")
        ]
    );
}

#[test]
fn a_hostile_name_is_only_text() {
    let app = TestApp::start();
    let bad = "<script>alert(1)</script>\"'&";
    let change = json!({
        "service": bad, "site": bad, "channel": bad, "segment": bad,
        "employees": [{"id": "E<1>", "name": bad, "email": "x@example.com", "team": bad}],
        "customer": {"id": "C<1>", "name": bad, "phone": "+44<b>1632</b>960001"},
    });
    app.bring(&make::with(make::visit("W1"), change));
    let path = app.mail_out("W1");
    app.say(&path, "2", bad);
    let hr = app.staff(Role::Hr, None);
    let (visit, response) = (id_of(&app, "W1"), app.value("SELECT id FROM response"));
    let file = app.value("SELECT id FROM customer");
    for address in [
        "/visits",
        "/responses",
        "/people",
        "/callbacks",
        "/customers?q=script",
        &format!("/visits/{visit}"),
        &format!("/responses/{response}"),
        &format!("/customers/{file}"),
        "/visits?q=%3Cscript%3E&employee=%22%3E",
        "/people?q=%3Cscript%3E&team=%22%3E",
        "/customers?q=%22%3E%3Cscript%3E",
    ] {
        let page = hr.get(address).expect(200).body;
        assert!(!page.contains("<script") && !page.contains("<b>1632"), "{address}: {page}");
    }
}

#[test]
fn no_search_text_breaks_a_page() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let hr = app.staff(Role::Hr, None);
    let texts = [
        "'",
        "''",
        "%",
        "_",
        "\\",
        ":*",
        "a:*",
        "& | !",
        "<->",
        "!!",
        "()",
        "(",
        "a & b",
        "'a",
        "\\'",
        "$1",
        ";--",
        "\u{202e}",
        "ä",
        "😀",
        "0",
        "123",
        "+++",
        "a/b",
        "x@",
        "\"",
        "\t",
        "\u{fffd}",
        "-1",
        "9223372036854775808",
    ];
    for text in texts.iter().map(|text| (*text).to_owned()).chain(["x".repeat(5000), "a ".repeat(500)]) {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for address in [
            format!("/customers?q={text}"),
            format!("/visits?q={text}&employee={text}&outcome={text}"),
            format!("/visits?from={text}"),
            format!("/responses?employee={text}&mode={text}&certainty={text}&overall={text}&comment={text}"),
            format!("/people?q={text}&team={text}&site={text}"),
            format!("/callbacks?to={text}"),
        ] {
            hr.get(&address).expect(200);
        }
        let refused = hr.get(&format!("/visits?after={text}")).status;
        assert!([200, 422].contains(&refused), "{refused}");
    }
    hr.get("/customers?q=%00").expect(404);
    let forged = |place: i64| hearback::db::page::Cursor { place, id: uuid::Uuid::max() }.encode();
    for place in [i64::MIN, -1, 0, 1, i64::MAX] {
        for list in ["/visits", "/responses"] {
            hr.get(&format!("{list}?after={}", forged(place))).expect(200);
        }
        hr.get(&format!("/callbacks?after={}", forged(place))).expect(422);
    }
}

#[test]
fn people_stand_by_team_and_name_and_those_who_left_at_the_end() {
    let app = TestApp::start();
    app.bring(&shared("W1"));
    app.bring(&make::with(
        make::visit("W2"),
        json!({"employees": [{"id": "E3", "name": "Adam Gone", "team": "North 2"}]}),
    ));
    app.execute("UPDATE employee SET left_on = '2026-11-01' WHERE external_id = 'E3'").unwrap();
    app.execute("INSERT INTO site VALUES (gen_random_uuid(), 'Quay')").unwrap();
    app.execute("UPDATE employee SET site_id = (SELECT id FROM site) WHERE external_id = 'E9'").unwrap();
    app.execute(
        "INSERT INTO team_member SELECT e.id, t.id, 'lead', '2026-02-01', NULL FROM employee e, team t \
         WHERE e.external_id = 'E17' AND t.name = 'North 2'",
    )
    .unwrap();
    app.execute(
        "INSERT INTO team_member SELECT e.id, t.id, 'lead', '2025-02-01', '2026-01-31' FROM employee e, team t \
         WHERE e.external_id = 'E9' AND t.name = 'North 2'",
    )
    .unwrap();
    let hr = app.staff(Role::Hr, None);
    let page = hr.get("/people").expect(200).body;
    let places =
        ["North 2 <", "Erika Muster", "South <", "Otto Other", "Left <", "Adam Gone", "left on 1 Nov 2026"]
            .map(|words| page.find(words));
    assert!(places.is_sorted() && places[0].is_some(), "{places:?} {page}");
    assert!(
        page.contains("leads North 2 since 1 Feb 2026") && page.contains("Erika Muster, since 1 Feb 2026")
    );
    assert!(page.contains("Otto Other, 1 Feb 2025 to 31 Jan 2026"));
    for (query, there, gone) in [
        ("q=otto", "E9</td>", "E17</td>"),
        ("q=E17", "E17</td>", "E9</td>"),
        ("team=South", "E9</td>", "E17</td>"),
        ("site=Quay", "E9</td>", "E17</td>"),
    ] {
        let page = hr.get(&format!("/people?{query}")).expect(200).body;
        assert!(page.contains(there) && !page.contains(gone), "{query}");
    }
    assert!(hr.get("/people?q=%25").expect(200).body.contains("Nobody fits"));
}

#[test]
fn the_menu_leads_where_each_role_may_go_and_nowhere_else() {
    let app = TestApp::start();
    for role in Role::ALL {
        let client = app.staff(*role, Some("North 2"));
        let home = client.get("/").expect(200).body;
        for address in ["/evaluations", "/responses", "/callbacks", "/customers", "/visits", "/people"] {
            let is_shown = home.contains(&format!("<a href=\"{address}\""));
            let may = client.get(address).status == 200;
            assert_eq!(is_shown, may, "{address} for {role}");
        }
    }
}
