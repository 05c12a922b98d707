//! Samples of what comes back, and the return paths at which it arrives.

use super::TestApp;
use hearback::delivery::bounces::{self, Incoming, Source, Taken};
use hearback::delivery::verp;
use hearback::mail::EmailAddress;

/// Reads a sample from `tests/data/mail`, about a letter to `{id}@example.com` with that return path.
pub fn sample(name: &str, id: &str, return_path: &str) -> Vec<u8> {
    let file = format!("{}/tests/data/mail/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let id = id.to_lowercase();
    text.replace("RETURN_PATH", return_path).replace("w1@", &format!("{id}@")).into_bytes()
}

impl TestApp {
    /// The return path of a visit's letter.
    #[track_caller]
    pub fn return_path(&self, id: &str) -> String {
        let of = format!("FROM invitation i JOIN visit v ON v.id = i.visit_id WHERE v.external_id = '{id}'");
        let invitation = self.value(&format!("SELECT i.id {of}")).parse().unwrap();
        let secret = self.value(&format!("SELECT i.secret_id {of}"));
        let address = EmailAddress::parse("bounces@example.com").unwrap();
        verp::return_path(&self.app.keys, &secret, invitation, &address).unwrap().as_str().to_owned()
    }

    /// A sample about a visit's letter.
    #[track_caller]
    pub fn came_back(&self, name: &str, id: &str) -> Vec<u8> {
        sample(name, id, &self.return_path(id))
    }

    /// Takes a message in as the command does.
    #[track_caller]
    pub fn take_in(&self, raw: &[u8]) -> Taken {
        let incoming = Incoming { raw, recipient: None, source: Source::Pipe, key: "-" };
        let taken = hearback::db::transaction(&mut self.connection(), |connection| {
            bounces::take_in(connection, &self.app.keys, &incoming, self.now())
        });
        taken.unwrap()
    }

    /// Why an address is suppressed.
    #[track_caller]
    pub fn suppressed(&self, address: &str) -> Option<String> {
        hearback::customers::suppressed(&mut self.connection(), &self.app.keys, address).unwrap()
    }
}
