//! What the sums say.

use super::TestApp;
use hearback::scores::{self, Period, Slice, Sum};

impl TestApp {
    /// The sums of all time.
    pub fn sums(&self) -> Period {
        let [from, to] = ["2000-01-01", "2100-12-31"].map(|date| date.parse().unwrap());
        scores::read(&mut self.connection(), from, to).unwrap()
    }

    /// The answers to the first question, by its scale: of the company, or of everybody.
    pub fn overall(&self, of_company: bool) -> Vec<(i32, i32, Sum)> {
        let period = self.sums();
        let slices: Vec<&Slice> =
            if of_company { vec![&period.company] } else { period.people.values().collect() };
        let mut found = Vec::new();
        for ((item, _), answers) in slices.into_iter().flat_map(|slice| slice.items.iter()) {
            let item = period.names.items.key(*item).unwrap();
            if item.question == "overall" {
                found.push((item.min, item.max, answers.sum));
            }
        }
        found
    }
}
