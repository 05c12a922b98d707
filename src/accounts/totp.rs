//! One-time codes by time (RFC 6238: SHA-1, six digits, thirty seconds), pure: what every authenticator app can do.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds for which a code is shown.
pub const STEP: i64 = 30;

/// Digits of a code.
const DIGITS: usize = 6;

/// A code of one step before or after is right too: clocks differ, and typing takes time (RFC 6238 §5.2).
const SKEW: i64 = 1;

/// The alphabet of base32 (RFC 4648 §6), in which apps take a secret.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Returns the number of a step, by Unix time in seconds.
pub const fn step_at(seconds: i64) -> i64 {
    seconds.div_euclid(STEP)
}

/// Returns the 31 bits of a counter (RFC 4226 §5.3), of which a code is the last digits.
fn truncated(secret: &[u8], step: i64) -> u32 {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return 0 };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = hash.last().map_or(0, |last| usize::from(last & 15));
    let four = hash.iter().skip(at).take(4).fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
    four & 0x7fff_ffff
}

/// Returns the code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    format!("{:06}", truncated(secret, step) % 1_000_000)
}

/// Reads six digits as people type them, with spaces or without; None when it cannot be a code.
pub fn read(typed: &str) -> Option<String> {
    let bare: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    (bare.len() == DIGITS && bare.bytes().all(|byte| byte.is_ascii_digit())).then_some(bare)
}

/// Returns the step whose code this is, if it is one of now and later than the last one that was used. Every step that
/// may be right is compared, in constant time.
pub fn matching_step(secret: &[u8], typed: &str, seconds: i64, last_used: i64) -> Option<i64> {
    let now = step_at(seconds);
    let mut found = None;
    for step in now - SKEW..=now + SKEW {
        let same = crate::ids::same(code(secret, step).as_bytes(), typed.as_bytes());
        if same && step > last_used {
            found = Some(step);
        }
    }
    found
}

/// Writes bytes in base32, without padding.
pub fn base32(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    (0..(bytes.len() * 8).div_ceil(5))
        .map(|place| (0..5).fold(0, |value, offset| value << 1 | bit(place * 5 + offset)))
        .filter_map(|value| BASE32.get(value).copied().map(char::from))
        .collect()
}

/// Writes what an app reads from a QR code: who issues the codes, for whom, and the secret.
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let plain = |text: &str| -> String {
        // A colon parts issuer and account.
        let text = text.replace(':', " ");
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
    };
    let (issuer, account, secret) = (plain(issuer), plain(account), base32(secret));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B: times and the codes of eight digits.
    const VECTORS: [(i64, u32); 6] = [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ];

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in VECTORS {
            assert_eq!(truncated(SECRET, step_at(seconds)) % 100_000_000, expected, "{seconds}");
            assert_eq!(code(SECRET, step_at(seconds)), format!("{:06}", expected % 1_000_000));
        }
    }

    #[test]
    fn a_code_is_right_one_step_early_or_late_and_never_again() {
        let at = |step: i64| step * STEP + 7;
        let typed = code(SECRET, 100);
        for (step, right) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            assert_eq!(matching_step(SECRET, &typed, at(step), -1).is_some(), right, "{step}");
        }
        assert_eq!(matching_step(SECRET, &typed, at(100), 99), Some(100));
        assert_eq!(matching_step(SECRET, &typed, at(100), 100), None);
        assert_eq!(matching_step(SECRET, &typed, at(100), 101), None);
    }

    #[test]
    fn a_code_is_read_as_apps_show_it() {
        assert_eq!(read(" 123 456 ").as_deref(), Some("123456"));
        assert_eq!(
            (read("12345"), read("1234567"), read("12345a"), read("١٢٣٤٥٦")),
            (None, None, None, None)
        );
    }

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        // RFC 4648 §10.
        assert_eq!((base32(b"foobar").as_str(), base32(b"f").as_str()), ("MZXW6YTBOI", "MY"));
        assert_eq!(
            uri(SECRET, "Northwind: Boilers", "ada@example.com"),
            "otpauth://totp/Northwind%20%20Boilers:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Northwind%20%20Boilers&algorithm=SHA1&digits=6&period=30"
        );
    }
}
