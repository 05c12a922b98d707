//! Lists as pages: what a filter form sent, and the links that lead from one page to the next. Every state of a
//! list stands in its address.

use super::form::Fields;
use crate::db::page::{Cursor, Meta};
use crate::error::{Result, check_span};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::convert::Infallible;
use std::future::{Ready, ready};

/// How many rows a page of a list has.
pub const ROWS: i64 = 50;

/// The parameter that says in which order a list stands, and its one value that is not the usual order.
const SORT: &str = "sort";
const OLDEST: &str = "oldest";

/// The parameters of a list as they were typed; they never make the address unreadable.
#[derive(Debug, Clone)]
pub struct Asked {
    path: String,
    fields: Fields,
}

impl FromRequest for Asked {
    type Error = Infallible;
    type Future = Ready<std::result::Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::new(request.path(), request.query_string())))
    }
}

impl Asked {
    /// Reads a path and what stands behind its question mark.
    pub fn new(path: &str, query: &str) -> Self {
        Self { path: path.to_owned(), fields: Fields::parse(query.as_bytes()) }
    }

    /// Returns a parameter without white space around it, or nothing when it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.text(name)
    }

    /// Returns a parameter for its field of the form.
    pub fn typed(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    /// Tells whether anything but the place in the list and its order was asked for.
    pub fn is_narrowed(&self) -> bool {
        let narrows = |name: &str| name != "after" && name != SORT && self.text(name).is_some();
        self.fields.names().any(narrows)
    }

    /// Tells in which order a list by time stands; the newest come first unless the address says otherwise.
    pub fn by_time(&self) -> Sort {
        let is_oldest = self.text(SORT) == Some(OLDEST);
        let rest = self.fields.pairs().filter(|(name, _)| *name != SORT);
        let other = (!is_oldest).then_some((SORT, OLDEST));
        let fields = Fields::of(rest.chain(other));
        Sort { is_oldest, href: Self { path: self.path.clone(), fields }.address(None) }
    }

    /// Returns after which row the page begins.
    ///
    /// # Errors
    /// 422 when the cursor is not one of ours.
    pub fn after(&self) -> Result<Option<Cursor>> {
        self.text("after").map(|text| Cursor::decode("after", text)).transpose()
    }

    /// Reads `from` and `to`.
    pub fn dates(&self) -> Dates {
        Dates::of(self.text("from"), self.text("to"))
    }

    /// Makes the links around a page that `meta` ends.
    pub fn pages(&self, meta: Meta, words: (&'static str, &'static str)) -> Pages {
        Pages {
            first: self.text("after").map(|_| self.address(None)),
            next: meta.next.map(|next| self.address(Some(&next))),
            words: if self.text(SORT) == Some(OLDEST) { Pages::FROM_OLDEST } else { words },
            file: None,
        }
    }

    /// Returns the address of another page about the same, from its first row on.
    pub fn address_at(&self, path: &str) -> String {
        Self { path: path.to_owned(), fields: self.fields.clone() }.address(None)
    }

    fn address(&self, after: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in self.fields.names().filter(|name| *name != "after") {
            if let Some(value) = self.text(name) {
                query.append_pair(name, value);
            }
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

/// A span of days with open ends, and what was typed.
#[derive(Debug, Clone, Default)]
pub struct Dates {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
    /// What was typed or stands for it.
    pub typed: (String, String),
    /// What is wrong with them.
    pub error: Option<&'static str>,
}

impl Dates {
    /// Reads what was typed into two fields.
    pub fn of(from: Option<&str>, to: Option<&str>) -> Self {
        let parsed = |text: Option<&str>| text.map(str::parse::<NaiveDate>).transpose();
        let typed = (from.unwrap_or_default().to_owned(), to.unwrap_or_default().to_owned());
        let wrong = "Write dates as 2026-01-31, the first not after the last.";
        let (Ok(from), Ok(to)) = (parsed(from), parsed(to)) else {
            return Self { typed, error: Some(wrong), ..Self::default() };
        };
        let ends = from.or(to).zip(to.or(from));
        let error = ends.and_then(|(first, last)| check_span(first, last).err()).map(|_| wrong);
        Self { from, to, typed, error }
    }

    /// Fills in a span where none was asked for.
    #[must_use]
    pub fn or(self, from: NaiveDate, to: NaiveDate) -> Self {
        if self.error.is_some() || self.from.or(self.to).is_some() {
            return self;
        }
        let typed = (from.to_string(), to.to_string());
        Self { from: Some(from), to: Some(to), typed, error: None }
    }

    /// Returns the moments in a zone from which and before which the span lasts.
    pub fn moments(&self, zone: Tz) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).unwrap_or(day);
        (self.from.map(|day| begin(day, zone)), self.to.map(|day| begin(next(day), zone)))
    }
}

/// Returns when a day begins; where clocks are put forward at midnight, an hour later.
fn begin(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = [midnight, midnight + TimeDelta::hours(1)];
    let found = local.iter().find_map(|local| zone.from_local_datetime(local).earliest());
    found.map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

/// The links around one page of a list.
#[derive(Debug, Clone)]
pub struct Pages {
    /// The list from its beginning, when this page is a later one.
    pub first: Option<String>,
    /// The next page, when there is one.
    pub next: Option<String>,
    /// Words of both links.
    pub words: (&'static str, &'static str),
    /// The whole list as a file.
    pub file: Option<String>,
}

impl Pages {
    /// Where the newest stand first.
    pub const BY_TIME: (&'static str, &'static str) = ("Newest", "Older");
    /// Where the oldest stand first.
    const FROM_OLDEST: (&'static str, &'static str) = ("Oldest", "Newer");
    /// In any other order.
    pub const IN_ORDER: (&'static str, &'static str) = ("First page", "Next page");

    /// Says that there is one page only.
    pub const fn none() -> Self {
        Self { first: None, next: None, words: Self::IN_ORDER, file: None }
    }

    /// The same with a link to the whole list as a file.
    #[must_use]
    pub fn with_file(self, href: String) -> Self {
        Self { file: Some(href), ..self }
    }

    /// Tells whether there is another page.
    pub const fn is_needed(&self) -> bool {
        self.first.is_some() || self.next.is_some() || self.file.is_some()
    }
}

/// The order of a list by time.
#[derive(Debug, Clone)]
pub struct Sort {
    /// Whether the oldest stand first.
    pub is_oldest: bool,
    /// The same list the other way round.
    pub href: String,
}

impl Sort {
    /// Returns the word of `aria-sort` for the column of the time.
    pub const fn aria(&self) -> &'static str {
        if self.is_oldest { "ascending" } else { "descending" }
    }

    /// Says which rows stand first.
    pub const fn words(&self) -> &'static str {
        if self.is_oldest { "the oldest first" } else { "the newest first" }
    }
}

