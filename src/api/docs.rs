//! The readable reference of the API, made from the same list as its description.

use askama::Template;

/// A parameter of an endpoint.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub meaning: String,
}

/// One method of one path.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path below the base, such as `/visits/{id}`.
    pub path: String,
    /// What it does, one sentence.
    pub summary: String,
    /// What else to know; may be empty.
    pub description: String,
    /// The scope a key needs.
    pub scope: Option<String>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// An example of the request's body, indented JSON.
    pub request: Option<String>,
    /// An example of the answer's body.
    pub answer: String,
    /// Status and what it means.
    pub responses: Vec<(String, String)>,
}

impl Endpoint {
    /// Returns the id of its heading: letters and digits of method and path, joined by hyphens.
    fn anchor(&self) -> String {
        let text = format!("{} {}", self.method, self.path).to_lowercase();
        let parts =
            text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("-")
    }
}

/// The page `/api/docs`.
#[derive(Template)]
#[template(path = "api/docs.html")]
pub struct DocsPage {
    /// Path of the staff's style sheet.
    pub css: &'static str,
    /// Version of the API.
    pub version: String,
    /// The base, `/api/v1`.
    pub base: String,
    /// Address of the OpenAPI description.
    pub openapi: String,
    /// How often a key may ask, in words.
    pub rate: String,
    /// An example of the headers that say so.
    pub rate_example: String,
    /// An example of a webhook's message.
    pub hook_example: &'static str,
    /// An example of problem+json.
    pub error_example: String,
    /// The endpoints in the order to read them.
    pub endpoints: Vec<Endpoint>,
}
