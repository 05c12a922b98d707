//! What the pages before the sign-in show: they have no navigation, for nobody is signed in.

use crate::web::shell::Link;
use askama::Template;

/// The sign-in.
#[derive(Template)]
#[template(path = "accounts/pages/sign_in.html")]
pub struct SignInPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// The address as typed before.
    pub email: String,
    /// Where to go after the sign-in: a path of ours; empty for the start page.
    pub next: String,
    /// Why it failed; never which of the two was wrong.
    pub error: Option<String>,
    /// What happened before, such as *You are signed out.*
    pub notice: Option<String>,
    /// The other way in, by the provider.
    pub provider: Option<Link>,
    /// Where one leaves the provider too, after the sign-out.
    pub provider_out: Option<Link>,
    /// What deserves a look on every staff page, such as plain http.
    pub warning: Option<String>,
}

/// Sets a password, behind a one-time link.
#[derive(Template)]
#[template(path = "accounts/pages/set_password.html")]
pub struct SetPasswordPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// Where the form goes: the one-time link itself.
    pub action: String,
    /// Whose password it is.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The shortest password that is accepted (characters).
    pub shortest: usize,
    /// What is wrong with the password.
    pub error: Option<String>,
}

/// The one-time link was used, is too old or never was.
#[derive(Template)]
#[template(path = "accounts/pages/link_gone.html")]
pub struct LinkGonePage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
}
