//! A real Postfix in a folder of its own: takes letters on loopback, is refused one address by the next server, puts
//! everything else into a Maildir, and gives what comes back to `hearback bounce`. Needs root, as Postfix does.

use super::{Folder, free_port, fresh_folder, wait_until};
use std::fs::Permissions;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What `master.cf` needs beside the two servers and the pipe.
const SERVICES: &str = "\
cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\n\
bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n\
proxymap unix - - n - - proxymap\nsmtp unix - - n - - smtp\nerror unix - - n - - error\n\
retry unix - - n - - error\nvirtual unix - n n - - virtual\nanvil unix - - n - 1 anvil\n\
tlsmgr unix - - n 1000? 1 tlsmgr\nflush unix n - n 1000? 0 flush\nscache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n";

/// A running Postfix.
pub struct Postfix {
    program: PathBuf,
    folder: Folder,
}

impl Postfix {
    /// Starts it on a port. The next server refuses `refused`; what comes back runs the binary with these settings.
    pub fn start(program: &Path, port: u16, refused: &str, settings: &[(&str, &str)]) -> Self {
        let (folder, next) = (fresh_folder("postfix"), free_port());
        let at = |part: &str| folder.0.join(part);
        for part in ["etc", "queue", "data", "mail"] {
            std::fs::create_dir(at(part)).unwrap();
        }
        chown(at("mail"), Some(65534), Some(65534)).unwrap();
        let owner = Command::new("chown").arg("postfix").arg(at("data")).status().unwrap();
        assert!(owner.success(), "there is no user postfix");
        // Who runs the command may not enter the folder of the build.
        std::fs::copy(env!("CARGO_BIN_EXE_hearback"), at("hearback")).unwrap();
        let words: Vec<String> = settings.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
        let command = format!(
            "#!/bin/sh\ncd /\nexec env -i {} '{}' bounce --recipient \"$1\"\n",
            words.join(" "),
            at("hearback").display()
        );
        std::fs::write(at("take-in"), command).unwrap();
        std::fs::set_permissions(at("take-in"), Permissions::from_mode(0o755)).unwrap();
        std::fs::write(at("etc/main.cf"), main_cf(&folder.0, refused, next)).unwrap();
        let master = format!(
            "127.0.0.1:{port} inet n - n - - smtpd\n\
             127.0.0.1:{next} inet n - n - - smtpd -o smtpd_recipient_restrictions=$next_refuses\n{SERVICES}\
             hearback unix - n n - 1 pipe flags=R user={} argv={} ${{recipient}}\n",
            user_of_the_database(),
            at("take-in").display()
        );
        std::fs::write(at("etc/master.cf"), master).unwrap();
        let started =
            Command::new(program).arg("-c").arg(at("etc")).arg("start").stderr(Stdio::null()).status();
        let postfix = Self { program: program.to_owned(), folder };
        assert!(started.unwrap().success(), "{}", postfix.log());
        wait_until("postfix listening", Duration::from_secs(20), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        postfix
    }

    /// Every letter that it delivered, as it lies in the Maildir.
    pub fn letters(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.folder.0.join("mail/all/new")) else { return Vec::new() };
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.0.join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let mut stop = Command::new(&self.program);
        drop(stop.arg("-c").arg(self.folder.0.join("etc")).arg("stop").stderr(Stdio::null()).status());
    }
}

/// The one who may speak to the tests' own server.
fn user_of_the_database() -> String {
    let (user, _) = hearback::db::postgres::unprivileged_ids().unwrap();
    let name = Command::new("id").args(["-un", &user.to_string()]).output().unwrap().stdout;
    String::from_utf8(name).unwrap().trim().to_owned()
}

fn main_cf(folder: &Path, refused: &str, next: u16) -> String {
    let at = folder.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\n\
         maillog_file = {at}/log\nmaillog_file_prefixes = {at}\nmail_owner = postfix\nsetgid_group = postdrop\n\
         daemon_directory = /usr/lib/postfix/sbin\ncommand_directory = /usr/sbin\nmyhostname = mail.example.com\n\
         mydestination =\nmynetworks = 127.0.0.0/8\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
         alias_maps =\nlocal_recipient_maps =\nrelay_domains = example.com\nsmtpd_peername_lookup = no\n\
         smtp_dns_support_level = disabled\nsmtp_tls_security_level = none\nsmtpd_tls_security_level = none\n\
         recipient_delimiter = +\ntransport_maps = inline:{{ {{bounces@example.com=hearback:}} \
         {{{refused}=smtp:[127.0.0.1]:{next}}} {{example.com=virtual:}} }}\n\
         next_refuses = check_recipient_access inline:{{{{{refused}=550 5.1.1 no such user}}}}, permit\n\
         virtual_mailbox_domains =\nvirtual_mailbox_base = {at}/mail\nvirtual_mailbox_maps = static:all/\nvirtual_uid_maps = static:65534\n\
         virtual_gid_maps = static:65534\nvirtual_minimum_uid = 1\nhearback_destination_recipient_limit = 1\n\
         queue_run_delay = 1s\nminimal_backoff_time = 1s\nmaximal_backoff_time = 2s\n"
    )
}
