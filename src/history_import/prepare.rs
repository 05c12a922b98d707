//! From the rows of a chunk to visits that only need writing: checked, compared with what came before, and with
//! people and customers found or made.

use super::Context;
use super::came::Came;
use super::check::{Sound, check};
use crate::customers::Contact;
use crate::customers::queries::bulk::{self as customers, Identity};
use crate::error::Result;
use crate::imports::{Group, Problem};
use crate::people::model::NamedEmployee;
use crate::people::queries::bulk::Membership;
use crate::people::queries::{self as people, bulk as many_people};
use crate::visits::model::CheckedVisit;
use crate::visits::store::{self, CALL, Stored};
use crate::{db, ids};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A visit that only needs writing.
#[derive(Debug)]
pub struct Prepared {
    /// Our id.
    pub id: Uuid,
    /// What the rows say of it.
    pub visit: CheckedVisit,
    /// Its day in the organisation's zone.
    pub visited_on: NaiveDate,
    /// What came of it.
    pub came: Came,
    /// Its answers by question.
    pub answers: Value,
    /// Its permanent random number in [0, 1).
    pub call_priority: f64,
    /// The customer's file.
    pub customer: Option<Uuid>,
    /// Where it was given from.
    pub site: Option<Uuid>,
    /// Employee, share in per-mille, team of that day.
    pub credits: Vec<(Uuid, i32, Option<Uuid>)>,
    /// The rows it came from.
    pub group: Group,
}

/// An employee whom the file has named.
#[derive(Debug, Clone, Copy)]
struct Met {
    id: Uuid,
    /// Whether a row has said more of them than their id.
    has_name: bool,
    has_email: bool,
}

/// The people and places that the file has named so far. Each is found or made by a statement of its own: an import
/// that dies leaves people without visits, who are found again by the next.
#[derive(Debug, Default)]
pub struct Directory {
    employees: HashMap<String, Met>,
    teams: HashMap<String, Uuid>,
    sites: HashMap<String, Uuid>,
}

impl Directory {
    /// Returns our ids of the employees that the file has named.
    pub fn employees(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.employees.values().map(|met| met.id).collect();
        ids.sort_unstable();
        ids
    }

    /// Prepares a chunk; what is wrong with a visit goes to the rejects. A dry run finds and makes nobody.
    ///
    /// # Errors
    /// When the database does not answer or the rejects cannot be written.
    pub fn prepare(
        &mut self,
        connection: &mut PgConnection,
        context: &Context<'_>,
        chunk: &mut Vec<Group>,
        is_dry: bool,
    ) -> Result<Vec<Prepared>> {
        let mut sound = Vec::with_capacity(chunk.len());
        for group in chunk.drain(..) {
            match check(context.header, context.asked, context.now, group) {
                Ok(visit) => sound.push(visit),
                Err((group, problems)) => {
                    context.change(|summary| summary.rejects.refuse(&group.rows, &problems))??;
                }
            }
        }
        let fresh = self.fresh(connection, context, sound)?;
        if is_dry {
            return Ok(fresh.into_iter().map(|sound| prepared(context, sound)).collect());
        }
        if fresh.iter().any(|sound| sound.came.answer.is_some()) {
            context.publish(connection)?;
        }
        self.place(connection, context, fresh)
    }

    /// Leaves out what came before. People of a repeated visit are looked up too: an import that died may have
    /// left their teams to be worked out.
    fn fresh(
        &mut self,
        connection: &mut PgConnection,
        context: &Context<'_>,
        sound: Vec<Sound>,
    ) -> Result<Vec<Sound>> {
        let visits: Vec<&CheckedVisit> = sound.iter().map(|sound| &sound.visit).collect();
        let known = store::known_among(connection, &context.app.keys, &visits)?;
        let mut fresh = Vec::with_capacity(sound.len());
        let mut unseen: Vec<NamedEmployee> = Vec::new();
        for sound in sound {
            match known.get(&sound.visit.external_id) {
                None => fresh.push(sound),
                Some(Stored::Contradicted(_)) => refuse_contradiction(context, &sound.group)?,
                Some(_) => {
                    context.change(|summary| summary.repeated += 1)?;
                    unseen.extend(sound.visit.credits.into_iter().map(|credit| credit.employee));
                }
            }
        }
        unseen.retain(|named| !self.employees.contains_key(&named.external_id));
        unseen.sort_by(|a, b| a.external_id.cmp(&b.external_id));
        unseen.dedup_by(|a, b| a.external_id == b.external_id);
        if !unseen.is_empty() {
            let ids: Vec<&str> = unseen.iter().map(|named| named.external_id.as_str()).collect();
            for (external_id, id) in many_people::find_ids(connection, &ids)? {
                self.employees.insert(external_id, Met { id, has_name: false, has_email: false });
            }
        }
        Ok(fresh)
    }

    /// Finds or makes everybody whom the visits name.
    fn place(
        &mut self,
        connection: &mut PgConnection,
        context: &Context<'_>,
        fresh: Vec<Sound>,
    ) -> Result<Vec<Prepared>> {
        self.meet(connection, context, &fresh)?;
        let mut contacts: BTreeMap<Identity, Contact> = BTreeMap::new();
        for contact in fresh.iter().map(|sound| &sound.visit.contact) {
            let Some(identity) = Identity::of(contact) else { continue };
            let known = contacts.entry(identity).or_insert_with(|| contact.clone());
            known.name = known.name.take().or_else(|| contact.name.clone());
            known.email = known.email.take().or_else(|| contact.email.clone());
            known.phone = known.phone.take().or_else(|| contact.phone.clone());
        }
        let customers = db::relaxed_transaction(connection, |connection| {
            customers::ensure_customers(connection, &contacts, context.now)
        })?;
        let memberships = self.memberships(connection, &fresh)?;
        Ok(fresh
            .into_iter()
            .map(|sound| {
                let mut prepared = prepared(context, sound);
                prepared.customer = Identity::of(&prepared.visit.contact)
                    .and_then(|identity| customers.get(&identity).copied());
                prepared.site = prepared.visit.site.as_ref().and_then(|site| self.sites.get(site).copied());
                prepared.credits = self.credits(&prepared, &memberships);
                prepared
            })
            .collect())
    }

