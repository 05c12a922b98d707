//! What the numbers say, in sentences that can be read aloud: pure.

use super::figures::{Company, Estimate, Figures, Frame, Standing};
use crate::web::format::{counted, one, signed, thousands};

/// Below so many points of true spread between persons there is nothing to tell apart.
const NO_SPREAD: f64 = 0.5;

/// Of whom and to whom a page speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// To the person it is about.
    You,
    /// About somebody of this name.
    About(String),
}

impl Voice {
    fn name(&self) -> &str {
        match self {
            Self::You => "you",
            Self::About(name) => name,
        }
    }

    /// Returns `Your customers` or `The customers`.
    pub fn customers(&self) -> String {
        match self {
            Self::You => "Your customers".to_owned(),
            Self::About(_) => "The customers".to_owned(),
        }
    }

    /// Returns `your` or `their`.
    pub const fn their(&self) -> &'static str {
        match self {
            Self::You => "your",
            Self::About(_) => "their",
        }
    }
}

/// A sentence with the number that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What stands before the number.
    pub before: String,
    /// The number; empty where there is none.
    pub number: String,
    /// What stands behind it.
    pub after: String,
}

/// Says in one sentence how somebody stands: against what was to be expected where that is known, else plainly.
pub fn verdict(figures: &Figures, voice: &Voice) -> Verdict {
    let standing = figures.standing();
    match (standing, figures.best().or_else(|| figures.alone()), figures.to_expect()) {
        (Standing::Few, _, _) => few(figures),
        (_, Some(difference), Some(expected)) => Verdict {
            before: format!(
                "For the jobs {} had, {} of 100 points was to be expected. {} gave ",
                voice.name(),
                one(expected),
                voice.customers()
            ),
            number: one(expected + difference.value),
            after: format!(
                ": {}, and very likely between {}.",
                more_or_less(difference.value),
                ends(&difference)
            ),
        },
        _ => plain(figures, voice),
    }
}

fn few(figures: &Figures) -> Verdict {
    let answers = counted(figures.n, "answer", "answers");
    Verdict {
        before: format!("{answers} of {}: ", counted(figures.visits, "visit", "visits")),
        number: "too few answers".to_owned(),
        after: if figures.n < super::report::FEWEST_ANSWERS {
            " to say anything. A number is shown from 10 answers on.".to_owned()
        } else {
            " to tell from chance. A number is shown when the answers say more than chance does.".to_owned()
        },
    }
}

fn plain(figures: &Figures, voice: &Voice) -> Verdict {
    let Some(mean) = figures.plain() else { return few(figures) };
    let whom = match voice {
        Voice::You => "Your customers".to_owned(),
        Voice::About(name) => format!("The customers of {name}"),
    };
    Verdict {
        before: format!("{whom} gave "),
        number: one(mean.value),
        after: format!(
            " of 100 points on average, very likely between {} and {}. This is what those who answered said; it is \
             not set against what was to be expected.",
            one(mean.low),
            one(mean.high)
        ),
    }
}

/// Writes a difference in words: `7.5 points more`.
fn more_or_less(value: f64) -> String {
    match signed(value).chars().next() {
        Some('+') => format!("{} points more", one(value)),
        Some('0') => "neither more nor less".to_owned(),
        _ => format!("{} points less", one(value.abs())),
    }
}

/// Writes both ends of a difference: `3.6 and 11.3 more`, `2.0 less and 7.5 more`.
fn ends(difference: &Estimate) -> String {
    let word = |value: f64| if value < 0.0 { "less" } else { "more" };
    let (low, high) = (difference.low, difference.high);
    if (low < 0.0) == (high < 0.0) {
        // The end nearer to nothing comes first, as people say it.
        let (near, far) = if low.abs() <= high.abs() { (low, high) } else { (high, low) };
        return format!("{} and {} {}", one(near.abs()), one(far.abs()), word(low));
    }
    format!("{} less and {} more", one(low.abs()), one(high.abs()))
}

/// Says what may be said of somebody, for the badge of their page.
pub const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Above => "Clearly above what was to be expected",
        Standing::Below => "Clearly below what was to be expected",
        Standing::Reported => "Reported, nothing stands out",
        Standing::Coaching => "For coaching only",
        Standing::AnswersOnly => "Answers only, no comparison",
        Standing::Few => "Not enough data",
    }
}

/// Explains what may be said of somebody and what may not.
pub const fn meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::Above | Standing::Below => {
            "Chance alone hardly explains the difference. That is a reason to look and to talk; it is not a verdict, \
             and nothing follows from it by itself."
        }
        Standing::Reported => {
            "The number is sure enough to be reported, and the difference is one that chance alone may explain."
        }
        Standing::Coaching => {
            "The number is not sure enough to judge by. It may begin a conversation and must not decide one."
        }
        Standing::AnswersOnly => {
            "What these customers said, for itself: with fewer than ten employees nobody is compared with anybody."
        }
        Standing::Few => {
            "So few answers say more about these customers than about the work. What customers wrote can still be \
             worth reading."
        }
    }
}

/// Says what the numbers rest on: `52 answers by mail and 9 by phone, of 85 visits`.
pub fn rests_on(figures: &Figures) -> String {
    let mail = counted(figures.answers_email, "answer by mail", "answers by mail");
    let calls = counted(figures.answers_phone, "call-back", "call-backs");
    let first = counted(figures.answers_phone_first, "first call", "first calls");
    let mut parts = vec![mail];
    parts.extend((figures.answers_phone > 0).then_some(calls));
    parts.extend((figures.answers_phone_first > 0).then_some(first));
    let all = match parts.as_slice() {
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    };
    format!("{all}, of {}", counted(figures.visits, "visit", "visits"))
}

