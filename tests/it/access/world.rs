//! Two of everything: what belongs to the person who asks or to their team, and the same of others, each with words
//! and numbers of its own.

use crate::callbacks_waves::draw;
use crate::support::{Client, TestApp, history, make};
use hearback::accounts::{Role, Scope};
use serde_json::{Value, json};

const SPAN: &str = "from=2026-01-01&to=2026-11-20";

/// One thing of each kind, with the marks by which its fields are known.
#[derive(Debug, Clone)]
pub struct Row {
    name: &'static str,
    employee: &'static str,
    external: String,
    visit: String,
    customer: String,
    response: String,
    objection: String,
    statement: String,
    callback: String,
    case: String,
    account: String,
    wave: String,
    token: String,
    /// Field and what only its value contains.
    pub marks: Vec<(&'static str, Vec<String>)>,
}

impl Row {
    /// The address of a route about this row.
    pub fn fill(&self, pattern: &str) -> String {
        let kinds = [
            ("/api/v1/visits/", &self.external),
            ("/visits/", &self.visit),
            ("/customers/", &self.customer),
            ("/responses/", &self.response),
            ("/objections/", &self.objection),
            ("/api/v1/statements/", &self.statement),
            ("/statements/", &self.statement),
            ("/cases/", &self.case),
            ("/settings/accounts/", &self.account),
            ("/callbacks/waves/", &self.wave),
            ("/api/v1/waves/", &self.wave),
            ("/callbacks/", &self.callback),
            ("/api/v1/callbacks/", &self.callback),
        ];
        let own = kinds.iter().find(|(start, _)| pattern.starts_with(start)).map(|(_, id)| id.as_str());
        let id = if pattern.starts_with("/employees/") { Some(self.employee) } else { own };
        let path = pattern
            .replace("{id}", id.unwrap_or("none"))
            .replace("{token}", &self.token)
            .replace("{key}", "post-service")
            .replace("{version}", "1")
            .replace("{name}", "none");
        let is_of_days = ["/evaluations", "/employees/", "/api/v1/evaluations", "/api/v1/outcomes"]
            .iter()
            .any(|start| pattern.starts_with(start));
        match pattern {
            "/customers" => format!("{path}?q={}", self.name),
            _ if is_of_days => format!("{path}?{SPAN}"),
            _ => path,
        }
    }

    fn mark(&mut self, field: &'static str, marks: &[&str]) {
        let marks = marks.iter().map(|mark| (*mark).to_owned());
        match self.marks.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => known.extend(marks),
            None => self.marks.push((field, marks.collect())),
        }
    }
}

/// The program with both rows, and everybody who might ask.
pub struct World {
    app: TestApp,
    clients: Vec<(String, Client)>,
    /// What belongs to the person or their team.
    pub own: Row,
    /// What does not.
    pub others: Row,
}

/// Whose visits, of which team, under which customer, with which answers (of 1 to 5) in turn.
struct Plan {
    employee: &'static str,
    employee_name: &'static str,
    team: &'static str,
    customer: &'static str,
    number: &'static str,
    words: &'static str,
    answers: [u8; 12],
    /// The mean of these answers in points (0–100), as pages and files write it.
    mean: [&'static str; 2],
}

const OWN: Plan = Plan {
    employee: "E17",
    employee_name: "Ada Ownable",
    team: "North 2",
    customer: "Ottilie",
    number: "+441632960111",
    words: "ownwords",
    answers: [2, 4, 4, 2, 4, 2, 4, 2, 4, 4, 2, 4],
    mean: ["54.2", "54.1666"],
};

const OTHERS: Plan = Plan {
    employee: "E18",
    employee_name: "Ben Forbest",
    team: "South 1",
    customer: "Fridolin",
    number: "+441632960222",
    words: "otherwords",
    answers: [1, 5, 3, 5, 1, 3, 5, 1, 5, 3, 1, 1],
    mean: ["45.8", "45.8333"],
};

impl World {
    /// Makes it for somebody; who may phone has claimed a call of their own.
    pub fn new(who: &str) -> Self {
        let app = TestApp::start();
        let mut lines = Vec::new();
        plan(&OWN, &mut lines);
        plan(&OTHERS, &mut lines);
        app.import_history(history::file(&lines).as_bytes(), history::FIVE, None).unwrap();
        let (mut own, mut others) = (rows(&app, &OWN), rows(&app, &OTHERS));
        contest_and_state(&app, &OWN, &mut own);
        contest_and_state(&app, &OTHERS, &mut others);
        // Afterwards, for a second invitation of the employees has ended their sessions.
        let clients = everybody(&app);
        let mut world = Self { app, clients, own, others };
        world.notes();
        world.calls(who);
        world
    }

