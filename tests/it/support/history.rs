//! Histories to import.

use super::TestApp;
use hearback::error::Result;
use hearback::history_import::{self, Options, Summary};
use hearback::imports::Progress;
use hearback::surveys::past::Scale;
use std::path::Path;

pub use super::generated::{HEADER, company, file, line};

/// The scale of 1 to 5.
pub const FIVE: Scale = Scale { min: 1, max: 5 };

/// The scale of 0 to 10.
pub const ELEVEN: Scale = Scale { min: 0, max: 10 };

impl TestApp {
    /// Imports a history.
    pub fn import_history(&self, text: &[u8], scale: Scale, rejects: Option<&Path>) -> Result<Summary> {
        let options = Options { scale, dry_run: false, rejects };
        history_import::run(&self.app, text, &options, &mut Progress::silent())
    }
}
