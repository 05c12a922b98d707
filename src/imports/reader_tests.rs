use super::*;
use crate::imports::layout::Column;

fn layout() -> Layout {
    Layout {
        kind: "visits",
        key: "id",
        columns: vec![Column::required("id"), Column::optional("name"), Column::free("comment")],
        more: Vec::new(),
    }
}

/// Hands out its bytes a few at a time, as a pipe may.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(room.len());
        room[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn read(file: &[u8], at_once: usize) -> Vec<Row> {
    let mut records = Records::open(Drip(file, at_once)).unwrap();
    let header = records.header(&layout()).unwrap();
    std::iter::from_fn(|| records.row(&header, &layout()).unwrap()).collect()
}

fn rows(file: &[u8], at_once: usize) -> Vec<(Option<String>, Staged)> {
    read(file, at_once).into_iter().map(|row| (row.key, row.staged)).collect()
}

fn told(file: &[u8]) -> Vec<String> {
    rows(file, 7).into_iter().filter_map(|(_, row)| row.problem).collect()
}

#[test]
fn lines_are_counted_through_quoted_breaks_blank_lines_and_crlf() {
    for file in [
        "id,name,comment\n1,a,\"x\ny\"\n\n2,b,\n",
        "id,name,comment\r\n1,a,\"x\r\ny\"\r\n\r\n2,b,\r\n",
        "\u{feff}id,name,comment\n1,a,\"x\ny\"\n\n2,b,",
    ] {
        for at_once in [1, 3, 64] {
            let lines: Vec<i64> = rows(file.as_bytes(), at_once).iter().map(|(_, row)| row.line).collect();
            assert_eq!(lines, [2, 5], "{file:?} {at_once}");
        }
    }
}

#[test]
fn a_row_that_is_far_too_long_is_named_and_the_next_one_is_read() {
    let long = "x".repeat(LONGEST_RECORD * 3);
    let file = format!("id,name,comment\n1,{long},\n2,b,\n3,\"{long}\nstill\",\n4,d,\n");
    let found = rows(file.as_bytes(), 5000);
    let keys: Vec<Option<&str>> = found.iter().map(|(key, _)| key.as_deref()).collect();
    assert_eq!(keys, [None, Some("2"), None, Some("4")]);
    assert_eq!(found[3].1.line, 6);
    assert!(found[0].1.problem.as_ref().unwrap().starts_with("line 2: the row is longer than"));
    assert!(found[0].1.cells.as_packed().len() < 1000);
}

#[test]
fn wrong_bytes_are_named_with_line_and_column() {
    assert_eq!(
        told(b"id,name,comment\n1,M\xfcller,\n2,a\0b,\n,c,\n3,=1+1,=fine\n4,a\n"),
        [
            "line 2, column name: holds bytes that are not UTF-8; save the file as CSV UTF-8",
            "line 3, column name: contains a NUL character",
            "line 4, column id: must not be empty",
            "line 5, column name: looks like the formula of a spreadsheet; write the text or number itself",
            "line 6: has 2 cells, the header row has 3",
        ]
    );
}

#[test]
fn a_quote_that_is_never_closed_is_suspected() {
    assert_eq!(
        told(b"id,name,comment\n1,\"a,\n2,b,\n"),
        ["line 2: has 2 cells, the header row has 3; is a quote (\") in it never closed?"]
    );
}

#[test]
fn numbers_dashes_and_phone_numbers_are_no_formulas() {
    for text in ["-5", "+441632960001", "-", "- none", "5"] {
        assert!(!is_formula(text), "{text}");
    }
    for text in [" =SUM(A1)", "=SUM(A1)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"] {
        assert!(is_formula(text), "{text}");
    }
}

#[test]
fn what_is_no_csv_is_named_as_what_it_is() {
    for (file, word) in
        [(b"PK\x03\x04rest".as_slice(), "XLSX"), (b"\xff\xfei\0d\0", "UTF-16"), (b"\x1f\x8b\x08\0", "gzip")]
    {
        let error = Records::open(file).err().unwrap();
        assert!(error.detail.contains(word), "{}", error.detail);
    }
    let empty = Records::open(b"".as_slice()).unwrap().header(&layout()).unwrap_err();
    assert_eq!(empty.detail, "The file is empty; a header row is expected.");
}

#[test]
fn rows_of_empty_cells_are_passed_over() {
    assert_eq!(rows(b"id,name,comment\n,,\n1,a,\n,,\n", 64).len(), 1);
}

#[test]
fn a_row_whose_visit_cannot_be_told_names_every_visit_it_may_belong_to() {
    let long = "x".repeat(LONGEST_RECORD);
    let file = format!("id,name,comment\nV1,a,{long}\nx,V2,b,c\nV3,\"a\nV4,b,c\n");
    let suspects: Vec<Vec<String>> = read(file.as_bytes(), 64).into_iter().map(|row| row.suspects).collect();
    for (row, id) in suspects.iter().zip(["V1", "V2", "V4"]) {
        assert!(row.iter().any(|suspect| suspect == id), "{row:?}");
    }
    let latin = read(b"id,name,comment\nK\xe91,a,b\n", 64);
    assert!(latin[0].suspects.contains(&"K\u{e9}1".to_owned()));
    assert!(read(b"id,name,comment\nV1,a,b\n", 64)[0].suspects.is_empty());
}

#[test]
fn a_lone_carriage_return_ends_a_line_like_any_other() {
    let lines: Vec<i64> =
        rows(b"id,name,comment\r1,a,\r2,b,\n3,c,\r\n4,d,\n", 3).iter().map(|(_, row)| row.line).collect();
    assert_eq!(lines, [2, 3, 4, 5]);
}

#[test]
fn a_mended_file_of_rejects_is_judged_by_what_its_cells_say() {
    let mut records = Records::open(b"id,name,comment,reason\n1,'=1+1,,x\n".as_slice()).unwrap();
    let header = records.header(&layout()).unwrap();
    let row = records.row(&header, &layout()).unwrap().unwrap();
    assert!(row.staged.problem.unwrap().contains("formula"));
}