/// Says how sure a number is: the reliability and from where on it is reported.
pub fn how_sure(figures: &Figures) -> String {
    match (figures.reliability, figures.standing()) {
        (Some(reliability), _) => format!("How sure: {reliability:.2} of 1; from 0.70 on it is reported."),
        (None, Standing::Few) => "How sure: not sure enough for a number.".to_owned(),
        (None, _) => "How sure: the range says so; no comparison with others is made.".to_owned(),
    }
}

/// Says what is assumed about those who did not answer, and what was corrected.
pub fn assumed(frame: &Frame, company: &Company) -> Vec<String> {
    let mut said = vec![heard(frame).to_owned()];
    if frame.is_two_phase() {
        said.push(
            match (company.mode(), company.level_mode_corrected) {
                (Some(_), true) => "Answers by phone are friendlier than by mail; that is taken out of the level.",
                (Some(_), false) => {
                    "By how much answers by phone are friendlier is not known well enough to take it out of the level."
                }
                (None, _) => "Whether answers by phone are friendlier than by mail is not known in this period.",
            }
            .to_owned(),
        );
    }
    said.extend(compared(frame));
    said
}

/// Says who is heard, and what is taken of those who are not.
fn heard(frame: &Frame) -> &'static str {
    if frame.is_two_phase() {
        return "Call-backs drawn at random stand for those who did not answer. Assumed: among customers called, those not \
                reached think like those reached who had the same kind of visit.";
    }
    "Only customers who answered are heard here, not corrected for those who did not: fewer than 30 were called at random \
     in this period. Nobody is named as standing out."
}

/// Says between whom nobody is compared.
fn compared(frame: &Frame) -> Vec<String> {
    if !frame.is_compared() {
        return vec!["With fewer than ten employees nobody is compared with anybody.".to_owned()];
    }
    let mut said = Vec::new();
    if !frame.compared_inside.is_empty() {
        said.push(format!(
            "Nobody is compared across {}: it cannot be told from the persons, because hardly anybody works in two of it.",
            frame.compared_inside.join(" or ")
        ));
    }
    if frame.groups > 1 {
        said.push(format!(
            "There are {} groups of persons without common kinds of work; nobody is compared across them.",
            frame.groups
        ));
    }
    if frame.spread < NO_SPREAD {
        said.push("No reliable differences between employees were found.".to_owned());
    }
    said
}

/// Writes a question's key as people call it.
pub fn question(key: &str) -> String {
    let known = match key {
        "overall" => "Overall",
        "process" => "How it was arranged",
        "communication" => "How they were informed",
        "value" => "Value for the price",
        "skill" => "Skill and manner",
        other => return capital(&other.replace('_', " ")),
    };
    known.to_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// Writes how many of how many: `1,916 of 5,381 invited`.
pub fn of_invited(answers: i64, invited: i64) -> String {
    format!("{} of {} invited", thousands(answers), thousands(invited))
}

/// Says of whom a page with own numbers speaks, for its lead.
pub fn whose(voice: &Voice) -> String {
    format!("What customers said about the work of {}", voice.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(difference: f64, low: f64, high: f64) -> Figures {
        Figures {
            status: "report".into(),
            difference: Some(difference),
            difference_lo: Some(low),
            difference_hi: Some(high),
            n: 61,
            visits: 85,
            answers_email: 52,
            answers_phone: 9,
            reliability: Some(0.72),
            expected: Some(71.0),
            ..Figures::default()
        }
    }

    fn spoken(figures: &Figures, voice: &Voice) -> String {
        let Verdict { before, number, after } = verdict(figures, voice);
        format!("{before}{number}{after}")
    }

    #[test]
    fn the_first_sentence_can_be_read_aloud() {
        let marta = Voice::About("Marta Olsen".to_owned());
        assert_eq!(
            spoken(&figures(7.5, 3.6, 11.3), &marta),
            "For the jobs Marta Olsen had, 71.0 of 100 points was to be expected. The customers gave 78.5: 7.5 points more, \
             and very likely between 3.6 and 11.3 more."
        );
        assert!(
            spoken(&figures(-5.5, -9.7, -1.3), &marta)
                .ends_with("5.5 points less, and very likely between 1.3 and 9.7 less.")
        );
        assert!(spoken(&figures(2.7, -2.0, 7.5), &Voice::You).contains(
            "Your customers gave 73.7: 2.7 points more, and very likely between 2.0 less and 7.5 more."
        ));
        assert_eq!(rests_on(&figures(0.0, 0.0, 0.0)), "52 answers by mail and 9 call-backs, of 85 visits");
        assert_eq!(how_sure(&figures(0.0, 0.0, 0.0)), "How sure: 0.72 of 1; from 0.70 on it is reported.");
    }

    #[test]
    fn below_ten_answers_there_are_words_and_no_number() {
        let few = Figures {
            n: 7,
            visits: 21,
            status: "not_enough_data".into(),
            mean: Some(70.0),
            ..Figures::default()
        };
        assert_eq!(
            spoken(&few, &Voice::You),
            "7 answers of 21 visits: too few answers to say anything. A number is shown from 10 answers on."
        );
    }

    #[test]
    fn without_a_comparison_the_sentence_makes_none() {
        let plain = Figures {
            status: "direct_only".into(),
            mean: Some(70.1),
            mean_lo: Some(65.2),
            mean_hi: Some(75.0),
            ..Figures::default()
        };
        let said = spoken(&plain, &Voice::You);
        assert!(
            said.starts_with(
                "Your customers gave 70.1 of 100 points on average, very likely between 65.2 and 75.0."
            ),
            "{said}"
        );
        assert!(!said.contains("more") && !said.contains("less"));
    }
}
