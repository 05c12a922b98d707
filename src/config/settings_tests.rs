use super::*;

fn with(name: &'static str, value: &'static str) -> Result<Config, ConfigError> {
    read(&move |asked| (asked == name).then(|| value.to_owned()))
}

#[test]
fn nothing_set_is_a_working_configuration() {
    let config = read(&|_| None).unwrap();
    assert_eq!(config.http.link("/s/x"), "http://localhost:8080/s/x");
    assert!(!config.sending.always_on);
}

#[test]
fn a_wrong_value_names_the_setting_and_an_example() {
    for (name, value) in [
        ("DATABASE_URL", "mysql:x"),
        ("HEARBACK_POOL", "1"),
        ("HEARBACK_POOLER", "session"),
        ("HEARBACK_DATABASE_ROLE", "Two Words"),
        ("HEARBACK_METRICS_LISTEN", "9090"),
        ("HEARBACK_DRAIN", "a while"),
        ("HEARBACK_PUBLIC_URL", "ftp://x"),
        ("HEARBACK_LISTEN", "8080"),
        ("HEARBACK_API_RATE", "often"),
        ("HEARBACK_WEBHOOK_NETWORKS", "intranet"),
        ("HEARBACK_DKIM_SELECTOR", "two words"),
        ("HEARBACK_DKIM_DOMAIN", "example..com"),
        ("HEARBACK_SECRET", "short"),
        ("HEARBACK_SECOND_FACTOR", "off"),
        ("HEARBACK_SENDING", "yes"),
        ("HEARBACK_SURVEY_DELAY", "soon"),
        ("HEARBACK_SEND_WINDOW", "weekdays"),
        ("HEARBACK_RETRY_FIRST", "0s"),
        ("HEARBACK_LEASE", "-1"),
        ("HEARBACK_MAIL_CONNECTIONS", "0"),
        ("HEARBACK_ASK_EVERY", "often"),
        ("HEARBACK_REMINDERS", "3"),
        ("HEARBACK_REMIND_AFTER", "0s"),
        ("HEARBACK_SAMPLE", "101%"),
        ("HEARBACK_RATE", "fast"),
        ("HEARBACK_DOMAIN_RATE", "0/s"),
        ("HEARBACK_NAME_EMPLOYEES", "yes"),
        ("HEARBACK_TIME_ZONE", "Mars/Olympus"),
        ("HEARBACK_LAWFUL_BASIS", "none"),
        ("HEARBACK_PRIVACY_URL", "privacy"),
        ("HEARBACK_RETENTION", "contact=soon"),
    ] {
        let error = with(name, value).unwrap_err();
        assert_eq!(error.name, name);
        assert!(!error.example.is_empty() && error.example != "…", "{error}");
    }
}

#[test]
fn every_example_is_accepted() {
    for setting in SETTINGS {
        // A provider takes several settings.
        let beside =
            |name: &str| name.starts_with("HEARBACK_OIDC_") && setting.name.starts_with("HEARBACK_OIDC_");
        let wanted = |asked: &str| {
            SETTINGS.iter().find(|one| one.name == asked && (one.name == setting.name || beside(asked)))
        };
        read(&|asked| wanted(asked).map(|one| one.example.to_owned())).unwrap();
    }
}

#[test]
fn plain_http_off_loopback_is_noticed() {
    assert!(with("HEARBACK_PUBLIC_URL", "http://feedback.example.com").unwrap().http.is_exposed());
    assert!(!with("HEARBACK_PUBLIC_URL", "http://127.0.0.1:9").unwrap().http.is_exposed());
    assert!(!with("HEARBACK_PUBLIC_URL", "https://feedback.example.com").unwrap().http.is_exposed());
}
