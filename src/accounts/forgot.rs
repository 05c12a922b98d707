//! A forgotten password: whoever asks gets a mail with a link, if the address they typed has an account. The page says
//! and does the same for every address.

use super::letters::{self, Matter};
use super::sessions::Caller;
use super::{attempts, queries};
use crate::app::App;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use chrono::TimeDelta;

/// Requests are counted over this span.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// So many mails in that span to one address: more would only fill a mailbox.
const PER_ADDRESS: i64 = 3;

/// So many requests in that span from one network.
const PER_NETWORK: i64 = 30;

/// Takes a request in. What is typed is looked up by the worker, not here: an address with an account costs the same
/// statements as any other.
///
/// # Errors
/// 429 when one network asks too often.
pub async fn ask(app: &App, typed: &str, caller: Caller) -> Result<()> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let email: String = typed.trim().chars().take(254).collect();
    let by_address = keys.pseudonym("reset-address", &email.to_lowercase());
    let by_network =
        caller.network.map(|network| keys.pseudonym("reset-network", &attempts::network(network)));
    let is_address = EmailAddress::parse(&email).is_ok();
    app.transaction(move |connection| {
        if let Some(network) = by_network {
            let (asked, _) = queries::count_attempts(connection, &network, now - WINDOW)?;
            if asked >= PER_NETWORK {
                return Err(Error::too_many(600));
            }
            queries::insert_attempt(connection, &network, now)?;
        }
        let (asked, _) = queries::count_attempts(connection, &by_address, now - WINDOW)?;
        queries::insert_attempt(connection, &by_address, now)?;
        if is_address && asked < PER_ADDRESS {
            letters::enqueue(connection, &Matter::Reset { email, asked_at: now }, now)?;
        }
        Ok(())
    })
    .await
}
