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

/// A phone has room for so many names; with more it drops them all, and they stand in the table.
const FIT_ON_A_PHONE: usize = 4;

/// The usual width of the plot area, half the size of a mark and the width of a letter of a name (px): names are placed so
/// that they do not cover each other.
const WIDTH: f64 = 880.0;
const MARK: f64 = 6.0;
const LETTER: f64 = 7.2;

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
    class: String,
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

    /// Names those who stand out, beside their mark; on its other side, under or over it where something else stands.
    fn labels(self, people: &[Person]) -> Vec<Label> {
        let marks: Vec<Area> = people.iter().map(|person| Area::of_mark(self.place(person))).collect();
        let flagged = people.iter().filter(|person| person.standing.is_flagged());
        let is_crowded = flagged.clone().count() > FIT_ON_A_PHONE;
        let (mut taken, mut labels): (Vec<Area>, Vec<Label>) = (Vec::new(), Vec::new());
        for person in flagged {
            let (x, y) = self.place(person);
            let is_above = person.standing == Standing::Above;
            let near = if x > WIDTH * 0.52 { [Side::Left, Side::Right] } else { [Side::Right, Side::Left] };
            let far = if is_above { [Side::Over, Side::Under] } else { [Side::Under, Side::Over] };
            let areas = [near[0], far[0], near[1], far[1]]
                .map(|side| (side, Area::of_name(&person.name, (x, y), side)));
            let covered = |area: &Area| {
                let others = taken.iter().chain(&marks).filter(|other| area.meets(other)).count();
                if area.is_inside() { others } else { others + people.len() }
            };
            // The first of those that cover least.
            let Some((side, area)) = areas.into_iter().min_by_key(|(_, area)| covered(area)) else {
                continue;
            };
            taken.push(area);
            let (shift, down) = side.shift();
            let colour = if is_above { "fill-above" } else { "fill-below" };
            let drop = if is_crowded { " minor" } else { "" };
            let class = format!("{colour} halo{}{drop}", side.anchor());
            labels.push(Label {
                x: self.x(person),
                y: px(y + down),
                class,
                shift,
                name: person.name.clone(),
            });
        }
        labels
    }

    /// Where a mark lies on a picture of the usual width (px).
    fn place(self, person: &Person) -> (f64, f64) {
        let share = effective(person, self.sigma) / self.answers.high;
        (share.min(1.0) * WIDTH, self.y(person))
    }
}

/// Where a name stands beside its mark.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Right,
    Left,
    Over,
    Under,
}

impl Side {
    /// How far the name is moved across and down (px).
    const fn shift(self) -> (i8, f64) {
        match self {
            Self::Right => (12, 4.0),
            Self::Left => (-12, 4.0),
            Self::Over => (0, -13.0),
            Self::Under => (0, 22.0),
        }
    }

    const fn anchor(self) -> &'static str {
        match self {
            Self::Right => "",
            Self::Left => " end",
            Self::Over | Self::Under => " middle",
        }
    }
}

/// A rectangle of the picture (px).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    fn of_mark((x, y): (f64, f64)) -> Self {
        Self { left: x - MARK, right: x + MARK, top: y - MARK, bottom: y + MARK }
    }

    fn of_name(name: &str, (x, y): (f64, f64), side: Side) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "names are short")]
        let width = name.chars().count() as f64 * LETTER;
        let (across, down) = side.shift();
        let begin = x + f64::from(across);
        let left = match side {
            Side::Right => begin,
            Side::Left => begin - width,
            Side::Over | Side::Under => begin - width / 2.0,
        };
        Self { left, right: left + width, top: y + down - 11.0, bottom: y + down + 3.0 }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn is_inside(&self) -> bool {
        self.left >= 0.0 && self.right <= WIDTH && self.top >= 0.0 && self.bottom <= HEIGHT
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
            person("Ben", 97, 8.8, Standing::Above),
            person("Cy", 25, -6.0, Standing::Reported),
        ];
        let drawn = Funnel::draw(&people, 5).unwrap();
        assert_eq!(drawn.labels.len(), 2);
        let classes: Vec<&str> = drawn.labels.iter().map(|label| label.class.as_str()).collect();
        assert_eq!(classes, ["fill-above halo middle", "fill-above halo end"]);
        assert!(drawn.description.contains("3 of 5 employees are drawn. Flagged above: Ann and Ben;"));
        let svg = drawn.to_string();
        assert!(svg.contains("<title>Cy: −6.0 points, 25 answers</title>") && !svg.contains("style="));
        assert!(Funnel::draw(&[], 5).is_none());
    }
}
