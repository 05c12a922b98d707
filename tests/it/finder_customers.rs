//! Finding a customer on the day they call in, and what their page shows to whom.

use crate::finder::{foreign, id_of};
use crate::support::{Client, TestApp, database, make};
use hearback::accounts::{Role, Scope};
use serde_json::{Value, json};

fn visit(id: &str, customer: &Value) -> Value {
    let mut visit = make::visit(id);
    visit["customer"] = customer.clone();
    visit
}

/// Names of the customers that a search finds, in the order of the page.
fn found(client: &Client, text: &str) -> Vec<String> {
    let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let page = client.get(&format!("/customers?q={text}")).expect(200).body;
    let links = page.split("<th scope=\"row\"><a href=\"/customers/").skip(1);
    links.map(|link| link.split(['>', '<']).nth(1).unwrap().to_owned()).collect()
}

fn three(app: &TestApp) {
    app.bring(&visit("W1", &json!({"id": "C9", "name": "Eleanor Ashdown", "email": "Eleanor.A@example.com", "phone": "+44 (0)1632 960114"})));
    app.bring(&visit(
        "W2",
        &json!({"name": "Siobhán O'Brien-Ash", "email": "so_b@example.com", "phone": "01632/960115"}),
    ));
    app.bring(&visit("W3", &json!({"id": "C114", "name": "Max Bell", "phone": "+441632970114"})));
}

#[test]
fn a_customer_is_found_by_name_number_address_and_id() {
    let app = TestApp::start();
    three(&app);
    let hr = app.staff(Role::Hr, None);
    let (ashdown, brien, bell) = ("Eleanor Ashdown", "Siobhán O&#39;Brien-Ash", "Max Bell");
    for (text, wanted) in [
        ("ashdown", vec![ashdown]),
        ("ASH", vec![ashdown, brien]),
        ("ash ele", vec![ashdown]),
        ("Eleanor,", vec![ashdown]),
        ("o'brien", vec![brien]),
        ("brien", vec![brien]),
        ("siobhán", vec![brien]),
        ("0114", vec![ashdown, bell]),
        ("960114", vec![ashdown]),
        ("01632 960114", vec![ashdown]),
        ("+44 1632 960115", vec![brien]),
        ("14", vec![]),
        ("eleanor.a@", vec![ashdown]),
        ("so_b@example.com", vec![brien]),
        ("so_", vec![brien]),
        ("e_eanor", vec![]),
        ("C9", vec![ashdown]),
        ("C114", vec![bell]),
        ("W2", vec![brien]),
        ("W", vec![]),
        ("nobody", vec![]),
    ] {
        assert_eq!(found(&hr, text), wanted, "{text}");
    }
}

#[test]
fn at_most_fifty_are_listed_and_the_page_says_so() {
    let app = TestApp::start();
    let visits: Vec<Value> = (0..60)
        .map(|n| visit(&format!("W{n}"), &json!({"id": format!("C{n}"), "name": format!("Ada {n:02}")})))
        .collect();
    app.client(&[Scope::VisitsWrite]).post_json("/api/v1/visits/batch", &json!(visits)).expect(200);
    let hr = app.staff(Role::Hr, None);
    assert_eq!(found(&hr, "ada").len(), 50);
    assert!(hr.get("/customers?q=ada").expect(200).body.contains("There are more than 50."));
    assert_eq!(found(&hr, "ada 07"), ["Ada 07"]);
    assert!(!hr.get("/customers?q=ada+0").expect(200).body.contains("There are more"));
}

#[test]
fn a_hit_shows_nobody_a_whole_number_or_address() {
    let app = TestApp::start();
    three(&app);
    for role in [Role::Hr, Role::Manager, Role::Caller] {
        let page = app.staff(role, Some("North 2")).get("/customers?q=ash").expect(200).body;
        for shown in ["…0114", "…0115", "E…@example.com", "s…@example.com"] {
            assert!(page.contains(shown), "{shown} for {role}: {page}");
        }
        for secret in ["960114", "960115", "1632", "leanor.A@", "so_b"] {
            assert!(!page.contains(secret), "{secret} for {role}");
        }
    }
}

