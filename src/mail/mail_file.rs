//! Letters as files, for the demo and for looking at.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::failure::{Failure, Reply};
use super::letter::PreparedLetter;

/// So often may one Message-ID come again before it is an error.
const MAX_COPIES: u32 = 1000;
/// Keeps the temporary names of this process apart.
static TEMPORARIES: AtomicU64 = AtomicU64::new(0);

/// The conversation with a folder.
pub(super) struct FileConversation {
    folder: PathBuf,
}

impl FileConversation {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes the folder if need be and tries whether it can be written.
    pub(super) async fn envelope(&mut self) -> Result<(), Failure> {
        let folder = self.folder.clone();
        in_background(move || {
            fs::create_dir_all(&folder)?;
            let (probe, _) = temporary(&folder)?;
            fs::remove_file(&probe)
        })
        .await
    }

    /// Writes `<id@domain>.eml` as a whole or not at all. A second letter with the same id becomes `….2.eml`:
    /// a doubled mail shall be seen, not covered up.
    pub(super) async fn body(&mut self, letter: &PreparedLetter) -> Result<Reply, Failure> {
        let folder = self.folder.clone();
        let stem = file_stem(&letter.message_id);
        let bytes = letter.bytes.clone();
        let name = in_background(move || write_letter(&folder, &stem, &bytes)).await?;
        Ok(Reply { code: 250, text: format!("2.0.0 written as {name}") })
    }
}

/// Everything that fails here leaves no letter behind, so it is safe to try again.
async fn in_background<T, F>(work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce() -> io::Result<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Failure::NotReached(format!("the mail folder cannot be written: {error}"))),
        Err(_) => Err(Failure::NotReached("writing to the mail folder was cut short".to_owned())),
    }
}

fn file_stem(message_id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "@._+-=".contains(c) { c } else { '_' };
    let stem: String = message_id.trim_matches(['<', '>']).chars().take(200).map(safe).collect();
    if stem.starts_with('.') || stem.is_empty() { format!("_{stem}") } else { stem }
}

/// Opens a new hidden file; names left over by a crash are passed over.
fn temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let count = TEMPORARIES.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".{}-{count}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (path, file)),
        }
    }
}

fn write_letter(folder: &Path, stem: &str, bytes: &[u8]) -> io::Result<String> {
    let (temporary, mut file) = temporary(folder)?;
    let written = (|| {
        file.write_all(bytes)?;
        file.sync_all()?;
        place(folder, stem, &temporary)
    })();
    // The name under which it was written goes away in any case; a link to the letter stays.
    let _ = fs::remove_file(&temporary);
    written
}

/// Gives the written file its name without ever replacing another: a hard link fails where a rename would not.
fn place(folder: &Path, stem: &str, temporary: &Path) -> io::Result<String> {
    for copy in 1..=MAX_COPIES {
        let name = if copy == 1 { format!("{stem}.eml") } else { format!("{stem}.{copy}.eml") };
        let target = folder.join(&name);
        match fs::hard_link(temporary, &target) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            // File systems without hard links.
            Err(_) if !target.exists() => fs::rename(temporary, &target)?,
            Err(_) => continue,
        }
        // The letter is there; a folder that cannot be synced is no reason to write it again.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        return Ok(name);
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "too many letters with the same Message-ID"))
}

/// Removes the letters whose Message-ID begins with any of several words; returns how many there were.
///
/// # Errors
/// When the folder cannot be read or a letter cannot be removed.
pub fn remove_letters(folder: &Path, begins: &[String]) -> io::Result<usize> {
    let mut removed = 0;
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".eml") && begins.iter().any(|begin| name.starts_with(begin.as_str())) {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}
