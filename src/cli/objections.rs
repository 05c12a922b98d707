//! What a mailbox provider would object to, as far as the settings and the conversation show it. Google's and
//! Microsoft's rules for senders of many letters are meant, which others follow.

use crate::config::Config;
use crate::mail::{Dkim, EmailAddress};

/// What is known after a test letter.
pub struct Facts<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The sender.
    pub from: &'a EmailAddress,
    /// Where reports of undeliverable letters go.
    pub return_path: &'a EmailAddress,
    /// What signs the letters.
    pub dkim: Option<&'a Dkim>,
    /// The letter left without encryption.
    pub was_plain: bool,
}

/// Lists what to mend, one sentence each.
pub fn objections(facts: &Facts<'_>) -> Vec<String> {
    let (config, domain) = (facts.config, facts.from.domain());
    let mut found = Vec::new();
    let mut object = |when: bool, text: String| {
        if when {
            found.push(text);
        }
    };
    object(
        facts.was_plain,
        "The way to the relay is not encrypted; if the relay passes letters on like this, they arrive as insecure."
            .to_owned(),
    );
    object(
        is_nobodys(domain),
        format!(
            "The sender is at {domain}, which is nobody's: set HEARBACK_MAIL_FROM to an address of yours."
        ),
    );
    match facts.dkim {
        None => object(
            true,
            "We do not sign (DKIM). That is in order if the relay signs; else set HEARBACK_DKIM_KEY."
                .to_owned(),
        ),
        Some(dkim) => object(
            organisation_of(dkim.domain()) != organisation_of(domain),
            format!("{} signs for {domain}, so DMARC does not count the signature.", dkim.domain()),
        ),
    }
    object(
        !config.http.is_https(),
        "Surveys offer no List-Unsubscribe in one click (RFC 8058): HEARBACK_PUBLIC_URL does not begin with https."
            .to_owned(),
    );
    object(
        config.mail.reply_to.is_none(),
        format!(
            "HEARBACK_REPLY_TO is not set, so answers go to {}; somebody has to read them.",
            facts.from.as_str()
        ),
    );
    object(
        facts.return_path == facts.from,
        "There is no return path of its own: reports of undeliverable letters go to the sender's mailbox."
            .to_owned(),
    );
    let host = config.http.public_url.host_str().unwrap_or_default();
    object(
        organisation_of(host) != organisation_of(domain),
        format!(
            "A hint only: the links lead to {host}, the sender is at {domain}; one domain for both is trusted more."
        ),
    );
    found
}

/// Lists what only DNS knows.
pub fn to_look_up(facts: &Facts<'_>) -> Vec<String> {
    let (domain, bounces) = (facts.from.domain(), facts.return_path.domain());
    let key = match facts.dkim {
        Some(dkim) => format!("DKIM: a TXT record at {} with the public key.", dkim.record()),
        None => "DKIM: the relay's selector below ._domainkey, and that what arrives bears its signature."
            .to_owned(),
    };
    vec![
        format!("SPF: a TXT record at {bounces} that begins with v=spf1 and names the relay."),
        key,
        format!("DMARC: a TXT record at _dmarc.{domain}, p=none at least."),
        "PTR: the name of the address that the relay sends from, which must lead back to it.".to_owned(),
    ]
}

/// Names that lead nowhere (RFC 2606, RFC 6761).
fn is_nobodys(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let last_two = organisation_of(&domain);
    let top = domain.rsplit('.').next().unwrap_or_default();
    ["localhost", "example", "test", "invalid", "local"].contains(&top)
        || ["example.com", "example.net", "example.org"].contains(&last_two.as_str())
}

/// The last two labels: too much for co.uk, which makes the hint come once too seldom.
fn organisation_of(domain: &str) -> String {
    let labels: Vec<&str> = domain.rsplit('.').take(2).collect();
    labels.into_iter().rev().collect::<Vec<_>>().join(".").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(settings: &[(&str, &str)], from: &str, return_path: &str, was_plain: bool) -> Vec<String> {
        let value = |name: &str| {
            settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let config = Config::from_lookup(&value).unwrap();
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        objections(&Facts {
            config: &config,
            from: &address(from),
            return_path: &address(return_path),
            dkim: None,
            was_plain,
        })
    }

    #[test]
    fn a_fresh_installation_hears_everything() {
        let all = found(&[], "feedback@example.com", "feedback@example.com", true).join("\n");
        for part in ["not encrypted", "nobody's", "DKIM", "one click", "HEARBACK_REPLY_TO", "return path"] {
            assert!(all.contains(part), "{part}: {all}");
        }
    }

    #[test]
    fn what_is_in_order_is_not_mentioned() {
        let settings =
            [("HEARBACK_PUBLIC_URL", "https://feedback.example.com"), ("HEARBACK_REPLY_TO", "a@example.com")];
        let left = found(&settings, "us@mail.example.com", "b+1@bounces.example.com", false);
        assert!(left.len() == 2 && left[0].contains("nobody's") && left[1].contains("DKIM"), "{left:?}");
        let elsewhere = found(&settings, "us@example.org", "b+1@example.org", false);
        assert!(elsewhere.iter().any(|line| line.starts_with("A hint only")), "{elsewhere:?}");
    }

    #[test]
    fn only_names_that_lead_nowhere_are_nobodys() {
        for name in ["localhost", "example.com", "mail.EXAMPLE.org", "northwind.example", "mail.local"] {
            assert!(is_nobodys(name), "{name}");
        }
        for name in ["hearback.dev", "example.com.au", "localhost.dev", "myexample.com"] {
            assert!(!is_nobodys(name), "{name}");
        }
    }
}
