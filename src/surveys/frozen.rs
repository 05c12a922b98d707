//! Contents of survey versions, read once: a published version never changes, and every letter and page asks for one.

use super::model::Content;
use super::queries;
use crate::error::{Error, Result};
use diesel::PgConnection;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use uuid::Uuid;

/// More versions than this are not kept; an organisation has a handful in use.
const KEPT: usize = 200;

static READ: LazyLock<Mutex<HashMap<Uuid, Arc<Content>>>> = LazyLock::new(Mutex::default);

fn kept() -> std::sync::MutexGuard<'static, HashMap<Uuid, Arc<Content>>> {
    READ.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the content of a survey version.
///
/// # Errors
/// When the database does not answer, or there is no such version.
pub fn content(connection: &mut PgConnection, version: Uuid) -> Result<Arc<Content>> {
    if let Some(content) = kept().get(&version) {
        return Ok(content.clone());
    }
    let read = contents(connection, &[version])?.remove(&version);
    read.ok_or_else(|| Error::internal("a survey version went away"))
}

/// Returns the contents of survey versions by their ids.
///
/// # Errors
/// When the database does not answer.
pub fn contents(connection: &mut PgConnection, versions: &[Uuid]) -> Result<HashMap<Uuid, Arc<Content>>> {
    let mut found = HashMap::new();
    let mut missing = Vec::new();
    {
        let kept = kept();
        for version in versions {
            match kept.get(version) {
                Some(content) => drop(found.insert(*version, content.clone())),
                None => missing.push(*version),
            }
        }
    }
    if !missing.is_empty() {
        let read: HashMap<Uuid, Arc<Content>> = queries::list_contents(connection, &missing)?
            .into_iter()
            .map(|(version, content)| (version, Arc::new(content)))
            .collect();
        let mut kept = kept();
        if kept.len() + read.len() > KEPT {
            kept.clear();
        }
        kept.extend(read.iter().map(|(version, content)| (*version, content.clone())));
        found.extend(read);
    }
    Ok(found)
}
