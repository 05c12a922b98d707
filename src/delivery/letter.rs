//! From a claimed invitation to the letter for the relay.

use super::model::{About, Claimed, LetterKind};
use super::verp;
use crate::app::App;
use crate::config::{ConfigError, OUR_BRAND, zone_or};
use crate::ids::LinkToken;
use crate::mail::{EmailAddress, Letter, ListUnsubscribe, Mailbox, PreparedLetter, Rendered};
use crate::surveys::dates;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json;
use uuid::Uuid;

/// The template of the letter that thanks.
const THANKS: &str = "thanks";

/// Returns the template of a letter: all reminders have one.
const fn template(letter: LetterKind) -> &'static str {
    match letter {
        LetterKind::Invitation => "invitation",
        LetterKind::Reminder | LetterKind::SecondReminder => "reminder",
    }
}

/// Returns the Message-ID of a letter, the same on every try (RFC 5322 §3.6.4).
pub fn message_id(claimed: &Claimed, domain: &str) -> String {
    let copy = if claimed.copy > 1 { format!(".{}", claimed.copy) } else { String::new() };
    format!("<{}.{}{copy}@{domain}>", claimed.id.simple(), claimed.letter.as_str())
}

/// Writes the letter of an invitation.
///
/// # Errors
/// In the operator's words, when it cannot be written; another try would not help.
pub fn write(app: &App, claimed: &Claimed, now: DateTime<Utc>) -> Result<PreparedLetter, String> {
    compose(app, claimed, template(claimed.letter), now, |domain| message_id(claimed, domain))
}

/// Writes the letter that thanks for an answer: the same to everybody, whatever was answered.
///
/// # Errors
/// In the operator's words, when it cannot be written; another try would not help.
pub fn write_thanks(app: &App, claimed: &Claimed, now: DateTime<Utc>) -> Result<PreparedLetter, String> {
    let message_id = |domain: &str| format!("<{}.thanks@{domain}>", claimed.id.simple());
    compose(app, claimed, THANKS, now, message_id)
}

fn compose(
    app: &App,
    claimed: &Claimed,
    template: &str,
    now: DateTime<Utc>,
    message_id: impl FnOnce(&str) -> String,
) -> Result<PreparedLetter, String> {
    let about = &claimed.about;
    let config = &app.config;
    let address = about.customer_email.as_deref().ok_or("the visit has no address any more")?;
    let to = EmailAddress::parse(address).map_err(|error| error.to_string())?;
    let token = LinkToken::derive(&app.keys, &claimed.secret_id, claimed.id, claimed.token_version)
        .ok_or_else(|| format!("HEARBACK_SECRET has no secret with the id {}", claimed.secret_id))?;
    let organisation = config.organisation.language.as_str();
    let language = app.templates.language(template, about.language.as_deref(), organisation).to_owned();
    let mut context = context(app, claimed, &token, &language)?;
    if let (THANKS, Some(context)) = (template, context.as_object_mut()) {
        // Nothing is asked any more.
        context.insert("scale".to_owned(), json!([]));
    }
    let rendered = app.templates.render(template, &language, &context).map_err(|error| error.to_string())?;
    let from = sender("HEARBACK_MAIL_FROM", &config.mail.from).map_err(|error| error.to_string())?;
    let reply_to = config.mail.reply_to.as_deref().map(|text| sender("HEARBACK_REPLY_TO", text)).transpose();
    let reply_to = reply_to.map_err(|error| error.to_string())?;
    let domain = from.address.domain().to_owned();
    let unsubscribe = config.http.link(&format!("/u/{}", token.as_str()));
    let letter = Letter {
        from,
        reply_to,
        return_path: return_path(app, claimed),
        to_name: about.customer_name.clone(),
        to,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        message_id: message_id(&domain),
        date: now,
        language,
        list_unsubscribe: Some(ListUnsubscribe { url: unsubscribe, mailto: None }),
        list_id: Some(format!("surveys.{domain}")),
    };
    letter.to_signed_message(app.dkim.as_ref()).map_err(|error| error.to_string())
}

