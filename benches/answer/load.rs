//! A small load generator: one thread, many connections that are kept, raw HTTP/1.1.

use super::company::{Link, Links};
use futures_util::future::join_all;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What every connection does, again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Fetches the form.
    Get,
    /// Posts an answer to a form that was opened a minute ago.
    Post,
    /// Fetches the form and posts an answer to it at once.
    Complete,
    /// Fetches `/`.
    Root,
}

/// What came of it.
pub struct Ran {
    /// Done a second.
    pub rate: f64,
    /// How many.
    pub done: usize,
    /// Milliseconds of each POST, or of each request where none is posted, in order.
    pub took: Vec<f64>,
}

impl Ran {
    /// Milliseconds that one of a hundred takes longer than.
    pub fn p99(&self) -> f64 {
        self.took[self.took.len() * 99 / 100]
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(32 * 1024) }
    }

    /// Sends a request and gives the status and the whole answer.
    async fn ask(&mut self, request: &[u8]) -> (u16, &str) {
        self.buffer.clear();
        self.stream.write_all(request).await.unwrap();
        let mut whole = None;
        while whole.is_none_or(|whole| self.buffer.len() < whole) {
            assert!(
                self.stream.read_buf(&mut self.buffer).await.unwrap() > 0,
                "the server closed a connection"
            );
            if whole.is_none() {
                whole = length(&self.buffer);
            }
        }
        let text = std::str::from_utf8(&self.buffer).unwrap();
        (text[9..12].parse().unwrap(), text)
    }
}

/// The length of an answer with its head, once that is complete.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let lines = std::str::from_utf8(&bytes[..head]).unwrap();
    let length = lines.lines().find_map(|line| line.strip_prefix("content-length: "));
    Some(head + length.map_or(0, |length| length.parse::<usize>().unwrap()))
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: feedback.example.com\r\nAccept: text/html\r\n\r\n").into_bytes()
}

fn post(link: &Link, nonce: &str) -> Vec<u8> {
    let body = format!(
        "nonce={nonce}&step=2&overall=4&process=5&communication=4&value=3&skill=5&well=process&website=\
         &comment=Thank+you%2C+the+technician+was+quick+and+polite."
    );
    format!(
        "POST /s/{}?lang=en HTTP/1.1\r\nHost: feedback.example.com\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        link.token,
        body.len()
    )
    .into_bytes()
}

async fn once(connection: &mut Connection, links: &Links, what: What) -> f64 {
    let timed = |begun: Instant| begun.elapsed().as_secs_f64() * 1000.0;
    if what == What::Root {
        let begun = Instant::now();
        assert_eq!(connection.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.0, 200);
        return timed(begun);
    }
    let link = if what == What::Get { links.look() } else { links.next() };
    let mut nonce = if what == What::Post { links.nonce(link) } else { String::new() };
    if what != What::Post {
        let request = get(&format!("/s/{}?score=4", link.token));
        let begun = Instant::now();
        let (status, page) = connection.ask(&request).await;
        let took = timed(begun);
        assert_eq!(status, 200, "{page}");
        if what == What::Get {
            return took;
        }
        page.split("name=\"nonce\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .clone_into(&mut nonce);
    }
    let request = post(link, &nonce);
    let begun = Instant::now();
    let (status, page) = connection.ask(&request).await;
    let took = timed(begun);
    assert_eq!(status, 303, "{page}");
    took
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Lets 16 connections do the same until the time is over.
pub fn run(address: SocketAddr, links: &Rc<Links>, what: What, time: Duration) -> Ran {
    tokio::task::LocalSet::new().block_on(&runtime(), async {
        let begun = Instant::now();
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let links = links.clone();
                tokio::task::spawn_local(async move {
                    let mut connection = Connection::open(address).await;
                    let mut took = Vec::new();
                    while begun.elapsed() < time {
                        took.push(once(&mut connection, &links, what).await);
                    }
                    took
                })
            })
            .collect();
        let mut took = Vec::new();
        for task in tasks {
            took.extend(task.await.unwrap());
        }
        let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
        took.sort_by(f64::total_cmp);
        Ran { rate, done: took.len(), took }
    })
}

/// Connections that are open and do nothing, but for a word every few seconds that keeps them open.
pub struct Idle {
    over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Idle {
    /// Opens them.
    pub fn open(address: SocketAddr, count: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (seen, (told, hear)) = (over.clone(), std::sync::mpsc::channel());
        let thread = std::thread::spawn(move || {
            runtime().block_on(async move {
                let mut open = Vec::new();
                for _ in 0..count {
                    let mut one = Connection::open(address).await;
                    one.ask(&get("/healthz")).await;
                    open.push(one);
                }
                told.send(()).unwrap();
                while !seen.load(Ordering::Relaxed) {
                    for some in open.chunks_mut(50) {
                        let request = get("/healthz");
                        join_all(some.iter_mut().map(|one| one.ask(&request))).await;
                    }
                    let pause = Instant::now() + Duration::from_secs(2);
                    while !seen.load(Ordering::Relaxed) && Instant::now() < pause {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            });
        });
        hear.recv().unwrap();
        Self { over, thread: Some(thread) }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        drop(self.thread.take().unwrap().join());
    }
}
