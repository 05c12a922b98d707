//! What the same database does at best: pgbench, 16 clients, prepared statements.

use super::place::{Place, execute};
use std::path::PathBuf;
use std::process::Command;

/// A database of pgbench's own.
pub struct Bare {
    url: String,
    program: PathBuf,
    logs: PathBuf,
}

/// What pgbench did.
pub struct Rate {
    /// Transactions a second.
    pub rate: f64,
    /// Milliseconds that one of a hundred takes longer than.
    pub p99: f64,
}

fn program() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("needs pgbench, from Debian's postgresql");
    let found = versions.flatten().map(|version| version.path().join("bin/pgbench"));
    found.filter(|file| file.is_file()).max().expect("needs pgbench, from Debian's postgresql")
}

impl Bare {
    /// Makes a million invitations.
    pub fn new(place: &Place) -> Self {
        let url = place.empty();
        execute(&url, include_str!("tables.sql"));
        Self { url, program: program(), logs: place.folder.join("pgbench") }
    }

    /// Runs for so many seconds.
    pub fn run(&self, seconds: u64) -> Rate {
        drop(std::fs::remove_dir_all(&self.logs));
        std::fs::create_dir(&self.logs).unwrap();
        let file = self.logs.join("txroll.sql");
        std::fs::write(&file, include_str!("txroll.sql")).unwrap();
        let mut command = Command::new(&self.program);
        command.args(["-n", "-c", "16", "-j", "2", "-M", "prepared", "--log", "--log-prefix=took", "-T"]);
        command.arg(seconds.to_string()).arg("-f").arg(file).arg(&self.url).current_dir(&self.logs);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let rate = said.split("tps = ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        Rate { rate: rate.parse().unwrap(), p99: self.p99() }
    }

    /// The third column of pgbench's log is the time of a transaction in microseconds.
    fn p99(&self) -> f64 {
        let files = std::fs::read_dir(&self.logs).unwrap().flatten().map(|entry| entry.path());
        let logs = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("took"));
        let mut took: Vec<f64> = logs
            .flat_map(|path| {
                let text = std::fs::read_to_string(path).unwrap();
                let third = |line: &str| line.split(' ').nth(2).unwrap().parse::<f64>().unwrap();
                text.lines().map(third).collect::<Vec<_>>()
            })
            .collect();
        took.sort_by(f64::total_cmp);
        took[took.len() * 99 / 100] / 1000.0
    }
}
