//! A company with known truth: the reference generator of the method, number by number the same distribution.
//!
//! Unequal volumes, hard jobs for good people, whole answers from 0 to 10, satisfied customers who answer mails more
//! often, people who ask happy customers to answer, complaints that are all called, a random share of the others,
//! reach by segment, friendlier answers on the phone, and a randomised arm that is phoned first.

use super::draw::Draw;
use chrono::{Days, NaiveDate};
use hearback::scores::contribution::{Contribution, Mode, Rating};
use hearback::scores::names::{Design, Probability};
use statrs::distribution::{ContinuousCDF, Normal};
use uuid::Uuid;

const KIND: [f64; 6] = [-14.0, -7.0, -3.0, 0.0, 3.0, 6.0];
/// Standard deviation of the above.
const KIND_SD: f64 = 6.601_767_440_112_787;
const KIND_SHARE: [f64; 6] = [0.12, 0.18, 0.2, 0.2, 0.18, 0.12];
const CHANNEL: [f64; 3] = [0.0, -3.0, -5.0];
const SEGMENT: [f64; 4] = [0.0, 4.0, -4.0, -2.0];
const SEGMENT_ANSWERS: [f64; 4] = [0.0, 0.5, -0.3, 0.1];
const SEGMENT_REACH: [f64; 4] = [0.60, 0.70, 0.50, 0.60];
const SIGMA: f64 = 21.0;
const MEAN: f64 = 72.0;
/// What the phone adds, before rounding.
const PHONE: f64 = 4.0;
/// Share of the silent who are called, and of all who are phoned first.
const CALLED: f64 = 0.35;
const PHONE_FIRST: f64 = 0.08;
/// Share of jobs at the own site.
const AT_HOME: f64 = 0.75;

/// How a company differs from the main one.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Persons.
    pub people: usize,
    /// Standard deviation of their true effects, before rounding.
    pub spread: f64,
}

/// A company.
pub struct Company {
    /// What its visits contribute.
    pub visits: Vec<Contribution>,
    /// The persons and how far above the mean each truly is, in points.
    pub truth: Vec<(Uuid, f64)>,
}

struct Employee {
    id: Uuid,
    effect: f64,
    home: usize,
    /// How strongly the own customers' answers to mails depend on their satisfaction, and how many answer at all.
    selects: f64,
    answers: f64,
    tilt: f64,
}

/// Makes a company.
pub fn make(seed: u64, kind: Kind) -> Company {
    let mut draw = Draw::new(seed);
    let sites: Vec<f64> = (0..8).map(|_| 3.0 * draw.normal()).collect();
    let (mut visits, mut mixes, mut people) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..kind.people {
        let strength = draw.normal();
        let employee = Employee {
            id: Uuid::from_u128(1 + at as u128),
            effect: kind.spread * strength,
            home: draw.below(8),
            selects: 0.40 + 0.35 * draw.normal(),
            answers: -0.75 + 0.35 * draw.normal(),
            tilt: 0.45 * strength + 0.5 * draw.normal(),
        };
        let jobs = (150.0_f64.ln() + 0.75 * draw.normal()).exp().round().clamp(8.0, 900.0) as usize;
        for _ in 0..jobs {
            let (visit, mix) = visit(&mut draw, &employee, &sites);
            visits.push(visit);
            mixes.push(mix);
        }
        people.push(employee);
    }
    let truth = truth(&people, &mixes);
    Company { visits, truth }
}

fn visit(draw: &mut Draw, employee: &Employee, sites: &[f64]) -> (Contribution, f64) {
    let utility =
        |draw: &mut Draw, at: usize| KIND_SHARE[at].ln() - employee.tilt * KIND[at] / KIND_SD + draw.gumbel();
    let utilities: Vec<f64> = (0..6).map(|at| utility(draw, at)).collect();
    let kind = (0..6).max_by(|one, other| utilities[*one].total_cmp(&utilities[*other])).unwrap();
    let channel = draw.weighted(&[0.5, 0.3, 0.2]);
    let segment = draw.weighted(&[0.45, 0.2, 0.2, 0.15]);
    let away = draw.below(8);
    let site = if draw.chance(AT_HOME) { employee.home } else { away };
    let mix = KIND[kind] + CHANNEL[channel] + SEGMENT[segment] + sites[site];
    let latent = MEAN + mix + employee.effect + SIGMA * draw.normal();
    let z = (latent - MEAN) / SIGMA;
    let complained = draw.chance(0.9 * Normal::standard().cdf(-1.9 - 0.9 * z));
    let phone_first = draw.chance(PHONE_FIRST);
    let inclined = employee.answers + SEGMENT_ANSWERS[segment] + employee.selects * z + 0.12 * (z * z - 1.0);
    let by_mail = draw.chance(1.0 / (1.0 + (-inclined).exp())) && !phone_first;
    let probability = if phone_first || complained { 1.0 } else { CALLED };
    let called = draw.chance(probability) && !by_mail;
    let reached = draw.chance(SEGMENT_REACH[segment]) && called;
    let answer = |latent: f64| (latent / 10.0).round().clamp(0.0, 10.0) as i32;
    let given = if by_mail { Some(answer(latent)) } else { reached.then(|| answer(latent + PHONE)) };
    let design = match (by_mail, phone_first, complained) {
        (true, ..) => Design::Email,
        (_, true, _) => Design::PhoneFirst,
        (_, _, true) => Design::Priority,
        _ => Design::Random,
    };
    let mode = given.map(|_| match design {
        Design::Email => Mode::Email,
        Design::PhoneFirst => Mode::PhoneFirst,
        _ => Mode::Phone,
    });
    let rating = |answer| Rating { question: "overall".to_owned(), min: 0, max: 10, answer };
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let contribution = Contribution {
        visited_on: first + Days::new(draw.below(364) as u64),
        credits: vec![(employee.id, 1000)],
        invited: !phone_first,
        mode,
        design,
        probability: (!by_mail).then(|| Probability::of(probability)),
        called,
        levels: [
            format!("kind {kind}"),
            format!("channel {channel}"),
            format!("segment {segment}"),
            format!("site {site}"),
        ],
        ratings: given.map(rating).into_iter().collect(),
    };
    (contribution, mix)
}

/// The exact expected answer of each person over the jobs of the whole company, without silence and without phone.
fn truth(people: &[Employee], mixes: &[f64]) -> Vec<(Uuid, f64)> {
    let mut sorted: Vec<i64> = mixes.iter().map(|mix| (mix * 1e9).round() as i64).collect();
    sorted.sort_unstable();
    let jobs =
        sorted.chunk_by(|one, other| one == other).map(|same| (same[0] as f64 / 1e9, same.len() as f64));
    let jobs: Vec<(f64, f64)> = jobs.collect();
    let total: f64 = jobs.iter().map(|(_, count)| count).sum();
    let expected = |effect: f64| {
        let of_job = |mix: f64| -> f64 {
            let above = |cut: f64| 1.0 - Normal::standard().cdf((cut - MEAN - mix - effect) / SIGMA);
            (0..10).map(|step| 10.0 * above(5.0 + 10.0 * f64::from(step))).sum()
        };
        jobs.iter().map(|(mix, count)| of_job(*mix) * count).sum::<f64>() / total
    };
    let values: Vec<f64> = people.iter().map(|person| expected(person.effect)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    people.iter().zip(values).map(|(person, value)| (person.id, value - mean)).collect()
}
