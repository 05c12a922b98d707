//! What stands at the door of the public pages: who asks, what is noted about it, and who asks too often.

use super::certainty::Fetched;
use super::fetches::{Fetch, Fetches};
use crate::app::App;
use crate::config::Network;
use crate::error::{Error, Result};
use crate::web::limiter::Limiter;
use crate::web::{Fields, client};
use actix_web::HttpRequest;
use chrono::TimeDelta;
use std::sync::Arc;
use uuid::Uuid;

/// Links that lead nowhere may be tried so often in a minute from one network.
const STRANGERS: u32 = 20;

const PURPOSE: &str = "network";

/// Shared by all threads of a server.
#[derive(Clone)]
pub struct Door {
    /// Where fetches are noted.
    pub fetches: Fetches,
    strangers: Arc<Limiter<Network>>,
}

impl Door {
    /// Opens it; call it within a runtime.
    pub fn open(app: &App) -> Self {
        let strangers = Arc::new(Limiter::new(STRANGERS, TimeDelta::minutes(1)));
        Self { fetches: Fetches::start(app), strangers }
    }

    /// Counts a link that leads nowhere. Links that lead somewhere are never counted, so that nobody is locked out.
    ///
    /// # Errors
    /// 429 when this network tries too many.
    pub fn stranger(&self, app: &App, request: &HttpRequest) -> Result<()> {
        match self.strangers.count(network(app, request), app.clock.now()) {
            None => Ok(()),
            Some(seconds) => Err(Error::too_many(seconds)),
        }
    }

    /// Notes that a link was fetched.
    pub fn note(&self, app: &App, request: &HttpRequest, visit: Uuid, what: Fetched, score: Option<i32>) {
        let (at, network) = (app.clock.now(), network_hash(app, request));
        self.fetches.note(Fetch { visit, at, what, score, network });
    }
}

fn network(app: &App, request: &HttpRequest) -> Network {
    let peer = request.peer_addr().map(|peer| peer.ip());
    Network::of(client::address(peer, request.headers(), &app.config.http.proxies))
}

/// Returns the keyed hash of a client's network: it tells networks apart and names none.
pub fn network_hash(app: &App, request: &HttpRequest) -> Vec<u8> {
    let hash = app.keys.sign(PURPOSE, &[network(app, request).to_string().as_bytes()]);
    hash.into_iter().take(8).collect()
}

/// Whether a browser shows that nobody pressed the button: it names how it navigates (`Sec-Fetch-Mode`) and leaves out
/// that a person made it do so (`Sec-Fetch-User`; W3C Fetch Metadata Request Headers, §2.4). Safari never tells of
/// persons; but like all of them it sends the pressed button's name, which a script that submits the form leaves out
/// (HTML, "constructing the entry list"). A program that sends none of these headers says nothing.
pub fn is_unpressed(request: &HttpRequest, fields: &Fields) -> bool {
    let header =
        |name: &str| request.headers().get(name).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let tells_of_persons = ["Chrome/", "Firefox/"].iter().any(|engine| header("user-agent").contains(engine));
    header("sec-fetch-mode") == "navigate"
        && header("sec-fetch-user") != "?1"
        && (tells_of_persons || fields.text("sent").is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn unpressed(agent: &str, user: bool, body: &str) -> bool {
        let request = TestRequest::post().insert_header(("user-agent", agent));
        let request = request.insert_header(("sec-fetch-mode", "navigate"));
        let request = if user { request.insert_header(("sec-fetch-user", "?1")) } else { request };
        is_unpressed(&request.to_http_request(), &Fields::parse(body.as_bytes()))
    }

    #[test]
    fn a_press_shows_in_every_browser() {
        const CHROME: &str =
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36";
        const IPHONE: &str =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1";
        assert!(!unpressed(CHROME, true, "sent=yes") && unpressed(CHROME, false, "sent=yes"));
        assert!(!unpressed(IPHONE, false, "sent=yes"), "Safari sends no Sec-Fetch-User");
        assert!(unpressed(IPHONE, false, "overall=4"));
        let program = TestRequest::post().to_http_request();
        assert!(!is_unpressed(&program, &Fields::default()), "a program that says nothing");
    }
}
