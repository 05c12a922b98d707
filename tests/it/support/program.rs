//! The real binary as a child process.

use super::{Folder, fresh_folder, wait_until};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

/// A command of the binary with nothing in its environment but what finds programs.
pub fn command(settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearback"));
    command.env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "XDG_CACHE_HOME", "PG_BIN_DIR", "TMPDIR"] {
        if let Some(value) = super::environment(name) {
            command.env(name, value);
        }
    }
    command.envs(settings.iter().copied());
    command
}

/// Runs the binary to its end, in a folder of its own; one that does not end fails the test.
#[track_caller]
pub fn run(settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let folder = fresh_folder("run");
    let (out, err) = (folder.0.join("out"), folder.0.join("err"));
    let mut command = command(settings);
    command.args(arguments).current_dir(&folder.0);
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let child = command.spawn().unwrap();
    let mut program = Program { child, words: err.clone(), folder };
    let status = program.end(Duration::from_mins(4));
    Output { status, stdout: std::fs::read(out).unwrap(), stderr: std::fs::read(err).unwrap() }
}

/// What it said on standard output.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it said on standard error.
pub fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The binary at work, its words in files.
pub struct Program {
    child: Child,
    words: PathBuf,
    #[expect(dead_code, reason = "goes away with the program")]
    folder: Folder,
}

impl Program {
    /// Starts it.
    pub fn start(settings: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::start_command(command(settings).args(arguments))
    }

    /// Starts any command so.
    pub fn start_command(command: &mut Command) -> Self {
        let folder = fresh_folder("program");
        let words = folder.0.join("words");
        let file = File::create(&words).unwrap();
        let child =
            command.current_dir(&folder.0).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        Self { child, words, folder }
    }

    /// Everything it wrote so far.
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.words).unwrap()).into_owned()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(&mut self, deadline: Duration) -> ExitStatus {
        wait_until("the end of the program", deadline, || self.child.try_wait().unwrap())
    }

    /// Tells whether it ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
