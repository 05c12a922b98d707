//! Sign-in of staff by an OpenID provider.

use super::ConfigError;
use std::fmt;
use url::Url;

/// The provider by which staff may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcConfig {
    /// The provider's name for itself, exactly as its discovery document writes it.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// Our password at the provider.
    pub client_secret: String,
    /// What the button calls it: *Sign in with …*
    pub label: String,
    /// Whether each sign-in by the provider counts as made with a second factor; else its token has to say so.
    pub trusts_second_factor: bool,
}

impl fmt::Debug for OidcConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcConfig").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

const ISSUER: &str = "HEARBACK_OIDC_ISSUER";
const CLIENT_ID: &str = "HEARBACK_OIDC_CLIENT_ID";
const CLIENT_SECRET: &str = "HEARBACK_OIDC_CLIENT_SECRET";
const LABEL: &str = "HEARBACK_OIDC_LABEL";
const SECOND_FACTOR: &str = "HEARBACK_OIDC_SECOND_FACTOR";

/// Reads the settings of the provider; None when there are none.
pub(super) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Option<OidcConfig>, ConfigError> {
    let text =
        |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let Some(first) = [ISSUER, CLIENT_ID, CLIENT_SECRET].into_iter().find(|name| text(name).is_some()) else {
        return Ok(None);
    };
    let needed = |name: &str| {
        text(name).ok_or_else(|| ConfigError::new(name, format!("is missing, and {first} is set")))
    };
    let issuer = needed(ISSUER)?;
    check_issuer(&issuer).map_err(|problem| ConfigError::new(ISSUER, problem))?;
    let trusts_second_factor = match text(SECOND_FACTOR).as_deref() {
        None | Some("token") => false,
        Some("provider") => true,
        Some(_) => return Err(ConfigError::new(SECOND_FACTOR, "is neither token nor provider")),
    };
    Ok(Some(OidcConfig {
        issuer,
        client_id: needed(CLIENT_ID)?,
        client_secret: needed(CLIENT_SECRET)?,
        label: text(LABEL).unwrap_or_else(|| "your work account".to_owned()),
        trusts_second_factor,
    }))
}

/// An issuer is an https address without query and fragment (OpenID Connect Discovery 1.0 §3); on this machine http
/// will do.
fn check_issuer(issuer: &str) -> Result<(), &'static str> {
    let url = Url::parse(issuer).map_err(|_| "is no address")?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must have neither ? nor # in it");
    }
    if is_safe(&url) { Ok(()) } else { Err("must begin with https://") }
}

/// Tells whether what goes to this address can be read by nobody on the way: it is https, or on this machine.
pub fn is_safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    !host.is_empty() && (url.scheme() == "https" || (url.scheme() == "http" && local))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(settings: &[(&str, &str)]) -> Result<Option<OidcConfig>, ConfigError> {
        let value = |name: &str| settings.iter().find(|(known, _)| *known == name);
        read(&|name| value(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_set_is_no_provider_and_half_of_it_names_what_is_missing() {
        assert_eq!(with(&[(LABEL, "Example ID"), (SECOND_FACTOR, "")]).unwrap(), None);
        for (missing, rest) in [
            (ISSUER, [(CLIENT_ID, "hearback"), (CLIENT_SECRET, "x")]),
            (CLIENT_ID, [(ISSUER, "https://id.example.com"), (CLIENT_SECRET, "x")]),
            (CLIENT_SECRET, [(ISSUER, "https://id.example.com"), (CLIENT_ID, "hearback")]),
        ] {
            assert_eq!(with(&rest).unwrap_err().name, missing);
        }
    }

    #[test]
    fn the_issuer_stays_as_it_is_written_and_is_https_off_this_machine() {
        let read = |issuer: &str| with(&[(ISSUER, issuer), (CLIENT_ID, "hearback"), (CLIENT_SECRET, "x")]);
        for issuer in
            ["https://id.example.com", "https://id.example.com/realms/staff/", "http://127.0.0.1:9000"]
        {
            assert_eq!(read(issuer).unwrap().unwrap().issuer, issuer);
        }
        for issuer in
            ["id.example.com", "http://id.example.com", "https://id.example.com?x", "ftp://localhost/"]
        {
            assert_eq!(read(issuer).unwrap_err().name, ISSUER, "{issuer}");
        }
    }

    #[test]
    fn the_second_factor_is_trusted_only_on_request_and_the_secret_is_not_shown() {
        let all =
            [(ISSUER, "https://id.example.com"), (CLIENT_ID, "hearback"), (CLIENT_SECRET, "hidden-one")];
        let read =
            |value: &'static str| with(&all.into_iter().chain([(SECOND_FACTOR, value)]).collect::<Vec<_>>());
        assert!(!read("").unwrap().unwrap().trusts_second_factor);
        assert!(read("provider").unwrap().unwrap().trusts_second_factor);
        assert_eq!(read("yes").unwrap_err().name, SECOND_FACTOR);
        assert!(!format!("{:?}", read("token").unwrap()).contains("hidden-one"));
    }
}
