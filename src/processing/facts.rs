//! What the database and the settings say, once for both sheets.

use super::queries;
use crate::accounts::queries::roles;
use crate::app::App;
use crate::config::{KEPT_KINDS, Keep};
use crate::error::Result;
use crate::mail::MailUrl;
use crate::retention::queries::holds;
use crate::retention::tables::fixed;
use crate::web::format::{counted, moment};
use crate::webhooks::queries::endpoints;
use chrono::{Days, Utc};
use diesel::PgConnection;
use url::Url;

/// How far back lawful bases are looked for (days).
const RECENT: u64 = 90;

/// What both sheets rest on.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When they were read, in the organisation's zone.
    pub made: String,
    /// Which lawful bases visits came with lately.
    pub bases: Vec<String>,
    /// The programs with keys: name and scopes.
    pub keys: Vec<(String, String)>,
    /// The hosts that webhooks tell what happens.
    pub webhooks: Vec<String>,
    /// How many employees are known.
    pub employees: String,
    /// How many legal holds stand.
    pub holds: String,
}

impl Facts {
    /// Reads them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn read(connection: &mut PgConnection, app: &App) -> Result<Self> {
        let now = app.clock.now();
        let since =
            now.checked_sub_days(Days::new(RECENT)).unwrap_or(chrono::DateTime::<Utc>::MIN_UTC).date_naive();
        let bases = queries::list_bases(connection, since)?;
        let keys = roles::list_keys(connection)?;
        let scopes =
            |scopes: Vec<Option<String>>| scopes.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let held = i64::try_from(holds::list_standing(connection)?.len()).unwrap_or(i64::MAX);
        Ok(Self {
            made: moment(now, app.config.organisation.time_zone),
            bases: bases
                .into_iter()
                .map(|basis| basis.unwrap_or_else(|| "some name none".to_owned()))
                .collect(),
            keys: keys.into_iter().map(|(name, of)| (name, scopes(of))).collect(),
            webhooks: endpoints::list(connection)?.iter().filter_map(|one| host(&one.url)).collect(),
            employees: counted(queries::count_employees(connection)?, "employee", "employees"),
            holds: counted(held, "legal hold stands", "legal holds stand"),
        })
    }
}

/// Says where mails go, without user and password, and how they get there.
pub fn relay(app: &App) -> (String, &'static str) {
    use crate::mail::Security;
    match app.config.mail.url.parse::<MailUrl>() {
        Ok(MailUrl::Smtp(relay)) => {
            let how = match relay.security {
                Security::Implicit => "encrypted from the first byte",
                Security::Required => "encrypted, else nothing is sent",
                Security::Opportunistic => "encrypted where the relay offers it",
                Security::None => "not encrypted",
            };
            (format!("the mail relay {}:{}", relay.host, relay.port), how)
        }
        Ok(MailUrl::File(_)) => (
            "nobody: letters are written into a folder of this server".to_owned(),
            "do not leave this server",
        ),
        Err(_) => ("a mail relay that cannot be read from the settings".to_owned(), "not known"),
    }
}

/// Returns the host of an address that may hold a password.
pub fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// Lists what is kept for how long: some kinds, or all.
pub fn kept(app: &App, only: &[&str]) -> Vec<(String, String)> {
    let retention = &app.config.retention;
    let wanted = |key: &str| only.is_empty() || only.contains(&key);
    let kinds = KEPT_KINDS.iter().filter(|kind| wanted(kind.key)).map(|kind| {
        let keep = retention.of(kind);
        let words = match keep {
            Keep::Always => "without end".to_owned(),
            keep => format!("{keep} since {}", kind.since),
        };
        (kind.what.to_owned(), words)
    });
    let fixed = fixed().into_iter().filter(|one| wanted(one.key)).map(|one| (one.what.to_owned(), one.kept));
    kinds.chain(fixed).collect()
}
