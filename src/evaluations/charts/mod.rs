//! Charts as SVG (design/README.md, "Charts"): pure functions from numbers to what a template writes.
//!
//! The `svg` is the plot area and its axes hang outside: x in percent, y in px, colours by class. The table with the
//! same numbers stands on the same page.

pub mod axis;
pub mod funnel;
pub mod line;
pub mod range;
pub mod road;
pub mod trend;
