//! The program as its users meet it: real Postgres, real HTTP, real SMTP, a real browser. One binary, one file a
//! topic; the names of the tests are the requirements.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod accounts;
mod after_answer;
mod answering;
mod answering_reach;
mod answering_stop;
mod asking;
mod audit;
mod bounces;
mod bounces_mailbox;
mod callbacks;
mod callbacks_browser;
mod callbacks_history;
mod callbacks_many;
mod callbacks_pages;
mod callbacks_service;
mod callbacks_sheet;
mod callbacks_waves;
mod callbacks_work;
mod cards;
mod cards_print;
mod config;
mod crash;
mod customer_file;
mod customer_merge;
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
mod person_erasure;
mod postfix;
mod probing;
mod probing_headers;
mod probing_sign_in;
mod probing_words;
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
