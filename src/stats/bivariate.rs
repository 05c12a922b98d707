//! Bivariate empirical Bayes: what customers who answered by mail say, and what those say who had to be phoned, are two
//! numbers of a person that are related. STATISTICS 2(b) step 3; the EM algorithm for REML of Dempster, Laird and
//! Rubin (1977), Laird and Ware (1982).

use super::between::Estimates;
use super::pair::{Pair, Sym};

/// Steps after which the iteration ends whatever it has reached.
const MOST_STEPS: usize = 3000;

/// The iteration ends when no parameter moves by more than this share.
const TOLERANCE: f64 = 1e-9;

/// A mean with its sampling variance; None where nobody was heard.
pub type Heard = Option<(f64, f64)>;

/// A weak prior on Ω, as so many further persons with that covariance.
#[derive(Clone, Copy, Debug)]
pub struct Prior {
    /// How many persons it counts for, ν₀.
    pub persons: f64,
    /// Their covariance, Ω₀.
    pub covariance: Sym,
}

/// What is known after the fit.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// The common means μ.
    pub mean: Pair,
    /// The covariance Ω of the true values of persons.
    pub covariance: Sym,
    /// The best guesses of each person's two values.
    pub values: Vec<Pair>,
    /// Their covariances, with the uncertainty of μ.
    pub covariances: Vec<Sym>,
}

/// Precision and weighed mean of a person.
struct Person {
    precision: Sym,
    weighed: Pair,
}

/// One pass over all persons under a given Ω.
struct Pass {
    inverse: Sym,
    mean: Pair,
    mean_covariance: Sym,
}

/// Fits means and covariance of pairs (by mail, by phone), one or both of which may be missing.
pub fn fit(heard: &[[Heard; 2]], prior: Prior) -> Posterior {
    let persons: Vec<Person> = heard.iter().map(person).collect();
    let mut covariance = start(heard);
    let mut before: Option<(Pair, Sym)> = None;
    for _ in 0..MOST_STEPS {
        let pass = Pass::over(&persons, covariance);
        covariance = pass.next(&persons, prior);
        let now = (pass.mean, covariance);
        if before.is_some_and(|before| is_still(before, now)) {
            break;
        }
        before = Some(now);
    }
    let pass = Pass::over(&persons, covariance);
    let (values, covariances) = persons.iter().map(|person| pass.posterior(person)).unzip();
    Posterior { mean: pass.mean, covariance, values, covariances }
}

fn person([first, second]: &[Heard; 2]) -> Person {
    let precision = |heard: &Heard| heard.map_or(0.0, |(_, v)| 1.0 / v);
    let weighed = |heard: &Heard| heard.map_or(0.0, |(y, v)| y / v);
    Person {
        precision: Sym::diagonal(precision(first), precision(second)),
        weighed: [weighed(first), weighed(second)],
    }
}

/// Paule and Mandel's variances of either kind, and a correlation of one half.
fn start(heard: &[[Heard; 2]]) -> Sym {
    let variance = |of: fn(&[Heard; 2]) -> Heard, fewest: usize| {
        let (y, v): (Vec<f64>, Vec<f64>) = heard.iter().filter_map(of).unzip();
        (y.len() >= fewest).then(|| Estimates { y: &y, v: &v }.paule_mandel().max(1e-3))
    };
    let first = variance(|[first, _]| *first, 1).unwrap_or(1e-3);
    let second = variance(|[_, second]| *second, 4).unwrap_or(first);
    Sym { a: first, b: 0.5 * (first * second).sqrt(), d: second }
}

fn is_still((mean, covariance): (Pair, Sym), (mean_now, covariance_now): (Pair, Sym)) -> bool {
    let means = Sym::diagonal(mean_now[0] - mean[0], mean_now[1] - mean[1]);
    let moved = covariance_now.plus(covariance.times(-1.0)).greatest().max(means.greatest());
    let greatest = covariance_now.greatest().max(mean_now[0].abs()).max(mean_now[1].abs());
    moved < TOLERANCE * (1.0 + greatest)
}

