//! Headless Chromium, mostly with JavaScript off, driven by the `WebDriver` protocol, which is JSON over HTTP.

use super::program::Program;
use super::{Client, Folder, free_port, fresh_folder, wait_until};
use base64::Engine;
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// How a thing of a page is named in the protocol (W3C WebDriver §11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that are no letters (W3C WebDriver §17.4.2).
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
const ALT: char = '\u{e00a}';

/// Whether pages may run scripts. Ours have none; a checker of pages is one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As the program promises to work.
    Off,
    /// For a checker.
    On,
}

/// A browser with one page.
pub struct Browser {
    client: Client,
    session: String,
    _driver: Program,
    _folder: Folder,
}

impl Browser {
    /// Starts it.
    pub fn start(chromium: &Path, driver: &Path, scripts: Scripts) -> Self {
        let (folder, port) = (fresh_folder("browser"), free_port());
        let driver = Program::start_command(Command::new(driver).arg(format!("--port={port}")));
        wait_until("chromedriver listening", Duration::from_secs(20), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let data = format!("--user-data-dir={}", folder.0.display());
        let flags: Vec<&str> = FLAGS.iter().copied().chain([data.as_str()]).collect();
        let allowed = if scripts == Scripts::On { 1 } else { 2 };
        let options = json!({
            "binary": chromium, "args": flags,
            "prefs": {"profile.managed_default_content_settings.javascript": allowed},
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "timeouts": {"pageLoad": 30_000, "implicit": 0, "script": 60_000},
        }}});
        let client = Client::new(&format!("http://127.0.0.1:{port}"));
        let made = client.post_json("/session", &wanted).expect(200).json();
        let session = made["value"]["sessionId"].as_str().unwrap().to_owned();
        Self { client, session, _driver: driver, _folder: folder }
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{path}", self.session);
        self.client.post_json(&path, body).expect(200).json()["value"].take()
    }

    #[track_caller]
    fn get(&self, path: &str) -> String {
        let answer = self.client.get(&format!("/session/{}/{path}", self.session)).expect(200).json();
        answer["value"].as_str().unwrap().to_owned()
    }

    /// Opens a page.
    #[track_caller]
    pub fn open(&self, address: &str) {
        self.post("url", &json!({ "url": address }));
    }

    /// The title of the page.
    pub fn title(&self) -> String {
        self.get("title")
    }

    /// Waits for the page that a press leads to, with its style sheet: a title stands before the page does.
    #[track_caller]
    pub fn wait_for(&self, title: &str) {
        wait_until(&format!("the page {title}"), Duration::from_secs(20), || {
            let there =
                self.title().starts_with(title) && self.run("return document.readyState") == "complete";
            there.then_some(())
        });
    }

    /// Waits until the address ends like this: where a press leads from a page to another view of it.
    #[track_caller]
    pub fn wait_for_address(&self, end: &str) {
        wait_until(&format!("the address {end}"), Duration::from_secs(10), || {
            self.address().ends_with(end).then_some(())
        });
    }

    /// The page as it stands.
    pub fn source(&self) -> String {
        self.get("source")
    }

    #[track_caller]
    fn find(&self, css: &str) -> String {
        let found = self.post("element", &json!({"using": "css selector", "value": css}));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Presses what a selector names.
    #[track_caller]
    pub fn press(&self, css: &str) {
        let element = self.find(css);
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Presses the first link or button of the page's own matter that shows these words, else of the menu.
    #[track_caller]
    pub fn click(&self, words: &str) {
        let shows = format!("[self::a or self::button][contains(normalize-space(.), \"{words}\")]");
        let found = ["//main//*", "//*"].iter().find_map(|under| {
            let wanted = json!({"using": "xpath", "value": format!("{under}{shows}")});
            let found = self.post("elements", &wanted);
            found.as_array()?.first()?[ELEMENT].as_str().map(str::to_owned)
        });
        let element = found.unwrap_or_else(|| panic!("nothing shows {words} on {}", self.source()));
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Waits until the page shows these words.
    #[track_caller]
    pub fn wait_to_see(&self, words: &str) {
        wait_until(&format!("the words {words}"), Duration::from_secs(20), || {
            let there = self.run("return document.readyState") == "complete"
                && self
                    .run("return document.body.textContent")
                    .as_str()
                    .is_some_and(|text| text.contains(words));
            there.then_some(())
        });
    }

    /// Types into what a selector names.
    #[track_caller]
    pub fn write(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.post(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Presses and releases keys, one after the other, wherever the focus is.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        let key = |name: &str, key: char| json!({"type": name, "value": key.to_string()});
        let actions: Vec<Value> =
            keys.chars().flat_map(|one| [key("keyDown", one), key("keyUp", one)]).collect();
        self.post("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// Presses a key while Alt is held.
    #[track_caller]
    pub fn alt(&self, key: char) {
        let act = |kind: &str, key: char| json!({"type": kind, "value": key.to_string()});
        let actions = [act("keyDown", ALT), act("keyDown", key), act("keyUp", key), act("keyUp", ALT)];
        self.post("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// What a screen reader says of the thing that has the focus.
    #[track_caller]
    pub fn focused(&self) -> String {
        let session = format!("/session/{}/element", self.session);
        wait_until("something with the focus", Duration::from_secs(10), || {
            let active = self.client.get(&format!("{session}/active"));
            let active = (active.status == 200).then(|| active.json())?;
            let element = active["value"][ELEMENT].as_str()?.to_owned();
            // A page that gives way to the next one takes its things with it: then the next one is asked.
            let label = self.client.get(&format!("{session}/{element}/computedlabel"));
            (label.status == 200).then(|| label.json())?["value"].as_str().map(str::to_owned)
        })
    }

    /// The role and the name, as a screen reader has them, of everything that a selector names.
    #[track_caller]
    pub fn heard(&self, css: &str) -> Vec<(String, String)> {
        let found = self.post("elements", &json!({"using": "css selector", "value": css}));
        let elements = found.as_array().unwrap().iter().map(|one| one[ELEMENT].as_str().unwrap());
        let heard = |element: &str, what: &str| self.get(&format!("element/{element}/computed{what}"));
        elements.map(|element| (heard(element, "role"), heard(element, "label"))).collect()
    }

    /// Goes on with the Tab key until something of that name has the focus.
    #[track_caller]
    pub fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..60 {
            self.keys(TAB);
            let focused = self.focused();
            if focused.starts_with(name) {
                return;
            }
            passed.push(focused);
        }
        panic!("no {name} on the way of the Tab key: {passed:?}");
    }

    /// Goes back to the page before.
    #[track_caller]
    pub fn back(&self) {
        self.post("back", &json!({}));
    }

    /// The address of the page.
    pub fn address(&self) -> String {
        self.get("url")
    }

    /// Makes the window this wide and its colours light or dark.
    #[track_caller]
    pub fn view(&self, width: u32, height: u32, scheme: &str) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.develop("Emulation.setDeviceMetricsOverride", &size);
        let colours = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.develop("Emulation.setEmulatedMedia", &colours);
    }

    #[track_caller]
    fn develop(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Runs a script from outside the page and gives what it returns.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []}))
    }

    /// The same for a script that calls its last argument when it is done.
    #[track_caller]
    pub fn run_async(&self, script: &str) -> Value {
        self.post("execute/async", &json!({"script": script, "args": []}))
    }

    /// The window as a picture (PNG).
    pub fn picture(&self) -> Vec<u8> {
        base64::engine::general_purpose::STANDARD.decode(self.get("screenshot")).unwrap()
    }

    /// The page as it is printed (PDF), with the size and margins that its style sheet asks for.
    #[track_caller]
    pub fn print(&self) -> Vec<u8> {
        let printed =
            self.develop("Page.printToPDF", &json!({"preferCSSPageSize": true, "printBackground": true}));
        base64::engine::general_purpose::STANDARD.decode(printed["data"].as_str().unwrap()).unwrap()
    }

    /// The page as it is printed (PDF) on paper of another size (inches).
    #[track_caller]
    pub fn print_on(&self, (width, height): (f64, f64)) -> Vec<u8> {
        let how = json!({
            "paperWidth": width, "paperHeight": height, "printBackground": true, "preferCSSPageSize": true,
        });
        let printed = self.develop("Page.printToPDF", &how);
        base64::engine::general_purpose::STANDARD.decode(printed["data"].as_str().unwrap()).unwrap()
    }

    /// Tells whether something is chosen.
    #[track_caller]
    pub fn is_chosen(&self, css: &str) -> bool {
        let element = self.find(css);
        let path = format!("/session/{}/element/{element}/selected", self.session);
        self.client.get(&path).expect(200).json()["value"].as_bool().unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends Chromium, which would outlive its driver.
        drop(self.client.send("DELETE", &format!("/session/{}", self.session), &[], &[]));
    }
}
