//! Figures and how they are told.

/// Prints one figure with its limit beside it.
pub fn told(what: &str, value: f64, unit: &str, limit: &str, holds: bool) {
    println!("{what:<58} {value:>9.2} {unit:<10} {limit:<14} {}", if holds { "holds" } else { "MISSED" });
}

/// The one in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The peak of a process's memory in MiB (`VmHWM`, proc(5)).
pub fn peak(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
