//! Means with their interval, from sums that a database keeps exactly.

use super::{Interval, quantile, real};

/// Sums over whole-number answers: enough for mean, variance and interval.
///
/// Answers are raw steps (answer − least answer), so the sums are exact; a mean in points is the
/// mean in steps times 100 / (number of steps).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many answers.
    pub n: i64,
    /// Σy, in steps.
    pub sum: i64,
    /// Σy², in squared steps.
    pub sum_of_squares: i64,
}

impl Sums {
    /// Arithmetic mean Σy/n, in steps; `None` without an answer.
    pub fn mean(&self) -> Option<f64> {
        self.once().mean()
    }

    /// Sample variance s² = (Σy² − (Σy)²/n)/(n − 1), in squared steps; `None` below two answers.
    pub fn variance(&self) -> Option<f64> {
        self.once().variance()
    }

    /// Standard error of the mean √(s²/n), in steps; `None` below two answers.
    pub fn se(&self) -> Option<f64> {
        self.once().se()
    }

    /// Student's (1908) interval ȳ ± t·√(s²/n) with n − 1 degrees of freedom, in steps.
    ///
    /// `None` below two answers. It may reach past the ends of the scale; see
    /// [`Interval::clipped`].
    pub fn t_interval(&self, level: f64) -> Option<Interval> {
        self.once().t_interval(level)
    }

    fn once(&self) -> WeightedSums {
        WeightedSums::of(&[ShareClass { weight: 1, sums: *self }])
    }
}

/// Sums over the answers that count with the same weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShareClass {
    /// Share of the credit, in per-mille; only the ratio between classes matters.
    pub weight: u32,
    /// The unweighted sums of these answers.
    pub sums: Sums,
}

/// Weighted sums over several classes of answers, for credit that is shared between employees.
///
/// The effective sample size is Kish's (1965) (Σw)²/Σw² over the answers; with equal weights
/// every result is that of [`Sums`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeightedSums {
    n: i64,
    weight: i128,
    squared_weight: i128,
    sum: i128,
    sum_of_squares: i128,
}

impl WeightedSums {
    /// The sums over all `classes`; a class of weight 0 or without answers adds nothing.
    pub fn of(classes: &[ShareClass]) -> Self {
        classes.iter().filter(|class| class.weight > 0 && class.sums.n > 0).fold(Self::default(), Self::plus)
    }

    fn plus(self, class: &ShareClass) -> Self {
        let weight = i128::from(class.weight);
        let n = i128::from(class.sums.n);
        Self {
            n: self.n.saturating_add(class.sums.n),
            weight: self.weight + weight * n,
            squared_weight: self.squared_weight + weight * weight * n,
            sum: self.sum + weight * i128::from(class.sums.sum),
            sum_of_squares: self.sum_of_squares + weight * i128::from(class.sums.sum_of_squares),
        }
    }

    /// How many answers there are, each counted once whatever its weight.
    pub fn n(&self) -> i64 {
        self.n
    }

    /// Effective sample size (Σw)²/Σw², at most [`Self::n`]; 0 without an answer. Kish (1965).
    pub fn effective_n(&self) -> f64 {
        if self.n == 0 {
            return 0.0;
        }
        let weight = real(self.weight);
        weight * (weight / real(self.squared_weight))
    }

