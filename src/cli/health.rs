//! `health`: asks a server on this machine whether it is ready, for container images that have no other program for
//! that.

use crate::config::Config;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

/// How long connecting, and each part of the reply, may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// Prints what `/readyz` says; exits with 0 when the server is ready, else with 1.
pub fn run(config: &Config) -> ExitCode {
    match ask(own_address(config.http.listen)) {
        Ok(reply) if reply.starts_with("HTTP/1.1 200 ") => {
            println!("ready");
            ExitCode::SUCCESS
        }
        Ok(reply) => {
            let said = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body).trim();
            eprintln!("hearback: {}", if said.is_empty() { "not ready" } else { said });
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("hearback: the server does not answer: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where a server that listens on an address is reached from this machine.
fn own_address(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut reply = String::new();
    stream.take(64 << 10).read_to_string(&mut reply)?;
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_here() {
        for (listens, asked) in
            [("0.0.0.0:8080", "127.0.0.1:8080"), ("[::]:80", "[::1]:80"), ("10.1.2.3:8080", "10.1.2.3:8080")]
        {
            assert_eq!(own_address(listens.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