#[test]
fn each_search_leaves_a_trace_without_its_words() {
    let app = TestApp::start();
    three(&app);
    let caller = app.staff(Role::Caller, None);
    for query in ["", "?q=", "?q=+", "?q=ash", "?q=0114", "?q=nobody"] {
        caller.get(&format!("/customers{query}")).expect(200);
    }
    let trail = "SELECT string_agg(actor || ' ' || subject || ' ' || detail::text, '; ' ORDER BY id) \
                 FROM audit_entry WHERE action = 'customers.searched'";
    let user = app.value("SELECT id FROM user_account");
    let entry = |hits: u8| format!("user {user} customers {{\"hits\": {hits}}}");
    assert_eq!(app.value(trail), [entry(2), entry(2), entry(0)].join("; "));
}

#[test]
fn the_search_uses_its_indexes() {
    let app = TestApp::start();
    app.execute(
        "INSERT INTO customer (id, name, email, phone, created_at) SELECT gen_random_uuid(), md5(n::text) || ' ' || n, \
         n || '@example.com', '+4416' || n, now() FROM generate_series(1, 20000) n",
    )
    .unwrap();
    app.execute("ANALYZE customer").unwrap();
    for (condition, index) in [
        (
            "phone IS NOT NULL AND reverse(regexp_replace(phone, '\\D', '', 'g')) LIKE '9999%'",
            "customer_phone_tail",
        ),
        ("email IS NOT NULL AND lower(email) LIKE '1999%'", "customer_email_head"),
        ("to_tsvector('simple', name) @@ to_tsquery('simple', '''c4ca'':*')", "customer_name_words"),
    ] {
        let plan =
            database::plan(&mut app.connection(), &format!("SELECT id FROM customer WHERE {condition}"));
        assert!(plan.contains(index), "{plan}");
    }
}

#[test]
fn the_page_of_a_customer_shows_contact_and_visits_and_to_callers_nothing_that_was_said() {
    let app = TestApp::start();
    let customer = json!({"id": "C9", "name": "Eleanor Ashdown", "email": "w1@example.com", "phone": "+44 1632 960114",
        "language": "de", "time_zone": "Europe/Berlin"});
    app.bring(&visit("W1", &customer));
    let path = app.mail_out("W1");
    app.say(&path, "2", "never again");
    app.bring(&make::with(foreign("W2"), json!({"customer": customer})));
    let page = |role, team| {
        let client: Client = app.staff(role, team);
        client.get(&format!("/customers/{}", app.value("SELECT id FROM customer"))).expect(200).body
    };
    let link = |visit: &str| format!("href=\"/visits/{}\"", id_of(&app, visit));
    let caller = page(Role::Caller, None);
    for words in [
        "Eleanor Ashdown",
        "href=\"tel:+441632960114\"",
        "w1@example.com",
        "C9",
        "German",
        "Europe/Berlin",
        "W1",
        "W2",
        "Erika Muster",
        "Otto Other",
        "Answered",
        "not stopped",
    ] {
        assert!(caller.contains(words), "{words} is not in {caller}");
    }
    assert!(!caller.contains(&link("W1")) && !caller.contains(&link("W2")));
    let hr = page(Role::Hr, None);
    assert!(hr.contains(&link("W1")) && hr.contains(&link("W2")));
    let manager = page(Role::Manager, Some("North 2"));
    assert!(manager.contains(&link("W1")) && !manager.contains(&link("W2")) && manager.contains("W2"));
    assert!(!caller.contains("never again") && !caller.contains("2 of 5") && !caller.contains("/responses/"));
    assert!(hr.contains("never again") && manager.contains("2 of 5"));
}

#[test]
fn a_stopped_address_is_said_on_the_page_of_the_customer() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.anonymous().post_form(&path.replace("/s/", "/u/"), &[("List-Unsubscribe", "One-Click")]).expect(200);
    let customer = app.value("SELECT id FROM customer");
    let page = app.staff(Role::Caller, None).get(&format!("/customers/{customer}")).expect(200).body;
    assert!(
        page.contains("No mails go to this customer.") && page.contains("the customer said stop"),
        "{page}"
    );
}

#[test]
fn a_customer_without_a_name_or_number_has_a_page_too() {
    let app = TestApp::start();
    app.bring(&visit("W1", &json!({"email": "lone@example.com"})));
    let customer = app.value("SELECT id FROM customer");
    let hr = app.staff(Role::Hr, None);
    assert!(hr.get(&format!("/customers/{customer}")).expect(200).body.contains("A customer without a name"));
    assert_eq!(found(&hr, "lone"), ["no name"]);
}
