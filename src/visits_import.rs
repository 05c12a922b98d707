//! `import visits`: visits by file, through the same door as the API. An edge, because a visit that arrives is
//! stored by visits and planned by delivery.
//!
//! The file is gone through twice: first to say what would be mailed, then to take the visits in.

use crate::app::App;
use crate::arrival;
use crate::customers::preferences;
use crate::error::{Error, Result};
use crate::imports::{Group, Import, Layout, Problem, Progress, Rejects, each_chunk};
use crate::surveys::rules::Rules;
use crate::visits::import::{COLUMNS, Rows};
use crate::visits::model::CheckedVisit;
use crate::visits::queries::bulk as many_visits;
use crate::visits::store::{self, Stored};
use crate::visits::{Outcome, intake};
use crate::{db, imports};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// How many visits are taken in within one transaction.
const VISITS_AT_ONCE: usize = 500;

/// How often a chunk is tried when another transaction stands in its way.
const TRIES: usize = 3;

/// What a file would do, before it does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// New visits by the word of the outcome that they would get.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// When the first survey would be mailed.
    pub first_send_at: Option<DateTime<Utc>>,
    /// When the last would be.
    pub last_send_at: Option<DateTime<Utc>>,
    /// Visits that came before with the same content.
    pub repeated: u64,
}

impl Forecast {
    /// Returns how many surveys would be mailed.
    pub fn planned(&self) -> u64 {
        self.outcomes.get(Outcome::Planned.as_str()).copied().unwrap_or(0)
    }

    /// Returns how many visits are new.
    pub fn new_visits(&self) -> u64 {
        self.outcomes.values().sum()
    }
}

/// What became of a file.
#[derive(Debug, Default)]
pub struct Summary {
    /// Rows of the file.
    pub rows: u64,
    /// What was said before.
    pub forecast: Forecast,
    /// Visits that are new.
    pub new: u64,
    /// Where they stand, by the word of the outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Visits that came before with the same content.
    pub repeated: u64,
    /// The visits that were refused.
    pub rejects: Rejects,
}

/// Imports visits; `say` hears what would be mailed before anything is stored. A dry run ends there.
///
/// # Errors
/// When the file is none of visits or the database does not answer; chunks that were taken in stay, and importing
/// the file again brings the rest.
pub fn run(
    app: &App,
    input: impl Read,
    rejects: Option<&Path>,
    dry_run: bool,
    progress: &mut Progress,
    say: impl FnOnce(&Forecast),
) -> Result<Summary> {
    let now = app.clock.now();
    let mut rejects = Rejects::create(rejects)?;
    let get = || app.pool.get().map_err(Error::unavailable);
    let (mut staging, mut connection) = (get()?, get()?);
    let layout = Layout { kind: "visits", key: "visit_id", columns: COLUMNS.to_vec(), more: Vec::new() };
    let surveys = Rules::load(&mut connection)?;
    let import = Import::stage(&mut staging, input, &layout, now, progress)?;
    rejects.begin(&import.header)?;
    let mut pass = Pass {
        app,
        import: &import,
        surveys: &surveys,
        now,
        summary: Summary { rows: import.rows, rejects, ..Summary::default() },
    };
    let done = pass.go(&mut staging, &mut connection, dry_run, progress, say);
    progress.end();
    import.finish_after(&mut staging, done)?;
    pass.summary.rejects.finish()?;
    Ok(pass.summary)
}

/// What every step needs.
struct Pass<'a> {
    app: &'a App,
    import: &'a Import,
    surveys: &'a Rules,
    now: DateTime<Utc>,
    summary: Summary,
}

