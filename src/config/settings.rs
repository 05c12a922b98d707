//! The list of settings and how each is read.

use super::{
    CallingConfig, Config, ConfigError, DatabaseConfig, DkimConfig, HttpConfig, MailConfig, Network,
    OrganisationConfig, Retention, SendingConfig, data_folder, parse_duration,
};
use crate::ids::Keyring;
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

/// One environment variable as `hearback check --help` lists it.
#[derive(Debug)]
pub struct Setting {
    /// Name of the variable.
    pub name: &'static str,
    /// What holds when it is absent.
    pub default: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// A value that would do.
    pub example: &'static str,
}

macro_rules! settings {
    ($($name:literal, $default:literal, $meaning:literal, $example:literal;)*) => {
        /// Every setting, in the order of the handbook.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: $name, default: $default, meaning: $meaning, example: $example,
        }),*];
    };
}

settings! {
    "DATABASE_URL", "embedded Postgres in the data folder", "where the database is", "postgresql://hearback@localhost/hearback";
    "HEARBACK_DATABASE_ROLE", "none: only the owner of the tables uses them", "role of the program, to which `hearback migrate` grants what it needs and no more", "hearback_app";
    "HEARBACK_POOLER", "none", "transaction: a pooler in transaction mode stands before the database; then no statement is kept prepared", "transaction";
    "PG_BIN_DIR", "looked for", "folder with the programs of PostgreSQL 15 or newer for the embedded one", "/usr/lib/postgresql/15/bin";
    "HEARBACK_DATA", "./hearback-data", "folder for the embedded database and its secret", "/var/lib/hearback";
    "HEARBACK_POOL", "12", "database connections of one process", "12";
    "HEARBACK_PUBLIC_URL", "http://localhost:8080", "what customers reach; all links are built from it", "https://feedback.example.com";
    "HEARBACK_LISTEN", "127.0.0.1:8080", "address and port to listen on", "0.0.0.0:8080";
    "HEARBACK_METRICS_LISTEN", "none", "address and port of /metrics for Prometheus; keep it inside", "127.0.0.1:9090";
    "HEARBACK_DRAIN", "0s", "how long requests are still taken after the signal to stop, while /readyz says 503", "10s";
    "HEARBACK_PROXIES", "127.0.0.0/8,::1", "networks of reverse proxies, by commas; X-Forwarded-For is believed from them alone", "10.0.0.0/8";
    "HEARBACK_API_RATE", "600/min", "most requests in a time with one key of the API, counted by each process", "1200/min";
    "HEARBACK_WEBHOOK_NETWORKS", "none: public addresses by https alone", "private networks that webhooks may reach, by commas; there http and any port will do too", "10.20.0.0/16";
    "HEARBACK_MAIL_URL", "file: the folder mail in the data folder", "how mail leaves: smtp://[user:password@]host:port[?tls=required|opportunistic|none], smtps://… or file:DIR", "smtp://user:password@mail.example.com:587";
    "HEARBACK_MAIL_CA", "none", "file with further certificate authorities (PEM) for a relay or a mailbox with a private one", "/etc/hearback/relay-ca.pem";
    "HEARBACK_MAIL_FROM", "feedback@example.com", "sender of the surveys", "Northwind Boilers <feedback@example.com>";
    "HEARBACK_REPLY_TO", "none", "a mailbox that somebody reads", "office@example.com";
    "HEARBACK_MAIL_TEMPLATES", "built in", "folder with letters that replace the built-in ones", "./email_templates";
    "HEARBACK_DKIM_KEY", "none: the relay may sign", "file with the private key (PEM, RSA or Ed25519) that signs the letters", "/etc/hearback/dkim.pem";
    "HEARBACK_DKIM_SELECTOR", "hearback", "name of the key in DNS, before ._domainkey", "hearback2026";
    "HEARBACK_DKIM_DOMAIN", "the sender's", "domain that signs; DMARC wants it to be the sender's", "example.com";
    "HEARBACK_BOUNCE_ADDRESS", "none", "where mails that come back go; each letter gets a signed return path of its own, name+…@domain", "bounces@example.com";
    "HEARBACK_BOUNCE_MAILBOX", "none", "the IMAP mailbox in which they arrive: imaps://user:password@host[:993][/folder], or imap:// with STARTTLS; read every minute", "imaps://bounces:password@mail.example.com/INBOX";
    "HEARBACK_SECRET", "made once and kept in the data folder", "id:secret, several by commas; the first signs, all verify", "2026a:0b7be4f3c1d94a5e8f62a1c3d5e7f901";
    "HEARBACK_SECOND_FACTOR", "required", "required: HR and administrators sign in with a second factor; optional: whoever wants to, for trying and where something else guards the sign-in", "required";
    "HEARBACK_SENDING", "off", "on: mail surveys; off: until switched on by `hearback sending on`", "on";
    "HEARBACK_SURVEY_DELAY", "2h", "time from the visit to the mail", "2h";
    "HEARBACK_SEND_WINDOW", "Mon-Sat 08:00-20:00", "the customer's local hours for mail, or always", "Mon-Fri 09:00-18:00";
    "HEARBACK_CALL_WINDOW", "as HEARBACK_SEND_WINDOW", "the customer's local hours for call-backs, or always", "Mon-Fri 09:00-19:00";
    "HEARBACK_CALL_URL", "tel:{number}", "address that a softphone opens to dial; {number} is the customer's", "sip:{number}@pbx.example.com";
    "HEARBACK_RETRY_FIRST", "5min", "wait before the second try", "5min";
    "HEARBACK_LEASE", "60s", "how long a worker may hold a claimed invitation", "60s";
    "HEARBACK_MAIL_CONNECTIONS", "4", "mail connections of one worker", "8";
    "HEARBACK_ASK_EVERY", "30d", "a customer is asked at most once in this time; 0s for no limit", "30d";
    "HEARBACK_REMINDERS", "1", "reminders to those who do not answer, 0 to 2", "1";
    "HEARBACK_REMIND_AFTER", "3d", "time from a letter to the next reminder; on day 7 a visit counts as unanswered", "3d";
    "HEARBACK_SAMPLE", "100%", "share of the visits that is asked about, drawn at random", "25%";
    "HEARBACK_OWN_DOMAINS", "none", "domains of our own people, by commas; they are not asked", "example.com,example.org";
    "HEARBACK_RATE", "no limit", "most letters in a time, of all workers together", "600/min";
    "HEARBACK_DOMAIN_RATE", "no limit", "most letters in a time to one recipient's domain", "60/min";
    "HEARBACK_NAME_EMPLOYEES", "off", "on: mails and answer pages name who served the customer", "on";
    "HEARBACK_ORGANISATION", "Your company", "name on pages and in mails", "Northwind Boilers";
    "HEARBACK_TIME_ZONE", "UTC", "IANA zone that makes dates", "Europe/London";
    "HEARBACK_LANGUAGE", "en", "language for customers who named none", "de";
    "HEARBACK_LAWFUL_BASIS", "none", "for visits that bring none: consent, existing_customer or contract", "existing_customer";
    "HEARBACK_COLOUR", "our green", "colour of the customers' pages and mails, or one for the light and one for the dark theme; refused when it cannot be read", "#7a1f5c,#e79acb";
    "HEARBACK_LOGO", "the first letter of the name", "file with a PNG, JPEG or WebP picture of at most 12 KB, before the name on the customers' pages", "/etc/hearback/logo.png";
    "HEARBACK_ALERT_AT", "25", "points (0 to 100) of the first answer, at or below which a case is opened and the team's manager gets a mail; off for never", "25";
    "HEARBACK_THANKS", "off", "on: whoever answered by the link in a mail is thanked by one mail, whatever the answer was", "on";
    "HEARBACK_TELL_OTHERS_URL", "none", "page on which customers may tell others, shown to all of them alike after their answer", "https://www.example.com/reviews";
    "HEARBACK_IMPRINT", "none", "postal address under each mail and page", "Northwind Boilers, 4 Example Quay, Sampleton";
    "HEARBACK_IMPRINT_URL", "none", "page with the imprint", "https://www.example.com/imprint";
    "HEARBACK_PRIVACY_URL", "our own /privacy", "page that says what happens to an answer", "https://www.example.com/privacy";
    "HEARBACK_OIDC_ISSUER", "none: staff sign in by password", "the OpenID provider by which staff may sign in, as its discovery document names itself", "https://id.example.com/realms/staff";
    "HEARBACK_OIDC_CLIENT_ID", "none", "our name at the provider", "hearback";
    "HEARBACK_OIDC_CLIENT_SECRET", "none", "our secret at the provider", "0b7be4f3c1d94a5e8f62a1c3d5e7f901";
    "HEARBACK_OIDC_LABEL", "your work account", "what the button calls it: Sign in with …", "Northwind ID";
    "HEARBACK_OIDC_SECOND_FACTOR", "token", "token: a sign-in counts as made with a second factor when the provider's token says so; provider: always", "provider";
    "HEARBACK_RETENTION", "the usual period of each kind", "how long data are kept: kind=period by commas; `hearback retention plan` lists kinds and periods", "contact=90d,texts=24months";
    "HEARBACK_AUDIT_ANCHOR", "none", "file outside of the database to which the end of the audit log is appended once a day", "/srv/anchors/hearback";
    "HEARBACK_LOG", "info", "what is logged", "info,hearback=debug";
}

