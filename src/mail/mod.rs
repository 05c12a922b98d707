//! Mail: addresses, letters, templates and the conversation with the relay.
//!
//! Face: [`EmailAddress`] and [`Mailbox`], [`Letter`] (built into a [`PreparedLetter`]), [`Templates`],
//! [`MailUrl`], [`Transport`] and [`Connection`]; for what comes back [`report`] and [`mailbox`].
//! The kit knows no visit, no invitation and no table; time and names come from the caller.
//!
//! What must always hold: the conversation has two halves, because the caller commits a marker between them
//! ([`Connection::envelope`], then [`Connection::body`]); only the second half may end in
//! [`Failure::NoReply`]; nothing here prints an address, a password or a token, not even by `Debug`.

mod address;
mod letter;
mod mail_file;
mod mail_url;
pub mod mailbox;
mod mailbox_url;
mod mjml;
mod render;
pub mod report;
mod smtp;
mod template_files;
mod transport;
mod wrap;

pub use address::{AddressError, EmailAddress, MASKED_ADDRESS, Mailbox, mask_addresses};
pub use letter::{Letter, LetterError, ListUnsubscribe, PreparedLetter, clean_name};
pub use mail_url::{MailUrl, MailUrlError, Password, Security, SmtpUrl};
pub use mailbox_url::MailboxUrl;
pub use render::{Rendered, TemplateError, Templates};
pub use smtp::SmtpRelay;
pub use transport::{Connection, Delivered, Failure, Memory, Phase, Reply, Stage, Transport};
