//! Call-backs: phoning customers who did not respond, as a probability sample (STATISTICS §00, §6).

pub mod queries;
