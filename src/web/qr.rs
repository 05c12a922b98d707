//! A text as a QR code, drawn as SVG: pure.

use crate::error::{Error, Result};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// The empty margin that readers need (modules; ISO/IEC 18004 §6.3.8).
const MARGIN: i32 = 4;

/// Draws a text as dark rows on white; the picture is a square without a size of its own.
///
/// # Errors
/// 500 when the text is too long for any code.
pub fn svg(text: &str) -> Result<String> {
    // Cards get folded and stained: a quarter of the pattern may be lost.
    let code = QrCode::encode_text(text, QrCodeEcc::Quartile).map_err(Error::internal)?;
    let side = code.size() + 2 * MARGIN;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|at| code.get_module(*at, y)).count();
            let length = i32::try_from(length).map_err(Error::internal)?;
            if length > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN);
            }
            x += length + 1;
        }
    }
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" aria-hidden=\"true\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the rows of a drawing back: which modules are dark.
    fn dark(svg: &str) -> Vec<(i32, i32)> {
        let path = svg.split_once("fill=\"#000\" d=\"").unwrap().1.split('"').next().unwrap();
        let mut found = Vec::new();
        for row in path.split('M').filter(|row| !row.is_empty()) {
            let (place, length) = row.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let length: i32 = length.split('v').next().unwrap().parse().unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            found.extend((x..x + length).map(|x| (x - MARGIN, y - MARGIN)));
        }
        found
    }

    #[test]
    fn every_dark_module_is_drawn_once_and_no_other() {
        let text = "https://feedback.example.com/s/K7QM-2XB9-4T";
        let code = QrCode::encode_text(text, QrCodeEcc::Quartile).unwrap();
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let wanted: Vec<(i32, i32)> = all.filter(|(x, y)| code.get_module(*x, *y)).collect();
        assert_eq!(dark(&svg(text).unwrap()), wanted);
    }
}
