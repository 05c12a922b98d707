//! The funnel: each person's answers alone against how many there are, inside the range that chance alone explains
//! (Spiegelhalter 2005, Stat Med 24:1185: a funnel instead of a league table).

use super::axis::{Axis, Tick, px, whole, with_sign};
use crate::evaluations::figures::Standing;
use crate::web::format::{counted, signed};
use askama::Template;
use std::fmt::Write;

/// Height of the plot area (px).
const HEIGHT: f64 = 380.0;

/// How far chance alone reaches, in standard errors, at 95 % and at 99.8 %.
const INNER: f64 = 1.96;
const OUTER: f64 = 3.09;

/// Labels nearer than this to each other would overlap (px).
const APART: f64 = 18.0;

/// Points of a curve.
const FINE: u32 = 48;

/// A person as the funnel sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Scored answers.
    pub answers: i64,
    /// Difference by their answers alone, in points.
    pub direct: f64,
    /// Its standard error, in points.
    pub se: f64,
    /// What may be said of them.
    pub standing: Standing,
}

/// The chart; a template writes it with `|safe`.
#[derive(Debug, Clone, Template)]
#[template(path = "evaluations/pages/charts/funnel.html")]
pub struct Funnel {
    description: String,
    band: String,
    inner: [String; 2],
    outer: [String; 2],
    rows: Vec<Tick>,
    columns: Vec<Tick>,
    limits: Vec<(String, &'static str)>,
    marks: Vec<Mark>,
    labels: Vec<Label>,
}

#[derive(Debug, Clone)]
struct Mark {
    x: String,
    y: String,
    standing: Standing,
    title: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Label {
    x: String,
    y: String,
    class: &'static str,
    shift: i8,
    name: String,
}

/// The two axes, and the spread of one answer (points).
#[derive(Clone, Copy)]
struct Plane {
    answers: Axis,
    points: Axis,
    sigma: f64,
}

impl Funnel {
    /// Draws the people of whom `all` is the number; None when nobody can be compared.
    pub fn draw(people: &[Person], all: usize) -> Option<Self> {
        let sigma = spread(people)?;
        let most = people.iter().map(|person| effective(person, sigma)).fold(0.0, f64::max);
        let furthest = people.iter().map(|person| person.direct.abs()).fold(0.0, f64::max);
        let end = Axis::around_zero(furthest, 10.0, 40.0).high + 1.0;
        let plane =
            Plane { answers: Axis::from_zero(most * 1.06), points: Axis { low: -end, high: end }, sigma };
        let (inner, outer) = (plane.curve(INNER), plane.curve(OUTER));
        Some(Self {
            description: describe(people, all),
            band: band(&inner),
            inner: [path(&inner, false), path(&inner, true)],
            outer: [path(&outer, false), path(&outer, true)],
            rows: plane.points.upright(HEIGHT, with_sign),
            columns: plane.answers.across(whole),
            limits: plane.limits(),
            marks: people.iter().map(|person| plane.mark(person)).collect(),
            labels: plane.labels(people),
        })
    }
}

/// How many answers of the usual spread are as sure as this person's: answers by call-back weigh more than one and are
/// less sure (Kish 1965).
fn effective(person: &Person, sigma: f64) -> f64 {
    (sigma / person.se).powi(2)
}

/// The usual spread of one answer: the median of se·√n, in points.
fn spread(people: &[Person]) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
    let mut spreads: Vec<f64> = people
        .iter()
        .map(|person| person.se * (person.answers.max(1) as f64).sqrt())
        .filter(|spread| spread.is_finite() && *spread > 0.0)
        .collect();
    spreads.sort_by(f64::total_cmp);
    spreads.get(spreads.len() / 2).copied()
}

impl Plane {
    /// The upper limit as places on a hundred by a hundred, from where it enters the picture.
    fn curve(self, errors: f64) -> Vec<(f64, f64)> {
        let enters = (errors * self.sigma / self.points.high).powi(2).min(self.answers.high);
        let growth = self.answers.high / enters;
        (0..=FINE)
            .map(|step| {
                let n = enters * growth.powf(f64::from(step) / f64::from(FINE));
                let share = errors * self.sigma / n.sqrt() / self.points.high;
                (n / self.answers.high * 100.0, 50.0 - share.min(1.0) * 50.0)
            })
            .collect()
    }

    fn limits(self) -> Vec<(String, &'static str)> {
        let reach = |errors: f64| errors * self.sigma / self.answers.high.sqrt();
        let limit = |errors: f64, word| (px(self.points.y(reach(errors), HEIGHT) + 4.0), word);
        vec![limit(INNER, "95 %"), limit(-INNER, "95 %"), limit(OUTER, "99.8 %"), limit(-OUTER, "99.8 %")]
    }

    fn x(self, person: &Person) -> String {
        self.answers.x(effective(person, self.sigma))
    }

    fn y(self, person: &Person) -> f64 {
        self.points.y(person.direct, HEIGHT)
    }

