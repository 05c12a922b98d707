//! How long to wait before the next try: pure.

use chrono::TimeDelta;

/// The longest wait between two tries.
pub const LONGEST: TimeDelta = TimeDelta::hours(6);

/// Returns the wait after the given number of tries: `first`, three times as long, and then doubled each time up to
/// six hours, moved by up to a fifth either way. `chance` lies in [0, 1); without it all workers would return at the
/// same moment.
pub fn wait(first: TimeDelta, tries: u32, chance: f64) -> TimeDelta {
    let longest = LONGEST.max(first);
    let mut wait = first;
    for tried in 1..tries.min(64) {
        wait = (wait * if tried == 1 { 3 } else { 2 }).min(longest);
    }
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 400")]
    let permille = 800 + (chance.clamp(0.0, 1.0) * 400.0).round() as i32;
    wait * permille / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_three_times_and_then_doubles_up_to_six_hours() {
        let minutes = |tries| wait(TimeDelta::minutes(5), tries, 0.5).num_minutes();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 8].map(minutes), [5, 15, 30, 60, 120, 240, 360, 360]);
        assert_eq!(wait(TimeDelta::minutes(5), 4_000_000, 0.5), LONGEST);
    }

    #[test]
    fn chance_moves_it_by_a_fifth_at_most() {
        let seconds = |chance| wait(TimeDelta::seconds(100), 1, chance).num_seconds();
        assert_eq!([0.0, 0.5, 1.0].map(seconds), [80, 100, 120]);
    }
}
