//! The least that the web server can do: an empty handler.

use actix_web::{App, HttpResponse, HttpServer, web};
use std::net::SocketAddr;
use std::sync::OnceLock;

/// Starts it once, with as many threads as ours has, and gives where it listens.
pub fn address() -> SocketAddr {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let (told, hear) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let app = || App::new().route("/", web::get().to(async || HttpResponse::Ok().finish()));
                let server = HttpServer::new(app).workers(2).disable_signals().bind("127.0.0.1:0").unwrap();
                told.send(server.addrs()[0]).unwrap();
                server.run().await.unwrap();
            });
        });
        hear.recv().unwrap()
    })
}
