//! How sending stands, in one word and one sentence: pure.

use super::queries::health::{Breaker, Fuse};
use super::queries::staff::{Queue, Switch};
use crate::web::format::moment;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// A worker looks every second, and writes it down every ten.
const LOOKS_EVERY: TimeDelta = TimeDelta::minutes(2);

/// What decides how sending stands.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whether sending is on, by the switch or the setting.
    pub is_on: bool,
    /// The switch, if anybody ever set it.
    pub switch: Option<Switch>,
    /// The fuse; nothing before a worker's first look.
    pub fuse: Option<Fuse>,
    /// The breaker.
    pub breaker: Breaker,
    /// What waits.
    pub queue: Queue,
    /// How many letters are under way.
    pub under_way: i64,
    /// Since when the one that takes longest.
    pub since: Option<DateTime<Utc>>,
    /// Whether any letter was ever tried.
    pub was_tried: bool,
}

/// How sending stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The fuse has blown.
    Blown,
    /// Somebody switched sending off.
    Paused(DateTime<Utc>),
    /// Nobody ever switched it on.
    Off,
    /// The relay is left alone until then.
    LeftAlone(DateTime<Utc>),
    /// One letter finds out whether the relay is there again.
    Trying,
    /// Letters are due and nobody looks, since then if anybody ever did.
    NoWorker(Option<DateTime<Utc>>),
    /// Letters go out.
    GoingOut,
    /// Nothing is due.
    NothingDue,
    /// Nothing is due, and nothing ever was.
    NothingYet,
}

impl Facts {
    /// How many letters are due and not out yet, those under way included.
    pub const fn left(&self) -> i64 {
        self.queue.due + self.queue.again_due + self.under_way
    }

    /// Decides how sending stands: what keeps every letter back comes first.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        if self.fuse.as_ref().is_some_and(|fuse| fuse.blown_at.is_some()) {
            return Standing::Blown;
        }
        if !self.is_on {
            return self.switch.as_ref().map_or(Standing::Off, |switch| Standing::Paused(switch.changed_at));
        }
        if let Some(until) = self.breaker.open_until {
            return if until > now { Standing::LeftAlone(until) } else { Standing::Trying };
        }
        if self.left() == 0 {
            return if self.was_tried { Standing::NothingDue } else { Standing::NothingYet };
        }
        let looked = self.fuse.as_ref().map(|fuse| fuse.beat_at);
        let waits_since = looked.or(self.queue.oldest_due).unwrap_or(now);
        if self.under_way == 0 && waits_since < now - LOOKS_EVERY {
            return Standing::NoWorker(looked);
        }
        Standing::GoingOut
    }
}

impl Standing {
    /// Says it in a sentence or two.
    pub fn sentence(self, zone: Tz) -> String {
        let at = |at| moment(at, zone);
        match self {
            Self::Blown => "The fuse has blown: nothing is sent until somebody has looked.".to_owned(),
            Self::Paused(since) => {
                format!(
                    "Sending is off since {}. Visits come in and are planned, nobody is written to.",
                    at(since)
                )
            }
            Self::Off => {
                "Sending is off until you switch it on. Visits come in and are planned, nobody is written to."
                    .to_owned()
            }
            Self::LeftAlone(until) => {
                format!("The relay is left alone until {}; the letters wait.", at(until))
            }
            Self::Trying => {
                "One letter finds out whether the relay is there again; the others wait.".to_owned()
            }
            Self::NoWorker(_) => "Letters are due, and no worker looks after them.".to_owned(),
            Self::GoingOut => "Letters are going out. The relay answers, nothing is blocked.".to_owned(),
            Self::NothingDue => "Sending is on, and nothing is due.".to_owned(),
            Self::NothingYet => "Sending is on. Nothing was ever due.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + 60 * minute, 0).unwrap()
    }

    fn fuse(looked: i64, blown: bool) -> Fuse {
        Fuse {
            beat_at: at(looked),
            identity: None,
            blown_at: blown.then(|| at(0)),
            reason: None,
            released_at: None,
            released_by: None,
        }
    }

    #[test]
    fn what_keeps_every_letter_back_is_said_first() {
        let open = Breaker { open_until: Some(at(15)), ..Breaker::default() };
        let off = Switch { is_on: false, changed_at: at(3), changed_by: "shell".to_owned() };
        let mut facts =
            Facts { fuse: Some(fuse(9, true)), breaker: open, switch: Some(off), ..Facts::default() };
        assert_eq!(facts.standing(at(10)), Standing::Blown);
        facts.fuse = Some(fuse(9, false));
        assert_eq!(facts.standing(at(10)), Standing::Paused(at(3)));
        facts.switch = None;
        assert_eq!(facts.standing(at(10)), Standing::Off);
        facts.is_on = true;
        assert_eq!(facts.standing(at(10)), Standing::LeftAlone(at(15)));
        assert_eq!(facts.standing(at(15)), Standing::Trying);
        facts.breaker = Breaker::default();
        assert_eq!(facts.standing(at(10)), Standing::NothingYet);
        facts.was_tried = true;
        assert_eq!(facts.standing(at(10)), Standing::NothingDue);
        facts.queue.due = 1;
        assert_eq!(facts.standing(at(10)), Standing::GoingOut);
    }

    #[test]
    fn letters_that_are_due_and_nobody_looks_after_are_noticed() {
        let queue = Queue { due: 1, oldest_due: Some(at(0)), ..Queue::default() };
        let mut facts = Facts { is_on: true, queue, fuse: Some(fuse(0, false)), ..Facts::default() };
        assert_eq!(facts.standing(at(2)), Standing::GoingOut);
        assert_eq!(facts.standing(at(3)), Standing::NoWorker(Some(at(0))));
        facts.fuse = None;
        assert_eq!(facts.standing(at(3)), Standing::NoWorker(None));
        facts.under_way = 1;
        assert_eq!(facts.standing(at(3)), Standing::GoingOut);
    }
}
