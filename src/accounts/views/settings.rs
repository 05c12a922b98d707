//! What the pages of settings show.

use crate::accounts::Role;
use crate::error::FieldError;
use crate::web::list::Choice;
use crate::web::shell::Shell;
use askama::Template;
use uuid::Uuid;

/// Something that can be set.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Where.
    pub href: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// Who may open it.
    pub roles: &'static [Role],
}

const ADMIN: &[Role] = &[Role::Admin];
const ADMIN_AND_HR: &[Role] = &[Role::Admin, Role::Hr];

/// What can be set, in the order of the page; a new page of settings is a line here.
pub const SETTINGS: &[Setting] = &[
    Setting {
        href: "/settings/accounts",
        label: "Accounts",
        about: "Who can sign in, as what; invitations, second factors, sessions.",
        roles: ADMIN,
    },
    Setting {
        href: "/settings/keys",
        label: "Keys",
        about: "With which other programs use the API: what they may do, from where, until when.",
        roles: ADMIN,
    },
    Setting {
        href: "/settings/webhooks",
        label: "Webhooks",
        about: "Which other systems are told what happens, and whether it arrived.",
        roles: ADMIN,
    },
    Setting {
        href: "/settings/retention",
        label: "Retention",
        about: "What is deleted when, and what must not be: legal holds.",
        roles: ADMIN_AND_HR,
    },
    Setting {
        href: "/settings/processing",
        label: "Records of processing",
        about: "What is done with whose data and why (GDPR art. 30), as this installation is set up.",
        roles: ADMIN_AND_HR,
    },
    Setting {
        href: "/settings/works-council",
        label: "For the works council",
        about: "What is known about employees, who sees it, and how a score is made.",
        roles: ADMIN_AND_HR,
    },
    Setting {
        href: "/settings/break-glass",
        label: "Break-glass",
        about: "Read for at most an hour what HR may read, with a reason that HR is told.",
        roles: ADMIN,
    },
];

/// The list of what can be set.
#[derive(Template)]
#[template(path = "accounts/pages/settings.html")]
pub struct SettingsPage {
    /// What stands around.
    pub shell: Shell,
    /// What can be set.
    pub entries: Vec<Setting>,
}

/// An account in the list.
#[derive(Debug, Clone)]
pub struct AccountLine {
    /// Our id.
    pub id: Uuid,
    /// Name for pages.
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// What they do here.
    pub role: String,
    /// The team that they see, or the employee that they are.
    pub about: Option<String>,
    /// When they were last seen.
    pub seen: Option<String>,
    /// Whether there is a second factor.
    pub has_second_factor: bool,
    /// Since when it is disabled.
    pub disabled: Option<String>,
    /// Whether no password was set yet.
    pub is_invited: bool,
}

/// A one-time link, shown once.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// For whom.
    pub name: String,
    /// The link.
    pub link: String,
    /// Whether a mail with one is on its way, too.
    pub is_mailed: bool,
}

impl Invitation {
    /// Makes it.
    pub const fn new(name: String, link: String, is_mailed: bool) -> Self {
        Self { name, link, is_mailed }
    }
}

/// Finds what is wrong with a field of a form, as a sentence.
fn wrong(errors: &[FieldError], field: &str) -> Option<String> {
    errors.iter().find(|error| error.field == field).map(|error| format!("This {}.", error.reason))
}

/// All accounts.
#[derive(Template)]
#[template(path = "accounts/pages/accounts.html")]
pub struct AccountsPage {
    /// What stands around.
    pub shell: Shell,
    /// The accounts.
    pub rows: Vec<AccountLine>,
    /// The roles.
    pub roles: Vec<Choice>,
    /// The teams.
    pub teams: Vec<Choice>,
    /// The name as typed.
    pub name: String,
    /// The address as typed.
    pub email: String,
    /// The employee's id as typed.
    pub employee: String,
    /// Whether mails reach people here.
    pub can_mail: bool,
    /// What is wrong with the form.
    pub errors: Vec<FieldError>,
    /// The link that was made just now.
    pub invitation: Option<Invitation>,
}

impl AccountsPage {
    /// Says what is wrong with a field.
    pub fn error(&self, field: &str) -> Option<String> {
        wrong(&self.errors, field)
    }
}

/// One account.
#[derive(Template)]
#[template(path = "accounts/pages/one_account.html")]
pub struct OneAccountPage {
    /// What stands around.
    pub shell: Shell,
    /// The account.
    pub account: AccountLine,
    /// The roles.
    pub roles: Vec<Choice>,
    /// The teams.
    pub teams: Vec<Choice>,
    /// The id of the employee that they are.
    pub employee: String,
    /// Whether it is that of whoever looks.
    pub is_own: bool,
    /// Whether mails reach people here.
    pub can_mail: bool,
    /// What was done just now.
    pub done: Option<&'static str>,
    /// Why nothing was done.
    pub refused: Option<String>,
    /// What is wrong with the form.
    pub errors: Vec<FieldError>,
    /// The link that was made just now.
    pub invitation: Option<Invitation>,
}

impl OneAccountPage {
    /// Says what is wrong with a field.
    pub fn error(&self, field: &str) -> Option<String> {
        wrong(&self.errors, field)
    }
}

/// One time that the glass was broken.
#[derive(Debug, Clone)]
pub struct GlassLine {
    /// Who.
    pub who: String,
    /// Since when.
    pub from: String,
    /// Until when.
    pub to: String,
    /// Whether it is under way.
    pub is_open: bool,
    /// Why.
    pub reason: String,
}

/// Breaks the glass, or ends it.
#[derive(Template)]
#[template(path = "accounts/pages/break_glass.html")]
pub struct BreakGlassPage {
    /// What stands around.
    pub shell: Shell,
    /// Until when it is open for whoever looks.
    pub open: Option<String>,
    /// Whether mails reach people here.
    pub can_mail: bool,
    /// The longest time (minutes).
    pub most: i64,
    /// The reason as typed, and what is wrong with it.
    pub reason: (String, Option<String>),
    /// The minutes as typed, and what is wrong with them.
    pub minutes: (String, Option<String>),
    /// The times before.
    pub rows: Vec<GlassLine>,
}
