//! A client that follows no redirect, so that a test sees what the server says, with cookies by hand.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use ureq::http::{Method, Request};

/// What the server said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The same as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Gives a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Gives where it sends the browser.
    #[track_caller]
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("no Location in {self:?}"))
    }

    /// Reads the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails unless it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let body: String = self.body.chars().take(2000).collect();
        assert_eq!(self.status, status, "{:?} {body}", self.headers);
        self
    }

    /// Gives the value of a form's hidden field.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest =
            self.body.split_once(&start).unwrap_or_else(|| panic!("no field {name} in {}", self.body)).1;
        rest.split('"').next().unwrap().to_owned()
    }
}

/// Somebody who talks to the server.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
    headers: Vec<(String, String)>,
}

impl Client {
    /// Somebody without key or cookie.
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_mins(1))).build().into();
        Self { agent, base: base.to_owned(), cookies: Mutex::default(), headers: Vec::new() }
    }

    /// The same with a header in each request.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a key.
    pub fn with_key(self, key: &str) -> Self {
        self.with("authorization", &format!("Bearer {key}"))
    }

    /// Sends a request; an empty body is none.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let method: Method = method.parse().unwrap();
        let takes_body = matches!(method, Method::POST | Method::PATCH | Method::PUT);
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(headers.iter().copied()) {
            request = request.header(name, value);
        }
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let response = if takes_body {
            self.agent.run(request.body(body).unwrap())
        } else {
            self.agent.run(request.body(()).unwrap())
        };
        self.read(response.unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    fn read(&self, mut response: ureq::http::Response<ureq::Body>) -> Answer {
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status().as_u16();
        // A workbook is no text; whoever looks into one takes its bytes.
        let bytes = response.body_mut().read_to_vec().unwrap();
        Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    /// GET.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    /// HEAD.
    #[track_caller]
    pub fn head(&self, path: &str) -> Answer {
        self.send("HEAD", path, &[], &[])
    }

    /// POST of a form.
    #[track_caller]
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], body.as_bytes())
    }

    /// POST of JSON.
    #[track_caller]
    pub fn post_json(&self, path: &str, value: &Value) -> Answer {
        let body = value.to_string();
        self.send("POST", path, &[("content-type", "application/json")], body.as_bytes())
    }

    /// PATCH of JSON.
    #[track_caller]
    pub fn patch_json(&self, path: &str, value: &Value) -> Answer {
        let body = value.to_string();
        self.send("PATCH", path, &[("content-type", "application/json")], body.as_bytes())
    }

    /// Gives the cookies it holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// Takes a cookie that it never got.
    pub fn take_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
}