    /// Somebody by role, scope, or as a stranger.
    #[track_caller]
    pub fn client(&self, who: &str) -> &Client {
        &self.clients.iter().find(|(known, _)| known == who).unwrap().1
    }

    fn notes(&mut self) {
        let hr = self.client("hr");
        let csrf = hr.get("/").expect(200).hidden("csrf");
        for (row, words) in [(&self.own, "Dog named Ownrex"), (&self.others, "Dog named Otherrex")] {
            let fields =
                [("csrf", csrf.as_str()), ("words", words), ("purpose", "greeting"), ("months", "24")];
            hr.post_form(&format!("/customers/{}/notes", row.customer), &fields).expect(303);
        }
        self.own.mark("note", &["Ownrex"]);
        self.others.mark("note", &["Otherrex"]);
    }

    /// Two calls, about visits of a third team: the first claimed by a colleague, the second by whoever asks.
    fn calls(&mut self, who: &str) {
        for (at, name, number) in [(1, "Calla Taken", "+441632960333"), (2, "Carl Claimed", "+441632960444")]
        {
            let id = format!("CALL-{at}");
            let change = json!({
                "employees": [{"id": "E99", "name": "Eve Elsewhere", "team": "East"}],
                "customer": {"name": name, "phone": number, "email": format!("call{at}@example.net")},
            });
            let mut visit = make::with(make::visit(&id), change);
            visit["employees"] = json!([{"id": "E99", "name": "Eve Elsewhere", "team": "East"}]);
            self.app.bring(&visit);
            let stands = format!(
                "UPDATE visit SET outcome = 'unanswered', call_priority = 0.{at} WHERE external_id = '{id}'"
            );
            self.app.execute(&stands).unwrap();
        }
        let wave = draw(self.client("callbacks:lead"), 1.0)["id"].as_str().unwrap().to_owned();
        let claim = |path: &str, client: &Client| {
            if path.starts_with("/api") {
                client.post_json(path, &json!({})).expect(200);
            } else {
                let csrf = client.get("/callbacks").expect(200).hidden("csrf");
                client.post_form(path, &[("csrf", &csrf)]).expect(303);
            }
        };
        claim("/api/v1/callbacks/next", &self.app.client(&[Scope::CallbacksWork]));
        match who {
            "caller" | "manager" => claim("/callbacks/next", self.client(who)),
            "callbacks:work" => claim("/api/v1/callbacks/next", self.client(who)),
            _ => {}
        }
        let of = |visit: &str| {
            self.app.value(&format!(
                "SELECT c.id FROM callback c JOIN visit v ON v.id = c.visit_id WHERE v.external_id = '{visit}'"
            ))
        };
        (self.others.callback, self.own.callback) = (of("CALL-1"), of("CALL-2"));
        self.others.mark("name", &["Calla Taken"]);
        self.others.mark("contact", &["1632960333", "call1@example.net"]);
        self.own.mark("name", &["Carl Claimed"]);
        self.own.mark("contact", &["1632960444", "call2@example.net"]);
        self.own.wave.clone_from(&wave);
        self.others.wave = wave;
    }
}

fn plan(plan: &Plan, lines: &mut Vec<String>) {
    for (at, overall) in plan.answers.iter().enumerate() {
        let (id, day) = (format!("{}-{at}", plan.employee), format!("2026-{:02}-20T09:00:00Z", 10 - at % 10));
        let email = format!("{}@{at}.example.net", plan.customer.to_lowercase());
        let (overall, customer) = (overall.to_string(), format!("{} C{at}", plan.customer));
        let comment = format!("Said {} number {at}", plan.words);
        lines.push(history::line(&[
            ("visit_id", id.as_str()),
            ("visited_at", day.as_str()),
            ("employee_id", plan.employee),
            ("employee_name", plan.employee_name),
            ("team", plan.team),
            ("customer_name", customer.as_str()),
            ("customer_email", email.as_str()),
            ("customer_phone", if at == 0 { plan.number } else { "" }),
            ("first_contact", "email"),
            ("answered_by", "email"),
            ("answered_at", "2026-11-01T10:00:00Z"),
            ("overall", overall.as_str()),
            ("comment", comment.as_str()),
        ]));
    }
}

fn everybody(app: &TestApp) -> Vec<(String, Client)> {
    let staff = Role::ALL.iter().map(|role| {
        let client = match role {
            Role::Employee => app.employee(OWN.employee),
            Role::Manager => app.staff(*role, Some(OWN.team)),
            _ => app.staff(*role, None),
        };
        (role.to_string(), client)
    });
    let keys = Scope::ALL.iter().map(|scope| (scope.to_string(), app.client(&[*scope])));
    staff.chain(keys).chain([(super::STRANGER.to_owned(), app.anonymous())]).collect()
}

fn rows(app: &TestApp, plan: &Plan) -> Row {
    let external = format!("{}-0", plan.employee);
    let of = |what: &str| {
        app.value(&format!(
            "SELECT {what} FROM visit v JOIN response r ON r.visit_id = v.id WHERE v.external_id = '{external}'"
        ))
    };
    let mut row = Row {
        name: plan.customer,
        employee: plan.employee,
        visit: of("v.id"),
        customer: of("v.customer_id"),
        response: of("r.id"),
        objection: String::new(),
        statement: String::new(),
        callback: String::new(),
        case: String::new(),
        account: String::new(),
        wave: String::new(),
        token: "0".repeat(26),
        marks: Vec::new(),
        external,
    };
    row.mark("employee", &[plan.employee_name]);
    row.mark("name", &[plan.customer]);
    let number = plan.number.trim_start_matches("+44");
    row.mark("contact", &[number, &format!("{}@0.example.net", plan.customer.to_lowercase())]);
    row.mark("comment", &[plan.words]);
    for answer in plan.answers {
        row.mark("answer", &[&format!("Overall {answer} of 5"), &format!("\"overall\":{answer}")]);
    }
    row.mark("score", &plan.mean);
    row
}

/// The employee contests an answer, and HR's program freezes a statement.
fn contest_and_state(app: &TestApp, plan: &Plan, row: &mut Row) {
    let employee = app.employee(plan.employee);
    let form = employee.get(&format!("/employees/me/contest?{SPAN}")).expect(200);
    let answer = form.body.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let words = format!("Not about me {}", plan.employee);
    let csrf = form.hidden("csrf");
    let fields =
        [("csrf", csrf.as_str()), ("answer", answer), ("reason", "abuse"), ("words", words.as_str())];
    employee.post_form(&format!("/employees/me/contest?{SPAN}"), &fields).expect(303);
    row.account = app.value(&format!(
        "SELECT u.id FROM user_account u JOIN employee e ON e.id = u.employee_id WHERE e.external_id = '{}'",
        plan.employee
    ));
    row.case = hearback::ids::new_id().to_string();
    let open = format!(
        "INSERT INTO recovery_case (id, visit_id, response_id, reason, state, opened_at) \
         VALUES ('{}', '{}', '{}', 'low_score', 'open', '2026-11-20T10:00:00Z')",
        row.case, row.visit, row.response
    );
    app.execute(&open).unwrap();
    row.objection = app.value("SELECT id FROM objection ORDER BY opened_at DESC, id DESC LIMIT 1");
    row.mark("objection", &[&words]);
    let asked = json!({"employee": plan.employee, "from": "2026-01-01", "to": "2026-10-31"});
    let made: Value =
        app.client(&[Scope::EvaluationsRead]).post_json("/api/v1/statements", &asked).expect(201).json();
    made["statement"]["id"].as_str().unwrap().clone_into(&mut row.statement);
}
