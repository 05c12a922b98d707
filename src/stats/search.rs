//! Where a function of one number is zero or least, without its derivative.

/// Step of the golden section.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// Halves `[lo, hi]` until it is narrower than 1e-12 of its place; the function falls from positive to negative.
pub fn falling_root(function: impl Fn(f64) -> f64, mut lo: f64, mut hi: f64) -> f64 {
    while hi - lo > 1e-12 * (1.0 + lo.abs()) {
        let middle = f64::midpoint(lo, hi);
        if middle <= lo || middle >= hi {
            break;
        }
        if function(middle) > 0.0 { lo = middle } else { hi = middle }
    }
    f64::midpoint(lo, hi)
}

/// A point that was tried and the value there.
#[derive(Clone, Copy)]
struct Tried {
    at: f64,
    value: f64,
}

/// Where `function` is least between `lo` and `hi`, to 1e-10: Brent (1973), *Algorithms for minimization without
/// derivatives*, chapter 5: parabolas where they help, golden sections where they do not.
pub fn least(function: impl Fn(f64) -> f64, lo: f64, hi: f64) -> f64 {
    let (mut lo, mut hi) = (lo, hi);
    let first = lo + GOLDEN * (hi - lo);
    let mut best = Tried { at: first, value: function(first) };
    let (mut second, mut third) = (best, best);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..500 {
        let middle = f64::midpoint(lo, hi);
        let tolerance = f64::EPSILON.sqrt() * best.at.abs() + 1e-10 / 3.0;
        if (best.at - middle).abs() <= 2.0 * tolerance - 0.5 * (hi - lo) {
            break;
        }
        let parabola = (before.abs() > tolerance).then(|| parabola(best, second, third)).flatten();
        let usable = parabola
            .filter(|step| step.abs() < (0.5 * before).abs() && *step > lo - best.at && *step < hi - best.at);
        if before.abs() > tolerance {
            before = step;
        }
        if let Some(along) = usable {
            step = along;
            let at = best.at + step;
            if at - lo < 2.0 * tolerance || hi - at < 2.0 * tolerance {
                step = tolerance * sign(middle - best.at);
            }
        } else {
            before = if best.at >= middle { lo - best.at } else { hi - best.at };
            step = GOLDEN * before;
        }
        let at = best.at + sign(step) * step.abs().max(tolerance);
        let tried = Tried { at, value: function(at) };
        if tried.value <= best.value {
            if at >= best.at {
                lo = best.at
            } else {
                hi = best.at
            }
            (third, second, best) = (second, best, tried);
        } else {
            if at < best.at {
                lo = at
            } else {
                hi = at
            }
            if tried.value <= second.value || same(second, best) {
                (third, second) = (second, tried);
            } else if tried.value <= third.value || same(third, best) || same(third, second) {
                third = tried;
            }
        }
    }
    best.at
}

/// The step from the best point to the lowest point of the parabola through three.
fn parabola(best: Tried, second: Tried, third: Tried) -> Option<f64> {
    let r = (best.at - second.at) * (best.value - third.value);
    let q = (best.at - third.at) * (best.value - second.value);
    let p = (best.at - third.at) * q - (best.at - second.at) * r;
    let q = 2.0 * (q - r);
    (q != 0.0).then(|| -p / q)
}

fn same(one: Tried, other: Tried) -> bool {
    one.at.to_bits() == other.at.to_bits()
}

/// 1 with the sign of a number, also for zero.
fn sign(number: f64) -> f64 {
    if number < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{falling_root, least};

    #[test]
    fn the_root_of_two() {
        assert!((falling_root(|x| 2.0 - x * x, 0.0, 5.0) - 2.0_f64.sqrt()).abs() < 1e-11);
    }

    #[test]
    fn the_lowest_point_of_a_valley_inside_and_at_an_end() {
        assert!((least(|x| (x - 1.5).powi(4) + 2.0, -10.0, 4.0) - 1.5).abs() < 1e-3);
        assert!((least(|x| (x - 1.5).cosh(), -10.0, 4.0) - 1.5).abs() < 1e-7);
        assert!((least(|x| x, 2.0, 3.0) - 2.0).abs() < 1e-7);
    }
}
