//! What stands at the door of the public pages: who asks, what is noted about it, and who asks too often.

use super::certainty::Fetched;
use super::fetches::{Fetch, Fetches};
use crate::app::App;
use crate::config::Network;
use crate::error::{Error, Result};
use crate::web::client;
use crate::web::limiter::Limiter;
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

/// Whether a browser says that nobody pressed anything: it names how it navigates (`Sec-Fetch-Mode`) and leaves out
/// that a person made it do so (`Sec-Fetch-User`; W3C Fetch Metadata Request Headers, §2.4). A program that sends
/// neither says nothing.
pub fn is_unpressed(request: &HttpRequest) -> bool {
    let says = |name: &str, value: &str| request.headers().get(name).is_some_and(|said| said == value);
    says("sec-fetch-mode", "navigate") && !says("sec-fetch-user", "?1")
}
