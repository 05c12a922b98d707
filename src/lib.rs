//! Hearback: ask after every service, hear those who answer, and say how sure each number is.
//!
//! Capability folders stand on floors; imports go down only (`tests/floors.rs` checks it).
//!
//! ```text
//! 12 edges        routes server worker after_answer arrival openapi probes scrape today finder handouts retention
//!                 processing boot demo cli
//! 11 reports
//!  9 evaluations
//!  8 scores  cases
//!  7 callbacks
//!  6 answering
//!  5 delivery
//!  4 visits  surveys
//!  3 customers  accounts  webhooks
//!  2 people
//!  1 kits         db mail jobs web api stats audit changes app
//!  0 ground       clock ids error telemetry metrics config
//! ```

pub mod about_person;
pub mod accounts;
pub mod after_answer;
pub mod answering;
pub mod api;
pub mod app;
pub mod arrival;
pub mod audit;
pub mod boot;
pub mod callbacks;
pub mod cases;
pub mod changes;
pub mod cli;
pub mod clock;
pub mod config;
pub mod customers;
pub mod db;
pub mod delivery;
pub mod demo;
pub mod error;
pub mod evaluations;
pub mod finder;
pub mod handouts;
pub mod history_import;
pub mod ids;
pub mod imports;
pub mod jobs;
pub mod mail;
pub mod metrics;
pub mod openapi;
pub mod people;
pub mod probes;
pub mod processing;
pub mod reports;
pub mod retention;
pub mod routes;
pub mod scores;
pub mod scrape;
pub mod server;
pub mod stats;
pub mod survey_desk;
pub mod surveys;
pub mod telemetry;
pub mod today;
pub mod visits;
pub mod visits_import;
pub mod web;
pub mod webhook_desk;
pub mod webhooks;
pub mod worker;
