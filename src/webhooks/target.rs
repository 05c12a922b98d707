//! Where a webhook may go: a public address by https, or what the settings allow (OWASP: server-side request forgery).
//!
//! The address that is typed is checked when it is typed; what its name leads to is checked at each connection, for the
//! very addresses that are connected to.

use crate::config::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

const PORTS: [u16; 2] = [443, 8443];
const LONGEST: usize = 2_000;

/// Reads the address of an endpoint. Numbers in odd notations come out as what they are.
///
/// # Errors
/// Says what is wrong with it and what would do.
pub fn read(text: &str, allowed: &[Network]) -> Result<Url, String> {
    let text = text.trim();
    let wrong = || "is no address such as https://hooks.example.com/hearback".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_https = url.scheme() == "https";
    if !is_https && url.scheme() != "http" || url.as_str().len() > LONGEST {
        return Err(wrong());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no user and no password: messages are signed".to_owned());
    }
    if url.fragment().is_some() || url.as_str().parse::<ureq::http::Uri>().is_err() {
        return Err(wrong());
    }
    let port = url.port_or_known_default().unwrap_or_default();
    let is_plain = !is_https || !PORTS.contains(&port);
    if is_plain && allowed.is_empty() {
        return Err("must begin with https:// and use the port 443 or 8443; only private networks that \
                    HEARBACK_WEBHOOK_NETWORKS names may be reached otherwise"
            .to_owned());
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(wrong()),
    };
    if literal.is_some_and(|address| !may_reach(SocketAddr::new(address, port), is_https, allowed)) {
        return Err("leads into a private network; HEARBACK_WEBHOOK_NETWORKS may allow that".to_owned());
    }
    Ok(url)
}

/// Tells whether a connection to this address may be made.
pub fn may_reach(address: SocketAddr, is_https: bool, allowed: &[Network]) -> bool {
    let ip = address.ip();
    allowed.iter().any(|network| network.contains(ip))
        || is_https && PORTS.contains(&address.port()) && is_public(ip)
}

/// Tells whether an address is everybody's to reach (IANA IPv4 and IPv6 Special-Purpose Address Registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Network and length: what is private, special or reserved.
const RESERVED_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    RESERVED_V4.iter().all(|(network, length)| {
        let shift = 32 - length;
        bits >> shift != Ipv4Addr::from(*network).to_bits() >> shift
    })
}

/// Only `2000::/3` is given out at all: mapped (`::ffff:0:0/96`), translated (`64:ff9b::/96`), local and multicast addresses lie
/// outside of it. Inside, protocols with an IPv4 address within (Teredo, 6to4) and documentation are left out.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_given_out = first >> 13 == 0b001;
    let is_protocol = first == 0x2001 && second < 0x0200;
    let is_documentation = first == 0x2001 && second == 0x0db8 || first == 0x3fff && second >> 12 == 0;
    is_given_out && !is_protocol && !is_documentation && first != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_private_or_special_is_not_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860::8888",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_is_what_it_is_in_every_notation() {
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "0177.0.0.1",
            "127.1",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:0:0:1]",
            "169.254.169.254",
            "0xa9fea9fe",
            "[fd00:ec2::254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
            "0",
            "10.0.0.1",
        ] {
            let told = read(&format!("https://{host}/hook"), &[]).unwrap_err();
            assert!(told.contains("private network") || told.contains("is no address"), "{host}: {told}");
        }
        assert_eq!(read("https://0x08.0x08.0x08.0x08/x", &[]).unwrap().as_str(), "https://8.8.8.8/x");
    }

    #[test]
    fn only_https_without_credentials_on_two_ports_will_do() {
        for (address, why) in [
            ("http://hooks.example.com/", "https://"),
            ("https://hooks.example.com:25/", "443 or 8443"),
            ("https://hooks.example.com:80/", "443 or 8443"),
            ("https://user@hooks.example.com/", "no user"),
            ("https://:secret@hooks.example.com/", "no user"),
            ("https://hooks.example.com/#x", "is no address"),
            ("ftp://hooks.example.com/", "is no address"),
            ("file:///etc/passwd", "is no address"),
            ("hooks.example.com", "is no address"),
            ("", "is no address"),
        ] {
            let told = read(address, &[]).unwrap_err();
            assert!(told.contains(why), "{address}: {told}");
        }
        for address in
            ["https://hooks.example.com", "https://hooks.example.com:8443/a?b=c", "https://bücher.example/"]
        {
            read(address, &[]).unwrap();
        }
    }

    #[test]
    fn allowed_networks_are_reached_by_http_and_on_any_port_and_nothing_else_is() {
        let allowed = ["10.20.0.0/16".parse().unwrap()];
        let may = |address: &str, is_https| may_reach(address.parse().unwrap(), is_https, &allowed);
        assert!(may("10.20.3.4:8080", false) && may("8.8.8.8:443", true));
        assert!(!may("10.21.0.1:8080", false) && !may("10.21.0.1:443", true));
        assert!(!may("8.8.8.8:80", false) && !may("8.8.8.8:8080", true) && !may("8.8.8.8:443", false));
        assert!(read("http://10.20.3.4:8080/hook", &allowed).is_ok());
        assert!(read("http://10.21.0.1:8080/hook", &allowed).is_err());
    }
}
