//! Roles, scopes and who is asking.

use super::queries::break_glass::Open;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$item_doc])* $item),* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// Returns the word as it is stored and written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $word),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    format!("{text} is none of {}", known.join(", "))
                })
            }
        }
    };
}

words! {
    /// What a person does here; one each.
    Role {
        /// Runs the server; sees no scores.
        Admin = "admin",
        /// Sees all evaluations.
        Hr = "hr",
        /// Sees the own team.
        Manager = "manager",
        /// Phones those who did not answer; sees no scores and no answers.
        Caller = "caller",
        /// Sees what is about them.
        Employee = "employee",
    }
}

words! {
    /// What a key may do. A key that brings visits can never read scores.
    Scope {
        /// Bring, correct and cancel visits.
        VisitsWrite = "visits:write",
        /// Read in which outcome visits stand.
        OutcomesRead = "outcomes:read",
        /// Work call-backs.
        CallbacksWork = "callbacks:work",
        /// Draw and close waves.
        CallbacksLead = "callbacks:lead",
        /// Read evaluations.
        EvaluationsRead = "evaluations:read",
        /// Read responses.
        ResponsesRead = "responses:read",
        /// Bring people and teams.
        PeopleWrite = "people:write",
    }
}

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// A signed-in person with one of these roles, and with the second factor where it is forced. GET of what HR may is
    /// open to an administrator who has broken the glass.
    Staff(&'static [Role]),
    /// A signed-in person, also one who has to set up the second factor first.
    Entering,
    /// A key with one of these scopes.
    Key(&'static [Scope]),
}

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub user: Uuid,
    /// Name for the page.
    pub name: String,
    /// What they do here.
    pub role: Role,
    /// The team a manager sees.
    pub team: Option<Uuid>,
    /// The employee they are, if they are one.
    pub employee: Option<Uuid>,
    /// SHA-256 of the session's secret.
    pub session: Vec<u8>,
    /// What a form of this session must carry.
    pub csrf: String,
    /// Whether the account has a second factor; the session has passed it then.
    pub has_second_factor: bool,
    /// Whether this session was opened with one: ours, or that of the service which signed them in.
    pub with_second_factor: bool,
    /// What an administrator has opened by breaking the glass. Where it lets them in, `role` is that of HR.
    pub break_glass: Option<Open>,
}

/// Which visits a person sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// All of them.
    Everything,
    /// Those of a team as of their day; None for a manager who has no team, who sees none.
    Team(Option<Uuid>),
}

impl SignedIn {
    /// Returns which visits this person sees.
    pub const fn sees(&self) -> Sees {
        match self.role {
            Role::Manager => Sees::Team(self.team),
            _ => Sees::Everything,
        }
    }

    /// Tells whether this person may know who the customers are. Whoever runs the server needs no name for it.
    pub const fn meets_customers(&self) -> bool {
        matches!(self.role, Role::Hr | Role::Manager | Role::Caller)
    }

    /// Tells whether this person may read what customers said.
    pub const fn reads_answers(&self) -> bool {
        matches!(self.role, Role::Hr | Role::Manager)
    }
}

/// A program that calls with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The key.
    pub key: Uuid,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

impl Client {
    /// Tells whether the key has a scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
