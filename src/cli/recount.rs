//! `recount`: proves that the sums are what the answers say.

use crate::audit::{self, Actor};
use crate::boot::{Boot, BootError};
use crate::error::Error;
use crate::people;
use crate::scores::recount::{Difference, Recount, Scope, recount};
use crate::web::format::counted;
use crate::{db, scores};
use diesel::PgConnection;
use std::collections::HashMap;
use std::process::ExitCode;
use uuid::Uuid;

/// Differences that are listed; of more, the number is told.
const LISTED: usize = 20;

/// Counts anew and says what differs; exit 1 when something does and was not mended.
///
/// # Errors
/// When the database does not answer.
pub fn run(boot: &Boot, repair: bool) -> Result<ExitCode, BootError> {
    let now = boot.app.clock.now();
    let mut connection = boot.app.pool.get().map_err(Error::unavailable)?;
    scores::fold(&mut connection, now)?;
    let found = recount(&mut connection, Scope::All, repair, now)?;
    let differences = found.differences.len();
    db::transaction(&mut connection, |connection| {
        let detail = serde_json::json!({
            "visits": found.visits, "sums": found.compared, "differences": differences, "repair": repair
        });
        audit::record(connection, now, Actor::Shell, "scores.recount", "scores", detail)
    })?;
    print(&mut connection, &found, now.date_naive())?;
    let mended = match (differences, repair) {
        (0, _) => "all are what the answers say",
        (_, true) => "what differed is mended",
        (_, false) => "run hearback recount --repair to mend them",
    };
    println!(
        "{} counted anew, {} compared, {} differ: {mended}.",
        counted(size(found.visits), "visit", "visits"),
        counted(size(found.compared), "sum", "sums"),
        differences,
    );
    Ok(if differences == 0 || repair { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(connection: &mut PgConnection, found: &Recount, today: chrono::NaiveDate) -> Result<(), BootError> {
    let shown = || found.differences.iter().take(LISTED);
    let ids: Vec<Uuid> = shown()
        .filter_map(|difference| match difference {
            Difference::Sums(_, who) => Some(*who),
            Difference::Pairs(..) | Difference::Visit(_) => None,
        })
        .collect();
    let people = people::queries::list_employees(connection, &ids, today)?;
    let names: HashMap<Uuid, String> =
        people.into_iter().map(|person| (person.id, format!("employee {}", person.external_id))).collect();
    for difference in shown() {
        println!(
            "differs: {}",
            difference.words(|who| names.get(&who).cloned().unwrap_or_else(|| who.to_string()))
        );
    }
    if found.differences.len() > LISTED {
        println!("and {} more", found.differences.len() - LISTED);
    }
    Ok(())
}

fn size(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
