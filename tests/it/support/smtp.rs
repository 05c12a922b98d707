//! Postfix's `smtp-sink`, a real SMTP server that keeps what it gets.

use super::program::Program;
use super::{Folder, free_port, fresh_folder, wait_until};
use std::fs::Permissions;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A running sink.
pub struct Sink {
    /// Where it listens on loopback.
    pub port: u16,
    folder: Folder,
    _program: Program,
}

impl Sink {
    /// Starts it on a free port.
    pub fn start(program: &Path) -> Self {
        let folder = fresh_folder("sink");
        std::fs::set_permissions(&folder.0, Permissions::from_mode(0o777)).unwrap();
        let port = free_port();
        let mut command = Command::new(program);
        // Root has to become somebody else.
        if hearback::db::postgres::unprivileged_ids().is_some() {
            command.args(["-u", "nobody"]);
        }
        command.arg("-d").arg(folder.0.join("%M.")).arg(format!("127.0.0.1:{port}")).arg("16");
        let running = Program::start_command(&mut command);
        wait_until("smtp-sink listening", Duration::from_secs(10), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { port, folder, _program: running }
    }

    /// Every letter that it has in full.
    pub fn letters(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder.0).unwrap();
        let texts = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let texts = texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        // The closing boundary of the outermost part ends a letter.
        texts.filter(|text| text.trim_end().ends_with("--")).collect()
    }
}
