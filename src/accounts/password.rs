//! Passwords: argon2id (RFC 9106) with OWASP's second recommendation (46 MiB, one pass) rounded up.

use crate::app::App;
use crate::error::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// The shortest password (characters); there are no rules of composition (ASVS 6.2.5).
pub const SHORTEST: usize = 12;

/// The longest password (bytes), so that hashing cannot be made to work on megabytes.
pub const LONGEST: usize = 256;

/// One hash at a time: each takes 47 MiB, and an outsider decides how many are asked for. Whoever waits holds no
/// thread and no database connection, so that a flood of sign-ins slows down sign-ins alone.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// How many may wait; more are sent away.
const MOST_WAITING: usize = 40;

static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Hashes or verifies on a thread that may block, when it is its turn.
///
/// # Errors
/// 429 when too many wait already; else what `work` returns.
pub async fn in_turn<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    if WAITING.fetch_add(1, Ordering::SeqCst) >= MOST_WAITING {
        WAITING.fetch_sub(1, Ordering::SeqCst);
        return Err(Error::too_many(10));
    }
    let turn = ONE_AT_A_TIME.acquire().await;
    let done = app.blocking(work).await;
    drop(turn);
    WAITING.fetch_sub(1, Ordering::SeqCst);
    done
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(47_104, 1, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a new password.
///
/// # Errors
/// 422 when it is too short or too long.
pub fn hash(password: &str) -> Result<String> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        let reason = format!("must have from {SHORTEST} to {LONGEST} characters");
        return Err(Error::invalid_field("/password", reason));
    }
    let hash: PasswordHash = hasher()?.hash_password(password.as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Tells whether the password belongs to the hash. Without a hash it takes as long and says no, so that time
/// does not tell which accounts exist (CVE-2025-9824).
///
/// # Errors
/// 500 when the hash cannot be read.
pub fn verify(password: &str, stored: Option<&str>) -> Result<bool> {
    static DUMMY: LazyLock<Option<String>> = LazyLock::new(|| hash(&crate::ids::random_secret()).ok());
    let dummy = DUMMY.as_deref().unwrap_or_default();
    if password.len() > LONGEST {
        return Ok(false);
    }
    let parsed = PasswordHash::new(stored.unwrap_or(dummy)).map_err(Error::internal)?;
    let right = hasher()?.verify_password(password.as_bytes(), &parsed).is_ok();
    Ok(right && stored.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", Some(&stored)).unwrap());
        assert!(!verify("correct horse batterz", Some(&stored)).unwrap());
        assert!(!verify("anything at all", None).unwrap());
    }

    #[test]
    fn a_short_password_is_refused_with_the_length_it_needs() {
        assert!(hash("short").unwrap_err().to_string().contains("12"));
    }
}
