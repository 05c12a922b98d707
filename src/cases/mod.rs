//! Cases: what is to be put right for an unhappy customer. A low answer opens one for its visit.

pub mod overdue;
pub mod queries;