struct Reader<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn or(&self, name: &str, default: &str) -> String {
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    fn with<T>(
        &self,
        name: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        read(&self.or(name, default)).map_err(|problem| ConfigError::new(name, problem))
    }

    fn parse<T: FromStr>(&self, name: &str, default: &str, expected: &str) -> Result<T, ConfigError> {
        self.with(name, default, |text| text.parse().map_err(|_| format!("is not {expected}")))
    }

    fn url(&self, name: &str, default: Option<&str>) -> Result<Option<Url>, ConfigError> {
        let Some(text) = self.text(name).or_else(|| default.map(str::to_owned)) else { return Ok(None) };
        let url =
            Url::parse(&text).map_err(|error| ConfigError::new(name, format!("is no address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(ConfigError::new(name, "must begin with http:// or https:// and name a host"));
        }
        Ok(Some(url))
    }
}

/// Reads every setting; the first wrong one is the error.
pub(super) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let reader = Reader(lookup);
    let data = reader.text("HEARBACK_DATA").map_or_else(data_folder, PathBuf::from);
    Ok(Config {
        database: database(&reader, &data)?,
        http: http(&reader)?,
        mail: mail(&reader, &data)?,
        secret: secret(&reader)?,
        second_factor: reader.with("HEARBACK_SECOND_FACTOR", "required", str::parse)?,
        sending: sending(&reader)?,
        calling: calling(&reader)?,
        organisation: organisation(&reader)?,
        oidc: super::oidc::read(lookup)?,
        retention: reader.with("HEARBACK_RETENTION", "", Retention::read)?,
        webhook_networks: reader.with("HEARBACK_WEBHOOK_NETWORKS", "", networks)?,
        audit_anchor: reader.text("HEARBACK_AUDIT_ANCHOR").map(PathBuf::from),
        log: reader.or("HEARBACK_LOG", "info"),
        data,
    })
}

fn mail(reader: &Reader<'_>, data: &std::path::Path) -> Result<MailConfig, ConfigError> {
    Ok(MailConfig {
        url: reader.or("HEARBACK_MAIL_URL", &format!("file:{}", data.join("mail").display())),
        authorities: reader.text("HEARBACK_MAIL_CA").map(PathBuf::from),
        from: reader.or("HEARBACK_MAIL_FROM", "feedback@example.com"),
        reply_to: reader.text("HEARBACK_REPLY_TO"),
        templates: reader.text("HEARBACK_MAIL_TEMPLATES").map(PathBuf::from),
        bounce_address: reader.text("HEARBACK_BOUNCE_ADDRESS"),
        bounce_mailbox: reader.text("HEARBACK_BOUNCE_MAILBOX"),
        dkim: dkim(reader)?,
    })
}

fn dkim(reader: &Reader<'_>) -> Result<Option<DkimConfig>, ConfigError> {
    let labels = |text: &str| {
        let label = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        text.split('.').all(label).then(|| text.to_owned()).ok_or("is no name in DNS".to_owned())
    };
    let selector = reader.with("HEARBACK_DKIM_SELECTOR", "hearback", labels)?;
    let domain = match reader.text("HEARBACK_DKIM_DOMAIN") {
        Some(_) => Some(reader.with("HEARBACK_DKIM_DOMAIN", "", labels)?),
        None => None,
    };
    let key = reader.text("HEARBACK_DKIM_KEY").map(PathBuf::from);
    Ok(key.map(|key| DkimConfig { key, selector, domain }))
}

fn database(reader: &Reader<'_>, data: &std::path::Path) -> Result<DatabaseConfig, ConfigError> {
    let url = reader.text("DATABASE_URL");
    if let Some(url) = &url
        && !(url.starts_with("postgres://") || url.starts_with("postgresql://") || url.contains('='))
    {
        return Err(ConfigError::new("DATABASE_URL", "is no address of a Postgres"));
    }
    let cache = reader.text("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| reader.text("HOME").map(|home| PathBuf::from(home).join(".cache")));
    Ok(DatabaseConfig {
        url,
        pool: reader.with("HEARBACK_POOL", "12", |text| {
            text.parse()
                .ok()
                .filter(|n| (2..=200).contains(n))
                .ok_or("is not a number from 2 to 200".to_owned())
        })?,
        pooled: reader.with("HEARBACK_POOLER", "none", pooler)?,
        role: reader.text("HEARBACK_DATABASE_ROLE").map(|name| role(&name)).transpose()?,
        bin_dir: reader.text("PG_BIN_DIR").map(PathBuf::from),
        cache_dir: cache.unwrap_or_else(|| data.to_owned()).join("hearback"),
        path: reader.text("PATH").map(Into::into),
    })
}

fn pooler(text: &str) -> Result<bool, String> {
    match text {
        "transaction" => Ok(true),
        "none" => Ok(false),
        _ => Err("is neither transaction nor none".to_owned()),
    }
}

/// A name that needs no quotes; Postgres cuts longer ones off.
fn role(name: &str) -> Result<String, ConfigError> {
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let rest = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if begins && rest && name.len() <= 63 {
        return Ok(name.to_owned());
    }
    let problem = "is no name of a role in small letters, digits and _";
    Err(ConfigError::new("HEARBACK_DATABASE_ROLE", problem))
}

fn http(reader: &Reader<'_>) -> Result<HttpConfig, ConfigError> {
    let listen: std::net::SocketAddr =
        reader.parse("HEARBACK_LISTEN", "127.0.0.1:8080", "an address with a port")?;
    let default = format!("http://localhost:{}", listen.port());
    let public_url = reader
        .url("HEARBACK_PUBLIC_URL", Some(&default))?
        .ok_or_else(|| ConfigError::new("HEARBACK_PUBLIC_URL", "is missing"))?;
    let metrics_listen = reader.text("HEARBACK_METRICS_LISTEN").map(|text| {
        let wrong = || ConfigError::new("HEARBACK_METRICS_LISTEN", "is not an address with a port");
        text.parse().map_err(|_| wrong())
    });
    Ok(HttpConfig {
        public_url,
        listen,
        metrics_listen: metrics_listen.transpose()?,
        drain: reader.with("HEARBACK_DRAIN", "0s", parse_duration)?,
        proxies: reader.with("HEARBACK_PROXIES", "127.0.0.0/8,::1", networks)?,
        api_rate: reader.with("HEARBACK_API_RATE", "600/min", str::parse)?,
    })
}

fn networks(text: &str) -> Result<Vec<Network>, String> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::parse).collect()
}

