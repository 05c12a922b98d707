//! Sums over answers, folded from changed visits (DESIGN §4.10).
//!
//! A fold takes the changed visits, works out what each contributes now, subtracts what it contributed when it was
//! last folded, and adds the difference in the order of the keys. Readers fold first, so nobody reads an old
//! number. Sums hold raw steps as integers; the scale belongs to the question, and the company has rows of its
//! own, so that a visit by two employees counts once there.

pub mod contribution;
pub mod fold;
pub mod queries;
pub mod totals;

pub use fold::fold;
pub use totals::{Counts, Sum, Totals};

/// Stands for the whole company where an employee's id stands otherwise.
pub const COMPANY: uuid::Uuid = uuid::Uuid::nil();
