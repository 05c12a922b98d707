//! Numbers that look drawn and are the same in every demo: a hash of what they are for.

use crate::ids;

/// Draws a number in [0, 1) for a purpose and an index.
pub fn share(purpose: &str, index: usize) -> f64 {
    let hash = ids::sha256(format!("northwind {purpose} {index}").as_bytes());
    let four = hash.first_chunk::<4>().copied().unwrap_or_default();
    f64::from(u32::from_be_bytes(four)) / 4_294_967_296.0
}

/// Picks one of a list for a purpose and an index.
pub fn pick<'a, T>(list: &'a [T], purpose: &str, index: usize) -> Option<&'a T> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "short lists"
    )]
    let at = (share(purpose, index) * list.len() as f64) as usize;
    list.get(at)
}
