//! Networks of addresses (CIDR, RFC 4632).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address cut to its first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// Returns the network that an address is taken to belong to: its first 24 bits (IPv4) or 48 bits (IPv6).
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let length = if address.is_ipv4() { 24 } else { 48 };
        Self { address: cut(address, length), length }
    }

    /// Tells whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && cut(address, self.length) == self.address
    }
}

fn cut(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no network; write an address or a network such as 10.0.0.0/8");
        let (address, length) = text.split_once('/').unzip();
        let address: IpAddr = address.unwrap_or(text).parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if length > most {
            return Err(wrong());
        }
        Ok(Self { address: cut(address, length), length })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn neighbours_are_one_network_and_others_are_not() {
        assert_eq!(Network::of(at("192.0.2.7")), Network::of(at("192.0.2.200")));
        assert_ne!(Network::of(at("192.0.2.7")), Network::of(at("192.0.3.7")));
        assert_eq!(Network::of(at("2001:db8:1:2::1")), Network::of(at("2001:db8:1:ffff::9")));
        assert_eq!(Network::of(at("::ffff:192.0.2.7")).to_string(), "192.0.2.0/24");
    }

    #[test]
    fn a_network_is_read_and_knows_its_addresses() {
        let private: Network = "10.0.0.0/8".parse().unwrap();
        assert!(private.contains(at("10.200.3.4")) && !private.contains(at("11.0.0.1")));
        let one: Network = "::1".parse().unwrap();
        assert!(one.contains(at("::1")) && !one.contains(at("::2")) && !one.contains(at("127.0.0.1")));
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains(at("203.0.113.9")));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "x/1", "1.2.3.4/"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
