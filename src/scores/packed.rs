//! Sums as bytes: whole numbers in as few bytes as they need (LEB128, zigzag), in the order of their keys.
//!
//! A row of an employee and a year is some hundred bytes; as rows of numbers it would be hundreds of rows.

use super::sums::{Counts, Cross, ItemSums, Pair, Slice, Sum};
use crate::error::{Error, Result};

/// The first number of every row, so that another form can follow.
const FORM: i64 = 1;

/// Packs sums.
pub fn pack(slice: &Slice) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |number: i64| write(&mut bytes, number);
    put(FORM);
    let Counts { visits, invited, answers_email, answers_phone, answers_phone_first } = slice.counts;
    [visits, invited, answers_email, answers_phone, answers_phone_first].into_iter().for_each(&mut put);
    put(length(slice.cases.len()));
    for (class, cases) in slice.cases.iter() {
        [i64::from(*class), cases.n, cases.more].into_iter().for_each(&mut put);
    }
    put(length(slice.mix.len()));
    for (level, visits) in slice.mix.iter() {
        [i64::from(*level), *visits].into_iter().for_each(&mut put);
    }
    put(length(slice.items.len()));
    for ((item, class), answers) in slice.items.iter() {
        let Sum { n, steps, steps_squared, top2 } = answers.sum;
        [i64::from(*item), i64::from(*class), n, steps, steps_squared, top2].into_iter().for_each(&mut put);
        put(length(answers.levels.len()));
        for (level, sums) in answers.levels.iter() {
            [i64::from(*level), sums.n, sums.more].into_iter().for_each(&mut put);
        }
    }
    bytes
}

/// Reads packed sums.
///
/// # Errors
/// 500 when the bytes are none of ours.
pub fn unpack(bytes: &[u8]) -> Result<Slice> {
    let mut reader = Reader { rest: bytes };
    reader.form()?;
    let mut slice = Slice {
        counts: Counts {
            visits: reader.number()?,
            invited: reader.number()?,
            answers_email: reader.number()?,
            answers_phone: reader.number()?,
            answers_phone_first: reader.number()?,
        },
        ..Slice::default()
    };
    for _ in 0..reader.number()? {
        let class = reader.key()?;
        *slice.cases.entry(class) = reader.pair()?;
    }
    for _ in 0..reader.number()? {
        let level = reader.key()?;
        *slice.mix.entry(level) = reader.number()?;
    }
    for _ in 0..reader.number()? {
        let key = (reader.key()?, reader.key()?);
        *slice.items.entry(key) = reader.item()?;
    }
    reader.end().map(|()| slice)
}

/// Packs pairs of levels.
pub fn pack_cross(cross: &Cross) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, FORM);
    write(&mut bytes, length(cross.len()));
    for ((one, other), answers) in cross.iter() {
        for number in [i64::from(*one), i64::from(*other), *answers] {
            write(&mut bytes, number);
        }
    }
    bytes
}

/// Reads packed pairs of levels.
///
/// # Errors
/// 500 when the bytes are none of ours.
pub fn unpack_cross(bytes: &[u8]) -> Result<Cross> {
    let mut reader = Reader { rest: bytes };
    reader.form()?;
    let mut cross = Cross::default();
    for _ in 0..reader.number()? {
        let pair = (reader.key()?, reader.key()?);
        *cross.entry(pair) = reader.number()?;
    }
    reader.end().map(|()| cross)
}

fn length(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

fn write(bytes: &mut Vec<u8>, number: i64) {
    // Zigzag: small numbers of either sign are small.
    let mut rest = (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned();
    loop {
        let [low, ..] = rest.to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            bytes.push(low & 0x7f);
            return;
        }
        bytes.push(low | 0x80);
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self) -> Result<i64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or_else(broken)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed());
            }
        }
        Err(broken())
    }

    fn key(&mut self) -> Result<i32> {
        i32::try_from(self.number()?).map_err(|_| broken())
    }

    fn pair(&mut self) -> Result<Pair> {
        Ok(Pair { n: self.number()?, more: self.number()? })
    }

    fn item(&mut self) -> Result<ItemSums> {
        let sum = Sum {
            n: self.number()?,
            steps: self.number()?,
            steps_squared: self.number()?,
            top2: self.number()?,
        };
        let mut item = ItemSums { sum, ..ItemSums::default() };
        for _ in 0..self.number()? {
            let level = self.key()?;
            *item.levels.entry(level) = self.pair()?;
        }
        Ok(item)
    }

    fn form(&mut self) -> Result<()> {
        if self.number()? == FORM { Ok(()) } else { Err(broken()) }
    }

    fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(broken()) }
    }
}

fn broken() -> Error {
    Error::internal("a row of sums cannot be read; `hearback recount --repair` makes it anew")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Slice {
        let mut slice = Slice { counts: Counts { visits: 300, ..Counts::default() }, ..Slice::default() };
        *slice.cases.entry(3) = Pair { n: 127, more: 64 };
        *slice.mix.entry(9) = -1;
        let mut item =
            ItemSums { sum: Sum { n: 5, steps: i64::MAX, ..Sum::default() }, ..ItemSums::default() };
        *item.levels.entry(0) = Pair { n: i64::MIN, more: -65 };
        *slice.items.entry((1, 3)) = item;
        slice
    }

    #[test]
    fn what_is_packed_comes_back() {
        assert_eq!(unpack(&pack(&some())).unwrap(), some());
        let cross: Cross = [((1, 2), 300), ((4, 5), -7)].into_iter().collect();
        assert_eq!(unpack_cross(&pack_cross(&cross)).unwrap(), cross);
    }

    #[test]
    fn cut_or_foreign_bytes_are_an_error() {
        let bytes = pack(&some());
        for cut in 0..bytes.len() {
            assert!(unpack(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(unpack(&[bytes, vec![0]].concat()).is_err());
        assert!(unpack(&[4]).is_err());
    }

    #[test]
    fn a_small_number_is_one_byte() {
        for (number, bytes) in [(0, 1), (63, 1), (-64, 1), (64, 2), (8191, 2), (8192, 3)] {
            let mut packed = Vec::new();
            write(&mut packed, number);
            assert_eq!(packed.len(), bytes, "{number}");
        }
    }
}