impl Pass {
    fn over(persons: &[Person], covariance: Sym) -> Self {
        let inverse = covariance.inverse();
        let (mut information, mut weighed) = (Sym::default(), [0.0; 2]);
        for person in persons {
            let own = person.precision.plus(inverse).inverse();
            // What a person tells of μ is Ω⁻¹ − Ω⁻¹ V Ω⁻¹.
            let told = inverse.plus(Sym::between(inverse_rows(inverse), own).times(-1.0));
            information = information.plus(told);
            let [x, y] = inverse.apply(own.apply(person.weighed));
            weighed = [weighed[0] + x, weighed[1] + y];
        }
        let mean_covariance = information.inverse();
        Self { inverse, mean: mean_covariance.apply(weighed), mean_covariance }
    }

    /// The next Ω. The uncertainty of μ makes it the restricted likelihood's.
    fn next(&self, persons: &[Person], prior: Prior) -> Sym {
        let mut sum = prior.covariance.times(prior.persons);
        let pull = self.inverse.apply(self.mean);
        for person in persons {
            let own = person.precision.plus(self.inverse).inverse();
            let value = own.apply([person.weighed[0] + pull[0], person.weighed[1] + pull[1]]);
            let off = [value[0] - self.mean[0], value[1] - self.mean[1]];
            let [[a, b], [c, d]] = own.product(self.inverse);
            let rest = [[1.0 - a, -b], [-c, 1.0 - d]];
            sum = sum.plus(Sym::square(off)).plus(own).plus(Sym::between(rest, self.mean_covariance));
        }
        let count = super::count(persons.len()) + prior.persons;
        sum.times(1.0 / count).plus(Sym::diagonal(1e-10, 1e-10))
    }

    fn posterior(&self, person: &Person) -> (Pair, Sym) {
        let own = person.precision.plus(self.inverse).inverse();
        let pull = self.inverse.apply(self.mean);
        let value = own.apply([person.weighed[0] + pull[0], person.weighed[1] + pull[1]]);
        (value, own.plus(Sym::between(own.product(self.inverse), self.mean_covariance)))
    }
}

fn inverse_rows(matrix: Sym) -> [Pair; 2] {
    [[matrix.a, matrix.b], [matrix.b, matrix.d]]
}

#[cfg(test)]
mod tests {
    use super::{Prior, fit};
    use crate::stats::pair::Sym;

    const WEAK: Prior = Prior { persons: 5.0, covariance: Sym { a: 9.0, b: 7.2, d: 9.0 } };

    #[test]
    fn who_was_never_heard_is_the_mean_with_the_whole_uncertainty() {
        let mut heard: Vec<_> =
            (0..40).map(|at| [Some((f64::from(at % 9), 2.0)), Some((f64::from(at % 7), 3.0))]).collect();
        heard.push([None, None]);
        let fitted = fit(&heard, WEAK);
        let (value, own) = (fitted.values.last().unwrap(), fitted.covariances.last().unwrap());
        assert!((value[0] - fitted.mean[0]).abs() < 1e-12 && (value[1] - fitted.mean[1]).abs() < 1e-12);
        assert!(own.a > fitted.covariance.a && own.d > fitted.covariance.d);
    }

    #[test]
    fn what_mail_says_is_carried_over_to_those_never_phoned() {
        let mut heard: Vec<_> = (0..40)
            .map(|at| {
                let level = f64::from(at % 10);
                [Some((level, 0.5)), Some((level + 1.0, 0.5))]
            })
            .collect();
        heard.push([Some((20.0, 0.5)), None]);
        let fitted = fit(&heard, WEAK);
        let last = fitted.values.last().unwrap();
        assert!(last[1] > fitted.mean[1] + 5.0, "{last:?}");
    }
}
