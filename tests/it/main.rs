//! The program as its users meet it: real Postgres, real HTTP, real SMTP, a real browser. One binary, one file a
//! topic; the names of the tests are the requirements.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod after_answer;
mod answering;
mod answering_reach;
mod answering_stop;
mod asking;
mod bounces;
mod bounces_mailbox;
mod callbacks;
mod cards;
mod cards_print;
mod config;
mod crash;
mod delivery;
mod delivery_again;
mod delivery_failures;
mod delivery_pages;
mod embedded;
mod employees;
mod employees_browser;
mod evaluations;
mod evaluations_faces;
mod faults;
mod faults_database;
mod faults_kills;
mod faults_replies;
mod faults_wanted;
mod faults_workers;
mod finder;
mod finder_browser;
mod finder_customers;
mod fuzz_forms;
mod import_files;
mod import_history;
mod import_mutations;
mod import_trouble;
mod languages;
mod letters_look;
mod logs;
mod machines;
mod mail_command;
mod mail_letters;
mod mail_relay;
mod mail_tls;
mod objections;
mod oracle;
mod postfix;
mod recount;
mod relay_health;
mod reminders;
mod responses_pages;
mod road;
mod robust;
mod routes;
mod schemathesis;
mod statements;
mod support;
mod surveys;
mod visits_api;
mod visits_changes;
