//! Every route: method, path, who may, and its handler. What is not in this table does not exist.

use crate::about_person::pages as about_person;
use crate::accounts::{
    Access, Role, Scope, account_pages, break_glass_pages, code_pages, key_pages, oidc::pages as oidc,
    pages as accounts, second_factor_pages, settings_pages,
};
use crate::answering::{api as responses, code as answering_code, pages as answering, theme};
use crate::callbacks::{
    api as callbacks_api, pages as callbacks, wave_api, wave_pages, work_api, work_pages,
};
use crate::cases::pages as cases;
use crate::delivery::pages as delivery;
use crate::evaluations::{
    api as evaluations_api,
    employee::{looks, pages as employees},
    fairness, method,
    objections::pages as objections,
    pages as evaluations, standouts,
    statements::{api as statements_api, pages as statements},
};
use crate::finder::{
    audit, cards, customer, customers, file, judgement, merging, people, responses as finder_responses,
    visits as finder_visits,
};
use crate::processing::pages as processing;
use crate::retention::pages as retention;
use crate::survey_desk::{self, preview};
use crate::surveys::{pages as surveys, question_pages, rule_pages};
use crate::visits::api as visits;
use crate::web::assets;
use crate::webhook_desk::{endpoint, list as webhooks};
use crate::{arrival, handouts, openapi, probes, today};
use actix_web::http::Method;
use actix_web::{Route as Handler, web};

/// One method of one path.
pub struct Route {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The pattern of the path.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    handler: fn() -> Handler,
}

impl Route {
    /// Makes the handler, for the web server.
    pub fn handler(&self) -> Handler {
        (self.handler)()
    }
}

const PUBLIC: Access = Access::Public;
const EVERYBODY: Access = Access::Staff(Role::ALL);
// Who has to set up the second factor first can do that, and leave.
const ENTERING: Access = Access::Entering;
const RUNS_ACCOUNTS: Access = Access::Staff(&[Role::Admin]);
const READS_SCORES: Access = Access::Staff(&[Role::Hr, Role::Manager]);
// Which employee a person may see is decided where one is found.
const SEES_PEOPLE: Access = Access::Staff(&[Role::Hr, Role::Manager, Role::Employee]);
const READS_ANSWERS: Access = Access::Staff(&[Role::Hr, Role::Manager]);
const JUDGES_ANSWERS: Access = Access::Staff(&[Role::Hr]);
// Groups of people are nobody else’s business.
const CHECKS_FAIRNESS: Access = Access::Staff(&[Role::Hr]);
const MAKES_STATEMENTS: Access = Access::Staff(&[Role::Hr]);
const LOOKS_UP_VISITS: Access = Access::Staff(&[Role::Admin, Role::Hr, Role::Manager]);
// Whoever holds the code of a card can answer as the customer: nobody whose own numbers or team it is about, and
// nobody who is to have no customer data (TRUST C4).
const HANDS_OUT_CARDS: Access = Access::Staff(&[Role::Hr]);
const MEETS_CUSTOMERS: Access = Access::Staff(&[Role::Hr, Role::Manager, Role::Caller]);
const KEEPS_FILES: Access = Access::Staff(&[Role::Hr]);
// Not HR: whoever calls must not know what customers have said of the people they ask about (TRUST C4).
const PHONES: Access = Access::Staff(&[Role::Manager, Role::Caller]);
const LEADS_CALLERS: Access = Access::Staff(&[Role::Hr, Role::Manager]);
const DRAWS_WAVES: Access = Access::Staff(&[Role::Hr]);
const KNOWS_PEOPLE: Access = Access::Staff(&[Role::Admin, Role::Hr]);
const WRITES_SURVEYS: Access = Access::Staff(&[Role::Hr]);
const WATCHES_DELIVERY: Access = Access::Staff(&[Role::Admin, Role::Hr]);
const READS_AUDIT: Access = Access::Staff(&[Role::Admin, Role::Hr]);
const READS_SETTINGS: Access = Access::Staff(&[Role::Admin, Role::Hr]);
const KNOWS_RETENTION: Access = Access::Staff(&[Role::Admin, Role::Hr]);
const HOLDS_DATA: Access = Access::Staff(&[Role::Hr]);
const RUNS_DELIVERY: Access = Access::Staff(&[Role::Admin]);
const RUNS_KEYS: Access = Access::Staff(&[Role::Admin]);
// What is sent names things by ids alone, so whoever runs the server may see it.
const RUNS_WEBHOOKS: Access = Access::Staff(&[Role::Admin]);
const BRINGS_VISITS: Access = Access::Key(&[Scope::VisitsWrite]);
const READS_VISITS: Access = Access::Key(&[Scope::VisitsWrite, Scope::OutcomesRead]);
const READS_OUTCOMES: Access = Access::Key(&[Scope::OutcomesRead]);
const READS_RESPONSES: Access = Access::Key(&[Scope::ResponsesRead]);
const CALLS: Access = Access::Key(&[Scope::CallbacksWork, Scope::CallbacksLead]);
const WORKS_CALLS: Access = Access::Key(&[Scope::CallbacksWork]);
const LEADS_CALLS: Access = Access::Key(&[Scope::CallbacksLead]);
const READS_EVALUATIONS: Access = Access::Key(&[Scope::EvaluationsRead]);

