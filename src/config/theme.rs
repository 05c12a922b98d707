//! The organisation's own look: a colour for each theme and a logo. A colour that people could not read is refused.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// The least contrast of text with what is behind it (WCAG 2.2, 1.4.3 AA).
const LEAST: f64 = 4.5;
/// The largest logo (bytes): the page is opened on a phone, in a bus.
const LARGEST_LOGO: usize = 12 * 1024;

/// What stands behind text on the customers' pages: their paper and their cards, in the light and in the dark theme.
const LIGHT: [Colour; 2] = [Colour(0xf5, 0xf6, 0xf3), Colour(0xff, 0xff, 0xff)];
const DARK: [Colour; 2] = [Colour(0x0f, 0x14, 0x12), Colour(0x16, 0x1c, 0x1a)];
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const INK: Colour = Colour(0x0b, 0x12, 0x10);

/// A colour (sRGB).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(u8, u8, u8);

impl Colour {
    /// Relative luminance, 0 to 1 (WCAG 2.2, definition).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Whichever of white and ink is easier to read on it.
    #[must_use]
    pub fn text_on(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(INK) { WHITE } else { INK }
    }

    /// The first step towards white that can be read on all of them.
    fn lightened_for(self, grounds: &[Self]) -> Self {
        let towards = |channel: u8, step: u16| {
            let (channel, white) = (u16::from(channel), 255);
            u8::try_from(channel + (white - channel) * step / 20).unwrap_or(u8::MAX)
        };
        (0..=20)
            .map(|step| Self(towards(self.0, step), towards(self.1, step), towards(self.2, step)))
            .find(|colour| grounds.iter().all(|ground| colour.contrast(*ground) >= LEAST))
            .unwrap_or(WHITE)
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no colour; write it as #0b5f53");
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii()).ok_or_else(wrong)?;
        let number = u32::from_str_radix(hex, 16).map_err(|_| wrong())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self(red, green, blue))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours of both themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brand {
    /// By day.
    pub light: Colour,
    /// By night.
    pub dark: Colour,
}

/// The colours of an organisation that names none.
pub const OUR_BRAND: Brand = Brand { light: Colour(0x0b, 0x5f, 0x53), dark: Colour(0x62, 0xc7, 0xb4) };

impl FromStr for Brand {
    type Err = String;

    /// Reads one colour, or one for each theme with a comma; a single one is lightened for the dark theme until it can
    /// be read.
    fn from_str(text: &str) -> Result<Self, String> {
        let (light, dark) = text.split_once(',').unzip();
        let light: Colour = light.unwrap_or(text).trim().parse()?;
        readable(light, &LIGHT)?;
        let dark = match dark {
            Some(dark) => dark.trim().parse()?,
            None => light.lightened_for(&DARK),
        };
        readable(dark, &DARK)?;
        Ok(Self { light, dark })
    }
}

fn readable(colour: Colour, grounds: &[Colour]) -> Result<(), String> {
    match grounds.iter().find(|ground| colour.contrast(**ground) < LEAST) {
        None => Ok(()),
        Some(ground) => Err(format!(
            "{colour} cannot be read on {ground}: their contrast is {:.2}:1, and WCAG AA wants 4.5:1. Take a {} colour",
            colour.contrast(*ground),
            if ground.luminance() > 0.5 { "darker" } else { "lighter" },
        )),
    }
}

/// A picture that stands before the organisation's name.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// What kind of picture.
    pub media_type: &'static str,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

impl Logo {
    /// Reads a picture. An SVG is none, for it may hold scripts.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(file: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
        let media_type = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            _ => return Err("is no PNG, JPEG or WebP picture".to_owned()),
        };
        if bytes.len() > LARGEST_LOGO {
            return Err(format!(
                "has {} bytes; at most {LARGEST_LOGO} keep the page light. 128 by 128 points are enough",
                bytes.len()
            ));
        }
        Ok(Self { media_type, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_as_the_guidelines_compute_it() {
        let colour = |text: &str| text.parse::<Colour>().unwrap();
        assert!((colour("#000000").contrast(colour("#ffffff")) - 21.0).abs() < 1e-9);
        assert!((colour("#777777").contrast(colour("#ffffff")) - 4.478).abs() < 1e-3);
        assert_eq!((colour("#0b5f53").text_on(), colour("#ffd500").text_on()), (WHITE, INK));
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_its_pair() {
        let refused = "#ffd500".parse::<Brand>().unwrap_err();
        assert!(
            refused.contains("#ffd500 cannot be read on #f5f6f3") && refused.contains("darker"),
            "{refused}"
        );
        let refused = "#0b5f53,#0b5f53".parse::<Brand>().unwrap_err();
        assert!(refused.contains("on #0f1412") && refused.contains("lighter"), "{refused}");
        for wrong in ["", "green", "#12345", "#1234567", "#zzzzzz", "#0b5f53,"] {
            assert!(wrong.parse::<Brand>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_colour_is_enough_for_both_themes() {
        let brand: Brand = "#7a1f5c".parse().unwrap();
        assert!(DARK.iter().all(|ground| brand.dark.contrast(*ground) >= LEAST), "{brand:?}");
        assert_eq!("#0b5f53, #62c7b4".parse::<Brand>().unwrap().dark, "#62c7b4".parse().unwrap());
    }

    #[test]
    fn a_logo_is_a_small_picture() {
        let folder = std::env::temp_dir().join(format!("hearback-logo-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let written = |name: &str, bytes: &[u8]| {
            let file = folder.join(name);
            std::fs::write(&file, bytes).unwrap();
            Logo::read(&file)
        };
        assert_eq!(written("a.png", b"\x89PNG\r\n").unwrap().media_type, "image/png");
        assert!(written("a.svg", b"<svg onload=alert(1)>").is_err());
        assert!(written("b.jpg", &[&[0xff, 0xd8, 0xff][..], &vec![0; LARGEST_LOGO]].concat()).is_err());
        assert!(Logo::read(&folder.join("none.png")).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
