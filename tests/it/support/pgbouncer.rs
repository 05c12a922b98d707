//! A real pgbouncer in transaction mode before one database, with fewer sessions than the program has connections.

use super::database::Database;
use super::program::Program;
use super::{Folder, free_port, fresh_folder, wait_until};
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Sessions that all clients share.
const SESSIONS: usize = 3;

/// A running pgbouncer.
pub struct PgBouncer {
    /// The address of the database behind it.
    pub url: String,
    running: Program,
    _folder: Folder,
}

impl PgBouncer {
    /// Starts it.
    #[track_caller]
    pub fn start(program: &Path, database: &Database) -> Self {
        let (folder, port) = (fresh_folder("pgbouncer"), free_port());
        let name =
            database.url.split("://").nth(1).unwrap().trim_start_matches('/').split('?').next().unwrap();
        let of_url = |name: &str| {
            let start = format!("{name}=");
            let rest = database.url.split(['?', '&']).find_map(|one| one.strip_prefix(&start));
            rest.unwrap_or_else(|| panic!("no {name} in {}", database.url)).to_owned()
        };
        let text = format!(
            "[databases]\n{name} = host={} port={} dbname={name} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = {SESSIONS}\nmax_client_conn = 200\nlog_connections = 0\nlog_disconnections = 0\n",
            of_url("host").replace("%2F", "/"),
            of_url("port"),
            of_url("user"),
        );
        let file = folder.0.join("pgbouncer.ini");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(program);
        // It refuses to be root, and only the server's own user may enter the folder of its socket.
        if let Some((user, group)) = hearback::db::postgres::unprivileged_ids() {
            chown(&file, Some(user), Some(group)).unwrap();
            let name = Command::new("id").args(["-un", &user.to_string()]).output().unwrap().stdout;
            command.arg("-u").arg(String::from_utf8(name).unwrap().trim());
        }
        let running = Program::start_command(command.arg(&file));
        wait_until("pgbouncer listening", Duration::from_secs(20), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { url: format!("postgresql://program@127.0.0.1:{port}/{name}"), running, _folder: folder }
    }

    /// What it wrote.
    pub fn words(&self) -> String {
        self.running.words()
    }
}
