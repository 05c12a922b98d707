//! An OpenID provider that lies on command: what it says is what a test tells it to say.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Our secret there.
pub const SECRET: &str = "a b/ü: the stub's secret";

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// As it should be.
    Well,
    /// By a key that is not published, under the name of one that is.
    ByAnother,
    /// Well, and then the claims were changed.
    BeforeAChange,
    /// Not at all, with `alg` `none`.
    Not,
    /// With the secret that we share (HS256).
    ByTheSecret,
    /// With the published key as if it were a shared secret (HS256).
    ByThePublicKey,
}

/// What it says.
pub struct Says {
    /// The claims of the token.
    pub claims: Value,
    /// What stands in the token's header beside `alg`.
    pub header: Value,
    /// How the token is signed.
    pub signed: Signed,
    /// The page about the person.
    pub about: Value,
    /// What replaces fields of its description.
    pub description: Value,
    /// A whole other answer of the token endpoint.
    pub token: Option<String>,
    /// Under which name its key is published.
    pub kid: String,
    /// What it was asked: path, authorization, body.
    pub asked: Vec<(String, String, String)>,
}

/// The provider.
pub struct Stub {
    /// How it names itself.
    pub issuer: String,
    /// What it says.
    pub says: Arc<Mutex<Says>>,
}

struct Keys {
    published: EcdsaKeyPair,
    other: EcdsaKeyPair,
}

impl Stub {
    /// Starts it on a free port; it ends with the test's process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says {
            claims: json!({}),
            header: json!({"kid": "one"}),
            signed: Signed::Well,
            about: json!({}),
            description: json!({}),
            token: None,
            kid: "one".to_owned(),
            asked: Vec::new(),
        }));
        let keys = Keys { published: key(), other: key() };
        let (own, said) = (issuer.clone(), says.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever asks may hang up at any point.
                drop(answer(stream, &own, &said, &keys));
            }
        });
        Self { issuer, says }
    }

    /// The settings that name it.
    pub fn settings(&self) -> [(&'static str, &str); 3] {
        [
            ("HEARBACK_OIDC_ISSUER", &self.issuer),
            ("HEARBACK_OIDC_CLIENT_ID", "hearback"),
            ("HEARBACK_OIDC_CLIENT_SECRET", SECRET),
        ]
    }

    /// How often it was asked for a path.
    pub fn times(&self, path: &str) -> usize {
        self.says.lock().unwrap().asked.iter().filter(|(asked, _, _)| asked == path).count()
    }
}

fn key() -> EcdsaKeyPair {
    let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
    let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap()
}

fn answer(stream: TcpStream, issuer: &str, says: &Mutex<Says>, keys: &Keys) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut authorization) = (String::new(), 0, String::new());
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap();
            }
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                value.clone_into(&mut authorization);
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    let mut says = says.lock().unwrap();
    says.asked.push((path.clone(), authorization, body));
    let ok = |value: &Value| {
        let text = value.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
        head + &text
    };
    let said = match path.as_str() {
        "/.well-known/openid-configuration" => ok(&description(issuer, &says.description)),
        "/keys" => ok(&published(&keys.published, &says.kid)),
        "/token" => says.token.clone().unwrap_or_else(|| {
            ok(&json!({"id_token": token(&says, keys), "access_token": "opens-the-page", "token_type": "Bearer"}))
        }),
        "/about" => ok(&says.about),
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    };
    reader.into_inner().write_all(said.as_bytes())
}

fn description(issuer: &str, changes: &Value) -> Value {
    let mut all = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth?tenant=1"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/about"), "end_session_endpoint": format!("{issuer}/out"),
    });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn published(key: &EcdsaKeyPair, kid: &str) -> Value {
    let point = key.public_key().as_ref();
    json!({"keys": [
        {"kty": "oct", "k": "AAAA", "kid": kid},
        {"kty": "EC", "use": "sig", "crv": "P-256", "kid": kid, "x": encoded(&point[1..33]), "y": encoded(&point[33..])},
    ]})
}

fn token(says: &Says, keys: &Keys) -> String {
    let alg = match says.signed {
        Signed::Not => "none",
        Signed::ByTheSecret | Signed::ByThePublicKey => "HS256",
        _ => "ES256",
    };
    let mut header = says.header.clone();
    header["alg"] = json!(alg);
    let text = format!("{}.{}", encoded(header.to_string()), encoded(says.claims.to_string()));
    let mac = |secret: &[u8]| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    };
    let sign =
        |key: &EcdsaKeyPair| key.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec();
    let signature = match says.signed {
        Signed::Well | Signed::BeforeAChange => sign(&keys.published),
        Signed::ByAnother => sign(&keys.other),
        Signed::Not => Vec::new(),
        Signed::ByTheSecret => mac(SECRET.as_bytes()),
        Signed::ByThePublicKey => mac(keys.published.public_key().as_ref()),
    };
    if says.signed == Signed::BeforeAChange {
        let mut claims = says.claims.clone();
        claims["email"] = json!("admin@example.com");
        let head = text.split('.').next().unwrap();
        return format!("{head}.{}.{}", encoded(claims.to_string()), encoded(signature));
    }
    format!("{text}.{}", encoded(signature))
}
