//! Who deletes what of each kind.

use super::clear::{self, Context};
use super::queries::due;
use crate::error::Result;
use diesel::PgConnection;
use uuid::Uuid;

/// A matter that goes: what is over, how much of it in one transaction, and who deletes it.
pub struct Matter {
    /// The statement that lists what is over.
    pub due: fn() -> String,
    /// How many ids one transaction takes.
    pub at_once: i64,
    /// Deletes them; returns how many rows were concerned.
    pub clear: fn(&mut PgConnection, &Context<'_>, &[Uuid]) -> Result<usize>,
}

/// Key of the kind that is a chain, and is cut instead.
pub const AUDIT: &str = "audit";

/// Key of the notes, which have dates of their own.
pub const NOTES: &str = "notes";

/// Returns what goes of a kind.
pub fn matters(key: &str) -> &'static [Matter] {
    match key {
        "contact" => &[
            Matter { due: due::files, at_once: 200, clear: clear::contact },
            Matter { due: due::visits_without_file, at_once: 500, clear: clear::contact_of_visits },
        ],
        "calls" => &[
            Matter { due: due::wishes, at_once: 500, clear: clear::wishes },
            Matter { due: due::calls, at_once: 500, clear: clear::calls },
        ],
        "letters" => &[
            Matter { due: due::letters, at_once: 500, clear: clear::letters },
            Matter { due: due::bounces, at_once: 500, clear: clear::bounces },
        ],
        "attempts" => &[Matter { due: due::attempts, at_once: 500, clear: clear::attempts }],
        "texts" => &[Matter { due: due::texts, at_once: 500, clear: clear::texts }],
        "link" => &[
            Matter { due: due::linked_visits, at_once: 100, clear: clear::link },
            Matter { due: due::empty_files, at_once: 200, clear: clear::files },
        ],
        "objections" => &[Matter { due: due::objections, at_once: 200, clear: clear::objections }],
        "statements" => &[Matter { due: due::statements, at_once: 1_000, clear: clear::statements }],
        "employees" => &[Matter { due: due::employees, at_once: 50, clear: clear::employees }],
        "holds" => &[Matter { due: due::holds, at_once: 200, clear: clear::holds }],
        "failed_jobs" => &[Matter { due: due::failed_jobs, at_once: 500, clear: clear::failed_jobs }],
        "notes" => &[Matter { due: due::notes, at_once: 500, clear: clear::notes }],
        _ => &[],
    }
}
