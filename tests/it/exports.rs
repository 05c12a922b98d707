//! Lists as files: the same rows as on the page, for no more people, and a line in the audit log.

use crate::support::{TestApp, make};
use hearback::accounts::Role;
use serde_json::json;

/// Every list with a file, and the roles that may have it.
const FILES: &[(&str, &[&str])] = &[
    ("/visits", &["admin", "hr", "manager"]),
    ("/responses", &["hr", "manager"]),
    ("/cases", &["hr", "manager"]),
    ("/objections", &["hr", "manager"]),
    ("/statements", &["hr", "manager", "employee"]),
    ("/callbacks", &["hr", "manager"]),
    ("/customers", &["hr"]),
    ("/people", &["admin", "hr"]),
    ("/audit", &["admin", "hr"]),
];

/// Visits of two teams; that of South has a customer and a comment that a spreadsheet would run.
fn company() -> TestApp {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"name": "Eleanor Ashdown"}})));
    let south = json!({
        "employees": [{"id": "E9", "name": "Omer South", "team": "South"}],
        "customer": {"name": "=HYPERLINK(1)"}, "service": "+repair",
    });
    app.bring(&make::with(make::visit("W2"), south));
    for visit in ["W1", "W2"] {
        let path = app.mail_out(visit);
        app.answer(&path, 1);
        app.say(&path, "1", if visit == "W1" { "Late again" } else { "@cold" });
    }
    app.follow_answers();
    app
}

/// The rows of a file without its header.
fn rows(body: &str) -> Vec<&str> {
    body.lines().skip(1).collect()
}

#[test]
fn a_file_is_for_whom_its_page_is_or_fewer_and_the_page_offers_it_to_them_alone() {
    let app = company();
    for role in Role::ALL {
        let client = app.staff(*role, Some("North 2"));
        for (path, may) in FILES {
            let file = client.get(&format!("{path}.csv"));
            let page = client.get(&if *path == "/customers" {
                "/customers?q=W1".to_owned()
            } else {
                (*path).to_owned()
            });
            let is_allowed = may.contains(&role.as_str());
            assert_eq!(file.status, if is_allowed { 200 } else { 403 }, "{path}.csv for {role}");
            assert!(!is_allowed || page.status == 200, "{path} for {role}");
            assert!(is_allowed || !page.body.contains(&format!("{path}.csv")), "{path} for {role}");
        }
    }
    let hr = app.sign_in("hr@example.com");
    for path in ["/visits", "/responses", "/cases", "/people", "/audit", "/customers?q=W1"] {
        assert!(hr.get(path).expect(200).body.contains(".csv"), "{path} offers no file");
    }
}

#[test]
fn a_manager_gets_the_own_teams_rows_in_a_file_as_on_the_page() {
    let app = company();
    let south = app.staff(Role::Manager, Some("South"));
    for path in ["/visits", "/responses", "/cases"] {
        let file = south.get(&format!("{path}.csv")).expect(200).body;
        assert_eq!(rows(&file).len(), 1, "{path}: {file}");
        assert!(file.contains("W2") && !file.contains("W1") && !file.contains("Ashdown"), "{path}: {file}");
    }
    let nobody = app.sign_in(&{
        app.execute("UPDATE user_account SET team_id = NULL").unwrap();
        "manager@example.com".to_owned()
    });
    for path in ["/visits", "/responses", "/cases", "/objections"] {
        assert!(rows(&nobody.get(&format!("{path}.csv")).expect(200).body).is_empty(), "{path}");
    }
}

#[test]
fn a_file_follows_the_filter_and_the_order_of_its_page_and_goes_on_past_the_first_page() {
    let app = TestApp::start();
    for n in 0..120 {
        app.bring(&make::visit(&format!("V{n:03}")));
    }
    let at = "UPDATE visit SET visited_at = '2026-11-01T08:00:00Z'::timestamptz + right(external_id, 3)::int * interval '1 hour'";
    app.execute(at).unwrap();
    let hr = app.staff(Role::Hr, None);
    let file = |query: &str| hr.get(&format!("/visits.csv{query}")).expect(200).body;
    let all = file("");
    assert_eq!((rows(&all).len(), rows(&all)[0].starts_with("V119,")), (120, true));
    let oldest = file("?sort=oldest");
    assert_eq!((rows(&oldest).len(), rows(&oldest)[0].starts_with("V000,")), (120, true));
    assert_eq!(rows(&file("?q=V007")).len(), 1);
    assert_eq!(rows(&file("?outcome=answered")).len(), 0);
    hr.get("/visits.csv?from=x").expect(422);
    // Page by page in either order, every row stands once.
    for query in ["", "?sort=oldest"] {
        let (mut next, mut seen) = (format!("/visits{query}"), Vec::new());
        loop {
            let page = hr.get(&next).expect(200).body;
            seen.extend(
                page.split("<th scope=\"row\"><a href=\"/visits/")
                    .skip(1)
                    .map(|row| row.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()),
            );
            let Some(link) = page.split("\" rel=\"next\"").next().filter(|_| page.contains("rel=\"next\""))
            else {
                break;
            };
            next = link.rsplit("href=\"").next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (120, 120), "{query}");
        assert_eq!(seen[0], if query.is_empty() { "V119" } else { "V000" });
    }
}

#[test]
fn no_cell_runs_as_a_formula_and_nothing_more_stands_in_a_file_than_on_the_page() {
    let app = company();
    let hr = app.staff(Role::Hr, None);
    let visits = hr.get("/visits.csv").expect(200);
    assert_eq!(visits.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(visits.header("content-disposition"), Some("attachment; filename=\"visits-2026-11-20.csv\""));
    assert!(visits.body.contains("'=HYPERLINK(1)") && visits.body.contains("'+repair"), "{}", visits.body);
    let responses = hr.get("/responses.csv").expect(200).body;
    assert!(responses.contains("'@cold"), "{responses}");
    for path in ["/visits", "/responses", "/cases", "/customers?q=W1", "/people"] {
        let page =
            hr.get(path).expect(200).body.replace("&#39;", "'").replace("&#61;", "=").replace("&#43;", "+");
        let (path, query) =
            path.split_once('?').map_or((path, String::new()), |(path, query)| (path, format!("?{query}")));
        let file = hr.get(&format!("{path}.csv{query}")).expect(200).body;
        for cell in rows(&file).into_iter().flat_map(|row| row.split(',')) {
            let cell = cell.trim_matches('"').trim().trim_start_matches('\'');
            assert!(page.contains(cell), "{cell} is in {path}.csv and not on its page");
        }
    }
}

#[test]
fn an_export_is_noted_with_who_what_and_how_many_and_without_what_was_typed_about_a_customer() {
    let app = company();
    let hr = app.staff(Role::Hr, None);
    hr.get("/visits.csv?outcome=answered&employee=E9").expect(200);
    hr.get("/customers.csv?q=Ashdown").expect(200);
    let noted = app.rows(
        "SELECT split_part(actor, ' ', 1) || ' ' || action || ' ' || subject || ' ' || detail FROM audit_entry \
         WHERE action LIKE '%.exported' ORDER BY id",
    );
    assert_eq!(
        noted,
        [
            r#"user visits.exported visits {"rows": 1, "filter": {"outcome": "answered", "employee": "E9"}}"#,
            r#"user customers.exported customers {"rows": 1, "filter": {}}"#,
        ]
    );
    app.staff(Role::Employee, None).get("/visits.csv").expect(403);
    assert_eq!(app.value("SELECT count(*)::text FROM audit_entry WHERE action LIKE '%.exported'"), "2");
}
