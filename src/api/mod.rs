//! The JSON kit: problem+json, bodies that name a wrong field, idempotency, and the description of the API.
//! It knows no capability.

pub mod body;
pub mod docs;
pub mod idempotency;
pub mod problem;
pub mod query;

pub use body::Body;
pub use problem::{ApiError, ApiResult};
pub use query::Query;
