//! The customers of Northwind Boilers. Nobody here exists; the addresses are example.com, and the numbers come
//! from the two ranges that Ofcom keeps for fiction.

use super::draw::Dice;

/// How many customers the company ever had.
pub const CUSTOMERS: usize = 2_400;

/// How many of them came in the year of history; the others are new.
pub const KNOWN: usize = 2_300;

/// How many numbers the two ranges have together; every customer with a number has their own.
const NUMBERS: usize = 2_000;

/// Spreads numbers and visits over the customers; it has no divisor in common with [`NUMBERS`] and [`KNOWN`].
const SPREAD: usize = 1_231;

/// A kind of customer: its word, by how many points it is happier, how much more readily it answers the mail
/// (log odds), and how often somebody picks up the phone.
pub struct Segment {
    /// Word.
    pub word: &'static str,
    /// Points.
    pub effect: f64,
    /// Log odds.
    pub readiness: f64,
    /// Probability.
    pub reached: f64,
    /// Share of all customers.
    share: f64,
}

const fn segment(word: &'static str, share: f64, effect: f64, readiness: f64, reached: f64) -> Segment {
    Segment { word, effect, readiness, reached, share }
}

/// The kinds of customers.
const SEGMENTS: [Segment; 4] = [
    segment("private", 0.45, 0.0, 0.0, 0.60),
    segment("landlord", 0.20, 4.0, 0.5, 0.70),
    segment("business", 0.20, -4.0, -0.3, 0.50),
    segment("public body", 0.15, -2.0, 0.1, 0.60),
];

#[rustfmt::skip]
const FIRST_NAMES: [&str; 60] = [
    "Ada", "Adnan", "Alma", "Amir", "Anneke", "Asha", "Basil", "Beatriz", "Bram", "Carla", "Cedric", "Chidi",
    "Dilan", "Dora", "Eamon", "Elif", "Elsa", "Esther", "Fabian", "Farid", "Fiona", "Gita", "Greta", "Gwen",
    "Hakan", "Hedda", "Hugo", "Ilya", "Imani", "Irma", "Jakob", "Jamila", "Joost", "Juno", "Kiran", "Kwame",
    "Lars", "Lucia", "Maeve", "Malik", "Mina", "Nadia", "Niall", "Noor", "Olga", "Oskar", "Pavel", "Priya",
    "Quinn", "Rania", "Rory", "Selma", "Soren", "Tamar", "Theo", "Uma", "Vera", "Wanda", "Yara", "Zoë",
];

#[rustfmt::skip]
const LAST_NAMES: [&str; 80] = [
    "Abara", "Aldridge", "Amadi", "Ashdown", "Bajwa", "Barlow", "Bergström", "Birch", "Brook", "Calloway",
    "Castle", "Chowdhury", "Corrigan", "Dale", "Danso", "Delgado", "Dimitrov", "Dunmore", "Ember", "Eriksen",
    "Esposito", "Farrow", "Fenwick", "Field", "Fofana", "Gallo", "Garside", "Grove", "Gupta", "Hakimi",
    "Harbourne", "Hartmann", "Hoang", "Holloway", "Ibarra", "Island", "Jansen", "Juniper", "Kaur", "Kettle",
    "Kowal", "Lane", "Lindqvist", "Lockwood", "Mahmoud", "Marsh", "Mbeki", "Merritt", "Moreno", "Nakata",
    "Nightingale", "Nyberg", "O'Dell", "Okafor", "Ortega", "Osei", "Park", "Pemberton", "Petersen", "Quill",
    "Rahman", "Reinholt", "Rossi", "Rowntree", "Sadiq", "Sandoval", "Schuster", "Sharma", "Sorrel", "Tanner",
    "Thorne", "Underhill", "Vasquez", "Voss", "Wadsworth", "Wexler", "Whitcombe", "Yildiz", "Zeller", "Zhou",
];

/// A customer.
#[derive(Clone, Copy)]
pub struct Customer {
    at: usize,
}

impl Customer {
    /// The customer at a place below [`CUSTOMERS`].
    pub const fn at(at: usize) -> Self {
        Self { at }
    }

    /// The customer of a place in a round of all those who came in the year of history.
    pub const fn in_turn(at: usize) -> Self {
        Self::at(at * SPREAD % KNOWN)
    }

    /// Draws one of those who came in the year of history; some come again and again.
    pub fn known(dice: &mut Dice) -> Self {
        let often = dice.chance(0.3);
        Self::at(dice.below(if often { KNOWN / 5 } else { KNOWN }))
    }

    /// Returns the id that the company's other systems use.
    pub fn id(self) -> String {
        format!("C{:04}", self.at + 1)
    }

    /// Returns the name.
    pub fn name(self) -> String {
        let mut dice = Dice::of("name", self.at);
        format!("{} {}", dice.pick(&FIRST_NAMES), dice.pick(&LAST_NAMES))
    }

    /// Returns the mail address.
    pub fn email(self) -> String {
        format!("c{}@example.com", self.at + 1)
    }

    /// Returns the phone number; one in six has left none.
    pub fn phone(self) -> Option<String> {
        let with_number = (self.at % 6 != 5).then(|| self.at - self.at / 6)?;
        let number = with_number * SPREAD % NUMBERS;
        Some(match number.checked_sub(NUMBERS / 2) {
            None => format!("+441632960{number:03}"),
            Some(number) => format!("+447700900{number:03}"),
        })
    }

    /// Returns the kind of customer.
    pub fn segment(self) -> &'static Segment {
        const FIRST: &Segment = &SEGMENTS[0];
        let weights = SEGMENTS.each_ref().map(|segment| segment.share);
        SEGMENTS.get(Dice::of("segment", self.at).weighted(&weights)).unwrap_or(FIRST)
    }

    /// Tells whether they speak German rather than English.
    pub fn is_german(self) -> bool {
        Dice::of("language", self.at).chance(0.12)
    }

    /// Returns the language.
    pub fn language(self) -> &'static str {
        if self.is_german() { "de" } else { "en" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn every_number_is_fictitious_and_its_end_finds_one_or_two_customers() {
        let numbers: Vec<String> = (0..CUSTOMERS).filter_map(|at| Customer::at(at).phone()).collect();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "nobody shares a number");
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        for number in &numbers {
            assert!(number.starts_with("+441632960") || number.starts_with("+447700900"), "{number}");
            assert_eq!(number.len(), 13, "{number}");
            *ends.entry(&number[9..]).or_default() += 1;
        }
        assert!(ends.values().all(|count| *count <= 2));
    }

    #[test]
    fn names_are_mixed_and_seldom_the_same() {
        let names: BTreeSet<String> = (0..CUSTOMERS).map(|at| Customer::at(at).name()).collect();
        assert!(names.len() > CUSTOMERS * 3 / 4, "{}", names.len());
        let german = (0..CUSTOMERS).filter(|at| Customer::at(*at).is_german()).count();
        assert!((200..400).contains(&german), "{german}");
        let private = (0..CUSTOMERS).filter(|at| Customer::at(*at).segment().word == "private").count();
        assert!((950..1_200).contains(&private), "{private}");
    }
}