    /// Weighted mean Σwy/Σw, in steps; `None` without an answer.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| real(self.sum) / real(self.weight))
    }

    /// Weighted variance Σw(y − ȳ)²/Σw · n′/(n′ − 1) with the effective n′, in squared steps.
    ///
    /// `None` below two answers.
    pub fn variance(&self) -> Option<f64> {
        // Exact up to the one division: the difference of two large squares loses digits.
        let spread =
            self.weight.checked_mul(self.sum_of_squares)?.checked_sub(self.sum.checked_mul(self.sum)?)?;
        let squared = self.weight.checked_mul(self.weight)?;
        let bessel = squared.checked_sub(self.squared_weight)?;
        (self.n > 1 && bessel > 0 && spread >= 0).then(|| real(spread) / real(bessel))
    }

    /// Standard error of the weighted mean √(s²/n′), in steps; `None` below two answers.
    pub fn se(&self) -> Option<f64> {
        Some((self.variance()? / self.effective_n()).sqrt())
    }

    /// Student's interval with the effective sample size less one degrees of freedom, in steps.
    ///
    /// `None` below two answers. It may reach past the ends of the scale; see
    /// [`Interval::clipped`].
    pub fn t_interval(&self, level: f64) -> Option<Interval> {
        let t = quantile::student(level, self.effective_n() - 1.0)?;
        Some(Interval::around(self.mean()?, t * self.se()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{ShareClass, Sums, WeightedSums};
    use crate::stats::Interval;

    fn sums(answers: &[i64]) -> Sums {
        Sums {
            n: answers.len().try_into().unwrap(),
            sum: answers.iter().sum(),
            sum_of_squares: answers.iter().map(|y| y * y).sum(),
        }
    }

    #[test]
    fn nothing_is_defined_without_answers() {
        let none = Sums::default();
        assert_eq!(
            (none.mean(), none.variance(), none.se(), none.t_interval(0.95)),
            (None, None, None, None)
        );
        assert_eq!(WeightedSums::of(&[]).effective_n().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn one_answer_has_a_mean_and_nothing_more() {
        let one = sums(&[7]);
        assert_eq!(
            (one.mean(), one.variance(), one.se(), one.t_interval(0.95)),
            (Some(7.0), None, None, None)
        );
    }

    #[test]
    fn equal_answers_have_an_interval_of_no_width() {
        assert_eq!(sums(&[4, 4, 4]).t_interval(0.95), Some(Interval { lo: 4.0, hi: 4.0 }));
    }

    #[test]
    fn the_variance_is_exact_where_floating_point_loses_it() {
        let n = 1_000_000_001;
        let far = Sums { n, sum: 10_000 * n + 1, sum_of_squares: 100_000_000 * n + 20_001 };
        let expected = 1.0 / 1_000_000_001.0;
        assert!((far.variance().unwrap() / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn sums_that_no_answers_have_give_no_variance() {
        assert_eq!(Sums { n: 2, sum: 10, sum_of_squares: 1 }.variance(), None);
    }

    #[test]
    fn equal_shares_change_nothing() {
        let plain = sums(&[1, 3, 3, 9]);
        let shared = WeightedSums::of(&[ShareClass { weight: 500, sums: plain }]);
        assert_eq!(shared.mean(), plain.mean());
        assert_eq!(shared.variance(), plain.variance());
        assert_eq!(shared.t_interval(0.95), plain.t_interval(0.95));
        assert!((shared.effective_n() - 4.0).abs() < 1e-12);
    }

    #[test]
    fn shares_weigh_the_mean_and_shrink_the_size() {
        let classes = [
            ShareClass { weight: 1000, sums: sums(&[4, 2]) },
            ShareClass { weight: 500, sums: sums(&[0, 2]) },
            ShareClass { weight: 0, sums: sums(&[9]) },
        ];
        let shared = WeightedSums::of(&classes);
        assert_eq!(shared.n(), 4);
        // By hand: Σw = 3, Σw² = 2.5, Σwy = 7, Σwy² = 22; spread (3·22 − 49)/9, times 3.6/2.6.
        assert!((shared.mean().unwrap() - 7.0 / 3.0).abs() < 1e-12);
        assert!((shared.effective_n() - 3.6).abs() < 1e-12);
        assert!((shared.variance().unwrap() - 17.0 / 9.0 * 3.6 / 2.6).abs() < 1e-12);
        assert!((shared.se().unwrap() - (17.0_f64 / 9.0 / 2.6).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_share_that_hardly_counts_gives_no_false_certainty() {
        let classes =
            [ShareClass { weight: 999, sums: sums(&[4]) }, ShareClass { weight: 1, sums: sums(&[2]) }];
        let interval = WeightedSums::of(&classes).t_interval(0.95);
        assert!(interval.is_none_or(|i| i.lo < -1e6 && i.hi > 1e6), "{interval:?}");
    }
}
