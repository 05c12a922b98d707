//! Passwords: argon2id (RFC 9106) with OWASP's second recommendation (46 MiB, one pass) rounded up.

use super::common;
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
    check_length(password)?;
    let hash: PasswordHash = hasher()?.hash_password(password.as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Refuses a new password that is guessed first: one of the commonest, or one with the organisation's name or the
/// person's address in it (ASVS 5.0, 6.2.4 and 6.2.11).
///
/// # Errors
/// 422 with what is wrong with it.
pub fn check(password: &str, organisation: &str, email: &str) -> Result<()> {
    let refused = |reason: &str| Err(Error::invalid_field("/password", reason));
    if common::is_common(password) {
        return refused(
            "is one of those that are guessed first; take a few words that do not belong together",
        );
    }
    // The name as it is written everywhere, and its first word, by which everybody calls it.
    let first = organisation.split_whitespace().next().unwrap_or_default();
    if [organisation, first].iter().any(|name| common::contains_name(password, name)) {
        return refused("must not contain the organisation's name");
    }
    let person = email.split('@').next().unwrap_or_default();
    if [email, person].iter().any(|name| common::contains_name(password, name)) {
        return refused("must not contain your mail address");
    }
    Ok(())
}

/// Checks a new password and hashes it when it is its turn.
///
/// # Errors
/// 422 with what is wrong with it, 429 when too many wait already.
pub async fn new(app: &App, typed: String, email: String) -> Result<String> {
    let organisation = app.config.organisation.name.clone();
    // The length first, so that a long text is not taken apart.
    check_length(&typed)?;
    check(&typed, &organisation, &email)?;
    in_turn(app, move || hash(&typed)).await
}

fn check_length(password: &str) -> Result<()> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        let reason = format!("must have from {SHORTEST} to {LONGEST} characters");
        return Err(Error::invalid_field("/password", reason));
    }
    Ok(())
}

/// What came of a password that was typed.
#[derive(Debug)]
pub struct Verified {
    /// Whether it is the right one.
    pub right: bool,
    /// Its hash as it would be made today, when the stored one was made with other parameters.
    pub renewed: Option<String>,
}

/// Tells whether the password belongs to the hash. Without a hash it takes as long and says no, so that time
/// does not tell which accounts exist (CVE-2025-9824).
///
/// # Errors
/// 500 when the hash cannot be read.
pub fn verify(password: &str, stored: Option<&str>) -> Result<Verified> {
    static DUMMY: LazyLock<Option<String>> = LazyLock::new(|| hash(&crate::ids::random_secret()).ok());
    let dummy = DUMMY.as_deref().unwrap_or_default();
    if password.len() > LONGEST {
        return Ok(Verified { right: false, renewed: None });
    }
    // The dear part of a sign-in: it can be counted that it does not depend on whether there is an account.
    tracing::debug!("a password is compared with a hash");
    let parsed = PasswordHash::new(stored.unwrap_or(dummy)).map_err(Error::internal)?;
    let right = hasher()?.verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some();
    // A password that was set when shorter ones were taken keeps its hash: whoever has it is to get in.
    let renewed = if right && is_outdated(&parsed) { hash(password).ok() } else { None };
    Ok(Verified { right, renewed })
}

fn is_outdated(stored: &PasswordHash) -> bool {
    let now = hasher().map(|hasher| hasher.params().clone());
    let then = Params::try_from(stored);
    let same = |now: &Params, then: &Params| {
        (now.m_cost(), now.t_cost(), now.p_cost()) == (then.m_cost(), then.t_cost(), then.p_cost())
    };
    stored.algorithm.as_str() != "argon2id"
        || !matches!((now, then), (Ok(now), Ok(then)) if same(&now, &then))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        let right = |typed: &str, stored: Option<&str>| verify(typed, stored).unwrap().right;
        assert!(right("correct horse battery", Some(&stored)));
        assert!(!right("correct horse batterz", Some(&stored)));
        assert!(!right("anything at all", None));
    }

    #[test]
    fn a_hash_of_earlier_parameters_is_made_anew_and_todays_is_not() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
        let old: PasswordHash = weak.hash_password(b"correct horse battery").unwrap();
        let old = old.to_string();
        let renewed = verify("correct horse battery", Some(&old)).unwrap().renewed.unwrap();
        assert!(renewed.contains("m=47104") && !old.contains("m=47104"));
        assert!(verify("correct horse battery", Some(&renewed)).unwrap().renewed.is_none());
        assert!(verify("correct horse batterz", Some(&old)).unwrap().renewed.is_none());
    }

    #[test]
    fn a_password_with_a_name_that_everybody_knows_is_refused() {
        let check = |password| check(password, "Northwind Boilers", "ada.ash@example.com").is_ok();
        assert!(check("correct horse battery"));
        for password in
            ["we love northwind so", "Northwind Boilers!!", "adaash likes tea", "passwordpassword"]
        {
            assert!(!check(password), "{password}");
        }
    }

    #[test]
    fn a_short_password_is_refused_with_the_length_it_needs() {
        assert!(hash("short").unwrap_err().to_string().contains("12"));
    }
}