    /// Everything is found or made in the order of its name, so that two imports cannot wait for each other.
    fn meet(&mut self, connection: &mut PgConnection, context: &Context<'_>, fresh: &[Sound]) -> Result<()> {
        let sites = fresh.iter().filter_map(|sound| sound.visit.site.as_ref());
        let sites: BTreeSet<&String> = sites.filter(|site| !self.sites.contains_key(*site)).collect();
        for site in sites {
            self.sites.insert(site.clone(), people::upsert_site(connection, site)?);
        }
        let named = || fresh.iter().flat_map(|sound| &sound.visit.credits).map(|credit| &credit.employee);
        let teams = named().filter_map(|named| named.team.as_ref());
        let teams: BTreeSet<&String> = teams.filter(|team| !self.teams.contains_key(*team)).collect();
        for team in teams {
            self.teams.insert(team.clone(), people::upsert_team(connection, team)?);
        }
        let mut unseen: BTreeMap<&str, NamedEmployee> = BTreeMap::new();
        for named in named().filter(|named| self.says_more(named)) {
            let known = unseen.entry(&named.external_id).or_insert_with(|| named.clone());
            known.name = known.name.take().or_else(|| named.name.clone());
            known.email = known.email.take().or_else(|| named.email.clone());
        }
        let unseen: Vec<NamedEmployee> = unseen.into_values().collect();
        if !unseen.is_empty() {
            let ids = db::relaxed_transaction(connection, |connection| {
                many_people::ensure_employees(connection, &unseen, context.now)
            })?;
            for named in &unseen {
                let Some(id) = ids.get(&named.external_id).copied() else { continue };
                let met = self.employees.entry(named.external_id.clone());
                let met = met.or_insert(Met { id, has_name: false, has_email: false });
                met.has_name |= named.name.is_some();
                met.has_email |= named.email.is_some();
            }
        }
        Ok(())
    }

    fn id_of(&self, named: &NamedEmployee) -> Option<Uuid> {
        self.employees.get(&named.external_id).map(|met| met.id)
    }

    fn says_more(&self, named: &NamedEmployee) -> bool {
        self.employees.get(&named.external_id).is_none_or(|met| {
            (named.name.is_some() && !met.has_name) || (named.email.is_some() && !met.has_email)
        })
    }

    /// Who was in which team, of those for whom the file does not say.
    fn memberships(
        &self,
        connection: &mut PgConnection,
        fresh: &[Sound],
    ) -> Result<HashMap<Uuid, Vec<Membership>>> {
        let credits = fresh.iter().flat_map(|sound| &sound.visit.credits);
        let teamless = credits.filter(|credit| credit.employee.team.is_none());
        let mut ids: Vec<Uuid> = teamless.filter_map(|credit| self.id_of(&credit.employee)).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found: HashMap<Uuid, Vec<Membership>> = HashMap::new();
        if !ids.is_empty() {
            for membership in many_people::list_memberships(connection, &ids)? {
                found.entry(membership.0).or_default().push(membership);
            }
        }
        Ok(found)
    }

    fn credits(
        &self,
        prepared: &Prepared,
        memberships: &HashMap<Uuid, Vec<Membership>>,
    ) -> Vec<(Uuid, i32, Option<Uuid>)> {
        let on = prepared.visited_on;
        let team_on = |employee: &Uuid| {
            let theirs = memberships.get(employee)?.iter().rev();
            let of_day = |(_, _, from, to): &&Membership| *from <= on && to.is_none_or(|to| to >= on);
            theirs.into_iter().find(of_day).map(|(_, team, _, _)| *team)
        };
        let credit = |credit: &crate::visits::model::Credit| {
            let employee = self.id_of(&credit.employee)?;
            let team = match &credit.employee.team {
                Some(team) => self.teams.get(team).copied(),
                None => team_on(&employee),
            };
            Some((employee, credit.share_permille, team))
        };
        prepared.visit.credits.iter().filter_map(credit).collect()
    }
}

/// Refuses a visit that came before with other content.
///
/// # Errors
/// When the rejects cannot be written.
pub fn refuse_contradiction(context: &Context<'_>, group: &Group) -> Result<()> {
    let line = group.rows.first().map_or(0, |row| row.line);
    let reason = "came before with other content, or on another --scale; what is stored was left as it is";
    let problem = Problem::in_column(line, "visit_id", reason);
    context.change(|summary| summary.rejects.refuse(&group.rows, &[problem]))?
}

fn prepared(context: &Context<'_>, Sound { visit, came, group }: Sound) -> Prepared {
    let zone = context.app.config.organisation.time_zone;
    let drawn = || context.app.keys.draw(CALL, &visit.external_id);
    Prepared {
        id: ids::new_id(),
        visited_on: visit.visited_at.with_timezone(&zone).date_naive(),
        answers: answers(&came),
        call_priority: came.call_priority.unwrap_or_else(drawn),
        customer: None,
        site: None,
        credits: Vec::new(),
        visit,
        came,
        group,
    }
}

fn answers(came: &Came) -> Value {
    let given = came.answer.iter().flat_map(|answer| &answer.answers);
    given.map(|(key, answer)| (key.clone(), Value::from(*answer))).collect::<serde_json::Map<_, _>>().into()
}