macro_rules! routes {
    ($($method:ident $path:literal $access:ident $handler:path;)*) => {
        vec![$(Route {
            method: Method::$method,
            path: $path,
            access: $access,
            handler: || web::route().to($handler),
        }),*]
    };
}

/// Returns the table.
pub fn table() -> Vec<Route> {
    let mut all = public();
    all.extend(staff());
    all.extend(files());
    all.extend(calling());
    all.extend(running());
    all.extend(api());
    all
}

fn public() -> Vec<Route> {
    routes! {
        GET "/s" PUBLIC answering_code::ask;
        GET "/s/" PUBLIC answering_code::ask;
        POST "/s/" PUBLIC answering_code::open;
        GET "/s/{token}" PUBLIC answering::answer;
        POST "/s/{token}" PUBLIC answering::submit;
        GET "/s/{token}/all" PUBLIC answering::trap;
        GET "/u/{token}" PUBLIC answering::stop;
        POST "/u/{token}" PUBLIC answering::stop_mails;
        GET "/privacy" PUBLIC answering::privacy;
        GET "/login" PUBLIC accounts::show_sign_in;
        POST "/login" PUBLIC accounts::do_sign_in;
        GET "/login/oidc" PUBLIC oidc::begin;
        GET "/login/oidc/callback" PUBLIC oidc::finish;
        GET "/login/oidc/out" PUBLIC oidc::sign_out;
        GET "/login/code" PUBLIC code_pages::show_code;
        POST "/login/code" PUBLIC code_pages::enter_code;
        GET "/forgot" PUBLIC code_pages::show_forgot;
        POST "/forgot" PUBLIC code_pages::ask_forgot;
        GET "/invite/{token}" PUBLIC accounts::show_invitation;
        POST "/invite/{token}" PUBLIC accounts::accept_invitation;
        GET "/assets/{name}" PUBLIC assets::show;
        GET "/theme/{name}" PUBLIC theme::show;
        GET "/healthz" PUBLIC probes::alive;
        GET "/readyz" PUBLIC probes::ready;
    }
}

fn staff() -> Vec<Route> {
    routes! {
        POST "/logout" ENTERING accounts::sign_out;
        GET "/account" EVERYBODY account_pages::show;
        POST "/account/password" EVERYBODY account_pages::change_password;
        POST "/account/sessions" EVERYBODY account_pages::end_sessions;
        GET "/account/second-factor" ENTERING second_factor_pages::show;
        POST "/account/second-factor" ENTERING second_factor_pages::set_up;
        POST "/account/second-factor/remove" EVERYBODY second_factor_pages::remove;
        POST "/account/recovery-codes" EVERYBODY second_factor_pages::renew_codes;
        GET "/" EVERYBODY today::show;
        GET "/evaluations" READS_SCORES evaluations::show;
        GET "/evaluations/standouts" READS_SCORES standouts::show;
        GET "/evaluations/fairness" CHECKS_FAIRNESS fairness::show;
        POST "/evaluations/fairness" CHECKS_FAIRNESS fairness::check;
        GET "/evaluations/method" SEES_PEOPLE method::show;
        GET "/employees/{id}" SEES_PEOPLE employees::show;
        GET "/employees/{id}/comments" SEES_PEOPLE employees::comments;
        GET "/employees/{id}/looks" SEES_PEOPLE looks::show;
        GET "/employees/{id}/export" SEES_PEOPLE about_person::download_own;
        GET "/employees/{id}/contest" SEES_PEOPLE objections::show_contest;
        POST "/employees/{id}/contest" SEES_PEOPLE objections::contest;
        POST "/employees/{id}/statement" MAKES_STATEMENTS statements::make;
        GET "/statements" SEES_PEOPLE statements::list;
        GET "/statements/{id}" SEES_PEOPLE handouts::show;
        POST "/statements/{id}" SEES_PEOPLE statements::answer;
        GET "/objections" READS_SCORES objections::list;
        GET "/objections/{id}" READS_SCORES objections::show;
        POST "/objections/{id}" JUDGES_ANSWERS objections::decide;
        GET "/responses" READS_ANSWERS finder_responses::list;
        GET "/responses/{id}" READS_ANSWERS finder_responses::show;
        POST "/responses/{id}/decide" JUDGES_ANSWERS judgement::decide;
        GET "/responses/{id}/withdraw" JUDGES_ANSWERS about_person::ask_to_withdraw;
        POST "/responses/{id}/withdraw" JUDGES_ANSWERS about_person::withdraw_answer;
        GET "/cases" READS_ANSWERS cases::list;
        GET "/cases/{id}" READS_ANSWERS cases::show;
        POST "/cases/{id}" READS_ANSWERS cases::store;
        GET "/visits" LOOKS_UP_VISITS finder_visits::list;
        GET "/visits/{id}" LOOKS_UP_VISITS finder_visits::show;
        GET "/visits/cards" HANDS_OUT_CARDS cards::show_all;
        POST "/visits/cards" HANDS_OUT_CARDS cards::make_all;
        GET "/visits/{id}/card" HANDS_OUT_CARDS cards::show;
        POST "/visits/{id}/card" HANDS_OUT_CARDS cards::make;
        GET "/visits/{id}/paper" HANDS_OUT_CARDS cards::show_paper;
        POST "/visits/{id}/paper" HANDS_OUT_CARDS cards::store_paper;
        GET "/people" KNOWS_PEOPLE people::show;
    }
}

