//! Tables as CSV (RFC 4180) that a spreadsheet may open: the one place where cells are written.

use crate::error::{Error, Result};
use actix_web::HttpResponse;
use actix_web::http::header;

/// The media type of CSV (RFC 7111).
pub const KIND: &str = "text/csv; charset=utf-8";

/// Puts a quote before a text that a spreadsheet would run as a formula (OWASP ASVS 5.0, 1.2.10).
pub fn as_text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Writes a table of texts; none of them runs as a formula.
///
/// # Errors
/// 500 when it cannot be written, which would be a defect.
pub fn write(columns: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(Error::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| as_text(cell))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(Error::internal)
}

/// Hands bytes out as a file of that name; the name is one of ours and holds no quote.
pub fn attachment(kind: &str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let rows = [vec!["=1+1".to_owned(), "a, \"b\"".to_owned()], vec!["\tx".to_owned(), "-".to_owned()]];
        let text = String::from_utf8(write(&["one", "two"], &rows).unwrap()).unwrap();
        assert_eq!(text, "one,two\n'=1+1,\"a, \"\"b\"\"\"\n'\tx,'-\n");
    }
}
