//! `GET /people`: who works here, in which team, led by whom, at which site.

use super::views::people::{Group, Lead, PeoplePage, PersonRow, SiteRow, TeamRow};
use crate::accounts::export::{self, Sheet};
use crate::accounts::{SignedIn, shell_for};
use crate::app::App;
use crate::error::Result;
use crate::people::queries::listing::{self, Membership, Person};
use crate::visits::queries::staff;
use crate::web::format::{day, thousands};
use crate::web::list::{Asked, Choice, Pages};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{Days, NaiveDate};
use diesel::PgConnection;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// For how many days visits are counted.
const COUNTED: Days = Days::new(90);

/// How many people are listed at most.
const MOST: usize = 500;

/// Everything that the page tells.
struct Found {
    people: Vec<Person>,
    /// Everybody's team today.
    members: HashMap<Uuid, String>,
    leads: Vec<Membership>,
    visits: HashMap<Uuid, i64>,
    teams: Vec<String>,
    sites: Vec<String>,
    /// How many work in each team and at each site, whatever is looked for.
    sizes: (HashMap<String, i64>, HashMap<String, i64>),
}

/// Shows everybody, or those who fit.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let today = today_of(&app);
    let text = asked.text("q").map(str::to_owned);
    let found = app.db(move |connection| read(connection, text.as_deref(), today)).await?;
    let (team, site) = (asked.text("team"), asked.text("site"));
    let fitting = found.fitting(team, site);
    let has_more = fitting.len() > MOST;
    let all = |label, names: &[String], chosen: Option<&str>| {
        let names = names.iter().map(|name| (name.as_str(), name.as_str()));
        Choice::all(chosen, [("", label)].into_iter().chain(names))
    };
    html(&PeoplePage {
        shell: shell_for(&app, &person, "/people"),
        q: asked.typed("q"),
        teams: all("All teams", &found.teams, team),
        sites: all("All sites", &found.sites, site),
        is_narrowed: asked.is_narrowed(),
        groups: groups(&found, fitting.into_iter().take(MOST), today),
        has_more,
        pages: Pages::none().with_file(asked.address_at("/people.csv")),
        most: MOST,
        team_rows: found.teams.iter().map(|team| team_row(&found, team, today)).collect(),
        site_rows: found.sites.iter().map(|site| site_row(&found, site)).collect(),
    })
}

const SHEET: Sheet = Sheet {
    name: "people",
    columns: &["team", "name", "id", "site", "mail_address", "visits_90_days", "leads", "last_day"],
    noted: &["q", "team", "site"],
};

/// Gives everybody, or those who fit, as a file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let (today, wanted) = (today_of(&app), asked.clone());
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let found = read(connection, wanted.text("q"), today)?;
        let fitting = found.fitting(wanted.text("team"), wanted.text("site"));
        let groups = groups(&found, fitting.into_iter(), today);
        let of_group = |group: Group| group.people.into_iter().map(move |row| row.cells(&group.name));
        Ok(groups.into_iter().flat_map(of_group).collect())
    })
    .await
}

fn today_of(app: &App) -> NaiveDate {
    app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive()
}

impl Found {
    /// Those of a team as of today and of a site.
    fn fitting(&self, team: Option<&str>, site: Option<&str>) -> Vec<&Person> {
        let fits = |person: &&Person| {
            team.is_none_or(|team| self.members.get(&person.id).is_some_and(|own| own == team))
                && site.is_none_or(|site| person.site.as_deref() == Some(site))
        };
        self.people.iter().filter(fits).collect()
    }
}

fn read(connection: &mut PgConnection, text: Option<&str>, today: NaiveDate) -> Result<Found> {
    let members: HashMap<Uuid, String> = listing::list_members(connection, today)?
        .into_iter()
        .map(|membership| (membership.employee, membership.team))
        .collect();
    let everybody = listing::list_people(connection, None)?;
    let (mut by_team, mut by_site) = (HashMap::new(), HashMap::new());
    for person in everybody.iter().filter(|person| is_here(person, today)) {
        if let Some(team) = members.get(&person.id) {
            *by_team.entry(team.clone()).or_default() += 1;
        }
        if let Some(site) = &person.site {
            *by_site.entry(site.clone()).or_default() += 1;
        }
    }
    Ok(Found {
        people: match text {
            Some(text) => listing::list_people(connection, Some(text))?,
            None => everybody,
        },
        leads: listing::list_leads(connection)?,
        visits: staff::count_since(connection, today.checked_sub_days(COUNTED).unwrap_or(today))?,
        teams: listing::list_teams(connection)?,
        sites: listing::list_sites(connection)?,
        sizes: (by_team, by_site),
        members,
    })
}

/// The last day still counts.
fn is_here(person: &Person, today: NaiveDate) -> bool {
    person.left_on.is_none_or(|last| last >= today)
}

fn groups<'a>(found: &Found, people: impl Iterator<Item = &'a Person>, today: NaiveDate) -> Vec<Group> {
    let mut by_team: BTreeMap<String, Vec<PersonRow>> = BTreeMap::new();
    let (mut without, mut gone) = (Vec::new(), Vec::new());
    for person in people {
        let row = row(found, person, today);
        match found.members.get(&person.id) {
            _ if !is_here(person, today) => gone.push(row),
            Some(team) => by_team.entry(team.clone()).or_default().push(row),
            None => without.push(row),
        }
    }
    let last = [("No team".to_owned(), without), ("Left".to_owned(), gone)];
    let groups = by_team.into_iter().chain(last).filter(|(_, people)| !people.is_empty());
    groups.map(|(name, people)| Group { name, people }).collect()
}

fn row(found: &Found, person: &Person, today: NaiveDate) -> PersonRow {
    let leads = found.leads.iter().filter(|lead| lead.employee == person.id && lasts(lead, today));
    PersonRow {
        name: person.name.clone(),
        id: person.external_id.clone(),
        email: person.email.clone(),
        site: person.site.clone(),
        leads: leads.map(|lead| format!("leads {} since {}", lead.team, day(lead.from))).collect(),
        left: person.left_on.map(|last| (day(last), last < today)),
        visits: thousands(found.visits.get(&person.id).copied().unwrap_or(0)),
    }
}

fn lasts(membership: &Membership, today: NaiveDate) -> bool {
    membership.from <= today && membership.to.is_none_or(|to| to >= today)
}

fn team_row(found: &Found, team: &str, today: NaiveDate) -> TeamRow {
    let leads = found.leads.iter().filter(|lead| lead.team == team);
    TeamRow {
        name: team.to_owned(),
        size: thousands(found.sizes.0.get(team).copied().unwrap_or(0)),
        leads: leads
            .map(|lead| Lead {
                name: lead.name.clone(),
                from: day(lead.from),
                to: lead.to.map(day),
                is_now: lasts(lead, today),
            })
            .collect(),
    }
}

fn site_row(found: &Found, site: &str) -> SiteRow {
    SiteRow { name: site.to_owned(), size: thousands(found.sizes.1.get(site).copied().unwrap_or(0)) }
}