/// Lists as files: each with the right of its page, or less.
fn files() -> Vec<Route> {
    routes! {
        GET "/evaluations.csv" MAKES_STATEMENTS handouts::evaluations;
        GET "/evaluations.xlsx" MAKES_STATEMENTS handouts::workbook;
        GET "/visits.csv" LOOKS_UP_VISITS finder_visits::file;
        GET "/responses.csv" READS_ANSWERS finder_responses::file;
        GET "/cases.csv" READS_ANSWERS cases::file;
        GET "/objections.csv" READS_SCORES objections::file;
        GET "/statements.csv" SEES_PEOPLE statements::file;
        GET "/callbacks.csv" LEADS_CALLERS callbacks::file;
        GET "/customers.csv" KEEPS_FILES customers::file;
        GET "/people.csv" KNOWS_PEOPLE people::file;
        GET "/audit.csv" READS_AUDIT audit::file;
    }
}

fn calling() -> Vec<Route> {
    routes! {
        GET "/callbacks" MEETS_CUSTOMERS callbacks::show;
        GET "/callbacks/waves" LEADS_CALLERS wave_pages::show;
        POST "/callbacks/waves" DRAWS_WAVES wave_pages::draw_one;
        POST "/callbacks/waves/{id}/close" DRAWS_WAVES wave_pages::close_one;
        POST "/callbacks/next" PHONES work_pages::next;
        GET "/callbacks/{id}" PHONES work_pages::show;
        POST "/callbacks/{id}" PHONES work_pages::store;
        GET "/customers" MEETS_CUSTOMERS customers::list;
        GET "/customers/{id}" MEETS_CUSTOMERS customer::show;
        POST "/customers/{id}/notes" MEETS_CUSTOMERS file::add_note;
        POST "/customers/{id}/notes/remove" MEETS_CUSTOMERS file::remove_note;
        POST "/customers/{id}/preferences" MEETS_CUSTOMERS file::write_preferences;
        POST "/customers/{id}/stop" MEETS_CUSTOMERS file::stop;
        POST "/customers/{id}/lift" KEEPS_FILES file::lift;
        GET "/customers/{id}/merge" KEEPS_FILES merging::show;
        POST "/customers/{id}/merge" KEEPS_FILES merging::merge;
        POST "/customers/{id}/apart" KEEPS_FILES merging::take_apart;
        GET "/customers/{id}/export" KEEPS_FILES about_person::download;
        GET "/customers/{id}/erase" KEEPS_FILES about_person::ask_to_erase;
        POST "/customers/{id}/erase" KEEPS_FILES about_person::erase_person;
    }
}

