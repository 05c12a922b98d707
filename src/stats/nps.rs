//! The net promoter score: promoters less detractors, in points from −100 to 100.

use super::{Interval, quantile, real};

/// Below this many answers the plain interval is too narrow: Rocks (2016).
const PLAIN_FROM: i64 = 100;

/// How many customers would recommend (9–10), are passive (7–8), would not (0–6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromoterCounts {
    /// Answers 9 and 10.
    pub promoters: i64,
    /// Answers 7 and 8.
    pub passives: i64,
    /// Answers 0 to 6.
    pub detractors: i64,
}

/// A net promoter score with its uncertainty, in points from −100 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nps {
    /// Percentage of promoters less percentage of detractors.
    pub score: f64,
    /// Standard error of the score.
    pub se: f64,
    /// Confidence interval of the score.
    pub interval: Interval,
}

impl PromoterCounts {
    /// How many answers.
    pub fn n(&self) -> i64 {
        self.promoters.saturating_add(self.passives).saturating_add(self.detractors)
    }

    /// Trinomial estimate with Var = (P + D − (P − D)²)/n: Rocks (2016), "Wald".
    ///
    /// The interval is not clipped. `None` without an answer or with a negative count.
    pub fn trinomial(&self, level: f64) -> Option<Nps> {
        let n = self.n();
        if n < 1 || self.promoters < 0 || self.passives < 0 || self.detractors < 0 {
            return None;
        }
        estimate(as_real(self.promoters), as_real(self.detractors), as_real(n), level)
    }

    /// Adjusted Wald "AC(3)": three more answers, ¾ promoter, 1½ passive, ¾ detractor. Rocks
    /// (2016), The American Statistician 70:365.
    ///
    /// The interval is clipped to ±100. `None` as in [`Self::trinomial`].
    pub fn adjusted_wald(&self, level: f64) -> Option<Nps> {
        self.trinomial(level)?;
        let (promoters, detractors) = (as_real(self.promoters) + 0.75, as_real(self.detractors) + 0.75);
        let adjusted = estimate(promoters, detractors, as_real(self.n()) + 3.0, level)?;
        Some(Nps { interval: adjusted.interval.clipped(-100.0, 100.0), ..adjusted })
    }

    /// What to show: the observed score; below 100 answers with the adjusted error and interval.
    pub fn shown(&self, level: f64) -> Option<Nps> {
        let plain = self.trinomial(level)?;
        if self.n() >= PLAIN_FROM {
            return Some(Nps { interval: plain.interval.clipped(-100.0, 100.0), ..plain });
        }
        Some(Nps { score: plain.score, ..self.adjusted_wald(level)? })
    }
}

fn estimate(promoters: f64, detractors: f64, n: f64, level: f64) -> Option<Nps> {
    let (p, d) = (promoters / n, detractors / n);
    let difference = p - d;
    let se = 100.0 * ((p + d - difference * difference).max(0.0) / n).sqrt();
    let score = 100.0 * difference;
    Some(Nps { score, se, interval: Interval::around(score, quantile::normal(level)? * se) })
}

fn as_real(count: i64) -> f64 {
    real(i128::from(count))
}

#[cfg(test)]
mod tests {
    use super::PromoterCounts;

    #[test]
    fn nobody_asked_has_no_score() {
        let none = PromoterCounts::default();
        assert!(none.trinomial(0.95).is_none() && none.adjusted_wald(0.95).is_none());
        assert!(PromoterCounts { promoters: 3, passives: -1, detractors: 0 }.shown(0.95).is_none());
    }

    #[test]
    fn promoters_alone_still_leave_doubt() {
        let all = PromoterCounts { promoters: 4, passives: 0, detractors: 0 };
        let plain = all.trinomial(0.95).unwrap();
        assert!((plain.score - 100.0).abs() < 1e-12 && plain.se.abs() < 1e-12);
        let shown = all.shown(0.95).unwrap();
        assert!((shown.score - 100.0).abs() < 1e-12 && (shown.interval.hi - 100.0).abs() < 1e-12);
        assert!(shown.interval.lo < 60.0);
    }

    #[test]
    fn many_answers_are_shown_unadjusted() {
        let many = PromoterCounts { promoters: 60, passives: 25, detractors: 15 };
        assert_eq!(many.shown(0.95), many.trinomial(0.95));
    }
}
