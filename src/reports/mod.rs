//! Reports: an evaluation as a file or as text. Pure: data in, bytes out.

pub mod csv;
pub mod html;
pub mod statement;
pub mod table;
pub mod xlsx;
