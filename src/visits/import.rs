//! Rows of a file as messages about visits: one row a visit and employee, all rows of a visit together.

use super::model::{BasisMessage, CustomerMessage, EmployeeMessage, VisitMessage};
use crate::error::FieldError;
use crate::imports::problem::quoted;
use crate::imports::{Column, Group, Header, Problem};

/// The columns of a file of visits; `visit_id` ties rows together.
pub const COLUMNS: [Column; 19] = [
    Column::required("visit_id"),
    Column::required("visited_at"),
    Column::required("employee_id"),
    Column::required("service"),
    Column::optional("employee_name"),
    Column::optional("employee_email"),
    Column::optional("team"),
    Column::optional("share"),
    Column::optional("site"),
    Column::optional("channel"),
    Column::optional("segment"),
    Column::optional("priority"),
    Column::optional("customer_id"),
    Column::optional("customer_name"),
    Column::optional("customer_email"),
    Column::free("customer_phone"),
    Column::optional("customer_language"),
    Column::optional("customer_time_zone"),
    Column::optional("lawful_basis"),
];

/// Which column a field of a message comes from; see [`crate::visits::intake::check`].
const COLUMN_OF: [(&str, &str); 13] = [
    ("/id", "visit_id"),
    ("/visited_at", "visited_at"),
    ("/service", "service"),
    ("/channel", "channel"),
    ("/site", "site"),
    ("/segment", "segment"),
    ("/employees", "share"),
    ("/customer/id", "customer_id"),
    ("/customer/name", "customer_name"),
    ("/customer/phone", "customer_phone"),
    ("/customer/language", "customer_language"),
    ("/customer/time_zone", "customer_time_zone"),
    ("/lawful_basis/kind", "lawful_basis"),
];

