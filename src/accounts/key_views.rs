//! What the page of keys shows.

use crate::web::badge::Badge;
use crate::web::secret::Shown;
use crate::web::shell::Shell;
use askama::Template;
use uuid::Uuid;

/// A key.
#[derive(Debug, Clone)]
pub(super) struct KeyRow {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: String,
    /// From where it may be used; empty for anywhere.
    pub networks: Vec<String>,
    /// When it was made.
    pub made: String,
    /// When it was last used.
    pub used: String,
    /// When it ends.
    pub ends: String,
    /// How it stands.
    pub state: Badge,
    /// What else to know of its state.
    pub note: Option<String>,
    /// Whether it can still be rotated and revoked.
    pub is_live: bool,
}

/// A scope to choose.
#[derive(Debug, Clone)]
pub(super) struct ScopeChoice {
    /// Its word.
    pub word: &'static str,
    /// What it allows.
    pub meaning: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// What was typed into the form for a new key, and what is wrong with it.
#[derive(Debug, Clone)]
pub(super) struct KeyForm {
    /// Name.
    pub name: (String, Option<String>),
    /// Scopes.
    pub scopes: (Vec<ScopeChoice>, Option<String>),
    /// Networks.
    pub networks: (String, Option<String>),
    /// How long it works: value, label, whether it is chosen.
    pub lives: Vec<(&'static str, &'static str, bool)>,
}

/// `/settings/keys`.
#[derive(Template)]
#[template(path = "accounts/pages/keys.html")]
pub(super) struct KeysPage {
    /// What stands around.
    pub shell: Shell,
    /// A new secret.
    pub shown: Option<Shown>,
    /// What was done.
    pub done: Option<&'static str>,
    /// All keys.
    pub rows: Vec<KeyRow>,
    /// The form for a new one.
    pub form: KeyForm,
    /// How often a key may ask, such as *600 requests in 60 seconds*.
    pub rate: String,
}
