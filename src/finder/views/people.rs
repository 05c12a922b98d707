//! What the page of the people shows.

use crate::web::format::counted;
use crate::web::list::{Choice, Pages};
use crate::web::shell::Shell;
use askama::Template;

/// One employee.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Name.
    pub name: String,
    /// Id in the system that sends visits.
    pub id: String,
    /// Mail address.
    pub email: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Which teams they lead now, and since when.
    pub leads: Vec<String>,
    /// Their last day, and whether it is over.
    pub left: Option<(String, bool)>,
    /// Visits of the last 90 days.
    pub visits: String,
}

impl PersonRow {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self, team: &str) -> Vec<String> {
        let (email, site) = (self.email.unwrap_or_default(), self.site.unwrap_or_default());
        let left = self.left.map(|(day, _)| day).unwrap_or_default();
        vec![team.to_owned(), self.name, self.id, site, email, self.visits, self.leads.join("; "), left]
    }
}

/// A team with its people, or those without one, or those who left.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its people by name.
    pub people: Vec<PersonRow>,
}

impl Group {
    fn size(&self) -> String {
        counted(i64::try_from(self.people.len()).unwrap_or(i64::MAX), "person", "people")
    }
}

/// Who led a team.
#[derive(Debug, Clone)]
pub struct Lead {
    /// Name.
    pub name: String,
    /// First day.
    pub from: String,
    /// Last day, if there is one.
    pub to: Option<String>,
    /// Whether they lead it today.
    pub is_now: bool,
}

/// A team.
#[derive(Debug, Clone)]
pub struct TeamRow {
    /// Its name.
    pub name: String,
    /// How many belong to it today.
    pub size: String,
    /// Who leads and led it, the newest first.
    pub leads: Vec<Lead>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct SiteRow {
    /// Its name.
    pub name: String,
    /// How many work there.
    pub size: String,
}

/// Who works here.
#[derive(Template)]
#[template(path = "finder/pages/people.html")]
pub struct PeoplePage {
    /// What stands around.
    pub shell: Shell,
    /// The name or id that was looked for.
    pub q: String,
    /// The choices of the team.
    pub teams: Vec<Choice>,
    /// The choices of the site.
    pub sites: Vec<Choice>,
    /// Whether anything was asked for.
    pub is_narrowed: bool,
    /// People by team as of today, then those who left.
    pub groups: Vec<Group>,
    /// Whether there are more people than are shown.
    pub has_more: bool,
    /// The list as a file.
    pub pages: Pages,
    /// How many people are listed at most.
    pub most: usize,
    /// All teams.
    pub team_rows: Vec<TeamRow>,
    /// All sites.
    pub site_rows: Vec<SiteRow>,
}
