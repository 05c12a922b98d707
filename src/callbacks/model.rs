//! A call-back as it is listed and as it is stored.

use crate::audit::Actor;
use crate::db::schema::callback;
use chrono::{DateTime, Utc};
use diesel::Insertable;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $expected:literal { $($(#[$item_doc:meta])* $item:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $item),* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// Returns the word as it is stored and written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $word),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or($expected)
            }
        }
    };
}

words! {
    /// Which call-backs a list has.
    State, "must be open, claimed or done" {
        /// Whoever may be phoned.
        Open = "open",
        /// Those somebody is working on.
        Claimed = "claimed",
        /// Those that ended.
        Done = "done",
    }
}

words! {
    /// Why somebody is phoned. All but service are strata of a wave.
    Kind, "must be priority, random, phone_first or service" {
        /// A priority case: all of them are drawn.
        Priority = "priority",
        /// Drawn by lot.
        Random = "random",
        /// Drawn on arrival to be phoned instead of mailed: all of them are called.
        PhoneFirst = "phone_first",
        /// To put something right: not drawn, and outside the scores.
        Service = "service",
    }
}

words! {
    /// How an attempt ended.
    Disposition, "must be complete, partial, refused, no_answer, busy, wrong_number, language_barrier, do_not_call or \
                  appointment" {
        /// All questions were asked.
        Complete = "complete",
        /// The customer broke off after some questions.
        Partial = "partial",
        /// The customer does not want to answer.
        Refused = "refused",
        /// Nobody picked up.
        NoAnswer = "no_answer",
        /// The line was busy.
        Busy = "busy",
        /// The number is somebody else's.
        WrongNumber = "wrong_number",
        /// No common language.
        LanguageBarrier = "language_barrier",
        /// The customer never wants to be called again.
        DoNotCall = "do_not_call",
        /// The customer is called again at an agreed time.
        Appointment = "appointment",
    }
}

impl Disposition {
    /// Tells whether answers belong to it.
    pub const fn has_answers(self) -> bool {
        matches!(self, Self::Complete | Self::Partial)
    }
}

/// Who works call-backs: the account or key, and whose visits it must not phone about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The account or the key.
    pub actor: Actor,
    /// The employee whom the account belongs to: their own visits, and those of teams they led, are passed over.
    pub employee: Option<Uuid>,
    /// The team that the account manages: its visits are passed over.
    pub team: Option<Uuid>,
}

/// A call-back to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = callback, treat_none_as_default_value = false)]
pub struct NewCallback {
    /// Our id.
    pub id: Uuid,
    /// The visit to ask about.
    pub visit_id: Uuid,
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: &'static str,
    /// `open`, `claimed` or `done`.
    pub state: &'static str,
    /// Probability of being called when the list was drawn; None for a call that is service, not data.
    pub probability: Option<f64>,
    /// Whether the customer was called; None while it is open.
    pub called: Option<bool>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// The wave it was drawn with.
    pub wave_id: Option<Uuid>,
    /// Word of the visit's outcome before the draw.
    pub came_from: Option<String>,
    /// Its first order; see [`rank`].
    pub rank: i32,
    /// The visit's permanent random number in [0, 1): its second order.
    pub call_priority: f64,
}

/// Returns the first order of a call-back: service 0, priority cases 1, all others 2.
pub const fn rank(kind: Kind, priority: bool) -> i32 {
    match (kind, priority) {
        (Kind::Service, _) => 0,
        (_, true) => 1,
        (_, false) => 2,
    }
}

/// A place on the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    /// Id of the call-back, or of its visit while no list was drawn.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// Its id in the system that sent it.
    pub external_id: String,
    /// Its place in the list, from 1.
    pub position: i64,
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: String,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// Word of the visit's outcome.
    pub outcome: String,
    /// Whether a number is known.
    pub has_phone: bool,
    /// How often the customer was called.
    pub attempts: i32,
    /// When the customer wants to be called.
    pub appointment: Option<DateTime<Utc>>,
    /// The time of day that is worth a try.
    pub best_time: Option<String>,
}
