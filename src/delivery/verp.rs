//! The return path of each letter (VERP): names the invitation, signed, so that what comes back can be believed.
//!
//! `bounces+{invitation}.{signature}@example.com`: 26 and 16 characters of Crockford's base32, which survive a
//! server that changes their case. Nothing else in a bounce is trusted; its body can be written by anybody.

use crate::ids::{self, Keyring};
use crate::mail::EmailAddress;
use uuid::Uuid;

/// What a return path is signed for.
const PURPOSE: &str = "return path";
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits of the invitation's id.
const ID_LETTERS: usize = 26;
/// 80 bits of HMAC-SHA-256 (RFC 2104 §5 allows to cut it to half; a forger has one try a mail).
const MAC_LETTERS: usize = 16;
const MAC_BYTES: usize = 10;
/// RFC 5321 §4.5.3.1.1 gives the part before the @ 64 octets.
const MAX_LOCAL_BYTES: usize = 64;

/// The longest part before the @ that a bounce address may have, in bytes.
pub const MAX_NAME_BYTES: usize = MAX_LOCAL_BYTES - ID_LETTERS - MAC_LETTERS - 2;

/// Makes the return path of an invitation's letters at the bounce address; `secret_id` is that of the invitation.
/// None when the keyring has lost that secret, or when the address is too long ([`MAX_NAME_BYTES`]).
pub fn return_path(
    keys: &Keyring,
    secret_id: &str,
    invitation: Uuid,
    bounce_address: &EmailAddress,
) -> Option<EmailAddress> {
    let (name, domain) = bounce_address.as_str().rsplit_once('@')?;
    if name.len() > MAX_NAME_BYTES {
        return None;
    }
    let mac = signature(keys, secret_id, invitation)?;
    let (id, mac) = (write(invitation.as_u128(), ID_LETTERS), write(number(&mac), MAC_LETTERS));
    EmailAddress::parse(&format!("{name}+{id}.{mac}@{domain}")).ok()
}

/// Reads the invitation from a return path, in any case, with or without angle brackets. None unless one of our
/// secrets signed it, which is compared in constant time.
pub fn read(keys: &Keyring, address: &str) -> Option<Uuid> {
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    let (local, _) = address.rsplit_once('@')?;
    let (_, signed) = local.rsplit_once('+')?;
    let (id, mac) = signed.split_once('.')?;
    let invitation = Uuid::from_u128(value(id, ID_LETTERS)?);
    let mac = value(mac, MAC_LETTERS)?;
    let told = mac.to_be_bytes();
    let told = told.get(told.len() - MAC_BYTES..)?;
    let ours = keys
        .ids()
        .filter_map(|secret_id| signature(keys, secret_id, invitation))
        .fold(false, |found, mac| ids::same(&mac, told) | found);
    ours.then_some(invitation)
}

fn signature(keys: &Keyring, secret_id: &str, invitation: Uuid) -> Option<[u8; MAC_BYTES]> {
    let mac = keys.mac(secret_id, PURPOSE, &[invitation.as_bytes()])?;
    mac.first_chunk::<MAC_BYTES>().copied()
}

fn number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |value, byte| value << 8 | u128::from(*byte))
}

/// Writes the lowest bits, five a letter, the highest first.
fn write(value: u128, letters: usize) -> String {
    let five = |place: usize| usize::try_from(value >> (5 * place) & 31).unwrap_or_default();
    (0..letters).rev().filter_map(|place| CROCKFORD.get(five(place)).copied().map(char::from)).collect()
}

/// Reads exactly so many letters; None when there are others or the number is longer than 128 bits.
fn value(text: &str, letters: usize) -> Option<u128> {
    if text.len() != letters {
        return None;
    }
    text.bytes().try_fold(0_u128, |value, letter| {
        let five = CROCKFORD.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        value.checked_mul(32)?.checked_add(u128::try_from(five).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "a:0123456789012345678901234567890a";

    fn keys() -> Keyring {
        Keyring::parse(&format!("b:0123456789012345678901234567890b,{OLD}")).unwrap()
    }

    fn path_of(keys: &Keyring, invitation: Uuid) -> String {
        let address = EmailAddress::parse("bounces@example.com").unwrap();
        return_path(keys, keys.signing_id(), invitation, &address).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_return_path_is_read_back_whatever_was_done_to_its_case() {
        for invitation in [Uuid::nil(), Uuid::max(), ids::new_id(), ids::new_id()] {
            let path = path_of(&keys(), invitation);
            let local = path.split('@').next().unwrap();
            assert!(local.len() <= MAX_LOCAL_BYTES && local.starts_with("bounces+"), "{path}");
            for text in
                [path.clone(), path.to_uppercase(), format!(" <{path}>"), path.replace("bounces+", "b+x+")]
            {
                assert_eq!(read(&keys(), &text), Some(invitation), "{text}");
            }
        }
    }

    #[test]
    fn every_changed_letter_is_refused() {
        let path = path_of(&keys(), ids::new_id());
        let begin = "bounces+".len();
        for at in begin..path.find('@').unwrap() {
            for letter in CROCKFORD.iter().copied().chain(*b"ilou.+-=").map(char::from) {
                let mut changed: Vec<char> = path.chars().collect();
                if changed[at].eq_ignore_ascii_case(&letter) {
                    continue;
                }
                changed[at] = letter;
                let changed: String = changed.into_iter().collect();
                assert_eq!(read(&keys(), &changed), None, "{changed}");
            }
        }
    }

    #[test]
    fn the_signature_of_one_invitation_is_none_of_another() {
        let (one, other) = (path_of(&keys(), ids::new_id()), path_of(&keys(), ids::new_id()));
        let (id, _) = one.split_once('.').unwrap();
        let (_, mac) = other.split_once('.').unwrap();
        assert_eq!(read(&keys(), &format!("{id}.{mac}")), None);
    }

    #[test]
    fn an_older_secret_of_the_ring_still_verifies_and_a_foreign_one_never() {
        let invitation = ids::new_id();
        let old = path_of(&Keyring::parse(OLD).unwrap(), invitation);
        assert_eq!(read(&keys(), &old), Some(invitation));
        let foreign = path_of(&Keyring::parse(&"x".repeat(40)).unwrap(), invitation);
        assert_eq!(read(&keys(), &foreign), None);
    }

    #[test]
    fn what_is_no_return_path_is_refused() {
        let path = path_of(&keys(), ids::new_id());
        for text in [
            "",
            "@",
            "bounces@example.com",
            "b+.@example.com",
            "b+é.é@example.com",
            &path.replace('@', ""),
            "<>",
        ] {
            assert_eq!(read(&keys(), text), None, "{text}");
        }
        assert_eq!(read(&keys(), &path.replace('@', "0@")), None);
    }

    #[test]
    fn a_bounce_address_that_leaves_no_room_gives_none() {
        let at = |length: usize| EmailAddress::parse(&format!("{}@example.com", "b".repeat(length))).unwrap();
        let path = |length| return_path(&keys(), "b", Uuid::nil(), &at(length));
        assert_eq!(path(MAX_NAME_BYTES).unwrap().as_str().find('@'), Some(64));
        assert_eq!(path(MAX_NAME_BYTES + 1), None);
        assert_eq!(return_path(&keys(), "c", Uuid::nil(), &at(4)), None);
    }
}