/// Renders the first letter about a visit that never was, under a link that leads to no invitation.
///
/// # Errors
/// In the operator's words, when it cannot be rendered.
pub fn preview(app: &App, about: About, language: &str) -> Result<Rendered, String> {
    let (id, secret_id) = (Uuid::nil(), app.keys.signing_id().to_owned());
    let token = LinkToken::derive(&app.keys, &secret_id, id, 1).ok_or("there is no secret to sign with")?;
    let (letter, mailed_at, copy) = (LetterKind::Invitation, None, 1);
    let claimed = Claimed {
        id,
        visit: id,
        attempt: id,
        attempts: 1,
        letter,
        copy,
        mailed_at,
        secret_id,
        token_version: 1,
        about,
    };
    let template = template(letter);
    let language = app.templates.language(template, Some(language), &app.config.organisation.language);
    let context = context(app, &claimed, &token, language)?;
    app.templates.render(template, language, &context).map_err(|error| error.to_string())
}

/// The letter's own return path, where an address for mails that come back is set (checked at the start).
fn return_path(app: &App, claimed: &Claimed) -> Option<EmailAddress> {
    let address = EmailAddress::parse(app.config.mail.bounce_address.as_deref()?).ok()?;
    verp::return_path(&app.keys, &claimed.secret_id, claimed.id, &address)
}

/// Reads `Name <address>` or an address from a setting.
///
/// # Errors
/// Names the setting.
pub fn sender(setting: &str, text: &str) -> Result<Mailbox, ConfigError> {
    text.parse().map_err(|error| ConfigError::new(setting, format!("is no sender: {error}")))
}

fn context(
    app: &App,
    claimed: &Claimed,
    token: &LinkToken,
    language: &str,
) -> Result<serde_json::Value, String> {
    let (organisation, about) = (&app.config.organisation, &claimed.about);
    let content = &about.content;
    let opening = content.opening().ok_or("the survey has no question")?;
    let employees = if organisation.names_employees { about.employees.join(", ") } else { String::new() };
    let zone = zone_or(organisation.time_zone, about.time_zone.as_deref());
    let asked_on = claimed.mailed_at.map(|at| dates::long(at.with_timezone(&zone).date_naive(), language));
    let texts = content.texts_of(&opening.key, language);
    let link = app.config.http.link(&format!("/s/{}", token.as_str()));
    let scale: Vec<_> = (opening.min..=opening.max)
        .map(|value| json!({ "value": value, "link": format!("{link}?score={value}") }))
        .collect();
    let brand = organisation.brand.unwrap_or(OUR_BRAND);
    let url = |url: &Option<url::Url>| url.as_ref().map_or(String::new(), ToString::to_string);
    let privacy = url(&organisation.privacy_url);
    Ok(json!({
        "organisation": organisation.name,
        "initial": organisation.name.chars().next().map(String::from).unwrap_or_default(),
        "brand": brand.light.to_string(),
        "on_brand": brand.light.text_on().to_string(),
        "brand_dark": brand.dark.to_string(),
        "on_brand_dark": brand.dark.text_on().to_string(),
        "customer_name": about.customer_name.as_deref().unwrap_or_default(),
        "employee": employees,
        "service": about.service,
        "date": date(about, app.config.organisation.time_zone, language),
        "question": texts.text_with(&employees),
        "scale": scale,
        "low": texts.low,
        "high": texts.high,
        "answer_link": link,
        "stop_link": app.config.http.link(&format!("/u/{}?lang={language}", token.as_str())),
        "privacy_link": if privacy.is_empty() {
            app.config.http.link(&format!("/privacy?lang={language}"))
        } else {
            privacy
        },
        "tell_others_link": url(&organisation.tell_others_url),
        "imprint_link": url(&organisation.imprint_url),
        "imprint": organisation.imprint.as_deref().unwrap_or_default(),
        "call_me_hint": true,
        "asked_on": asked_on.unwrap_or_default(),
        "every_days": app.config.sending.ask_every.num_days(),
        "reminds": claimed.letter.reminders_left(app.config.sending.reminders),
    }))
}

/// Writes the date of a visit in a language and in the customer's zone.
pub fn date(about: &About, organisation: Tz, language: &str) -> String {
    let zone = zone_or(organisation, about.time_zone.as_deref());
    dates::long(about.visited_at.with_timezone(&zone).date_naive(), language)
}
