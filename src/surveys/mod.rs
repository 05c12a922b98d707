//! What we ask: surveys, their frozen versions and the words of the customer's pages.
//!
//! A published version never changes; a question's key keeps its meaning, and its scale belongs to the version. What
//! people edit is a draft until they publish it.

pub mod builtin;
pub mod dates;
pub mod desk;
pub mod draft;
pub mod edit;
pub mod fields;
pub mod frozen;
pub mod model;
pub mod pages;
pub mod past;
pub mod queries;
pub mod question_pages;
pub mod rule_pages;
pub mod rules;
pub mod views;
pub mod wording;

pub use model::{Content, Kind, Question, QuestionTexts, SurveyVersion, When};
