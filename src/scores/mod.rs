//! Sums over answers, folded from changed visits (DESIGN §4.10).
//!
//! A fold takes the changed visits, works out what each contributes now, subtracts what it contributed when it was
//! last folded, and adds the difference in the order of the keys. Readers fold first, so nobody reads an old
//! number. Sums hold raw steps as integers; the scale belongs to the question, and the company has rows of its
//! own, so that a visit by two employees counts once there.
//!
//! The sums are those from which the method can work out everything (STATISTICS §5): by class of visit and question,
//! by level of what was known before the answer, and by pairs of levels. They are kept by week (two years), month and
//! year.

pub mod contribution;
pub mod deltas;
pub mod fold;
pub mod names;
pub mod packed;
pub mod period;
pub mod queries;
pub mod recount;
pub mod sorted;
pub mod sums;

pub use fold::fold;
pub use period::{Period, read};
pub use sums::{Counts, ItemSums, Slice, Sum};

/// Stands for the whole company where an employee's id stands otherwise.
pub const COMPANY: uuid::Uuid = uuid::Uuid::nil();