fn secret(reader: &Reader<'_>) -> Result<Option<Keyring>, ConfigError> {
    let Some(text) = reader.text("HEARBACK_SECRET") else { return Ok(None) };
    Keyring::parse(&text).map(Some).map_err(|problem| ConfigError::new("HEARBACK_SECRET", problem))
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("is neither on nor off".to_owned()),
    }
}

/// Reads a percentage as a share from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').trim().parse().ok();
    let percent: Option<f64> = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.map(|percent| percent / 100.0).ok_or_else(|| "is no percentage from 0% to 100%".to_owned())
}

fn sending(reader: &Reader<'_>) -> Result<SendingConfig, ConfigError> {
    let rate = |name: &str| {
        let read = |text: &str| text.parse().map_err(|problem: String| ConfigError::new(name, problem));
        reader.text(name).map(|text| read(&text)).transpose()
    };
    let domains = reader.or("HEARBACK_OWN_DOMAINS", "").to_lowercase();
    let domains = domains.split(',').map(|domain| domain.trim().trim_start_matches('@').to_owned());
    let positive = |text: &str| {
        parse_duration(text).and_then(|span| {
            (span > chrono::TimeDelta::zero()).then_some(span).ok_or("must be longer than nothing".to_owned())
        })
    };
    Ok(SendingConfig {
        always_on: reader.with("HEARBACK_SENDING", "off", switch)?,
        delay: reader.with("HEARBACK_SURVEY_DELAY", "2h", parse_duration)?,
        window: reader.with("HEARBACK_SEND_WINDOW", "Mon-Sat 08:00-20:00", str::parse)?,
        retry_first: reader.with("HEARBACK_RETRY_FIRST", "5min", positive)?,
        lease: reader.with("HEARBACK_LEASE", "60s", positive)?,
        connections: reader.with("HEARBACK_MAIL_CONNECTIONS", "4", |text| {
            text.parse()
                .ok()
                .filter(|n| (1..=64).contains(n))
                .ok_or("is not a number from 1 to 64".to_owned())
        })?,
        ask_every: reader.with("HEARBACK_ASK_EVERY", "30d", parse_duration)?,
        reminders: reader.with("HEARBACK_REMINDERS", "1", |text| {
            text.parse().ok().filter(|n| *n <= 2).ok_or("is not 0, 1 or 2".to_owned())
        })?,
        remind_after: reader.with("HEARBACK_REMIND_AFTER", "3d", positive)?,
        sample: reader.with("HEARBACK_SAMPLE", "100%", share)?,
        own_domains: domains.filter(|domain| !domain.is_empty()).collect(),
        rate: rate("HEARBACK_RATE")?,
        domain_rate: rate("HEARBACK_DOMAIN_RATE")?,
    })
}

