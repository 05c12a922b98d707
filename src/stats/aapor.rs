//! Response and cooperation rates: AAPOR Standard Definitions, 10th edition (2023).

use super::real;

/// What became of each case of a sample, by AAPOR's final disposition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dispositions {
    /// I: complete interviews.
    pub complete: i64,
    /// P: partial interviews.
    pub partial: i64,
    /// R: refusals and break-offs.
    pub refused: i64,
    /// NC: eligible, not contacted.
    pub non_contact: i64,
    /// O: eligible, another reason such as language.
    pub other: i64,
    /// UH: unknown whether there is anyone to ask.
    pub unknown_household: i64,
    /// UO: unknown for another reason.
    pub unknown_other: i64,
    /// e: estimated share, from 0 to 1, of the unknown cases that are eligible.
    pub eligibility: f64,
}

impl Dispositions {
    /// RR1, the least response rate, from 0 to 1: I over all cases that may be eligible.
    pub fn rr1(&self) -> Option<f64> {
        share(self.interviews(), self.known() + self.unknown())
    }

    /// RR2, from 0 to 1: as RR1, with partial interviews. The rate that is reported.
    pub fn rr2(&self) -> Option<f64> {
        share(self.interviews_and_partials(), self.known() + self.unknown())
    }

    /// RR3, from 0 to 1: as RR1, with the share e of the unknown cases.
    pub fn rr3(&self) -> Option<f64> {
        share(self.interviews(), self.known() + self.eligibility * self.unknown())
    }

    /// RR4, from 0 to 1: as RR2, with the share e of the unknown cases.
    pub fn rr4(&self) -> Option<f64> {
        share(self.interviews_and_partials(), self.known() + self.eligibility * self.unknown())
    }

    /// RR5, the greatest response rate, from 0 to 1: as RR1, without the unknown cases.
    pub fn rr5(&self) -> Option<f64> {
        share(self.interviews(), self.known())
    }

    /// RR6, from 0 to 1: as RR2, without the unknown cases.
    pub fn rr6(&self) -> Option<f64> {
        share(self.interviews_and_partials(), self.known())
    }

    /// COOP1, from 0 to 1: complete interviews among all who were reached, I/(I + P + R + O).
    pub fn coop1(&self) -> Option<f64> {
        share(self.interviews(), count(&[self.complete, self.partial, self.refused, self.other]))
    }

    fn interviews(&self) -> f64 {
        count(&[self.complete])
    }

    fn interviews_and_partials(&self) -> f64 {
        count(&[self.complete, self.partial])
    }

    fn known(&self) -> f64 {
        count(&[self.complete, self.partial, self.refused, self.non_contact, self.other])
    }

    fn unknown(&self) -> f64 {
        count(&[self.unknown_household, self.unknown_other])
    }
}

fn count(cases: &[i64]) -> f64 {
    real(cases.iter().map(|&n| i128::from(n)).sum())
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::Dispositions;

    #[test]
    fn an_empty_sample_has_no_rate() {
        let none = Dispositions::default();
        assert_eq!([none.rr1(), none.rr2(), none.rr3(), none.rr4(), none.rr5(), none.rr6()], [None; 6]);
        assert_eq!(none.coop1(), None);
    }

    #[test]
    fn all_complete_is_one_everywhere() {
        let all = Dispositions { complete: 12, eligibility: 0.5, ..Dispositions::default() };
        assert_eq!([all.rr1(), all.rr3(), all.rr6(), all.coop1()], [Some(1.0); 4]);
    }

    #[test]
    fn only_unknown_cases_have_no_greatest_rate() {
        let unknown = Dispositions { unknown_household: 5, eligibility: 0.8, ..Dispositions::default() };
        assert_eq!((unknown.rr1(), unknown.rr3(), unknown.rr5()), (Some(0.0), Some(0.0), None));
    }
}
