//! Cases: what is to be put right for an unhappy customer. A low answer opens one for its visit; somebody closes it by
//! saying what was behind it and what was done. A case is never opened twice and never deleted.

pub mod close;
pub mod model;
pub mod overdue;
pub mod pages;
pub mod queries;
mod views;

use chrono::TimeDelta;

/// After so long an open case is late: whoever was angry on Friday expects to have heard of us on Monday.
pub const LATE_AFTER: TimeDelta = TimeDelta::days(3);