/// One choice of a filter.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the form sends; empty for everything.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// Makes the choices of a filter from values and labels.
    pub fn all<'a>(asked: Option<&str>, of: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Self> {
        let asked = asked.unwrap_or_default();
        let choice = |(value, label): (&str, &str)| Self {
            value: value.to_owned(),
            label: label.to_owned(),
            selected: value == asked,
        };
        of.into_iter().map(choice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_what_was_asked_for() {
        let asked = Asked::new("/visits", "q=&outcome=sent&employee=E%26+1&after=x");
        let pages = asked.pages(Meta { next: Some("y".to_owned()) }, Pages::BY_TIME);
        assert_eq!(pages.next.as_deref(), Some("/visits?outcome=sent&employee=E%26+1&after=y"));
        assert_eq!(pages.first.as_deref(), Some("/visits?outcome=sent&employee=E%26+1"));
        assert!(asked.is_narrowed() && !Asked::new("/visits", "q=&after=x").is_narrowed());
    }

    #[test]
    fn the_order_of_a_list_stands_in_its_address_and_narrows_nothing() {
        let newest = Asked::new("/visits", "outcome=sent&after=x");
        let sort = newest.by_time();
        assert_eq!((sort.aria(), sort.href.as_str()), ("descending", "/visits?outcome=sent&sort=oldest"));
        let oldest = Asked::new("/visits", "sort=oldest&q=");
        assert_eq!((oldest.by_time().is_oldest, oldest.by_time().href.as_str()), (true, "/visits"));
        assert!(!oldest.is_narrowed());
        assert_eq!(oldest.address_at("/visits.csv"), "/visits.csv?sort=oldest");
        assert_eq!(oldest.pages(Meta { next: None }, Pages::BY_TIME).words.1, "Newer");
    }

    #[test]
    fn dates_that_cannot_be_meant_are_said() {
        let dates = |query: &str| Asked::new("/visits", query).dates();
        for wrong in ["from=x", "to=2026-13-01", "from=2026-01-02&to=2026-01-01", "from=0001-01-01"] {
            assert!(dates(wrong).error.is_some(), "{wrong}");
        }
        let half = dates("to=2026-01-31");
        assert_eq!((half.error, half.from, half.to.is_some()), (None, None, true));
    }

    #[test]
    fn a_day_lasts_from_midnight_to_midnight_of_its_zone() {
        let dates = Asked::new("/", "from=2026-03-29&to=2026-03-29").dates();
        let (from, to) = dates.moments(chrono_tz::Europe::Berlin);
        assert_eq!(from.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-28T23:00:00+00:00"));
        assert_eq!(to.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-29T22:00:00+00:00"));
    }
}
