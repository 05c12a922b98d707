//! Who stands out beyond the margin, with the rate of false discoveries held. STATISTICS 2(d).

use super::{Estimate, PersonFit, Status};
use crate::stats::discovery::{bayesian, probability_above};

/// Which ends are looked at together: one set a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lowest {
    /// Those above the margin.
    No,
    /// Those below it.
    Yes,
}

/// Marks who stands out by more than `margin` points, at most the share `rate` of them falsely. Only those whose
/// status is report compete, so nobody is flagged while only respondents are known.
pub fn standouts<'a>(
    people: impl Iterator<Item = &'a PersonFit>,
    side: Lowest,
    margin: f64,
    rate: f64,
) -> Vec<bool> {
    let people: Vec<Option<Estimate>> =
        people.map(|person| person.difference.filter(|_| person.status == Status::Report)).collect();
    let not_beyond = |Estimate { value, se }: Estimate| match side {
        Lowest::No => 1.0 - probability_above(value, se, margin),
        Lowest::Yes => probability_above(value, se, -margin),
    };
    let competing: Vec<f64> = people.iter().flatten().map(|estimate| not_beyond(*estimate)).collect();
    let mut found = bayesian(&competing, rate).into_iter();
    people.iter().map(|person| person.is_some() && found.next().unwrap_or(false)).collect()
}
