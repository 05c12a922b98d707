//! A visit as it comes, as it is checked, and as it is stored.

use super::outcome::Outcome;
use crate::customers::Contact;
use crate::db::schema::visit;
use crate::people::model::NamedEmployee;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::{Insertable, Queryable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A visit as another system sends it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitMessage {
    /// Id in the system that sends it, 1–200 characters.
    #[schema(example = "WO-1001")]
    pub id: String,
    /// When the service was finished, with a zone (RFC 3339).
    #[schema(example = "2026-11-20T14:05:00Z")]
    pub visited_at: String,
    /// Kind of service.
    #[schema(example = "boiler repair")]
    pub service: String,
    /// How it was given.
    #[serde(default)]
    pub channel: Option<String>,
    /// Where it was given from.
    #[serde(default)]
    pub site: Option<String>,
    /// Kind of customer.
    #[serde(default)]
    pub segment: Option<String>,
    /// Whether a missing answer is phoned first.
    #[serde(default)]
    pub priority: bool,
    /// Who gave it; at least one.
    pub employees: Vec<EmployeeMessage>,
    /// Who received it.
    #[serde(default)]
    pub customer: Option<CustomerMessage>,
    /// Why we may ask.
    #[serde(default)]
    pub lawful_basis: Option<BasisMessage>,
}

/// An employee of a visit.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmployeeMessage {
    /// Id in the system that sends it.
    #[schema(example = "E17")]
    pub id: String,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Team at the time of the visit.
    #[serde(default)]
    pub team: Option<String>,
    /// Part of the visit that is theirs, 0–1; all or none have one, and they sum to 1.
    #[serde(default)]
    pub share: Option<f64>,
}

/// The customer of a visit.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerMessage {
    /// Id in the system that sends it.
    #[serde(default)]
    pub id: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Mail address; a malformed one makes the visit `no_address`.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
    /// IANA name.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// Why we may ask a customer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BasisMessage {
    /// `consent`, `existing_customer` or `contract`.
    pub kind: String,
    /// `email`, `phone`; omitted means both.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// Where it is written down.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// An employee and their part of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Who.
    pub employee: NamedEmployee,
    /// Their part, in per-mille; all parts of a visit sum to 1000.
    pub share_permille: i32,
}

/// Why we may ask, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Word of the kind.
    pub kind: String,
    /// Words of the channels it covers.
    pub channels: Vec<String>,
    /// Where it is written down.
    pub evidence: Option<String>,
}

/// A visit whose fields are all in order.
#[derive(Debug, Clone)]
pub struct CheckedVisit {
    /// Id in the system that sends it.
    pub external_id: String,
    /// SHA-256 of the message, to tell a repetition from a contradiction.
    pub content_hash: Vec<u8>,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// How it was given.
    pub channel: Option<String>,
    /// Where it was given from.
    pub site: Option<String>,
    /// Kind of customer.
    pub segment: Option<String>,
    /// Whether a missing answer is phoned first.
    pub priority: bool,
    /// Who gave it.
    pub credits: Vec<Credit>,
    /// Who received it.
    pub contact: Contact,
    /// Why there is no address, when there is none.
    pub address_problem: Option<String>,
    /// The customer's language (BCP 47).
    pub language: Option<String>,
    /// The customer's zone.
    pub time_zone: Option<Tz>,
    /// Why we may ask.
    pub basis: Option<Basis>,
}

/// What becomes of a visit on arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The first outcome.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// When it is to be mailed.
    pub send_at: Option<DateTime<Utc>>,
}

/// A row to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = visit, treat_none_as_default_value = false)]
pub struct NewVisit<'a> {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sent it.
    pub external_id: &'a str,
    /// SHA-256 of the message.
    pub content_hash: &'a [u8],
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// The date of it in the organisation's zone.
    pub visited_on: NaiveDate,
    /// Kind of service.
    pub service: &'a str,
    /// How it was given.
    pub channel: Option<&'a str>,
    /// Where it was given from.
    pub site_id: Option<Uuid>,
    /// Kind of customer.
    pub segment: Option<&'a str>,
    /// Whether a missing answer is phoned first.
    pub priority: bool,
    /// The customer's file.
    pub customer_id: Option<Uuid>,
    /// Name on this visit.
    pub customer_name: Option<&'a str>,
    /// Address on this visit.
    pub customer_email: Option<&'a str>,
    /// Number on this visit.
    pub customer_phone: Option<&'a str>,
    /// Language on this visit.
    pub customer_language: Option<&'a str>,
    /// Zone on this visit.
    pub customer_time_zone: Option<&'a str>,
    /// Word of the lawful basis.
    pub lawful_basis: Option<&'a str>,
    /// Channels that it covers.
    pub lawful_basis_channels: Option<Vec<Option<&'a str>>>,
    /// Where it is written down.
    pub lawful_basis_evidence: Option<&'a str>,
    /// `email` when it is to be mailed first.
    pub first_contact: Option<&'a str>,
    /// Word of the first outcome.
    pub outcome: &'a str,
    /// When it is to be mailed.
    pub send_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub created_at: DateTime<Utc>,
    /// Its permanent random number in [0, 1): call-backs are drawn in that order.
    pub call_priority: f64,
}

/// A visit as lists and the API show it.
#[derive(Debug, Clone, Queryable)]
pub struct VisitRow {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sent it.
    pub external_id: String,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Word of the outcome.
    pub outcome: String,
    /// When it is to be mailed.
    pub send_at: Option<DateTime<Utc>>,
}

impl<'a> NewVisit<'a> {
    /// Fills a row with what a checked visit says; place, customer and outcome are still to come.
    pub fn new(id: Uuid, visit: &'a CheckedVisit, visited_on: NaiveDate, now: DateTime<Utc>) -> Self {
        let basis = visit.basis.as_ref();
        Self {
            id,
            external_id: &visit.external_id,
            content_hash: &visit.content_hash,
            visited_at: visit.visited_at,
            visited_on,
            service: &visit.service,
            channel: visit.channel.as_deref(),
            site_id: None,
            segment: visit.segment.as_deref(),
            priority: visit.priority,
            customer_id: None,
            customer_name: visit.contact.name.as_deref(),
            customer_email: visit.contact.email.as_deref(),
            customer_phone: visit.contact.phone.as_deref(),
            customer_language: visit.language.as_deref(),
            customer_time_zone: visit.time_zone.map(Tz::name),
            lawful_basis: basis.map(|basis| basis.kind.as_str()),
            lawful_basis_channels: basis
                .map(|basis| basis.channels.iter().map(|word| Some(word.as_str())).collect()),
            lawful_basis_evidence: basis.and_then(|basis| basis.evidence.as_deref()),
            first_contact: None,
            outcome: Outcome::Planned.as_str(),
            send_at: None,
            created_at: now,
            call_priority: 0.0,
        }
    }
}
