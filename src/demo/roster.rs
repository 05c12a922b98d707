//! Who works at Northwind Boilers: forty people in six teams at four sites. Nobody here exists.

use super::draw::Dice;
use chrono::{Days, NaiveDate};
use std::fmt::Write;

/// A team and the site from which it works.
pub const TEAMS: [(&str, &str); 6] = [
    ("Harbour", "North Quay"),
    ("Hills", "Hill Road"),
    ("Mills", "Mill Lane"),
    ("Station", "Station Yard"),
    ("Heat Pumps", "North Quay"),
    ("Helpline", "Station Yard"),
];

/// The sites, and by how many points customers there are happier than elsewhere.
pub const SITES: [(&str, f64); 4] =
    [("North Quay", 3.0), ("Hill Road", -2.0), ("Mill Lane", 0.5), ("Station Yard", -3.0)];

/// One employee. Days count from the first of the year of history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Employee {
    /// Name.
    pub name: &'static str,
    /// Team, until the move if there is one.
    pub team: &'static str,
    /// Visits in the year of history.
    pub visits: usize,
    /// First day here, if it lies in that year.
    pub joined: Option<u64>,
    /// Last day here.
    pub left: Option<u64>,
    /// First day in another team.
    pub moved: Option<(u64, &'static str)>,
}

const fn works(name: &'static str, team: &'static str, visits: usize) -> Employee {
    Employee { name, team, visits, joined: None, left: None, moved: None }
}

/// Everybody, team by team; the first of a team leads it. The numbers of visits are as unequal as such numbers
/// are (log-normal around 150).
pub const EMPLOYEES: [Employee; 40] = [
    works("Aisha Bello", "Harbour", 118),
    works("Jonas Feld", "Harbour", 261),
    works("Grace Lim", "Harbour", 166),
    works("Tom Whitlock", "Harbour", 88),
    works("Marta Olsen", "Harbour", 653),
    works("Idris Kamara", "Harbour", 51),
    works("Nora Byrne", "Harbour", 129),
    works("Owen Pryce", "Hills", 97),
    Employee { moved: Some((203, "Harbour")), ..works("Clara Weiss", "Hills", 224) },
    works("Kofi Mensah", "Hills", 142),
    works("Mei Tanaka", "Hills", 400),
    works("Emil Stern", "Hills", 63),
    works("Rosa Cabrera", "Hills", 185),
    works("Declan Roe", "Hills", 107),
    works("Anjali Rao", "Mills", 136),
    works("Piotr Zieliński", "Mills", 318),
    works("Leila Haddad", "Mills", 76),
    works("Bruno Costa", "Mills", 209),
    works("Freya Lund", "Mills", 42),
    works("Samuel Okoye", "Mills", 150),
    works("Hanna Virtanen", "Mills", 102),
    works("David Achterberg", "Station", 93),
    works("Yusuf Demir", "Station", 286),
    works("Ines Moreau", "Station", 175),
    Employee { left: Some(248), ..works("Gareth Hopkin", "Station", 123) },
    works("Linh Tran", "Station", 67),
    works("Marek Novák", "Station", 363),
    works("Chloe Barnes", "Station", 84),
    works("Dana Levi", "Heat Pumps", 80),
    works("Rahul Mehta", "Heat Pumps", 157),
    works("Katja Brandt", "Heat Pumps", 241),
    works("Ewan Fraser", "Heat Pumps", 46),
    works("Sofia Petrova", "Heat Pumps", 112),
    Employee { joined: Some(331), ..works("Luca Ferri", "Heat Pumps", 8) },
    works("Miriam Adler", "Helpline", 55),
    works("Tariq Malik", "Helpline", 197),
    works("Joana Prates", "Helpline", 71),
    works("Henry Cole", "Helpline", 36),
    works("Amara Nwosu", "Helpline", 59),
    works("Viktor Marin", "Helpline", 30),
];

/// What an employee's visits are like; nobody in the company knows these numbers.
#[derive(Debug, Clone, Copy)]
pub struct Nature {
    /// By how many points customers are happier than with an average colleague.
    pub effect: f64,
    /// How much more readily happy customers answer the mail.
    pub selectivity: f64,
    /// How readily customers answer it at all (log odds).
    pub readiness: f64,
    /// How far hard work is given to them rather than to others.
    pub tilt: f64,
    /// What comes on top for process, communication, value and skill.
    pub dimensions: [f64; 4],
}

/// Finds an employee by place.
pub fn employee(at: usize) -> Option<&'static Employee> {
    EMPLOYEES.get(at)
}

/// Returns the id that the company's other systems use.
pub fn id(at: usize) -> String {
    format!("E{:02}", at + 1)
}

