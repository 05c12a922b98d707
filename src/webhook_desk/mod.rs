//! `/settings/webhooks`: where other systems hear of what happens, and what was sent to them. An edge, because webhooks
//! know nothing of people.

pub mod endpoint;
pub mod list;
mod views;

use crate::web::badge::Badge;
use crate::web::format::moment;
use crate::webhooks::model::{Disabled, Endpoint};
use chrono_tz::Tz;

/// How an endpoint stands, and what else to know of it.
fn standing(endpoint: &Endpoint, zone: Tz) -> (Badge, Option<String>) {
    let since = |at: Option<_>| at.map(|at| moment(at, zone)).unwrap_or_default();
    match endpoint.disabled() {
        Some(Disabled::Paused) => {
            (Badge::aside("Paused"), Some(format!("since {}", since(endpoint.disabled_at))))
        }
        Some(Disabled::Gone) => {
            let why = format!(
                "it said on {} that there is nothing there any more (410)",
                since(endpoint.disabled_at)
            );
            (Badge::failed("Switched off"), Some(why))
        }
        Some(Disabled::Failing) => {
            let why = format!("nothing had arrived for five days on {}", since(endpoint.disabled_at));
            (Badge::failed("Switched off"), Some(why))
        }
        None => match endpoint.failing_since {
            Some(at) => (Badge::failed("Failing"), Some(format!("since {}", moment(at, zone)))),
            None => (Badge::done("Works"), None),
        },
    }
}
