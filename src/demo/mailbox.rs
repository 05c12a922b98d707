//! Reading the demo's mails as their receivers would: from the files in the folder.

use crate::error::{Error, Result};
use crate::ids::LinkToken;
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A mail in the folder.
pub struct Mail {
    /// Its file.
    pub path: PathBuf,
    /// The link's token.
    pub token: LinkToken,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// The folder, and which of its files were read already.
pub struct Mailbox {
    folder: PathBuf,
    read: HashSet<PathBuf>,
}

impl Mailbox {
    /// Opens the folder; it need not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), read: HashSet::new() }
    }

    /// Reads the mails that came since the last time, in the order of their names, which is that of the visits.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn fresh(&mut self) -> Result<Vec<Mail>> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Ok(Vec::new()) };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "eml") && !self.read.contains(path));
        paths.sort();
        let mut mails = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(Error::internal)?;
            mails.extend(parse(path.clone(), &text));
            self.read.insert(path);
        }
        Ok(mails)
    }
}

fn parse(path: PathBuf, text: &str) -> Option<Mail> {
    // Quoted-printable (RFC 2045 §6.7) breaks long lines; a link may stand across such a break.
    let text = text.replace("=\r\n", "").replace("=\n", "");
    let token = text.split_once("/s/")?.1.get(..26)?;
    let date = text.lines().find_map(|line| line.strip_prefix("Date: "))?;
    let sent_at = DateTime::parse_from_rfc2822(date).ok()?.with_timezone(&Utc);
    Some(Mail { path, token: LinkToken::parse(token)?, sent_at })
}
