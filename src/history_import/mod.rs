//! `import history`: what another system knows of the past – visits, answers, call-backs and their probabilities.
//! Nothing in it is ever mailed. An edge, because it touches every room from people to call-backs.
//!
//! The file is staged, then read back visit by visit. One thread checks and finds people and customers; others
//! write finished chunks, one transaction each. A visit that came before with the same content is passed over,
//! so a file that was interrupted is simply imported again.

pub mod came;
pub mod check;
mod memberships;
mod prepare;
mod write;

use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::imports::layout::Header;
use crate::imports::{Group, Import, Layout, Progress, Rejects, each_chunk};
use crate::surveys::past::{self, Scale};
use crate::surveys::{SurveyVersion, builtin, queries as surveys};
use crate::visits::import as visits_import;
use came::Asked;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use prepare::{Directory, Prepared};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};

/// How many visits are written in one transaction.
const VISITS_AT_ONCE: usize = 4_000;

/// How to read a history.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The scale of every answer in the file.
    pub scale: Scale,
    /// Check everything and store nothing.
    pub dry_run: bool,
    /// Where rejected rows go.
    pub rejects: Option<&'a Path>,
}

/// What became of a file.
#[derive(Debug, Default)]
pub struct Summary {
    /// Rows of the file.
    pub rows: u64,
    /// Visits that are new.
    pub new: u64,
    /// Visits that came before with the same content.
    pub repeated: u64,
    /// Where the new ones stand, by the word of the outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// The visits that were refused.
    pub rejects: Rejects,
    /// The survey version that new answers belong to, if there are any.
    pub survey: Option<String>,
}

/// Imports a history.
///
/// # Errors
/// When the file is no history or the database does not answer; chunks that were written stay, and importing the
/// file again brings the rest.
pub fn run(app: &App, input: impl Read, options: &Options<'_>, progress: &mut Progress) -> Result<Summary> {
    let now = app.clock.now();
    let mut rejects = Rejects::create(options.rejects)?;
    let get = || app.pool.get().map_err(Error::unavailable);
    let (mut staging, mut connection) = (get()?, get()?);
    let questions = question_keys(&mut connection)?;
    let import = Import::stage(&mut staging, input, &layout(&questions), now, progress)?;
    rejects.begin(&import.header)?;
    let asked = Asked::of(&import.header, &questions, options.scale);
    let shared = Mutex::new(Summary { rows: import.rows, rejects, ..Summary::default() });
    let survey = OnceLock::new();
    let context =
        Context { app, header: &import.header, asked: &asked, survey: &survey, now, shared: &shared };
    let done = store(&context, &mut staging, &mut connection, &import, options.dry_run, progress);
    progress.end();
    import.finish_after(&mut staging, done)?;
    let mut summary = shared.into_inner().map_err(Error::internal)?;
    summary.survey = survey.get().map(|survey| format!("{} v{}", survey.survey, survey.version));
    summary.rejects.finish()?;
    Ok(summary)
}

fn store(
    context: &Context<'_>,
    staging: &mut PgConnection,
    connection: &mut PgConnection,
    import: &Import,
    dry_run: bool,
    progress: &mut Progress,
) -> Result<()> {
    let get = || context.app.pool.get().map_err(Error::unavailable);
    let writers = if dry_run { Vec::new() } else { vec![get()?, get()?] };
    let employees = context.go_through(staging, connection, import, writers, progress)?;
    if dry_run { Ok(()) } else { memberships::derive(connection, &employees) }
}

/// Every question that was ever asked here may stand in a file, and those of the built-in survey.
fn question_keys(connection: &mut PgConnection) -> Result<Vec<String>> {
    let mut keys = surveys::list_question_keys(connection)?;
    let own = builtin::content().questions.into_iter().map(|question| question.key);
    keys.extend(own.filter(|key| !keys.contains(key)).collect::<Vec<_>>());
    Ok(keys)
}

/// Returns what a history looks like, with the keys of the questions that may have a column.
pub fn layout(questions: &[String]) -> Layout {
    let columns = visits_import::COLUMNS.iter().chain(&came::COLUMNS).copied().collect();
    Layout { kind: "history", key: "visit_id", columns, more: questions.to_vec() }
}

/// What every step of an import needs.
#[derive(Clone, Copy)]
struct Context<'a> {
    app: &'a App,
    header: &'a Header,
    asked: &'a Asked<'a>,
    survey: &'a OnceLock<SurveyVersion>,
    now: DateTime<Utc>,
    shared: &'a Mutex<Summary>,
}

/// A connection of the pool.
type Pooled = crate::db::PooledConnection;

impl Context<'_> {
    fn change<T>(&self, change: impl FnOnce(&mut Summary) -> T) -> Result<T> {
        Ok(change(&mut *self.shared.lock().map_err(Error::internal)?))
    }

    /// Publishes the version of this scale and these questions, once there is an answer to it.
    fn publish(&self, connection: &mut PgConnection) -> Result<()> {
        if self.survey.get().is_none() {
            let version = db::transaction(connection, |connection| {
                past::publish(connection, &self.asked.keys, self.asked.scale, self.now)
            })?;
            let _ = self.survey.set(version);
        }
        Ok(())
    }

    /// Goes through the stage; without writers nothing is stored. Returns the employees it met.
    fn go_through(
        &self,
        staging: &mut PgConnection,
        connection: &mut PgConnection,
        import: &Import,
        writers: Vec<Pooled>,
        progress: &mut Progress,
    ) -> Result<Vec<uuid::Uuid>> {
        let is_dry = writers.is_empty();
        let (sender, receiver) = sync_channel::<Vec<Prepared>>(1);
        let receiver = Arc::new(Mutex::new(receiver));
        let mut directory = Directory::default();
        let mut done = 0;
        std::thread::scope(|scope| {
            // The writers alone hold the receiver: when all of them have failed, sending fails too.
            let writing: Vec<_> = writers
                .into_iter()
                .map(|mut writer| {
                    let receiver = Arc::clone(&receiver);
                    scope.spawn(move || self.write_all(&mut writer, &receiver))
                })
                .collect();
            drop(receiver);
            let read = each_chunk(staging, import, VISITS_AT_ONCE, |mut chunk: Vec<Group>| {
                done += chunk.iter().map(|group| group.rows.len() as u64).sum::<u64>();
                let prepared = directory.prepare(connection, self, &mut chunk, is_dry)?;
                import.live_on(connection)?;
                self.count(&prepared)?;
                progress.done("storing", done, import.rows);
                if !is_dry && !prepared.is_empty() && sender.send(prepared).is_err() {
                    return Err(Error::internal("every writer of the import has ended early"));
                }
                Ok(())
            });
            drop(sender);
            // What a writer says is the cause of whatever else failed.
            for writer in writing {
                writer.join().map_err(|_| Error::internal("a writer of the import panicked"))??;
            }
            read
        })?;
        Ok(directory.employees())
    }

    fn count(&self, prepared: &[Prepared]) -> Result<()> {
        self.change(|summary| {
            for visit in prepared {
                summary.new += 1;
                *summary.outcomes.entry(visit.came.outcome().0.as_str()).or_default() += 1;
            }
        })
    }

    fn write_all(
        &self,
        connection: &mut PgConnection,
        chunks: &Mutex<Receiver<Vec<Prepared>>>,
    ) -> Result<()> {
        loop {
            let next = chunks.lock().map_err(Error::internal)?.recv();
            let Ok(chunk) = next else { return Ok(()) };
            write::chunk(connection, self, chunk)?;
        }
    }
}
