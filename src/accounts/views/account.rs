//! What the page of one's own account shows.

use crate::web::shell::Shell;
use askama::Template;

/// One session.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// Its name in the form that ends it.
    pub handle: String,
    /// The browser, coarsely.
    pub agent: String,
    /// When it was opened.
    pub opened: String,
    /// When it was last seen.
    pub seen: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// One's own account.
#[derive(Template)]
#[template(path = "accounts/pages/account.html")]
pub struct AccountPage {
    /// What stands around.
    pub shell: Shell,
    /// What was done just now.
    pub done: Option<&'static str>,
    /// The address to sign in with.
    pub email: String,
    /// Whether there is a second factor.
    pub has_second_factor: bool,
    /// Whether there has to be one.
    pub is_forced: bool,
    /// How many recovery codes are still to be used.
    pub codes_left: i64,
    /// The sessions, this one among them.
    pub sessions: Vec<SessionLine>,
    /// The shortest password that is accepted (characters).
    pub shortest: usize,
    /// What is wrong with the old password.
    pub old_error: Option<String>,
    /// What is wrong with the new one.
    pub new_error: Option<String>,
}

impl AccountPage {
    /// Tells whether there are sessions beside this one.
    pub fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}
