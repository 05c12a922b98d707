//! Files of rows (CSV, RFC 4180) on their way in: read as a stream, staged in Postgres, and given back group by
//! group – all rows of one visit or of one employee together, wherever in the file they stand.
//!
//! Memory stays flat whatever the file is like: a record, a group and a chunk each have an upper size. What is
//! wrong is said with line, column and reason; a row that cannot be stored goes to the rejects, the others stay.

pub mod groups;
pub mod layout;
pub mod problem;
pub mod progress;
pub mod queries;
pub mod reader;
pub mod rejects;
pub mod row;
pub mod stage;

pub use groups::{Group, each_chunk};
pub use layout::{Column, Header, Layout};
pub use problem::Problem;
pub use progress::Progress;
pub use reader::{Records, Row};
pub use rejects::Rejects;
pub use row::{Cells, Staged};
pub use stage::{Import, sweep};