fn running() -> Vec<Route> {
    routes! {
        GET "/surveys" WRITES_SURVEYS survey_desk::list;
        GET "/surveys/new" WRITES_SURVEYS surveys::show_new;
        POST "/surveys/new" WRITES_SURVEYS surveys::create;
        GET "/surveys/rules" WRITES_SURVEYS rule_pages::show;
        POST "/surveys/rules" WRITES_SURVEYS rule_pages::change;
        GET "/surveys/{key}" WRITES_SURVEYS surveys::show;
        POST "/surveys/{key}" WRITES_SURVEYS surveys::change;
        GET "/surveys/{key}/question" WRITES_SURVEYS question_pages::show;
        POST "/surveys/{key}/question" WRITES_SURVEYS question_pages::save;
        GET "/surveys/{key}/publish" WRITES_SURVEYS surveys::ask_to_publish;
        POST "/surveys/{key}/publish" WRITES_SURVEYS surveys::publish;
        GET "/surveys/{key}/versions/{version}" WRITES_SURVEYS surveys::version;
        GET "/surveys/{key}/preview/mail" WRITES_SURVEYS preview::mail;
        GET "/surveys/{key}/preview/page" WRITES_SURVEYS preview::page;
        GET "/audit" READS_AUDIT audit::show;
        GET "/settings/retention" KNOWS_RETENTION retention::show;
        GET "/settings/processing" KNOWS_RETENTION processing::show_records;
        GET "/settings/works-council" EVERYBODY processing::show_council;
        POST "/settings/retention/holds" HOLDS_DATA retention::place;
        POST "/settings/retention/holds/{id}/end" HOLDS_DATA retention::end;
        GET "/delivery" WATCHES_DELIVERY delivery::show;
        POST "/delivery/switch" RUNS_DELIVERY delivery::switch;
        POST "/delivery/release" RUNS_DELIVERY delivery::release;
        GET "/delivery/unknown/{id}" RUNS_DELIVERY delivery::ask_again;
        POST "/delivery/unknown/{id}" RUNS_DELIVERY delivery::send_again;
        GET "/delivery/never" RUNS_DELIVERY delivery::show_never;
        POST "/delivery/never" RUNS_DELIVERY delivery::add_never;
        POST "/delivery/lift" RUNS_DELIVERY delivery::lift_never;
        GET "/settings" READS_SETTINGS settings_pages::show;
        GET "/settings/accounts" RUNS_ACCOUNTS settings_pages::list;
        POST "/settings/accounts" RUNS_ACCOUNTS settings_pages::invite;
        GET "/settings/accounts/{id}" RUNS_ACCOUNTS settings_pages::show_one;
        POST "/settings/accounts/{id}" RUNS_ACCOUNTS settings_pages::act;
        GET "/settings/break-glass" RUNS_ACCOUNTS break_glass_pages::show;
        POST "/settings/break-glass" RUNS_ACCOUNTS break_glass_pages::act;
        GET "/settings/keys" RUNS_KEYS key_pages::show;
        POST "/settings/keys" RUNS_KEYS key_pages::change;
        GET "/settings/webhooks" RUNS_WEBHOOKS webhooks::show;
        POST "/settings/webhooks" RUNS_WEBHOOKS webhooks::add;
        GET "/settings/webhooks/{id}" RUNS_WEBHOOKS endpoint::show;
        POST "/settings/webhooks/{id}" RUNS_WEBHOOKS endpoint::change;
    }
}

fn api() -> Vec<Route> {
    routes! {
        GET "/api/docs" PUBLIC openapi::docs;
        GET "/api/v1/openapi.json" PUBLIC openapi::json;
        POST "/api/v1/visits" BRINGS_VISITS arrival::create;
        POST "/api/v1/visits/batch" BRINGS_VISITS arrival::create_batch;
        GET "/api/v1/visits" READS_VISITS visits::list;
        GET "/api/v1/visits/{id}" READS_VISITS visits::show;
        PATCH "/api/v1/visits/{id}" BRINGS_VISITS arrival::correct;
        POST "/api/v1/visits/{id}/cancel" BRINGS_VISITS arrival::cancel;
        GET "/api/v1/outcomes" READS_OUTCOMES visits::outcomes;
        GET "/api/v1/responses" READS_RESPONSES responses::list;
        POST "/api/v1/waves" LEADS_CALLS wave_api::create;
        POST "/api/v1/waves/{id}/close" LEADS_CALLS wave_api::close_one;
        GET "/api/v1/callbacks" CALLS callbacks_api::list;
        POST "/api/v1/callbacks/next" WORKS_CALLS work_api::next;
        POST "/api/v1/callbacks/{id}/attempts" WORKS_CALLS work_api::attempt;
        POST "/api/v1/callbacks/{id}/release" WORKS_CALLS work_api::release;
        GET "/api/v1/evaluations" READS_EVALUATIONS evaluations_api::show;
        POST "/api/v1/statements" READS_EVALUATIONS statements_api::create;
        GET "/api/v1/statements" READS_EVALUATIONS statements_api::list;
        GET "/api/v1/statements/{id}" READS_EVALUATIONS handouts::tell;
    }
}
