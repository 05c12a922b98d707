//! What one visit adds to the sums: pure.

use super::names::{ClassKey, Design, Probability};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One rating of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Key of the question.
    pub question: String,
    /// Lowest answer of the scale.
    pub min: i32,
    /// Highest answer of the scale.
    pub max: i32,
    /// The raw answer.
    pub answer: i32,
}

/// What a visit contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Date of the visit in the organisation's zone.
    pub visited_on: NaiveDate,
    /// Who is credited, with their share in per-mille.
    pub credits: Vec<(Uuid, i32)>,
    /// Whether it is an eligible visit that was to be mailed first.
    pub invited: bool,
    /// How it was answered; None when it was not, or does not count.
    pub mode: Option<Mode>,
    /// How it came into the sums.
    pub design: Design,
    /// Probability of having been called when the list was drawn.
    pub probability: Option<Probability>,
    /// Whether the customer was called; a call that is still open is none.
    pub called: bool,
    /// Service, channel, segment and site: facts known before any answer; empty where not known.
    pub levels: [String; 4],
    /// The ratings that count.
    pub ratings: Vec<Rating>,
}

/// How a visit was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By mail, or by a card or on paper where a mail was to come first.
    Email,
    /// By phone, after no answer to the mail.
    Phone,
    /// By phone, without a mail before.
    PhoneFirst,
    /// By a card or on paper, about a visit that was not to be mailed. It counts in means and in no rate: nobody knows
    /// how many such customers were asked.
    Paper,
}

impl Mode {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::PhoneFirst => "phone_first",
            Self::Paper => "paper",
        }
    }
}

/// What decides how a visit comes into the sums.
#[derive(Debug, Clone, Copy)]
pub struct Road<'a> {
    /// `email` or `phone`: how the customer was first spoken to, or was to be.
    pub first_contact: Option<&'a str>,
    /// Whether it may be asked about at all.
    pub is_eligible: bool,
    /// How it was answered.
    pub mode: Option<Mode>,
    /// Kind and probability of its call-back.
    pub callback: Option<(&'a str, Option<f64>)>,
    /// Whether an answer by mail is the observation of a case that was drawn to be called.
    pub is_second: bool,
}

impl Road<'_> {
    /// Returns how the visit comes into the sums. A call without a probability is service, not data: it stands among
    /// those that were never drawn, and so does its answer (STATISTICS §00, §0.5).
    pub fn design(&self) -> (Design, Option<Probability>) {
        let kind = self.callback.map(|(kind, _)| kind);
        let probability = self.callback.and_then(|(_, probability)| probability).map(Probability::of);
        let is_phone_first = self.first_contact == Some("phone") || kind == Some("phone_first");
        let design = match (self.mode, kind, probability) {
            _ if !self.is_eligible => Design::Other,
            (Some(Mode::Paper), ..) => Design::Other,
            (Some(Mode::Email), ..) if !self.is_second => Design::Email,
            _ if is_phone_first => Design::PhoneFirst,
            (_, Some("priority"), Some(_)) => Design::Priority,
            (_, Some("random"), Some(_)) => Design::Random,
            _ => Design::Undrawn,
        };
        let is_drawn = matches!(design, Design::Priority | Design::Random | Design::PhoneFirst);
        (design, probability.filter(|_| is_drawn))
    }
}

impl Contribution {
    /// Returns the class in which the visit counts for somebody with this share. The segment is part of it where
    /// reach is measured in it.
    pub fn class(&self, share_permille: i32) -> ClassKey {
        let [_, _, segment, _] = &self.levels;
        let is_drawn = self.probability.is_some();
        ClassKey {
            design: self.design,
            segment: if is_drawn { segment.clone() } else { String::new() },
            probability: self.probability,
            share_permille,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAILED: Road<'static> = Road {
        first_contact: Some("email"),
        is_eligible: true,
        mode: None,
        callback: None,
        is_second: false,
    };

    fn design(road: Road<'_>) -> (Design, Option<f64>) {
        let (design, probability) = road.design();
        (design, probability.map(Probability::get))
    }

    #[test]
    fn a_visit_stands_where_its_draw_put_it() {
        let random = Some(("random", Some(0.35)));
        assert_eq!(design(MAILED), (Design::Undrawn, None));
        assert_eq!(design(Road { callback: random, ..MAILED }), (Design::Random, Some(0.35)));
        assert_eq!(
            design(Road { callback: random, mode: Some(Mode::Phone), ..MAILED }),
            (Design::Random, Some(0.35))
        );
        // Answered by mail it stands for itself, whatever was drawn.
        assert_eq!(
            design(Road { callback: random, mode: Some(Mode::Email), ..MAILED }),
            (Design::Email, None)
        );
        assert_eq!(
            design(Road { callback: Some(("priority", Some(1.0))), ..MAILED }),
            (Design::Priority, Some(1.0))
        );
        let first = Road { first_contact: Some("phone"), ..MAILED };
        assert_eq!(design(first), (Design::PhoneFirst, None));
        assert_eq!(
            design(Road { callback: Some(("phone_first", Some(1.0))), ..first }),
            (Design::PhoneFirst, Some(1.0))
        );
    }

    #[test]
    fn a_call_on_a_hunch_is_no_data() {
        let hunch = Road { callback: Some(("service", None)), mode: Some(Mode::Phone), ..MAILED };
        assert_eq!(design(hunch), (Design::Undrawn, None));
        assert_eq!(design(Road { callback: Some(("random", None)), ..MAILED }), (Design::Undrawn, None));
    }

    #[test]
    fn what_was_never_to_be_asked_and_cards_stand_outside() {
        assert_eq!(design(Road { is_eligible: false, ..MAILED }), (Design::Other, None));
        let card = Road { first_contact: None, mode: Some(Mode::Paper), ..MAILED };
        assert_eq!(design(card), (Design::Other, None));
    }
}