/// The rows of one visit, unpacked, and what is wrong with them.
#[derive(Debug)]
pub struct Rows<'a> {
    header: &'a Header,
    key: &'a str,
    rows: Vec<(i64, Vec<&'a str>)>,
    /// Which row each employee of the message came from.
    employee_rows: Vec<i64>,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl<'a> Rows<'a> {
    /// Unpacks the rows of a group.
    pub fn of(header: &'a Header, group: &'a Group) -> Self {
        let rows = group.rows.iter().map(|row| (row.line, row.cells.texts())).collect();
        let mut unpacked =
            Self { header, key: &group.key, rows, employee_rows: Vec::new(), problems: Vec::new() };
        if group.too_many {
            let most = crate::imports::groups::MOST_ROWS;
            let reason = format!("more rows have this visit_id than one visit can have ({most})");
            unpacked.problems.push(Problem::in_column(unpacked.first_line(), "visit_id", reason));
        }
        unpacked
    }

    fn first_line(&self) -> i64 {
        self.rows.first().map_or(0, |(line, _)| *line)
    }

    /// Returns what the rows say in a column in which they must agree; a row may leave it empty.
    pub fn agreed(&mut self, name: &str) -> Option<&'a str> {
        let place = self.header.place(name)?;
        let mut first: Option<(i64, &'a str)> = None;
        for (line, cells) in &self.rows {
            let Some(text) = cells.get(place).copied().filter(|text| !text.is_empty()) else { continue };
            match first {
                None => first = Some((*line, text)),
                Some((_, known)) if known == text => {}
                Some((first_line, known)) => {
                    let reason = format!(
                        "{} here and {} on line {first_line}; the rows of one visit must say the same",
                        quoted(text),
                        quoted(known)
                    );
                    self.problems.push(Problem::in_column(*line, name, reason));
                    break;
                }
            }
        }
        first.map(|(_, text)| text)
    }

    /// Returns what stands in a column as something else than text, or says what was expected.
    pub fn parsed<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.agreed(name)?;
        let value = parse(text);
        if value.is_none() {
            self.wrong(name, format!("{expected}, not {}", quoted(text)));
        }
        value
    }

    /// Says that a column of the visit is wrong.
    pub fn wrong(&mut self, name: &str, reason: impl Into<String>) {
        self.problems.push(Problem::in_column(self.first_line(), name, reason));
    }

    /// Makes the message; what is wrong with single cells is among the problems.
    pub fn message(&mut self) -> VisitMessage {
        let text = |found: Option<&str>| found.map(str::to_owned);
        let customer = CustomerMessage {
            id: text(self.agreed("customer_id")),
            name: text(self.agreed("customer_name")),
            email: text(self.agreed("customer_email")),
            phone: text(self.agreed("customer_phone")),
            language: text(self.agreed("customer_language")),
            time_zone: text(self.agreed("customer_time_zone")),
        };
        VisitMessage {
            id: self.key.to_owned(),
            visited_at: self.agreed("visited_at").unwrap_or_default().to_owned(),
            service: self.agreed("service").unwrap_or_default().to_owned(),
            channel: text(self.agreed("channel")),
            site: text(self.agreed("site")),
            segment: text(self.agreed("segment")),
            priority: self.parsed("priority", "must be true or false", truth).unwrap_or_default(),
            employees: self.employees(),
            customer: Some(customer),
            lawful_basis: self
                .agreed("lawful_basis")
                .map(|kind| BasisMessage { kind: kind.to_owned(), ..BasisMessage::default() }),
        }
    }

    /// A row that repeats another word for word names the same employee, not a second one.
    fn employees(&mut self) -> Vec<EmployeeMessage> {
        let mut employees: Vec<EmployeeMessage> = Vec::with_capacity(self.rows.len());
        for (line, cells) in &self.rows {
            let text = |name: &str| self.header.text(cells, name).map(str::to_owned);
            let share = self.header.text(cells, "share");
            let number = share.and_then(|share| share.parse().ok().filter(|share: &f64| share.is_finite()));
            if let (Some(share), None) = (share, number) {
                let reason = format!("must be a number such as 0.5, not {}", quoted(share));
                self.problems.push(Problem::in_column(*line, "share", reason));
            }
            let employee = EmployeeMessage {
                id: text("employee_id").unwrap_or_default(),
                name: text("employee_name"),
                email: text("employee_email"),
                team: text("team"),
                share: number,
            };
            let is_same = |known: &EmployeeMessage| {
                known.id == employee.id
                    && known.name == employee.name
                    && known.email == employee.email
                    && known.team == employee.team
                    && known.share == employee.share
            };
            if !employees.iter().any(is_same) {
                employees.push(employee);
                self.employee_rows.push(*line);
            }
        }
        employees
    }

    /// Says what the check of the message found, by line and column.
    pub fn refused(&mut self, fields: &[FieldError]) {
        for field in fields {
            let problem = self.problem(field);
            self.problems.push(problem);
        }
    }

    fn problem(&mut self, error: &FieldError) -> Problem {
        let reason = error.reason.as_str();
        if let Some((at, name)) =
            error.field.strip_prefix("/employees/").and_then(|rest| rest.split_once('/'))
        {
            let line = at.parse().ok().and_then(|at: usize| self.employee_rows.get(at)).copied();
            let column = match name {
                "id" => "employee_id",
                "name" => "employee_name",
                "team" => "team",
                other => other,
            };
            return Problem::in_column(line.unwrap_or_else(|| self.first_line()), column, reason);
        }
        let column = COLUMN_OF.iter().find(|(field, _)| *field == error.field).map(|(_, column)| *column);
        let line = self.first_line();
        match column {
            // Not the customer's data: these are dates, numbers and words of the firm.
            Some(name @ ("visited_at" | "lawful_basis")) => {
                let found = self.agreed(name).unwrap_or_default();
                Problem::in_column(line, name, format!("{reason}, not {}", quoted(found)))
            }
            Some(name) => Problem::in_column(line, name, reason),
            None => Problem::in_row(line, format!("{}: {reason}", error.field)),
        }
    }
}

/// Reads `true` or `false` as spreadsheets write them.
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
