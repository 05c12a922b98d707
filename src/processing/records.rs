//! The records of processing activities (GDPR art. 30).

use super::facts::{self, Facts};
use super::sheet::{Section, Sheet};
use super::who::{areas, rows_of};
use crate::accounts::{Role, SHORTEST_PASSWORD, sessions};
use crate::app::App;
use crate::evaluations::employee::FEWEST_FOR_COMMENTS;
use crate::evaluations::objections::open::FEWEST;
use crate::stats::method;
use crate::web::format::percent;

/// Makes the sheet.
pub fn records(app: &App, facts: &Facts) -> Sheet {
    Sheet {
        title: "Records of processing",
        lead: format!(
            "GDPR article 30, made from the actual configuration on {}. What only the organisation knows, such as its data \
             protection officer, is to be added by hand.",
            facts.made
        ),
        sections: vec![
            controller(app),
            purposes(app),
            bases(app, facts),
            people(facts),
            recipients(app, facts),
            retention(app, facts),
            security(app),
            who(),
            smallest(),
            never(),
        ],
    }
}

fn or(text: Option<&str>, without: &str) -> String {
    text.unwrap_or(without).to_owned()
}

fn controller(app: &App) -> Section {
    let own = &app.config.organisation;
    Section::new("controller", "Controller", "")
        .row("Organisation", own.name.clone())
        .row("Address", or(own.imprint.as_deref(), "not set (HEARBACK_IMPRINT)"))
        .row("Imprint", or(own.imprint_url.as_ref().map(url::Url::as_str), "not set (HEARBACK_IMPRINT_URL)"))
        .row(
            "What customers read",
            or(own.privacy_url.as_ref().map(url::Url::as_str), &app.config.http.link("/privacy")),
        )
        .row("Sender of the surveys", app.config.mail.from.clone())
}

fn purposes(app: &App) -> Section {
    let own = &app.config.organisation;
    let right = match own.alert_at {
        Some(points) => {
            format!("an answer at or below {points} points opens a case and tells the team’s manager")
        }
        None => "low answers open no case (HEARBACK_ALERT_AT=off)".to_owned(),
    };
    let often = match app.config.sending.ask_every.num_hours() {
        0 => "each customer as often as they are visited".to_owned(),
        hours => format!("each customer at most once in {} days", (hours + 23) / 24),
    };
    Section::new("purposes", "Purposes", "")
        .row(
            "Ask customers after a visit",
            format!(
                "one survey for each visit, {often}, about {} of the visits",
                percent(app.config.sending.sample)
            ),
        )
        .row("Hear those who do not answer", "some are phoned, drawn at random")
        .row("Put right what went wrong", right)
        .row(
            "Be fair to those who served",
            "answers become estimates with a range; they are shown to the person, their manager and HR",
        )
        .row("Run the service", "accounts, sign-ins, the audit log")
}

fn bases(app: &App, facts: &Facts) -> Section {
    let usual = app.config.organisation.lawful_basis.as_deref();
    Section::new("bases", "Lawful bases", "")
        .row("Customers, where a visit names none", or(usual, "none: such visits are not asked about"))
        .rows("Customers, as visits of the last 90 days name them", facts.bases.iter().cloned())
        .row(
            "Employees",
            "to be agreed locally: contract, legitimate interest or works agreement (art. 6(1), art. 88)",
        )
        .row("Addresses that must not be used", "keyed hashes, to comply with objections (art. 21)")
}

fn people(facts: &Facts) -> Section {
    Section::new("people", "Whose data, and which", "")
        .row("Customers", "name, mail address, number, language, zone, visits, answers, comments, notes of one line, what they do not want, letters and calls")
        .row("Employees", format!("name, id, mail address, team and site with dates, visits with their share, evaluations, statements, objections; at present {}", facts.employees))
        .row("Colleagues with an account", "name, mail address, role, sign-ins, what they did and looked at")
        .row("Special categories (art. 9)", "none are asked for or stored in a field; texts are not analysed")
}