    fn mark(self, person: &Person) -> Mark {
        let answers = counted(person.answers, "answer", "answers");
        Mark {
            x: self.x(person),
            y: px(self.y(person)),
            standing: person.standing,
            title: format!("{}: {} points, {answers}", person.name, signed(person.direct)),
        }
    }

    /// Names those who stand out, beside their mark; under or over it where another name stands at that height.
    fn labels(self, people: &[Person]) -> Vec<Label> {
        let mut beside: Vec<f64> = Vec::new();
        let mut labels = Vec::new();
        for person in people.iter().filter(|person| person.standing.is_flagged()) {
            let (y, is_above) = (self.y(person), person.standing == Standing::Above);
            let is_free = beside.iter().all(|other| (other - y).abs() >= APART);
            let is_right = effective(person, self.sigma) > self.answers.high * 0.52;
            let (side, shift, y) = match (is_free, is_right, is_above) {
                (true, true, _) => ("end", -12, y + 4.0),
                (true, false, _) => ("", 12, y + 4.0),
                (false, _, true) => ("middle", 0, y - 13.0),
                (false, _, false) => ("middle", 0, y + 22.0),
            };
            if is_free {
                beside.push(y - 4.0);
            }
            let class = match (is_above, side) {
                (true, "end") => "fill-above halo end",
                (true, "middle") => "fill-above halo middle",
                (true, _) => "fill-above halo",
                (false, "end") => "fill-below halo end",
                (false, "middle") => "fill-below halo middle",
                (false, _) => "fill-below halo",
            };
            labels.push(Label { x: self.x(person), y: px(y), class, shift, name: person.name.clone() });
        }
        labels
    }
}

fn path(curve: &[(f64, f64)], is_lower: bool) -> String {
    let mut path = String::new();
    for (place, (x, y)) in curve.iter().enumerate() {
        let y = if is_lower { 100.0 - y } else { *y };
        // Writing to a String cannot fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if place == 0 { "M" } else { "L" });
    }
    path
}

/// What lies between the two limits, and everything before they enter the picture.
fn band(upper: &[(f64, f64)]) -> String {
    let back = path(upper, true).replacen('M', "L", 1);
    let mut lower: Vec<&str> = back.split('L').filter(|place| !place.is_empty()).collect();
    lower.reverse();
    format!("M0 0{}L{}L0 100z", path(upper, false).replacen('M', "L", 1), lower.join("L"))
}

fn describe(people: &[Person], all: usize) -> String {
    let flagged = |standing: Standing| {
        let names: Vec<&str> = people
            .iter()
            .filter(|person| person.standing == standing)
            .map(|person| person.name.as_str())
            .collect();
        match names.as_slice() {
            [] => "nobody".to_owned(),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    };
    format!(
        "One mark an employee. The more answers, the narrower the range that chance alone explains. {} of {all} \
         employees are drawn. Flagged above: {}; flagged below: {}. All figures are in the table that follows.",
        people.len(),
        flagged(Standing::Above),
        flagged(Standing::Below),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, answers: i64, direct: f64, standing: Standing) -> Person {
        let se = 20.0 / f64::from(i32::try_from(answers).unwrap()).sqrt();
        Person { name: name.into(), answers, direct, se, standing }
    }

    #[test]
    fn whoever_lies_outside_the_range_lies_outside_the_own_interval_too() {
        let people = [
            person("Ann", 100, 4.5, Standing::Above),
            person("Ben", 100, 3.5, Standing::Reported),
            person("Cy", 25, -6.0, Standing::Coaching),
        ];
        let sigma = spread(&people).unwrap();
        assert!((sigma - 20.0).abs() < 1e-9);
        assert!((effective(&people[2], sigma) - 25.0).abs() < 1e-9);
        let plane = Plane { answers: Axis::from_zero(100.0), points: Axis { low: -10.0, high: 10.0 }, sigma };
        // At 100 answers of spread 20 the limit is 1.96 · 2.
        let (x, y) = *plane.curve(INNER).last().unwrap();
        assert!((x - 100.0).abs() < 1e-9 && (y - (50.0 - 3.92 * 5.0)).abs() < 1e-9, "{x} {y}");
    }

    #[test]
    fn only_those_who_stand_out_are_named_and_two_names_never_share_a_place() {
        let people = [
            person("Ann", 100, 9.0, Standing::Above),
            person("Ben", 90, 8.8, Standing::Above),
            person("Cy", 25, -6.0, Standing::Reported),
        ];
        let drawn = Funnel::draw(&people, 5).unwrap();
        assert_eq!(drawn.labels.len(), 2);
        assert!(drawn.labels[0].class.ends_with("end") && drawn.labels[1].class.ends_with("middle"));
        assert!(drawn.description.contains("3 of 5 employees are drawn. Flagged above: Ann and Ben;"));
        let svg = drawn.to_string();
        assert!(svg.contains("<title>Cy: −6.0 points, 25 answers</title>") && !svg.contains("style="));
        assert!(Funnel::draw(&[], 5).is_none());
    }
}
