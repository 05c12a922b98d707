//! Spans of time as people write them: `90s`, `5min`, `2h`, `14d`.

use chrono::TimeDelta;

/// Reads a span of time.
///
/// # Errors
/// Says which form is expected.
pub fn parse_duration(text: &str) -> Result<TimeDelta, String> {
    let span = humantime::parse_duration(text)
        .map_err(|_| "is no span of time such as 90s, 5min or 2h".to_owned())?;
    TimeDelta::from_std(span).map_err(|_| "is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds) in
            [("0s", 0), ("90s", 90), ("5min", 300), ("2h", 7200), ("1h 30m", 5400), ("14d", 1_209_600)]
        {
            assert_eq!(parse_duration(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
        assert!(parse_duration("soon").is_err());
    }
}
