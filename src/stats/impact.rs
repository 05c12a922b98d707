//! Adverse impact of a decision on groups: the four-fifths rule, always with an exact test beside it.

use statrs::function::factorial::ln_factorial;

/// One group and how a decision fell on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// How many were selected.
    pub selected: u64,
    /// How many there were.
    pub total: u64,
}

/// What a decision did to one group, against the group with the highest rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impact {
    /// Share selected, 0–1.
    pub rate: f64,
    /// Its ratio to the highest rate.
    pub ratio: f64,
    /// Whether the ratio is below four fifths: UGESP, 29 CFR 1607.4(D).
    pub is_adverse: bool,
    /// Fisher's exact two-sided p against the group with the highest rate; for small groups the ratio alone is noise.
    pub p: f64,
}

/// The impact on each group, in their order. None when a group is empty, selects more than it has, or no one is
/// selected at all.
pub fn four_fifths(groups: &[Group]) -> Option<Vec<Impact>> {
    if groups.iter().any(|group| group.total == 0 || group.selected > group.total) {
        return None;
    }
    let mut top = *groups.first()?;
    for group in groups {
        if rate(*group) > rate(top) {
            top = *group;
        }
    }
    let highest = rate(top);
    (highest > 0.0).then(|| {
        let impact = |group: &Group| {
            let ratio = rate(*group) / highest;
            Impact { rate: rate(*group), ratio, is_adverse: ratio < 0.8 - 1e-12, p: fisher(*group, top) }
        };
        groups.iter().map(impact).collect()
    })
}

fn rate(group: Group) -> f64 {
    super::real(i128::from(group.selected)) / super::real(i128::from(group.total))
}

/// Fisher's (1935) exact test of two groups, two-sided: the probability of all tables with the same margins that are
/// no more likely than this one.
pub fn fisher(one: Group, other: Group) -> f64 {
    let selected = one.selected + other.selected;
    let log_of = |x: u64| choose(one.total, x) + choose(other.total, selected - x);
    let whole = choose(one.total + other.total, selected);
    let seen = log_of(one.selected) - whole;
    let (least, most) = (selected.saturating_sub(other.total), selected.min(one.total));
    let probabilities = (least..=most).map(|x| log_of(x) - whole);
    probabilities.filter(|log| *log <= seen + 1e-7).map(f64::exp).sum::<f64>().min(1.0)
}

/// Logarithm of the binomial coefficient.
fn choose(n: u64, k: u64) -> f64 {
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

#[cfg(test)]
mod tests {
    use super::{Group, fisher, four_fifths};

    #[test]
    fn the_tea_that_fisher_was_served() {
        let (one, other) = (Group { selected: 3, total: 4 }, Group { selected: 1, total: 4 });
        // (16 + 1) · 2 of 70 tables.
        assert!((fisher(one, other) - 34.0 / 70.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_a_rate_has_no_impact() {
        assert!(four_fifths(&[Group { selected: 0, total: 0 }]).is_none());
        assert!(four_fifths(&[Group { selected: 3, total: 2 }]).is_none());
        assert!(four_fifths(&[Group { selected: 0, total: 5 }, Group { selected: 0, total: 9 }]).is_none());
        assert!(four_fifths(&[]).is_none());
    }
}