/// Returns the mail address.
pub fn email(at: usize) -> String {
    format!("e{:02}@example.com", at + 1)
}

impl Employee {
    /// Returns the team on a day.
    pub fn team_on(&self, day: u64) -> &'static str {
        self.moved.filter(|(from, _)| day >= *from).map_or(self.team, |(_, team)| team)
    }

    /// Tells whether they work here on a day.
    pub fn is_here(&self, day: u64) -> bool {
        self.joined.is_none_or(|joined| day >= joined) && self.left.is_none_or(|left| day <= left)
    }
}

/// Draws what the visits of an employee are like.
pub fn nature(at: usize) -> Nature {
    let mut dice = Dice::of("nature", at);
    let ability = dice.normal();
    let mut spread = |mean: f64, by: f64| mean + by * dice.normal();
    Nature {
        effect: 6.0 * ability,
        selectivity: spread(0.40, 0.35),
        readiness: spread(-0.75, 0.35),
        // The hard work goes to those who are good at it, more or less.
        tilt: 0.45 * ability + spread(0.0, 0.5),
        dimensions: [spread(0.0, 3.0), spread(0.0, 3.0), spread(0.0, 3.0), spread(0.0, 3.0)],
    }
}

/// Returns the site of a team.
pub fn site_of(team: &str) -> &'static str {
    TEAMS.iter().find(|(name, _)| *name == team).map_or("North Quay", |(_, site)| site)
}

/// Returns who leads a team.
pub fn lead_of(team: &str) -> Option<(usize, &'static Employee)> {
    EMPLOYEES.iter().enumerate().find(|(_, employee)| employee.team == team)
}

/// Writes the company as a file for `import people`. History begins on `first`.
pub fn people(first: NaiveDate) -> String {
    let day =
        |day: u64| first.checked_add_days(Days::new(day)).map(|day| day.to_string()).unwrap_or_default();
    let before = |from: u64| day(from.saturating_sub(1));
    let mut text = "employee_id,name,email,team,site,role,valid_from,valid_to\n".to_owned();
    for (at, employee) in EMPLOYEES.iter().enumerate() {
        let mut row = |team: &str, role: &str, from: String, to: String| {
            let (id, name, email, site) = (id(at), employee.name, email(at), site_of(team));
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{id},{name},{email},{team},{site},{role},{from},{to}");
        };
        let from = day(employee.joined.unwrap_or(0));
        let to = employee.left.map(day).unwrap_or_default();
        match employee.moved {
            None => row(employee.team, "member", from.clone(), to),
            Some((moved, team)) => {
                row(employee.team, "member", from.clone(), before(moved));
                row(team, "member", day(moved), to);
            }
        }
        if lead_of(employee.team).is_some_and(|(lead, _)| lead == at) {
            row(employee.team, "lead", from, String::new());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_people_work_in_six_teams_at_four_sites_each_with_a_lead() {
        let teams: std::collections::BTreeSet<&str> = EMPLOYEES.iter().map(|e| e.team).collect();
        assert_eq!(teams, TEAMS.iter().map(|(team, _)| *team).collect());
        assert!(TEAMS.iter().all(|(team, site)| {
            let (_, lead) = lead_of(team).unwrap();
            SITES.iter().any(|(known, _)| known == site) && lead.is_here(0) && lead.left.is_none()
        }));
        let visits: Vec<usize> = EMPLOYEES.iter().map(|employee| employee.visits).collect();
        assert_eq!(visits.iter().sum::<usize>(), 6_000);
        assert!(visits.iter().min() == Some(&8) && visits.iter().any(|visits| *visits > 600));
    }

    #[test]
    fn one_changed_team_one_left_and_the_file_says_so() {
        let file = people("2025-01-01".parse().unwrap());
        assert_eq!(file.lines().count(), 1 + 40 + 1 + 6);
        for row in [
            "E09,Clara Weiss,e09@example.com,Hills,Hill Road,member,2025-01-01,2025-07-22",
            "E09,Clara Weiss,e09@example.com,Harbour,North Quay,member,2025-07-23,",
            "E25,Gareth Hopkin,e25@example.com,Station,Station Yard,member,2025-01-01,2025-09-06",
            "E01,Aisha Bello,e01@example.com,Harbour,North Quay,lead,2025-01-01,",
        ] {
            assert!(file.lines().any(|line| line == row), "{row}\n{file}");
        }
        assert_eq!(EMPLOYEES[8].team_on(202), "Hills");
        assert_eq!(EMPLOYEES[8].team_on(203), "Harbour");
        assert!(EMPLOYEES[24].is_here(248) && !EMPLOYEES[24].is_here(249));
    }
}
