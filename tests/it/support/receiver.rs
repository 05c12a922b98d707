//! A receiver of webhooks: a real HTTP server that answers as it is told and writes down what it gets.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Post {
    /// The path.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Post {
    /// Gives a header that has to be there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// Reads the body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The type of the event.
    #[track_caller]
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

#[derive(Default)]
struct State {
    posts: Mutex<Vec<Post>>,
    answers: Mutex<VecDeque<String>>,
    held: Mutex<bool>,
    released: Condvar,
}

/// The server; it goes on until the test ends.
pub struct Receiver {
    /// Where it listens, with a path.
    pub url: String,
    state: Arc<State>,
}

impl Receiver {
    /// Starts one that answers 204 to everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { url, state }
    }

    /// Answers the next message so: status, and headers as they go over the line.
    pub fn answers(&self, status: u16, headers: &[&str]) {
        let lines: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
        let answer =
            format!("HTTP/1.1 {status} Said\r\n{lines}content-length: 0\r\nconnection: close\r\n\r\n");
        self.state.answers.lock().unwrap().push_back(answer);
    }

    /// The same, byte by byte.
    pub fn answers_with(&self, text: String) {
        self.state.answers.lock().unwrap().push_back(text);
    }

    /// Answers nobody until it is released; messages are written down before.
    pub fn hold(&self) {
        *self.state.held.lock().unwrap() = true;
    }

    /// Answers everybody again.
    pub fn release(&self) {
        *self.state.held.lock().unwrap() = false;
        self.state.released.notify_all();
    }

    /// What arrived, in its order.
    pub fn posts(&self) -> Vec<Post> {
        self.state.posts.lock().unwrap().clone()
    }

    /// The one message that arrived.
    #[track_caller]
    pub fn only(&self) -> Post {
        let mut posts = self.posts();
        assert_eq!(posts.len(), 1, "{posts:?}");
        posts.remove(0)
    }

    /// Forgets what arrived.
    pub fn forget(&self) {
        self.state.posts.lock().unwrap().clear();
    }
}

fn serve(mut stream: TcpStream, state: &State) {
    let Some(post) = read(&stream) else {
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"));
        return;
    };
    state.posts.lock().unwrap().push(post);
    let held = state.held.lock().unwrap();
    drop(state.released.wait_while(held, |held| *held).unwrap());
    let answer = state.answers.lock().unwrap().pop_front();
    let answer = answer.unwrap_or_else(|| "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned());
    drop(stream.write_all(answer.as_bytes()));
}

fn read(stream: &TcpStream) -> Option<Post> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Post { path, headers, body: String::from_utf8(body).ok()? })
}
