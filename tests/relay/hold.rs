//! Conversations that wait until they are told to go on.

use super::Server;
use std::collections::HashMap;

/// Which connection waits, and whether it was let go.
pub type Held = HashMap<u64, bool>;

pub fn begin(server: &Server, connection: u64) {
    server.held.lock().unwrap().insert(connection, false);
}

/// Tells whether it was let go; then it waits no more.
pub fn is_over(server: &Server, connection: u64) -> bool {
    let mut held = server.held.lock().unwrap();
    let over = held.get(&connection).copied().unwrap_or(true);
    if over {
        held.remove(&connection);
    }
    over
}

/// Waits; `told` is called when letting go is possible.
pub fn wait(server: &Server, connection: u64, told: impl FnOnce()) {
    begin(server, connection);
    told();
    let mut held = server.held.lock().unwrap();
    while held.get(&connection) == Some(&false) {
        held = server.let_go.wait(held).unwrap();
    }
    held.remove(&connection);
}

/// Lets one connection go on, or all that wait now.
pub fn go(server: &Server, connection: Option<u64>) {
    let mut held = server.held.lock().unwrap();
    for (one, over) in held.iter_mut() {
        *over |= connection.is_none_or(|wanted| wanted == *one);
    }
    server.let_go.notify_all();
}
