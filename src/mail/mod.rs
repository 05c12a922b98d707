//! Mail: addresses, letters, templates and the conversation with the relay.
//!
//! Face: [`EmailAddress`] and [`Mailbox`], [`Letter`] (built into a [`PreparedLetter`]), [`Templates`],
//! [`MailUrl`], [`Transport`] and [`Connection`], which ends well or with a [`Failure`]; for what comes back
//! [`report`] and [`mailbox`].
//! The kit knows no visit, no invitation and no table; time and names come from the caller.
//!
//! What must always hold: the conversation has two halves, because the caller commits a marker between them
//! ([`Connection::envelope`], then [`Connection::body`]); only the second half may end in
//! [`Failure::NoReply`]; nothing here prints an address, a password or a token, not even by `Debug`.

mod address;
mod dkim;
mod failure;
mod letter;
mod limits;
mod mail_file;
mod mail_url;
pub mod mailbox;
mod mailbox_url;
mod mjml;
mod render;
pub mod report;
#[cfg(test)]
mod scripted;
mod smtp;
mod smtp_open;
mod stream;
mod template_files;
mod tls;
mod transcript;
mod transport;
mod wrap;

pub use address::{AddressError, EmailAddress, MASKED_ADDRESS, Mailbox, mask_addresses};
pub use dkim::Dkim;
pub use failure::{Failure, Reply, Stage};
pub use letter::{Letter, LetterError, ListUnsubscribe, PreparedLetter, clean_name};
pub use mail_file::remove_letters;
pub use mail_url::{MailUrl, MailUrlError, Password, Security, SmtpUrl};
pub use mailbox_url::MailboxUrl;
pub use render::{Rendered, TemplateError, Templates};
pub use smtp::SmtpRelay;
pub use tls::Authorities;
pub use transcript::{Recorder, Spoken};
pub use transport::{Connection, Delivered, Memory, Phase, Transport};
