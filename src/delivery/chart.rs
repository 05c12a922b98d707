//! The chart of the last 24 hours (design/README.md, "Charts"): the `svg` is the plot area, x in percent, y in px.

use super::queries::staff::Hour;
use crate::web::format::{counted, thousands};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// How many hours it shows.
const HOURS: u8 = 24;

/// Its height (px).
const HEIGHT: f64 = 150.0;

/// Where a column begins, and how wide it is (percent of the width).
const COLUMN: f64 = 100.0 / 24.0;
const EDGE: f64 = 0.5;
const WIDTH: f64 = COLUMN - 2.0 * EDGE;

/// A column of the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The hour, such as `09:00`.
    pub hour: String,
    /// How many letters the relay took.
    pub accepted: i64,
    /// How many tries were deferred.
    pub deferred: i64,
    /// Where it begins.
    pub x: String,
    /// Its middle, for the label.
    pub middle: String,
    /// Top and height of the lower part.
    pub lower: (String, String),
    /// Top and height of the part on top.
    pub upper: (String, String),
    /// Class of its label; nothing where there is none.
    pub label: Option<&'static str>,
}

/// The chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// One column an hour, the present one last.
    pub columns: Vec<Column>,
    /// How wide each column is.
    pub width: String,
    /// Grid lines: where, and what they stand for.
    pub lines: Vec<(String, String)>,
    /// What one sees in it.
    pub description: String,
}

impl Chart {
    /// When the first of the hours up to `now` begins.
    pub fn begins(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let local = now.with_timezone(&zone);
        let into = i64::from(local.minute()) * 60 + i64::from(local.second());
        let nanoseconds = TimeDelta::nanoseconds(i64::from(local.nanosecond()));
        now - TimeDelta::seconds(into) - nanoseconds - TimeDelta::hours(i64::from(HOURS) - 1)
    }

    /// Draws the hours; None when nothing happened in any.
    pub fn draw(hours: &[Hour], now: DateTime<Utc>, zone: Tz) -> Option<Self> {
        let most = hours.iter().map(|hour| hour.accepted + hour.deferred).max().filter(|most| *most > 0)?;
        let (top, begins) = (round_up(most), Self::begins(now, zone));
        let columns: Vec<Column> =
            (0..HOURS).map(|place| column(hours, place, begins, (top, zone))).collect();
        let line = |value: i64| (px(HEIGHT - height(value, top)), thousands(value));
        Some(Self {
            description: describe(&columns),
            columns,
            width: format!("{WIDTH:.2}%"),
            lines: [0, top / 2, top].map(line).into(),
        })
    }

    /// The columns in which something happened, for the table.
    pub fn rows(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.accepted + column.deferred > 0)
    }
}

fn column(hours: &[Hour], place: u8, begins: DateTime<Utc>, (top, zone): (i64, Tz)) -> Column {
    let at = begins + TimeDelta::hours(i64::from(place));
    let local = at.with_timezone(&zone);
    let found = hours.iter().find(|hour| hour.at == at);
    let (accepted, deferred) = found.map_or((0, 0), |hour| (hour.accepted, hour.deferred));
    let (low, high) = (height(accepted, top), height(deferred, top));
    // A hairline between the two parts, where there is a lower one.
    let gap = if low > 0.0 { 1.0 } else { 0.0 };
    let start = f64::from(place) * COLUMN;
    Column {
        hour: local.format("%H:%M").to_string(),
        accepted,
        deferred,
        x: format!("{:.2}%", start + EDGE),
        middle: format!("{:.2}%", start + COLUMN / 2.0),
        lower: (px(HEIGHT - low), px(low)),
        upper: (px(HEIGHT - low - gap - high), px(high)),
        label: match local.hour() {
            hour if hour.is_multiple_of(8) => Some("middle"),
            hour if hour.is_multiple_of(4) => Some("middle minor"),
            _ => None,
        },
    }
}

fn describe(columns: &[Column]) -> String {
    let accepted = columns.iter().map(|column| column.accepted).sum();
    let deferred: i64 = columns.iter().map(|column| column.deferred).sum();
    let taken = format!("{} accepted in 24 hours", counted(accepted, "mail", "mails"));
    let busiest = columns.iter().filter(|column| column.accepted > 0).max_by_key(|column| column.accepted);
    let most = busiest.map_or(String::new(), |column| {
        format!(", most of them from {} on: {}", column.hour, thousands(column.accepted))
    });
    let later = match deferred {
        0 => "None was deferred".to_owned(),
        _ => format!("{} deferred, to be tried again", counted(deferred, "try was", "tries were")),
    };
    format!("{taken}{most}. {later}.")
}

/// Rounds up to a number whose half is a round one too.
fn round_up(most: i64) -> i64 {
    let mut unit = 1;
    loop {
        let steps = if unit == 1 { [2, 4, 10].as_slice() } else { &[2, 4, 5, 10] };
        if let Some(step) = steps.iter().find(|step| **step * unit >= most) {
            return step * unit;
        }
        unit *= 10;
    }
}

/// Counts of mails are far below 2^52, where f64 begins to lose whole numbers.
#[allow(clippy::cast_precision_loss)]
fn height(value: i64, top: i64) -> f64 {
    let exact = HEIGHT * value as f64 / top as f64;
    // What happened at all must be seen.
    if value > 0 { exact.max(1.0) } else { 0.0 }
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(at: &str, accepted: i64, deferred: i64) -> Hour {
        Hour { at: at.parse().unwrap(), accepted, deferred }
    }

    #[test]
    fn each_hour_stands_in_its_own_column_and_the_present_one_is_the_last() {
        let now = "2026-11-20T15:20:10Z".parse().unwrap();
        let zone = chrono_tz::Asia::Kolkata;
        assert_eq!(Chart::begins(now, zone).to_rfc3339(), "2026-11-19T15:30:00+00:00");
        let hours = [hour("2026-11-20T14:30:00Z", 212, 5), hour("2026-11-19T15:30:00Z", 100, 0)];
        let chart = Chart::draw(&hours, now, zone).unwrap();
        assert_eq!((chart.columns[23].hour.as_str(), chart.columns[23].accepted), ("20:00", 212));
        assert_eq!((chart.columns[0].hour.as_str(), chart.columns[0].accepted), ("21:00", 100));
        assert_eq!(chart.columns[0].lower, ("112.5".to_owned(), "37.5".to_owned()));
        assert_eq!(chart.lines[2], ("0.0".to_owned(), "400".to_owned()));
        assert_eq!(chart.rows().count(), 2);
        assert_eq!(
            chart.description,
            "312 mails accepted in 24 hours, most of them from 20:00 on: 212. 5 tries were deferred, to be tried again."
        );
    }

    #[test]
    fn nothing_makes_no_chart_and_one_letter_is_seen_beside_a_thousand() {
        let now = "2026-11-20T15:20:00Z".parse().unwrap();
        assert!(Chart::draw(&[], now, Tz::UTC).is_none());
        let chart = Chart::draw(&[hour("2026-11-20T15:00:00Z", 1000, 1)], now, Tz::UTC).unwrap();
        assert_eq!(chart.columns[23].upper.1, "1.0");
    }

    #[test]
    fn the_scale_ends_at_a_number_whose_half_is_round() {
        let tops: Vec<i64> = [1, 2, 3, 7, 11, 41, 60, 460, 501, 12_000].map(round_up).into();
        assert_eq!(tops, [2, 2, 4, 10, 20, 50, 100, 500, 1_000, 20_000]);
    }
}
