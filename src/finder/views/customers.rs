//! What the search for customers and the page of one customer show.

use super::file::{CaseLine, Forms, NoteLine, OtherFile, SaidLine, Stopped};
use crate::customers::notes::Typed;
use crate::customers::preferences::Preferences;
use crate::web::badge::Badge;
use crate::web::format::counted;
use crate::web::list::Pages;
use crate::web::shell::Shell;
use askama::Template;

/// A customer that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Our id of the file.
    pub file: String,
    /// The customer's page.
    pub href: String,
    /// Name.
    pub name: Option<String>,
    /// The end of the phone number.
    pub phone: Option<String>,
    /// The mail address without what names a person.
    pub email: Option<String>,
    /// Id in the system that sends visits.
    pub id: Option<String>,
    /// Day and service of the newest visit.
    pub last: Option<(String, String)>,
}

impl Hit {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        let (day, service) = self.last.unwrap_or_default();
        let known = [self.name, self.phone, self.email, self.id].into_iter().map(Option::unwrap_or_default);
        known.chain([day, service]).collect()
    }
}

/// How many digits of a number a hit shows.
const DIGITS: usize = 4;

/// Leaves the last four digits of a number: enough to ask the customer for, too few to phone.
pub fn masked_phone(phone: &str) -> String {
    let mut digits: Vec<char> = phone.chars().rev().filter(char::is_ascii_digit).take(DIGITS).collect();
    digits.reverse();
    format!("…{}", String::from_iter(digits))
}

/// The search.
#[derive(Template)]
#[template(path = "finder/pages/customers.html")]
pub struct CustomersPage {
    /// What stands around.
    pub shell: Shell,
    /// Whether a person was erased just now.
    pub erased: bool,
    /// What was looked for.
    pub q: String,
    /// Who was found; None before the first search.
    pub hits: Option<Vec<Hit>>,
    /// How many are listed at most.
    pub most: usize,
    /// Whether there are more.
    pub has_more: bool,
    /// The list as a file, for those who may have it.
    pub pages: Pages,
}

impl CustomersPage {
    fn found(&self) -> String {
        let count = self.hits.as_ref().map_or(0, Vec::len);
        match (count, self.has_more) {
            (0, _) => "Nobody found".to_owned(),
            (count, true) => format!("The first {count}"),
            (count, false) => counted(i64::try_from(count).unwrap_or(i64::MAX), "customer", "customers"),
        }
    }
}

/// A visit of the customer.
#[derive(Debug, Clone)]
pub struct VisitLine {
    /// The page of the visit, for those who may open it.
    pub href: Option<String>,
    /// Id of the visit.
    pub visit: String,
    /// When.
    pub when: String,
    /// Kind of service.
    pub service: String,
    /// Who gave it.
    pub employees: String,
    /// Where it stands.
    pub outcome: Badge,
}

/// One customer.
#[derive(Template)]
#[template(path = "finder/pages/customer.html")]
pub struct CustomerPage {
    /// What stands around.
    pub shell: Shell,
    /// Name.
    pub name: String,
    /// Phone number as it came.
    pub phone: Option<String>,
    /// The same for a link.
    pub dial: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Id in the system that sends visits.
    pub id: Option<String>,
    /// Language of the newest visit.
    pub language: Option<String>,
    /// Zone of the newest visit.
    pub time_zone: Option<String>,
    /// Address of this page.
    pub action: String,
    /// What was done just now.
    pub done: Option<&'static str>,
    /// Whether the reader lifts stops, puts files together, exports and erases.
    pub may_file: bool,
    /// Whether the reader may read what customers said.
    pub reads_answers: bool,
    /// What they do not want.
    pub stopped: Stopped,
    /// What is worth remembering, the newest first.
    pub notes: Vec<NoteLine>,
    /// What they told us about the visits of this page, the newest first.
    pub said: Vec<SaidLine>,
    /// What is put right for them after the visits of this page.
    pub cases: Vec<CaseLine>,
    /// Other files of the same person.
    pub others: Vec<OtherFile>,
    /// The forms.
    pub forms: Forms,
    /// Visits, the newest first.
    pub visits: Vec<VisitLine>,
    /// The other pages.
    pub pages: Pages,
}

/// The search for another file of the same person.
#[derive(Template)]
#[template(path = "finder/pages/merge.html")]
pub struct MergePage {
    /// What stands around.
    pub shell: Shell,
    /// The page of the customer.
    pub action: String,
    /// Name.
    pub name: String,
    /// Name, number, address and id.
    pub facts: String,
    /// What was looked for.
    pub q: String,
    /// Who was found; None before the first search.
    pub hits: Option<Vec<Hit>>,
    /// What is wrong with the choice.
    pub error: Option<String>,
}

impl CustomerPage {
    /// Shows a note again as it was typed, with what is wrong.
    pub fn refuse_note(&mut self, note: &Typed, why: String) {
        let told = Preferences::default();
        let Forms { words, purposes, months, .. } = Forms::new(&told, note);
        (self.forms.words, self.forms.purposes, self.forms.months) = (words, purposes, months);
        self.forms.note_error = Some(why);
    }

    /// Shows preferences again as they were typed, with what is wrong.
    pub fn refuse_told(&mut self, told: &Preferences, why: String) {
        let Forms { languages, time_zone, call_times, .. } = Forms::new(told, &Typed::default());
        (self.forms.languages, self.forms.time_zone, self.forms.call_times) =
            (languages, time_zone, call_times);
        self.forms.told_error = Some(why);
    }

    /// Shows a reason again as it was typed, with what is wrong.
    pub fn refuse_stop(&mut self, reason: &str, why: String) {
        reason.clone_into(&mut self.forms.reason);
        self.forms.stop_error = Some(why);
    }
}

/// Names a language by its code where it is one of the usual ones.
pub fn language(code: &str) -> String {
    let name = match code.split('-').next().unwrap_or(code).to_lowercase().as_str() {
        "en" => "English",
        "de" => "German",
        "fr" => "French",
        "es" => "Spanish",
        "it" => "Italian",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "tr" => "Turkish",
        "ar" => "Arabic",
        "ru" => "Russian",
        "uk" => "Ukrainian",
        _ => return code.to_owned(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_tells_two_customers_apart_and_reaches_neither() {
        for (phone, masked) in
            [("+44 (0)1632 960244", "…0244"), ("01632/96-02 44", "…0244"), ("24", "…24"), ("ask Ann", "…")]
        {
            assert_eq!(masked_phone(phone), masked);
        }
    }
}
