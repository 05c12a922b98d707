//! How often a key may ask, and how often a network may try keys that are none. Counted in this process: several
//! processes each count their own.

use crate::config::{Network, Rate};
use crate::error::{Error, Kind};
use crate::web::limiter::{Limiter, Taken};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// Wrong keys may be tried so often in a minute from one network.
const STRANGERS: u32 = 60;

/// Shared by all threads of a server.
#[derive(Clone)]
pub struct Limits {
    rate: Rate,
    keys: Arc<Limiter<Uuid>>,
    strangers: Arc<Limiter<Network>>,
}

impl Limits {
    /// Begins to count.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            keys: Arc::new(Limiter::new(rate.count, rate.per)),
            strangers: Arc::new(Limiter::new(STRANGERS, TimeDelta::minutes(1))),
        }
    }

    /// Counts a request with a key.
    pub fn take(&self, key: Uuid, now: DateTime<Utc>) -> Taken {
        self.keys.take(key, now)
    }

    /// Says that a key has asked too often.
    pub fn too_often(&self, taken: Taken) -> Error {
        let (count, seconds) = (self.rate.count, taken.reset);
        let detail = format!(
            "This key has made the {count} requests that it may make in {} seconds. Please wait {seconds} seconds.",
            self.rate.per.num_seconds()
        );
        Error { retry_after: Some(seconds), ..Error::new(Kind::TooMany, detail) }
    }

    /// Counts a key that is none. Right keys are never counted, so that nobody locks a neighbour out.
    pub fn stranger(&self, from: IpAddr, now: DateTime<Utc>) -> Option<Error> {
        self.strangers.count(Network::of(from), now).map(Error::too_many)
    }

    /// Tells a program how much it has left (draft-ietf-httpapi-ratelimit-headers).
    pub fn tell(&self, headers: &mut HeaderMap, taken: Taken) {
        let (count, window) = (self.rate.count, self.rate.per.num_seconds());
        let policy = format!("\"default\";q={count};w={window}");
        let left = format!("\"default\";r={};t={}", taken.left, taken.reset);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}
