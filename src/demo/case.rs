//! What a visit is like and what its customer makes of it. The company is built so that raw averages go wrong:
//! hard work goes to those who are good at it, sites, channels and kinds of customers differ, and happy customers
//! answer the mail more readily, some colleagues' more than others'.

use super::customers::{Customer, Segment};
use super::draw::Dice;
use super::roster::{self, EMPLOYEES, Employee, Nature, SITES};

/// The kinds of work: word, by how many points customers are happier after it, and how common it is.
const SERVICES: [(&str, f64, f64); 6] = [
    ("emergency repair", -14.0, 0.12),
    ("boiler repair", -7.0, 0.18),
    ("radiator repair", -3.0, 0.20),
    ("boiler service", 0.0, 0.20),
    ("installation", 3.0, 0.18),
    ("energy advice", 6.0, 0.12),
];

/// Standard deviation of the points of [`SERVICES`].
const SERVICES_DIFFER: f64 = 6.6;

/// The channels: word, by how many points customers are happier, and how common it is on site and at the helpline.
const CHANNELS: [(&str, f64, [f64; 2]); 3] =
    [("on site", 0.0, [0.72, 0.10]), ("phone", -3.0, [0.20, 0.65]), ("workshop", -5.0, [0.08, 0.25])];

/// Points of an average visit, and how far one visit differs from the next.
const AVERAGE: f64 = 72.0;
const SIGMA: f64 = 21.0;

/// How far each of the four dimensions differs from the whole.
const DIMENSION_SIGMA: f64 = 9.0;

/// Points between two marks: 1 to 5 stand for 0 to 100.
const STEP: f64 = 25.0;

/// By how many points people are kinder on the phone.
pub const PHONE: f64 = 4.0;

/// One visit.
pub struct Case {
    /// Who did it.
    pub employee: usize,
    /// Who helped, and whether the work was shared 7 to 3 rather than equally.
    pub helper: Option<(usize, bool)>,
    /// For whom.
    pub customer: Customer,
    /// Kind of work.
    pub service: &'static str,
    /// Channel.
    pub channel: &'static str,
    /// Site.
    pub site: &'static str,
    /// Whether the customer complained before they were asked anything.
    pub complained: bool,
    nature: Nature,
    points: f64,
}

impl Case {
    /// Draws the visit of an employee to a customer on a day.
    pub fn draw(dice: &mut Dice, at: usize, customer: Customer, day: u64) -> Self {
        let nature = roster::nature(at);
        let team = roster::employee(at).map_or("", |employee| employee.team_on(day));
        let weights = SERVICES
            .each_ref()
            .map(|(_, effect, share)| share * (-nature.tilt * effect / SERVICES_DIFFER).exp());
        let (service, service_effect) =
            SERVICES.get(dice.weighted(&weights)).map_or(("", 0.0), |(word, effect, _)| (*word, *effect));
        let column = usize::from(team == "Helpline");
        let weights = CHANNELS.each_ref().map(|(_, _, shares)| shares.get(column).copied().unwrap_or(0.0));
        let (channel, channel_effect) =
            CHANNELS.get(dice.weighted(&weights)).map_or(("", 0.0), |(word, effect, _)| (*word, *effect));
        let home = roster::site_of(team);
        let away = dice.pick(&SITES.each_ref().map(|(site, _)| *site));
        let site = if dice.chance(0.75) { home } else { away };
        let site_effect = SITES.iter().find(|(name, _)| *name == site).map_or(0.0, |(_, effect)| *effect);
        let expected = AVERAGE + service_effect + channel_effect + site_effect + customer.segment().effect;
        let points = expected + nature.effect + SIGMA * dice.normal();
        let complained = dice.chance(0.9 * normal_cdf(-1.9 - 0.9 * (points - AVERAGE) / SIGMA));
        let helper = helper(dice, at, team, day);
        Self { employee: at, helper, customer, service, channel, site, complained, nature, points }
    }

