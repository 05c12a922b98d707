//! `serve`, `work`, `migrate` and `sending`.

use crate::app::App;
use crate::audit::Actor;
use crate::boot::{self, Boot, BootError};
use crate::config::Config;
use crate::delivery::{fuse, queries};
use crate::error::Error;
use crate::{db, probes, scrape, server, worker};
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Runs async work on a runtime with threads.
///
/// # Errors
/// When the runtime cannot start, or what the work returns.
pub fn block_on<T>(work: impl Future<Output = Result<T, BootError>>) -> Result<T, BootError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| BootError::from(Error::internal(error)))?.block_on(work)
}

/// Serves until it is told to stop: then no new work begins, and what is under way is finished.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(boot: &Boot, with_worker: bool) -> Result<(), BootError> {
    block_on(serve_app(boot.app.clone(), with_worker))
}

/// The same inside a running runtime.
///
/// # Errors
/// As [`serve`].
pub async fn serve_app(app: App, with_worker: bool) -> Result<(), BootError> {
    let listen = app.config.http.listen;
    let (server, address) = server::start(app.clone(), listen).map_err(|error| {
        BootError::from(crate::config::ConfigError::new(
            "HEARBACK_LISTEN",
            format!("cannot be used: {error}"),
        ))
    })?;
    eprintln!("hearback: listening on http://{address}, public address {}", app.config.http.public_url);
    if app.config.http.is_exposed() {
        eprintln!(
            "hearback: WARNING: plain http off this machine; set HEARBACK_PUBLIC_URL to an https address"
        );
    }
    let metrics = scrape::start(&app)?;
    let drain = app.config.http.drain.to_std().unwrap_or_default();
    let (stop, stopped) = watch::channel(false);
    let metrics = metrics.map(tokio::spawn);
    let working = tokio::spawn(if_worker(app, with_worker, stopped));
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
    let mut working = working;
    tokio::select! {
        () = until_told() => {}
        ended = &mut serving => return Err(Error::internal(format_args!("the server ended: {ended:?}")).into()),
        ended = &mut working => return Err(Error::internal(format_args!("the worker ended: {ended:?}")).into()),
    }
    eprintln!("hearback: stopping; requests and letters under way are finished first");
    probes::leave();
    stop.send_replace(true);
    // Whoever sends requests here hears from /readyz that it should not, and may take a while to look.
    drop(tokio::time::timeout(drain, until_told()).await);
    handle.stop(true).await;
    for part in [serving.await.map(drop), working.await] {
        part.map_err(Error::internal)?;
    }
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    Ok(())
}

async fn if_worker(app: App, with_worker: bool, mut stopped: watch::Receiver<bool>) {
    if with_worker {
        return worker::run(app, stopped).await;
    }
    // Without the worker nobody else sets the clock by the database.
    while !*stopped.borrow() {
        if let Err(error) = app.set_clock().await {
            tracing::warn!(%error, "the clock runs on by itself");
        }
        drop(tokio::time::timeout(Duration::from_secs(10), stopped.wait_for(|stop| *stop)).await);
    }
}

async fn until_told() {
    let (Ok(mut term), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Works without serving, until it is told to stop.
///
/// # Errors
/// When the runtime cannot start.
pub fn work(boot: &Boot) -> Result<(), BootError> {
    let app = boot.app.clone();
    block_on(async move {
        let metrics = scrape::start(&app)?.map(tokio::spawn);
        let (stop, stopped) = watch::channel(false);
        eprintln!("hearback: working");
        let working = tokio::spawn(worker::run(app, stopped));
        until_told().await;
        eprintln!("hearback: stopping; letters under way are finished first");
        stop.send_replace(true);
        working.await.map_err(Error::internal)?;
        if let Some(metrics) = metrics {
            metrics.abort();
        }
        Ok(())
    })
}

/// Migrates and says what was run.
///
/// # Errors
/// When the database does not answer or a migration fails.
pub fn migrate(config: &Config) -> Result<ExitCode, BootError> {
    let (url, _postgres) = boot::open_database(config)?;
    let mut connection = db::open(&url)?;
    let run = db::migrate::run(&mut connection)?;
    for name in &run {
        println!("{name}");
    }
    boot::grant(config, &mut connection)?;
    eprintln!("hearback: {} migrations run; the database is up to date", run.len());
    if let Some(role) = &config.database.role {
        eprintln!("hearback: {role} may do what the program needs");
    }
    Ok(ExitCode::SUCCESS)
}

/// Switches sending, or says how it stands.
///
/// # Errors
/// When the database does not answer.
pub fn sending(boot: &Boot, action: &str) -> Result<(), BootError> {
    let app = &boot.app;
    let now = app.clock.now();
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    if action != "status" {
        fuse::switch(&mut connection, action == "on", Actor::Shell, now)?;
    }
    let always_on = app.config.sending.always_on;
    let is_on = queries::is_on(&mut connection, always_on)?;
    let is_switched_on = queries::is_switched_on(&mut connection)?;
    let due = queries::count_due(&mut connection, now)?;
    println!("sending {}, {due} invitations due now", if is_on { "on" } else { "off" });
    if is_on && !is_switched_on {
        eprintln!("hearback: HEARBACK_SENDING=on keeps it on");
    }
    Ok(())
}
