//! The rules of waves and attempts, by hand and over ten thousand random waves.

use super::*;
use chrono_tz::Europe::Berlin;

/// Numbers in [0, 1) that are always the same: splitmix64.
struct Draws(u64);

impl Draws {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

/// Works one wave of `framed` visits of a kind, left after a part of those who were drawn, and sums 1/π of the called.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "counts of a few hundred"
)]
fn sum_of_weights(random: &mut Draws, kind: Kind, share: f64, framed: usize, worked: f64) -> f64 {
    let mut numbers: Vec<f64> = (0..framed).map(|_| random.next()).collect();
    numbers.sort_by(f64::total_cmp);
    let drawn = numbers.iter().filter(|number| is_drawn(kind, share, **number)).count();
    let called = (drawn as f64 * worked).ceil() as usize;
    let probability = realised(preset(kind, share), framed as i64, drawn as i64, called as i64);
    probability.map_or(0.0, |probability| called as f64 / probability)
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "counts of a few hundred")]
fn over_ten_thousand_waves_the_weights_of_the_called_sum_to_all_within_their_own_error() {
    let mut draws = Draws(6);
    for kind in [Kind::Random, Kind::Priority] {
        let mut differences = Vec::with_capacity(10_000);
        for wave in 0..10_000_usize {
            let framed = 20 + wave % 180;
            let share = 0.15 + 0.5 * draws.next();
            // Every third wave is closed early, whatever its list holds.
            let worked = if wave % 3 == 0 { 0.05 + 0.9 * draws.next() } else { 1.0 };
            differences.push(sum_of_weights(&mut draws, kind, share, framed, worked) - framed as f64);
        }
        let n = differences.len() as f64;
        let mean = differences.iter().sum::<f64>() / n;
        let variance = differences.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let error = (variance / n).sqrt();
        assert!(mean.abs() <= error.max(1e-9), "{kind}: {mean} ± {error}");
    }
}

#[test]
fn a_stratum_has_the_preset_probability_when_worked_and_its_own_when_left() {
    assert_eq!(realised(0.35, 200, 70, 70), Some(0.35));
    assert_eq!(realised(0.35, 200, 70, 31), Some(0.155));
    assert_eq!(realised(1.0, 40, 40, 10), Some(0.25));
    assert_eq!(realised(0.35, 200, 70, 0), None);
    assert_eq!(realised(0.35, 3, 0, 0), Some(0.35));
}

#[test]
fn the_needed_answers_are_those_of_the_formula() {
    assert_eq!((0.7_f64 / 0.3 * 0.95 / 0.05).ceil().to_string(), NEEDED.to_string());
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn four_tries_at_different_times_of_day_make_somebody_unreachable() {
    let window: SendWindow = "Mon-Fri 09:00-19:00".parse().unwrap();
    // A Friday morning in Berlin.
    let (mut now, mut tried, mut words) = (at("2026-11-20T09:00:00Z"), Vec::new(), Vec::new());
    while !is_unreachable(&tried) {
        let local = now.with_timezone(&Berlin).naive_local();
        tried.push((local.date(), local.time()));
        words.push(time_of_day(local.time()));
        let (next, word) = again(Disposition::NoAnswer, &tried, &window, Berlin, now);
        assert!(next > now && window.holds(next, Berlin), "{next}");
        assert_eq!(word, time_of_day(next.with_timezone(&Berlin).time()));
        now = next;
    }
    assert_eq!(words, ["morning", "midday", "afternoon", "evening"]);
}

#[test]
fn two_tries_in_one_morning_count_once() {
    let day = |day: u32, hour: u32| {
        let date = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        (date, NaiveTime::from_hms_opt(hour, 0, 0).unwrap())
    };
    assert!(!is_unreachable(&[day(20, 9), day(20, 10), day(20, 12), day(20, 15)]));
    assert!(is_unreachable(&[day(20, 9), day(20, 12), day(20, 15), day(23, 9)]));
}

#[test]
fn a_busy_line_is_tried_again_soon_and_never_outside_the_hours() {
    let window: SendWindow = "Mon-Fri 09:00-19:00".parse().unwrap();
    let busy = |now: &str| again(Disposition::Busy, &[], &window, Berlin, at(now)).0;
    assert_eq!(busy("2026-11-20T09:00:00Z"), at("2026-11-20T09:20:00Z"));
    assert_eq!(busy("2026-11-20T17:50:00Z"), at("2026-11-23T08:00:00Z"));
}
