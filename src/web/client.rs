//! Who asks: the address behind reverse proxies.

use crate::config::Network;
use actix_web::http::header::HeaderMap;
use std::net::{IpAddr, Ipv4Addr};

/// Returns the address of a client. `X-Forwarded-For` is read from its end, and only as far as the addresses before it
/// are proxies of ours: what stands further left may be made up by the client (RFC 7239 §8.1).
pub fn address(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let is_ours = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let named: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for one in named.into_iter().rev() {
        if !is_ours(address) {
            break;
        }
        let Ok(next) = one.trim().parse() else { break };
        address = next;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn seen(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(value));
        }
        let proxies = ["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        address(Some(peer.parse().unwrap()), &headers, &proxies).to_string()
    }

    #[test]
    fn a_proxy_of_ours_is_believed_and_nobody_else() {
        assert_eq!(seen("127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("198.51.100.1", &["203.0.113.9"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &["1.1.1.1, 203.0.113.9", "10.0.0.5"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["nonsense"]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
    }
}
