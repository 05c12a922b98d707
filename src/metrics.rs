//! What this process counts of itself, for `/metrics`: the counters and clocks, and how they are written down.
//!
//! One set a process, as with the log. Label values are words of the program (route patterns, verdicts), never
//! anything that came from outside, so that a set stays small and names nobody.

use prometheus::{
    Counter, Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    Opts, Registry, TextEncoder,
};
use std::sync::LazyLock;
use std::time::Duration;

/// Upper bounds of the classes of a duration, in seconds.
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Time units of the kernel's figures in one second; the same on every Linux that Rust's standard library runs on.
const TICKS: f64 = 100.0;

/// Media type of the text format (exposition format 0.0.4).
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

static METERS: LazyLock<Option<Meters>> =
    LazyLock::new(|| Meters::new().inspect_err(|error| tracing::error!(%error, "nothing is measured")).ok());

struct Meters {
    registry: Registry,
    requests: HistogramVec,
    sign_in_failures: IntCounter,
    answers: IntCounterVec,
    letters: IntCounterVec,
    rounds: IntCounterVec,
    pool_waiting: IntGauge,
    pool_wait: Histogram,
    pool_timeouts: IntCounter,
    memory: Gauge,
    cpu: Counter,
    threads: Gauge,
    open_files: Gauge,
}

impl Meters {
    fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let meters = Self {
            requests: HistogramVec::new(
                HistogramOpts::new(
                    "hearback_http_request_duration_seconds",
                    "Requests by pattern of the route, method and class of the status, and how long they took.",
                )
                .buckets(SECONDS.to_vec()),
                &["route", "method", "status"],
            )?,
            sign_in_failures: counter("hearback_sign_in_failures_total", "Sign-ins that were refused.")?,
            answers: counters(
                "hearback_answers_stored_total",
                "Forms with answers that were stored, by how they came; a second step and a correction count again.",
                "mode",
            )?,
            letters: counters(
                "hearback_letters_total",
                "Conversations with the relay that ended, by how.",
                "verdict",
            )?,
            rounds: counters(
                "hearback_worker_rounds_total",
                "Rounds of the worker, by whether they came to their end.",
                "result",
            )?,
            pool_waiting: IntGauge::new("hearback_pool_waiting", "Tasks that wait for a connection.")?,
            pool_wait: Histogram::with_opts(
                HistogramOpts::new("hearback_pool_wait_seconds", "How long tasks waited for a connection.")
                    .buckets(SECONDS.to_vec()),
            )?,
            pool_timeouts: counter(
                "hearback_pool_timeouts_total",
                "Tasks that got no connection in time; a request then ended with 503.",
            )?,
            memory: gauge("process_resident_memory_bytes", "Memory in use.")?,
            cpu: Counter::new("process_cpu_seconds_total", "Time of the processors that was used.")?,
            threads: gauge("process_threads", "Threads.")?,
            open_files: gauge("process_open_fds", "Open files and connections.")?,
            registry,
        };
        meters.register()?;
        Ok(meters)
    }

    fn register(&self) -> prometheus::Result<()> {
        let version = Opts::new("hearback_build_info", "Always 1; the label says which version runs.")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        let build = Gauge::with_opts(version)?;
        build.set(1.0);
        let add = |collector| self.registry.register(collector);
        add(Box::new(build))?;
        add(Box::new(self.requests.clone()))?;
        add(Box::new(self.sign_in_failures.clone()))?;
        add(Box::new(self.answers.clone()))?;
        add(Box::new(self.letters.clone()))?;
        add(Box::new(self.rounds.clone()))?;
        add(Box::new(self.pool_waiting.clone()))?;
        add(Box::new(self.pool_wait.clone()))?;
        add(Box::new(self.pool_timeouts.clone()))?;
        add(Box::new(self.memory.clone()))?;
        add(Box::new(self.cpu.clone()))?;
        add(Box::new(self.threads.clone()))?;
        add(Box::new(self.open_files.clone()))?;
        self.begin_at_zero();
        Ok(())
    }

    /// A series that appears with its first event hides that event from `rate`.
    fn begin_at_zero(&self) {
        for mode in ["email", "card", "paper", "phone"] {
            self.answers.with_label_values(&[mode]).reset();
        }
        for verdict in LETTER_VERDICTS {
            self.letters.with_label_values(&[verdict]).reset();
        }
        for result in ["ok", "error"] {
            self.rounds.with_label_values(&[result]).reset();
        }
    }

    /// Reads what the kernel says of this process; what it does not say stays as it was.
    fn look_at_process(&self) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| -> Option<f64> {
            status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
        };
        if let Some(kibibytes) = field("VmRSS:") {
            self.memory.set(kibibytes * 1024.0);
        }
        if let Some(threads) = field("Threads:") {
            self.threads.set(threads);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            self.open_files.set(f64::from(u32::try_from(files.count()).unwrap_or(u32::MAX)));
        }
        let seconds = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_seconds(&stat));
        if let Some(more) = seconds.map(|seconds| seconds - self.cpu.get()).filter(|more| *more > 0.0) {
            self.cpu.inc_by(more);
        }
    }
}

