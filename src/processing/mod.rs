//! The records of processing (GDPR art. 30) and the sheet for works councils, made from what is configured: settings,
//! the table of routes, the periods, and the constants of the method. Nothing of it is typed a second time, so that it
//! cannot say anything else than what the program does.

mod council;
mod facts;
pub mod pages;
mod queries;
mod records;
pub mod sheet;
pub mod who;

pub use council::council;
pub use facts::Facts;
pub use records::records;
