//! Call-backs: whom to phone, because no confirmed answer came, in an order that was drawn with the visit.
//!
//! A wave is drawn from the visits of some days: all priority cases, and of the others those whose permanent random
//! number lies below the share. Priority cases come first, then strictly the random number decides, so that whoever
//! answers the phone stands for those who do not write. Nobody is skipped: a call ends with a disposition or goes on at
//! another time. The probability is that of STATISTICS §00.4, and belongs to everybody who might have been drawn.
//!
//! States: open → claimed → open | done. Only who claimed a call-back sees name and number, and records it. Calls for
//! service jump the queue and stand outside every score.

pub mod api;
pub mod claim;
pub mod close;
pub mod draw;
pub mod due;
pub mod file;
pub mod mode;
pub mod model;
pub mod pages;
pub mod queries;
pub mod queue;
pub mod record;
pub mod rules;
pub mod service;
pub mod settle;
pub mod sheet;
pub mod talk;
mod typed;
pub mod views;
pub mod wave_api;
pub mod wave_pages;
mod wave_views;
pub mod work_api;
pub mod work_pages;
mod work_views;

pub use model::{Callback, Disposition, Kind, State};