/// How a conversation with the relay can end.
pub const LETTER_VERDICTS: [&str; 8] =
    ["accepted", "bounced", "failed", "retry", "unknown", "relay_fault", "our_fault", "unwritten"];

/// Processor time of the program and the kernel (fields 14 and 15 of proc(5)'s stat).
fn cpu_seconds(stat: &str) -> Option<f64> {
    // The name before them may hold blanks and brackets.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

fn counter(name: &str, help: &str) -> prometheus::Result<IntCounter> {
    IntCounter::new(name, help)
}

fn counters(name: &str, help: &str, label: &str) -> prometheus::Result<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), &[label])
}

fn gauge(name: &str, help: &str) -> prometheus::Result<Gauge> {
    Gauge::new(name, help)
}

/// Notes a request that was answered: by the pattern of its route, never by its path.
pub fn request(route: &'static str, method: &'static str, status: u16, took: Duration) {
    let Some(meters) = &*METERS else { return };
    let class = match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    meters.requests.with_label_values(&[route, method, class]).observe(took.as_secs_f64());
}

/// Notes a sign-in that was refused.
pub fn sign_in_failed() {
    if let Some(meters) = &*METERS {
        meters.sign_in_failures.inc();
    }
}

/// Notes that an answer was stored, by how it came.
pub fn answer_stored(mode: &'static str) {
    if let Some(meters) = &*METERS {
        meters.answers.with_label_values(&[mode]).inc();
    }
}

/// Notes how a conversation with the relay ended.
pub fn letter_ended(verdict: &'static str) {
    if let Some(meters) = &*METERS {
        meters.letters.with_label_values(&[verdict]).inc();
    }
}

/// Notes that a round of the worker is over.
pub fn round_ended(came_to_its_end: bool) {
    if let Some(meters) = &*METERS {
        meters.rounds.with_label_values(&[if came_to_its_end { "ok" } else { "error" }]).inc();
    }
}

/// Counts one that waits for a connection, for as long as it lives.
#[derive(Debug)]
pub struct Waiting(());

/// Begins to wait for a connection.
pub fn waiting() -> Waiting {
    if let Some(meters) = &*METERS {
        meters.pool_waiting.inc();
    }
    Waiting(())
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(meters) = &*METERS {
            meters.pool_waiting.dec();
        }
    }
}

/// Notes how long a connection was waited for.
pub fn pool_waited(time: Duration) {
    if let Some(meters) = &*METERS {
        meters.pool_wait.observe(time.as_secs_f64());
    }
}

/// Notes that no connection came free in time.
pub fn pool_timed_out() {
    if let Some(meters) = &*METERS {
        meters.pool_timeouts.inc();
    }
}

/// Figures that are read somewhere else, in the text format; each stands for one moment.
#[derive(Debug, Default)]
pub struct Snapshot(Registry);

impl Snapshot {
    /// Adds a figure without a label.
    pub fn gauge(&self, name: &str, help: &str, value: f64) {
        self.add(Opts::new(name, help), value);
    }

    /// Adds one of several figures of a name, told apart by a label.
    pub fn labelled(&self, name: &str, help: &str, label: (&str, &str), value: f64) {
        self.add(Opts::new(name, help).const_label(label.0, label.1), value);
    }

    fn add(&self, opts: Opts, value: f64) {
        let added = Gauge::with_opts(opts).and_then(|gauge| {
            gauge.set(value);
            self.0.register(Box::new(gauge))
        });
        if let Err(error) = added {
            tracing::error!(%error, "a figure is left out of the metrics");
        }
    }

    /// Writes them down.
    pub fn text(&self) -> String {
        text(&self.0)
    }
}

/// Writes down what this process counted, with what the kernel says of it.
pub fn process_text() -> String {
    let Some(meters) = &*METERS else { return String::new() };
    meters.look_at_process();
    text(&meters.registry)
}

fn text(registry: &Registry) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = TextEncoder::new().encode(&registry.gather(), &mut bytes) {
        tracing::error!(%error, "the metrics cannot be written down");
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_a_name_with_blanks_and_brackets() {
        let stat = "7 (a ) (b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 1 1 1";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("7 (a"), None);
    }

    #[test]
    fn a_figure_is_written_with_its_label() {
        let snapshot = Snapshot::default();
        snapshot.labelled("hearback_jobs", "Jobs.", ("state", "due"), 3.0);
        snapshot.labelled("hearback_jobs", "Jobs.", ("state", "failed"), 0.0);
        let text = snapshot.text();
        assert!(text.contains("# TYPE hearback_jobs gauge"), "{text}");
        assert!(text.contains("hearback_jobs{state=\"due\"} 3\n"), "{text}");
        assert!(text.contains("hearback_jobs{state=\"failed\"} 0\n"), "{text}");
    }

    #[test]
    fn what_the_kernel_says_of_this_process_is_more_than_nothing() {
        let text = process_text();
        let figure = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
            line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
        };
        assert!(figure("process_resident_memory_bytes") > 1e6, "{text}");
        assert!(figure("process_threads") >= 1.0 && figure("process_open_fds") >= 3.0, "{text}");
    }
}