fn recipients(app: &App, facts: &Facts) -> Section {
    let mailbox = app.config.mail.bounce_mailbox.as_deref().and_then(facts::host);
    let database = app.config.database.url.as_deref().map_or_else(
        || "this server".to_owned(),
        |url| facts::host(url).unwrap_or_else(|| "the database that the settings name".to_owned()),
    );
    let keys = facts.keys.iter().map(|(name, scopes)| format!("{name}: {scopes}"));
    let keys: Vec<String> = if facts.keys.is_empty() { vec!["none".to_owned()] } else { keys.collect() };
    let told = if facts.webhooks.is_empty() { vec!["none".to_owned()] } else { facts.webhooks.clone() };
    let provider = app.config.oidc.as_ref().and_then(|oidc| facts::host(&oidc.issuer));
    Section::new("recipients", "Recipients", "")
        .row("Mails go to", facts::relay(app).0)
        .row("Mails that come back are read at", mailbox.unwrap_or_else(|| "no mailbox".to_owned()))
        .row("The database is at", database)
        .rows("Programs with a key", keys)
        .rows("Systems that webhooks tell what happens, by ids alone", told)
        .row("Colleagues may sign in at", provider.unwrap_or_else(|| "no other service".to_owned()))
        .row("Firms that phone", "get a wave as a file only when somebody at the server exports it; each export is in the audit log")
        .row("Nobody else", "no page and no mail asks a third party for anything; the program sends no data to its makers and to no third country")
}

fn retention(app: &App, facts: &Facts) -> Section {
    let begin = Section::new(
        "retention",
        "How long data are kept",
        "Sums without names stay. Backups keep what they hold until they are over.",
    );
    facts::kept(app, &[])
        .into_iter()
        .fold(begin, |section, (what, kept)| section.row(what, kept))
        .row("Legal holds", facts.holds.clone())
}

fn security(app: &App) -> Section {
    let config = &app.config;
    let pages = if config.http.is_https() {
        "by https"
    } else if config.http.is_exposed() {
        "by plain http: anybody on the way can read along"
    } else {
        "by plain http on this machine only"
    };
    let anchor = if config.audit_anchor.is_some() {
        "its end is kept outside of the database once a day"
    } else {
        "its end is not kept outside of the database (HEARBACK_AUDIT_ANCHOR)"
    };
    let signed = if config.mail.dkim.is_some() {
        "signed by this program (DKIM)"
    } else {
        "not signed by this program"
    };
    Section::new("security", "Security measures", "As they are switched on now.")
        .row("Pages", format!("reached {pages}; no scripts, no third party, forms bound to the session"))
        .row("Letters", format!("{}; {signed}", facts::relay(app).1))
        .row("Audit log", format!("chained by keyed hashes; {anchor}"))
        .row(
            "Passwords",
            format!(
                "at least {SHORTEST_PASSWORD} characters, kept as argon2id hashes; tries are slowed down"
            ),
        )
        .row(
            "Sessions",
            format!(
                "end after {} minutes without use and after {} hours",
                sessions::IDLE.num_minutes(),
                sessions::ABSOLUTE.num_hours()
            ),
        )
        .row("Links in mails", "130 bits derived by HMAC; only their hashes are stored")
        .row("Erased customers and stops", "known by keyed hashes only")
}

fn who() -> Section {
    let begin =
        Section::new("who", "Who sees what", "Made from the table by which the program itself decides.");
    let by_area =
        areas().into_iter().fold(begin, |section, area| section.rows(area.what.clone(), area.words()));
    Role::ALL.iter().fold(by_area, |section, role| section.row(format!("Of that, {role}"), rows_of(*role)))
}

/// The smallest numbers that are shown; both sheets have them.
pub fn smallest() -> Section {
    Section::new("smallest", "Smallest numbers", "As the program uses them; no setting changes them.")
        .row("Answers below which nobody’s mean is shown", format!("{:.0}", method::FEWEST_ANSWERS))
        .row("Answers below which nobody reads comments on a person’s page", FEWEST_FOR_COMMENTS.to_string())
        .row("Answers below which an employee cannot contest a single one", FEWEST.to_string())
        .row("Reliability below which nobody is compared", format!("{:.2}", method::INDICATED))
        .row("Reliability from which a number is reported", format!("{:.2}", method::REPORTED))
        .row("Employees below which nobody is compared", method::FEWEST_COMPARED.to_string())
        .row(
            "Random calls below which nobody is named as standing out",
            format!("{:.0}", method::FEWEST_CALLED),
        )
        .row("Difference below which nobody is named", format!("{:.0} points", method::MARGIN))
        .row("Share of wrong names among those named, at most", percent(method::FALSE_DISCOVERIES))
}

/// What the program never does; both sheets have it.
pub fn never() -> Section {
    Section::new("never", "What the program never does", "")
        .row("Decide", "no decision about anybody follows from a number by itself (art. 22): no bonus, warning, training or shift")
        .row("Rank", "no list of people in an order by score, on no page, in no file, by no API")
        .row("Read texts", "no program reads comments for mood or subject; there is no artificial intelligence in it")
        .row("Watch", "no location, speed, photograph, recording or working time is stored")
}
