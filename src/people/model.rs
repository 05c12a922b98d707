//! Rows and inputs about people.

use uuid::Uuid;

/// An employee as a visit or a file names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEmployee {
    /// Id in the system that sends visits.
    pub external_id: String,
    /// Name; None keeps the one we have, or shows the id.
    pub name: Option<String>,
    /// Mail address; None keeps the one we have.
    pub email: Option<String>,
    /// Name of the team; None keeps the membership we have.
    pub team: Option<String>,
}

/// An employee and their team on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedEmployee {
    /// Our id.
    pub employee_id: Uuid,
    /// The team of that day.
    pub team_id: Option<Uuid>,
}

/// An employee with their team on a day, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEmployee {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sends visits.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Name of the team, if any.
    pub team: Option<String>,
}