fn calling(reader: &Reader<'_>) -> Result<CallingConfig, ConfigError> {
    let letters = reader.or("HEARBACK_SEND_WINDOW", "Mon-Sat 08:00-20:00");
    let dial_url = reader.with("HEARBACK_CALL_URL", "tel:{number}", |text| {
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let runs = ["javascript", "data", "vbscript"].contains(&scheme.to_lowercase().as_str());
        let fits = is_scheme && !runs && text.contains("{number}");
        fits.then(|| text.to_owned()).ok_or("is no address with {number} in it".to_owned())
    })?;
    Ok(CallingConfig { window: reader.with("HEARBACK_CALL_WINDOW", &letters, str::parse)?, dial_url })
}

fn alert_at(text: &str) -> Result<Option<u32>, String> {
    if text == "off" {
        return Ok(None);
    }
    let points = text.parse().ok().filter(|points| *points <= 100);
    points.map(Some).ok_or_else(|| format!("is {text}, not a number from 0 to 100 or off"))
}

fn organisation(reader: &Reader<'_>) -> Result<OrganisationConfig, ConfigError> {
    let basis = reader.text("HEARBACK_LAWFUL_BASIS");
    if let Some(basis) = &basis
        && !["consent", "existing_customer", "contract"].contains(&basis.as_str())
    {
        let problem = format!("is {basis}, not consent, existing_customer or contract");
        return Err(ConfigError::new("HEARBACK_LAWFUL_BASIS", problem));
    }
    Ok(OrganisationConfig {
        name: reader.or("HEARBACK_ORGANISATION", "Your company"),
        time_zone: reader.parse("HEARBACK_TIME_ZONE", "UTC", "the name of a time zone")?,
        language: reader.or("HEARBACK_LANGUAGE", "en"),
        lawful_basis: basis,
        names_employees: reader.with("HEARBACK_NAME_EMPLOYEES", "off", switch)?,
        brand: reader
            .text("HEARBACK_COLOUR")
            .map(|_| reader.with("HEARBACK_COLOUR", "", str::parse))
            .transpose()?,
        logo: reader.text("HEARBACK_LOGO").map(PathBuf::from),
        alert_at: reader.with("HEARBACK_ALERT_AT", "25", alert_at)?,
        thanks: reader.with("HEARBACK_THANKS", "off", switch)?,
        tell_others_url: reader.url("HEARBACK_TELL_OTHERS_URL", None)?,
        imprint: reader.text("HEARBACK_IMPRINT"),
        imprint_url: reader.url("HEARBACK_IMPRINT_URL", None)?,
        privacy_url: reader.url("HEARBACK_PRIVACY_URL", None)?,
    })
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