    /// Returns the kind of customer.
    pub fn segment(&self) -> &'static Segment {
        self.customer.segment()
    }

    /// Returns how probably the customer answers the mail: the happy and the angry more than those between.
    pub fn answers_mail(&self) -> f64 {
        let z = (self.points - AVERAGE) / SIGMA;
        let readiness = self.nature.readiness + self.segment().readiness;
        logistic(readiness + self.nature.selectivity * z + 0.12 * (z * z - 1.0))
    }

    /// Draws the marks from 1 to 5 (overall, process, communication, value, skill); on the phone people are kinder.
    pub fn answers(&self, dice: &mut Dice, kinder_by: f64) -> [i32; 5] {
        let points = self.points + kinder_by;
        let [process, communication, value, skill] =
            self.nature.dimensions.map(|own| mark(points + own + DIMENSION_SIGMA * dice.normal()));
        [mark(points), process, communication, value, skill]
    }

    /// Names who did it: place among the employees, and share where they did not share equally.
    pub fn credits(&self) -> Vec<(usize, Option<f64>)> {
        match self.helper {
            None => vec![(self.employee, None)],
            Some((helper, false)) => vec![(self.employee, None), (helper, None)],
            Some((helper, true)) => vec![(self.employee, Some(0.7)), (helper, Some(0.3))],
        }
    }
}

/// One visit in twenty is done by two of a team.
fn helper(dice: &mut Dice, at: usize, team: &str, day: u64) -> Option<(usize, bool)> {
    let (is_shared, unequal, chosen) = (dice.chance(0.05), dice.chance(0.5), dice.share());
    let is_fit = |employee: &Employee| employee.team_on(day) == team && employee.is_here(day);
    let fit: Vec<usize> = (0..).zip(&EMPLOYEES).filter(|(_, e)| is_fit(e)).map(|(place, _)| place).collect();
    let others = fit.iter().filter(|other| **other != at);
    let count = others.clone().count();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a team is small"
    )]
    let nth = (chosen * count as f64) as usize;
    others.copied().nth(nth).filter(|_| is_shared).map(|other| (other, unequal))
}

fn mark(points: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 4")]
    let step = (points / STEP).round().clamp(0.0, 4.0) as i32;
    1 + step
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// Distribution function of the standard normal distribution, to three digits (Abramowitz and Stegun 26.2.18).
fn normal_cdf(z: f64) -> f64 {
    let x = z.abs();
    let tail = 0.5 * (1.0 + x * (0.196_854 + x * (0.115_194 + x * (0.000_344 + x * 0.019_527)))).powi(-4);
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_is_right_to_three_digits() {
        for (z, expected) in [(0.0, 0.5), (-1.9, 0.02872), (1.0, 0.84134), (-3.0, 0.00135)] {
            assert!((normal_cdf(z) - expected).abs() < 5e-4, "{z}");
        }
    }

    #[test]
    fn hard_work_goes_to_those_who_are_good_at_it_and_the_happy_answer_more() {
        let cases: Vec<Case> = (0..8_000)
            .map(|at| {
                let mut dice = Dice::of("test", at);
                let customer = Customer::known(&mut dice);
                Case::draw(&mut dice, at % 40, customer, 100)
            })
            .collect();
        let mean = |of: &dyn Fn(&Case) -> Option<f64>| {
            let values: Vec<f64> = cases.iter().filter_map(of).collect();
            values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap())
        };
        let is_hard = |case: &Case| f64::from(u8::from(case.service == "emergency repair"));
        let good = mean(&|case| (case.nature.effect > 3.0).then(|| is_hard(case)));
        let others = mean(&|case| (case.nature.effect < -3.0).then(|| is_hard(case)));
        assert!(good > 1.3 * others, "{good} {others}");
        let happy = mean(&|case| (case.points > AVERAGE).then(|| case.answers_mail()));
        let unhappy = mean(&|case| (case.points < AVERAGE).then(|| case.answers_mail()));
        assert!(happy > 1.1 * unhappy && happy < 0.6, "{happy} {unhappy}");
        let complained = mean(&|case| Some(f64::from(u8::from(case.complained))));
        assert!((0.03..0.15).contains(&complained), "{complained}");
        let shared = cases.iter().filter(|case| case.helper.is_some()).count();
        assert!((250..600).contains(&shared), "{shared}");
    }
}
