//! What the pages around the sign-in show: they have no navigation, for nobody is signed in yet, or not wholly.

pub mod account;
pub mod settings;

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
    /// Whether a forgotten password can be set anew by mail.
    pub reset: bool,
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

/// Asks for the code of the second factor.
#[derive(Template)]
#[template(path = "accounts/pages/code.html")]
pub struct CodePage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// Where to go afterwards: a path of ours.
    pub next: String,
    /// What is wrong with the code.
    pub error: Option<String>,
}

/// Asks whose password was forgotten, or says that a mail may be on its way.
#[derive(Template)]
#[template(path = "accounts/pages/forgot.html")]
pub struct ForgotPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// Whether mails reach people here.
    pub reset: bool,
    /// Whether it was asked for.
    pub asked: bool,
    /// What is wrong with the address.
    pub error: Option<String>,
}

/// Sets up a second factor.
#[derive(Template)]
#[template(path = "accounts/pages/set_up.html")]
pub struct SetUpPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// Token of the forms.
    pub csrf: String,
    /// The address to sign in with.
    pub email: String,
    /// Whether nothing else opens before it is done.
    pub is_forced: bool,
    /// What an app reads, as a QR code (SVG of ours).
    pub picture: String,
    /// The same as a link.
    pub uri: String,
    /// The secret, to type into an app.
    pub secret: String,
    /// What is wrong with the code.
    pub error: Option<String>,
}

/// Shows recovery codes, once.
#[derive(Template)]
#[template(path = "accounts/pages/codes.html")]
pub struct CodesPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// The codes.
    pub codes: Vec<String>,
}

/// What can be done with a second factor that is there.
#[derive(Template)]
#[template(path = "accounts/pages/remove_factor.html")]
pub struct RemoveFactorPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// Token of the forms.
    pub csrf: String,
    /// Whose it is.
    pub name: String,
    /// How many recovery codes are still to be used.
    pub codes_left: i64,
    /// Whether there has to be one.
    pub is_forced: bool,
    /// What is wrong with the password.
    pub error: Option<String>,
}
