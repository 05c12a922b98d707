//! Numbers that carry how sure they are: shares, means, promoter scores and response rates.
//!
//! Everything here is pure: counts and sums in, estimates out, no input or output. Each function
//! names the paper or formula it follows and is tested against published values in
//! `tests/stats_vectors.rs`. Where a number is not defined (nobody answered, one answer has no
//! variance) the result is `None`, never zero and never NaN.
//!
//! A confidence level is two-sided and lies strictly between 0 and 1; [`LEVEL`] is the one shown
//! to people.

pub mod aapor;
pub mod between;
pub mod bivariate;
pub mod discovery;
pub mod funnel;
pub mod impact;
pub mod interval;
pub mod mean;
pub mod method;
pub mod monitor;
pub mod nps;
pub mod pair;
pub mod quantile;
mod search;
pub mod shrink;

pub use aapor::Dispositions;
pub use interval::{Interval, wilson, wilson_continuity, wilson_share};
pub use mean::{ShareClass, Sums, WeightedSums};
pub use nps::{Nps, PromoterCounts};

/// Two-sided confidence level of every interval that is shown: 95 %.
pub const LEVEL: f64 = 0.95;

/// An exact integer as a real number.
#[allow(clippy::cast_precision_loss, reason = "the one rounding, after all exact integer steps")]
pub(crate) fn real(exact: i128) -> f64 {
    exact as f64
}

/// A number of things as a real number.
#[allow(clippy::cast_precision_loss, reason = "what is held in memory is far below 2^52")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}
