//! What can be read of the hardware and the system's limits; `None` where the system does not tell.

use std::{fs, thread};

use serde::Serialize;

/// The machine that tito runs on.
#[derive(Serialize)]
pub(super) struct Machine {
    system: &'static str,
    architecture: &'static str,
    cores: Option<usize>,
    /// Those that kernels and guests are compiled for.
    vectors: Vec<&'static str>,
    memory_bytes: Option<u64>,
    available_bytes: Option<u64>,
    /// The soft limit of a process's main thread; guests run on threads with their own.
    stack: Option<String>,
    /// The soft limit on address space, of which every guest reserves 4 GiB.
    address_space: Option<String>,
}

impl Machine {
    /// This one.
    pub(super) fn here() -> Self {
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self {
            system: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            cores: thread::available_parallelism().ok().map(usize::from),
            vectors: vectors(),
            memory_bytes: memory_field(&memory, "MemTotal:"),
            available_bytes: memory_field(&memory, "MemAvailable:"),
            stack: soft_limit(&limits, "Max stack size"),
            address_space: soft_limit(&limits, "Max address space"),
        }
    }

    /// The same for people.
    pub(super) fn rows(&self) -> [[String; 2]; 4] {
        let unknown = || "unknown".to_owned();
        let gib = |bytes: Option<u64>| {
            bytes.map_or_else(unknown, |bytes| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)))
        };
        let cores = self.cores.map_or_else(unknown, |cores| cores.to_string());
        let vectors = if self.vectors.is_empty() { "none known".into() } else { self.vectors.join(", ") };
        let bytes = |limit: &Option<String>| match limit.as_deref() {
            Some("unlimited") => "unlimited".to_owned(),
            Some(bytes) => format!("{bytes} bytes"),
            None => unknown(),
        };
        [
            (
                "processor",
                format!("{cores} cores, {}, {}; vectors: {vectors}", self.architecture, self.system),
            ),
            ("memory", format!("{}, {} available", gib(self.memory_bytes), gib(self.available_bytes))),
            ("stack", format!("{} for the main thread; guests run on threads of 16 MiB", bytes(&self.stack))),
            ("address space", format!("{}; every guest reserves 4 GiB of it", bytes(&self.address_space))),
        ]
        .map(|(name, value)| [name.into(), value])
    }
}

#[cfg(target_arch = "x86_64")]
fn vectors() -> Vec<&'static str> {
    let known = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    known.into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect()
}

#[cfg(target_arch = "aarch64")]
fn vectors() -> Vec<&'static str> {
    vec!["neon"]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn vectors() -> Vec<&'static str> {
    Vec::new()
}

/// A line such as `MemTotal:       24683412 kB`, in bytes.
fn memory_field(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = rest.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// The soft limit of a line such as `Max stack size    8388608    unlimited    bytes`.
fn soft_limit(text: &str, name: &str) -> Option<String> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_off_the_system_s_own_tables() {
        let memory = "MemFree: 1 kB\nMemTotal:       2048 kB\n";
        for (name, expected) in [("MemTotal:", Some(2 << 20)), ("MemFree:", Some(1 << 10)), ("Swap:", None)] {
            assert_eq!(memory_field(memory, name), expected);
        }
        let limits =
            "Max cpu time    unlimited    unlimited    seconds\nMax stack size    8388608    unlimited\n";
        for (name, expected) in
            [("Max stack size", Some("8388608")), ("Max cpu time", Some("unlimited")), ("Max x", None)]
        {
            assert_eq!(soft_limit(limits, name).as_deref(), expected);
        }
    }
}
