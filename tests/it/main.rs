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
mod accounts_admin;
mod accounts_break_glass;
mod accounts_browser;
mod accounts_reset;
mod accounts_second_factor;
mod accounts_sessions;
mod after_answer;
mod answering;
mod answering_reach;
mod answering_stop;
mod api_docs;
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
mod cases;
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
mod exports;
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
mod keys;
mod keys_pages;
mod languages;
mod letters_look;
mod logs;
mod machines;
mod mail_command;
mod mail_letters;
mod mail_relay;
mod mail_tls;
mod objections;
mod operations_files;
mod operations_metrics;
mod operations_nodes;
mod operations_pooler;
mod operations_restore;
mod operations_roles;
mod operations_stop;
mod oracle;
mod pages_axe;
mod person_employee;
mod person_erasure;
mod postfix;
mod provider_browser;
mod provider_refused;
mod provider_sign_in;
mod recount;
mod relay_health;
mod reminders;
mod responses_pages;
mod retention;
mod retention_audit;
mod retention_holds;
mod retention_pages;
mod road;
mod robust;
mod routes;
mod schemathesis;
mod statements;
mod support;
mod surveys;
mod today;
mod visits_api;
mod visits_changes;
mod walk_customer;
mod walk_staff;
mod webhooks;
mod webhooks_events;
mod webhooks_pages;
mod webhooks_safe;
