//! The five weeks with Hearback: visits arrive and customers react, each at its own moment.

use super::mailbox::Mail;
use super::present::{self, Reaction, VISITS};
use crate::answering::submit::{self, Hand, Posted};
use crate::answering::{form, nonce, queries as answers};
use crate::app::App;
use crate::delivery::{self, opt_out};
use crate::error::{Error, Result};
use crate::ids::LinkToken;
use crate::surveys::rules::Rules;
use crate::surveys::wording::wording;
use crate::visits::store::{self, Change, Stored};
use crate::visits::{Outcome, intake, queries as visits};
use crate::web::Fields;
use crate::{arrival, db};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Something that will happen.
struct Due {
    at: DateTime<Utc>,
    act: Act,
}

enum Act {
    /// The message about a visit arrives.
    Arrive(usize),
    /// A customer stops the mails.
    Stop(LinkToken),
    /// A customer posts a form.
    Post { token: LinkToken, language: &'static str, body: String },
}

/// What is still to come, and which visit has which index.
pub struct Weeks {
    app: App,
    began: DateTime<Utc>,
    due: Vec<Due>,
    index_of: HashMap<Uuid, usize>,
}

impl Weeks {
    /// Begins with nothing done; what an interrupted start did is recognised when it comes again.
    pub fn new(app: &App, began: DateTime<Utc>) -> Self {
        let arrives = |index| Due { at: present::visit(index, began).arrives_at, act: Act::Arrive(index) };
        Self { app: app.clone(), began, due: (0..VISITS).map(arrives).collect(), index_of: HashMap::new() }
    }

    /// Lets happen, in the order of time, what is due, and sets the clock to `until`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn go_on(mut self, until: DateTime<Utc>) -> Result<Self> {
        let app = self.app.clone();
        app.db(move |connection| {
            let (mut ready, rest): (Vec<Due>, Vec<Due>) =
                std::mem::take(&mut self.due).into_iter().partition(|due| due.at <= until);
            self.due = rest;
            ready.sort_by_key(|due| due.at);
            for due in ready {
                self.app.clock.set(due.at);
                self.happen(connection, due)?;
            }
            self.app.clock.set(until);
            Ok(self)
        })
        .await
    }

    /// Hands mails to their receivers, who decide what they will do.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn receive(mut self, mails: Vec<Mail>) -> Result<Self> {
        let app = self.app.clone();
        app.db(move |connection| {
            for mail in mails {
                let link = answers::find_behind(connection, &mail.token.hash())?.map(|behind| behind.link);
                if let Some(index) = link.and_then(|link| self.index_of.get(&link.visit)) {
                    self.due.extend(reactions(*index, &mail));
                }
            }
            Ok(self)
        })
        .await
    }

    fn happen(&mut self, connection: &mut PgConnection, due: Due) -> Result<()> {
        match due.act {
            Act::Arrive(index) => {
                let visit = self.arrive(connection, index)?;
                self.index_of.insert(visit, index);
                Ok(())
            }
            Act::Stop(token) => self.stop(connection, &token),
            Act::Post { token, language, body } => self.post(connection, &token, language, &body),
        }
    }

    fn arrive(&self, connection: &mut PgConnection, index: usize) -> Result<Uuid> {
        let now = self.app.clock.now();
        let planned = present::visit(index, self.began);
        let checked = intake::check(&planned.message, now).map_err(Error::invalid)?;
        db::transaction(connection, |connection| {
            let surveys = Rules::load(connection)?;
            let stored = arrival::take_in(connection, &self.app, &checked, &surveys, now)?;
            let (Stored::New(id) | Stored::Repeated(id) | Stored::Contradicted(id) | Stored::Erased(id)) =
                stored;
            if present::is_cancelled(index) {
                let visit = visits::lock_visit(connection, &checked.external_id)?;
                let reason = "the office cancelled it: a visit of the demo";
                let change = Change { to: Outcome::Cancelled, by: "rule", reason, send_at: None };
                if store::change(connection, visit.id, &change, now)? {
                    delivery::queries::close_of_visit(connection, visit.id)?;
                }
            }
            Ok(id)
        })
    }

    fn stop(&self, connection: &mut PgConnection, token: &LinkToken) -> Result<()> {
        let link = answers::find_behind(connection, &token.hash())?.map(|behind| behind.link);
        if link.is_some_and(|link| link.outcome == Outcome::OptedOut.as_str()) {
            return Ok(());
        }
        let (keys, now) = (&self.app.keys, self.app.clock.now());
        db::transaction(connection, |connection| opt_out::stop(connection, keys, token, now)).map(drop)
    }

    /// Does what the page behind the link does.
    fn post(
        &self,
        connection: &mut PgConnection,
        token: &LinkToken,
        language: &str,
        body: &str,
    ) -> Result<()> {
        let (keys, now, hash) = (&self.app.keys, self.app.clock.now(), token.hash());
        if is_done(connection, &hash, body)? {
            return Ok(());
        }
        let content = Rules::load(connection)?.built_in().content.clone();
        let answers = form::check(&Fields::parse(body.as_bytes()), &content, wording(language))
            .map_err(|errors| Error::internal(format_args!("a form of the demo is wrong: {errors:?}")))?;
        let link = answers::find_behind(connection, &hash)?
            .map(|behind| behind.link)
            .ok_or_else(|| Error::not_found("link"))?;
        let nonce = nonce::issue(keys, &hash, now - TimeDelta::seconds(25));
        let opened =
            nonce::check(keys, &hash, &nonce, now).ok_or_else(|| Error::internal("a nonce is wrong"))?;
        let posted = Posted {
            hand: Hand::Link,
            visit: link.visit,
            token_hash: hash,
            opened,
            network: Vec::new(),
            trap_filled: body.contains("website="),
            is_unpressed: false,
            answers,
            language: wording(language).language,
        };
        submit::store(connection, &posted, now).map(drop)
    }
}

/// What the customer of a visit will do after a mail.
fn reactions(index: usize, mail: &Mail) -> Vec<Due> {
    let token = || mail.token.clone();
    let language = present::customer_of(index).language();
    match present::reaction(index) {
        Reaction::Nothing => Vec::new(),
        Reaction::Stops => vec![Due { at: mail.sent_at + TimeDelta::hours(5), act: Act::Stop(token()) }],
        Reaction::Answers(said) => {
            let at = mail.sent_at + said.after;
            let post = |at, body| Due { at, act: Act::Post { token: token(), language, body } };
            let first = post(at, format!("step=1&overall={}", said.overall));
            if present::is_scanned(index) {
                // The company's mail filter is faster, and fills in what no person sees.
                let machine = "step=1&overall=1&website=scanned".to_owned();
                return vec![Due {
                    at: mail.sent_at,
                    act: Act::Post { token: token(), language, body: machine },
                }];
            }
            let second = said.more.map(|more| post(at + TimeDelta::minutes(1), more));
            std::iter::once(first).chain(second).collect()
        }
    }
}

/// Tells whether an interrupted start had posted this already.
fn is_done(connection: &mut PgConnection, token_hash: &[u8], body: &str) -> Result<bool> {
    let Some(link) = answers::find_behind(connection, token_hash)?.map(|behind| behind.link) else {
        return Ok(true);
    };
    let stored = answers::find_response(connection, link.visit)?;
    Ok(stored.is_some_and(|stored| stored.complete || body.starts_with("step=1")))
}
