//! What the page of the audit log shows.

use crate::web::list::{Choice, Dates, Pages, Sort};
use crate::web::shell::Shell;
use askama::Template;

/// An entry of the log.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// When.
    pub when: String,
    /// By whom.
    pub who: String,
    /// What was done, such as *visit cancelled*.
    pub what: String,
    /// The colleague or key that it is about, by name.
    pub about: Option<String>,
    /// What it is about, such as `visit 0190…`.
    pub subject: String,
    /// Details in words.
    pub detail: String,
    /// Whether it is chained already.
    pub is_sealed: bool,
}

impl EntryRow {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        let chained = if self.is_sealed { "yes" } else { "not yet" };
        let about = self.about.unwrap_or_default();
        vec![self.when, self.what, self.who, about, self.subject, self.detail, chained.to_owned()]
    }
}

/// The audit log.
#[derive(Template)]
#[template(path = "finder/pages/audit.html")]
pub struct AuditPage {
    /// What stands around.
    pub shell: Shell,
    /// The choices of what it is about.
    pub areas: Vec<Choice>,
    /// The subject that was asked for.
    pub about: String,
    /// The span of days.
    pub dates: Dates,
    /// The order.
    pub sort: Sort,
    /// Whether anything was asked for.
    pub is_narrowed: bool,
    /// The entries of this page.
    pub rows: Vec<EntryRow>,
    /// The other pages.
    pub pages: Pages,
}