impl Pass<'_> {
    fn go(
        &mut self,
        staging: &mut PgConnection,
        connection: &mut PgConnection,
        dry_run: bool,
        progress: &mut Progress,
        say: impl FnOnce(&Forecast),
    ) -> Result<()> {
        let import = self.import;
        let mut done = 0;
        each_chunk(staging, import, VISITS_AT_ONCE, |chunk| {
            done += chunk.iter().map(|group| group.rows.len() as u64).sum::<u64>();
            let mut refused: Vec<i64> = Vec::new();
            for group in &chunk {
                if !self.foresee(connection, group)? {
                    refused.extend(group.rows.iter().map(|row| row.ordinal));
                }
            }
            // What is refused now is not met again by the second pass.
            imports::queries::delete_rows(connection, import.run, &refused)?;
            import.live_on(connection)?;
            progress.done("checking", done, import.rows);
            Ok(())
        })?;
        progress.end();
        say(&self.summary.forecast);
        if dry_run {
            self.summary.new = self.summary.forecast.new_visits();
            self.summary.repeated = self.summary.forecast.repeated;
            self.summary.outcomes = self.summary.forecast.outcomes.clone();
            return Ok(());
        }
        let mut done = 0;
        each_chunk(staging, import, VISITS_AT_ONCE, |chunk| {
            done += chunk.iter().map(|group| group.rows.len() as u64).sum::<u64>();
            self.take_in(connection, &chunk)?;
            import.live_on(connection)?;
            progress.done("storing", done, import.rows);
            Ok(())
        })
    }

    fn check(&self, group: &Group) -> std::result::Result<CheckedVisit, Vec<Problem>> {
        if group.rows.iter().any(|row| row.problem.is_some()) {
            return Err(Vec::new());
        }
        let mut rows = Rows::of(&self.import.header, group);
        let message = rows.message();
        match intake::check(&message, self.now) {
            Ok(visit) if rows.problems.is_empty() => Ok(visit),
            Ok(_) => Err(rows.problems),
            Err(fields) => {
                rows.refused(&fields);
                Err(rows.problems)
            }
        }
    }

    /// Says what would become of a visit; false when it was refused.
    fn foresee(&mut self, connection: &mut PgConnection, group: &Group) -> Result<bool> {
        let visit = match self.check(group) {
            Ok(visit) => visit,
            Err(problems) => {
                self.summary.rejects.refuse(&group.rows, &problems)?;
                return Ok(false);
            }
        };
        match store::known(connection, &self.app.keys, &visit)? {
            Some(Stored::Contradicted(_)) => {
                self.summary.rejects.refuse(&group.rows, &[contradiction(group)])?;
                return Ok(false);
            }
            Some(_) => self.summary.forecast.repeated += 1,
            None => {
                let known = preferences::known(connection, &visit.contact)?;
                let survey = self.surveys.choose(arrival::facts(&visit)).0;
                let of = (&visit, known.customer);
                let decision = arrival::decide(connection, self.app, of, survey, self.now)?;
                let forecast = &mut self.summary.forecast;
                *forecast.outcomes.entry(decision.outcome.as_str()).or_default() += 1;
                if let Some(at) = decision.send_at {
                    forecast.first_send_at = Some(forecast.first_send_at.map_or(at, |first| first.min(at)));
                    forecast.last_send_at = Some(forecast.last_send_at.map_or(at, |last| last.max(at)));
                }
            }
        }
        Ok(true)
    }

    /// Takes a chunk in.
    fn take_in(&mut self, connection: &mut PgConnection, chunk: &[Group]) -> Result<()> {
        let mut visits: Vec<(&Group, CheckedVisit)> =
            chunk.iter().filter_map(|group| Some((group, self.check(group).ok()?))).collect();
        // All who store several visits lock them in the same order.
        visits.sort_by(|a, b| a.1.external_id.cmp(&b.1.external_id));
        let take_all = |connection: &mut PgConnection| {
            visits
                .iter()
                .map(|(_, visit)| arrival::take_in(connection, self.app, visit, self.surveys, self.now))
                .collect::<Result<Vec<Stored>>>()
        };
        let mut tries = 1;
        let stored = loop {
            match db::transaction(connection, take_all) {
                Err(error) if error.again && tries < TRIES => tries += 1,
                done => break done?,
            }
        };
        let mut new: Vec<uuid::Uuid> = Vec::new();
        for ((group, _), stored) in visits.iter().zip(stored) {
            match stored {
                Stored::New(id) => new.push(id),
                Stored::Repeated(_) | Stored::Erased(_) => self.summary.repeated += 1,
                Stored::Contradicted(_) => {
                    self.summary.rejects.refuse(&group.rows, &[contradiction(group)])?;
                }
            }
        }
        self.summary.new += new.len() as u64;
        // Where they really stand: what came with an earlier row of the file may have changed what was foreseen.
        for (word, count) in many_visits::count_outcomes(connection, &new)? {
            let outcome: Outcome = word.parse().map_err(Error::internal)?;
            *self.summary.outcomes.entry(outcome.as_str()).or_default() += u64::try_from(count).unwrap_or(0);
        }
        Ok(())
    }
}

fn contradiction(group: &Group) -> Problem {
    let line = group.rows.first().map_or(0, |row| row.line);
    Problem::in_column(
        line,
        "visit_id",
        "came before with other content; correct a visit through the API, or give it another id",
    )
}
