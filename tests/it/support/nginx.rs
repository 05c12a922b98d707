//! A real nginx with the configuration of the handbook.

use super::program::Program;
use super::{Folder, free_port, fresh_folder, wait_until};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The configuration as the handbook gives it.
pub const CONFIGURATION: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations/nginx.conf"));

/// A running nginx.
pub struct Nginx {
    /// Where it listens in place of https.
    pub base: String,
    /// Where it listens by plain http.
    pub plain: String,
    folder: Folder,
    _running: Program,
}

impl Nginx {
    /// Starts it before two servers, by plain http: what else differs from the handbook are addresses and folders.
    #[track_caller]
    pub fn start(program: &Path, servers: [&str; 2]) -> Self {
        let (folder, port, plain) = (fresh_folder("nginx"), free_port(), free_port());
        let mut text = changed(CONFIGURATION, "10.0.0.11:8080", servers[0]);
        text = changed(&text, "10.0.0.12:8080", servers[1]);
        text = changed(&text, "listen 443 ssl;", &format!("listen 127.0.0.1:{port};"));
        text = changed(&text, "listen 80;", &format!("listen 127.0.0.1:{plain};"));
        text = text.lines().filter(|line| !line.trim().starts_with("ssl_")).collect::<Vec<_>>().join("\n");
        let file = in_folder(&folder.0, &text, "");
        let running = Program::start_command(Command::new(program).args(arguments(&folder.0, &file)));
        wait_until("nginx listening", Duration::from_secs(20), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let [base, plain] = [port, plain].map(|port| format!("http://127.0.0.1:{port}"));
        Self { base, plain, folder, _running: running }
    }

    /// What it wrote down of requests.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.0.join("access")).unwrap()
    }
}

/// Has nginx read the configuration of the handbook as it is, with its certificates, and gives what it complains of.
pub fn complaints(program: &Path, openssl: &Path) -> String {
    let folder = fresh_folder("nginx-check");
    let (certificate, key) = (folder.0.join("certificate"), folder.0.join("key"));
    let made = Command::new(openssl)
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=feedback.example.com",
        ])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut text = CONFIGURATION.to_owned();
    for (name, file) in [
        ("/etc/ssl/feedback.example.com.pem", &certificate),
        ("/etc/ssl/private/feedback.example.com.key", &key),
    ] {
        text = changed(&text, name, file.to_str().unwrap());
    }
    let file = in_folder(&folder.0, &text, "");
    let told = Command::new(program).arg("-t").args(arguments(&folder.0, &file)).output().unwrap();
    if told.status.success() { String::new() } else { String::from_utf8_lossy(&told.stderr).into_owned() }
}

#[track_caller]
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the configuration has no {from}");
    text.replace(from, to)
}

/// Keeps everything that nginx writes inside the folder.
fn in_folder(folder: &Path, text: &str, main: &str) -> PathBuf {
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| {
        let place = folder.join(kind);
        format!("\n    {kind}_temp_path {};", place.display())
    });
    let text = changed(text, "/var/log/nginx/hearback.log", folder.join("access").to_str().unwrap());
    let text = changed(&text, "worker_processes auto;", &format!("worker_processes 1;\n{main}"));
    let text = changed(&text, "http {", &format!("http {{{}", folders.concat()));
    let file = folder.join("nginx.conf");
    std::fs::write(&file, text).unwrap();
    file
}

fn arguments(folder: &Path, file: &Path) -> Vec<String> {
    let global = format!(
        "daemon off; pid {}; error_log {};",
        folder.join("pid").display(),
        folder.join("error").display()
    );
    let folder = folder.display().to_string();
    let file = file.display().to_string();
    ["-p", &folder, "-e", "stderr", "-c", &file, "-g", &global].map(str::to_owned).to_vec()
}
