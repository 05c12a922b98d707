//! `processing`: the records of processing, or the sheet for works councils, as they follow from the configuration.

use crate::boot::{Boot, BootError};
use crate::db;
use crate::error::Error;
use crate::processing::{Facts, council, records};

/// Which sheet, and how.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which sheet.
    #[arg(long, default_value = "records", value_parser = ["records", "works-council"])]
    sheet: String,
    /// How to write it.
    #[arg(long, default_value = "markdown", value_parser = ["html", "markdown"])]
    format: String,
}

/// Writes it.
///
/// # Errors
/// When the database does not answer.
pub fn run(boot: &Boot, options: &Options) -> Result<(), BootError> {
    let app = &boot.app;
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    let facts = db::snapshot(&mut connection, |connection| Facts::read(connection, app))?;
    let sheet = if options.sheet == "records" { records(app, &facts) } else { council(app, &facts) };
    if options.format == "html" {
        println!("{}", sheet.html()?);
    } else {
        print!("{}", sheet.markdown());
    }
    Ok(())
}
