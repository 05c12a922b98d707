//! What a worker leaves behind that dies at a chosen moment, and a letter held back in the middle of its sending.

use super::TestApp;
use super::scripted::Scripted;
use hearback::ids::LinkToken;

/// When the mail server waits.
#[derive(Clone, Copy)]
pub enum Hold {
    /// Before it lets the letter begin.
    BeforeLetter,
    /// After the final dot, before its reply.
    BeforeReply,
}

impl TestApp {
    /// Leaves the planned invitation of a visit as a worker that was killed leaves it: claimed with a lease of a
    /// minute, its attempt `claimed` or `past_marker`.
    #[track_caller]
    pub fn killed_worker(&self, id: &str, attempt: &str) {
        let now = self.now().to_rfc3339();
        let visit = format!("(SELECT id FROM visit WHERE external_id = '{id}' AND outcome = 'planned')");
        let claimed = format!(
            "WITH claimed AS (UPDATE invitation SET state = 'sending', attempts = attempts + 1, \
             lease_owner = gen_random_uuid(), lease_until = '{now}'::timestamptz + interval '1 minute' \
             WHERE visit_id = {visit} RETURNING id, visit_id, attempts, lease_owner), \
             moved AS (UPDATE visit SET outcome = 'sending' FROM claimed WHERE visit.id = claimed.visit_id) \
             INSERT INTO delivery_attempt (id, invitation_id, letter, number, worker_id, state, started_at) \
             SELECT gen_random_uuid(), id, 'invitation', attempts, lease_owner, '{attempt}', '{now}' FROM claimed"
        );
        assert_eq!(self.execute(&claimed), Ok(1));
    }

    /// The token of a visit's link, before any letter tells it.
    #[track_caller]
    pub fn token(&self, id: &str) -> String {
        let of = format!("FROM invitation i JOIN visit v ON v.id = i.visit_id WHERE v.external_id = '{id}'");
        let invitation = self.value(&format!("SELECT i.id {of}")).parse().unwrap();
        let secret = self.value(&format!("SELECT i.secret_id {of}"));
        LinkToken::derive(&self.app.keys, &secret, invitation, 1).unwrap().as_str().to_owned()
    }
}

/// Brings a visit, stops its letter at a moment of the conversation, does something, goes on, and tells whether a
/// whole letter came.
#[track_caller]
pub fn while_sending(hold: Hold, id: &str, act: impl FnOnce(&TestApp)) -> (TestApp, bool) {
    let stage = match hold {
        Hold::BeforeLetter => "data",
        Hold::BeforeReply => "dot",
    };
    let relay = Scripted::start(&[&format!("{stage}: @1 pause")]);
    let app = TestApp::with(&[("HEARBACK_MAIL_URL", &relay.url())]);
    app.bring(&super::make::visit(id));
    std::thread::scope(|scope| {
        let working = scope.spawn(|| app.work());
        relay.wait("paused", stage, id);
        assert_eq!(app.outcome(id), "sending");
        act(&app);
        relay.go();
        working.join().unwrap();
    });
    let came = relay.taken(id) > 0;
    (app, came)
}
