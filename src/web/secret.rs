//! A secret that a page shows once, for whoever has to copy it.

/// A secret that was just made; `web/secret.html` shows it.
#[derive(Clone)]
pub struct Shown {
    /// What it is, such as *The key*.
    pub heading: &'static str,
    /// What happened.
    pub what: &'static str,
    /// The secret.
    pub secret: String,
    /// What to do with it.
    pub then: &'static str,
}
