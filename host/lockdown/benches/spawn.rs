//! What a worker costs: born, locked down with some layers, sealed, ended and waited for. The executable of the bench is
//! the worker, too. An empty set of layers is what any process of this size costs.

#[cfg(target_os = "linux")]
fn main() {
    match tito_lockdown::Orders::from_args(std::env::args_os()) {
        Some(orders) => linux::worker(&orders),
        None => linux::bench(),
    }
}

/// Elsewhere there are no workers.
#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use criterion::Criterion;
    use tito_lockdown::{Bounds, Child, Death, Interest, Layer, Orders, Program, Ready, enter_with, seal};

    const BOUNDS: Bounds = Bounds { data_bytes: 256 << 20, cpu_seconds: 10, stack_bytes: 8 << 20 };
    const NAMESPACES: [Layer; 5] = [
        Layer::UserNamespace,
        Layer::MountNamespace,
        Layer::PidNamespace,
        Layer::IpcNamespace,
        Layer::NetworkNamespace,
    ];

    pub(crate) fn worker(orders: &Orders) {
        let names = std::env::args().nth(1).expect("the bench names the layers");
        let layers: Vec<Layer> = serde_json::from_str(&names).expect("the bench wrote them");
        let reports = enter_with(orders, &layers);
        let stand = reports.iter().filter(|report| report.state.is_on()).count();
        let asked = layers.iter().filter(|layer| **layer != Layer::Cgroup).count();
        assert_eq!(stand, asked, "{reports:?}");
        if layers.contains(&Layer::Seccomp) {
            seal().expect("what was entered can be sealed");
        }
    }

    pub(crate) fn bench() {
        let mut criterion = Criterion::default().configure_from_args();
        let mut group = criterion.benchmark_group("spawn");
        let mut measure = |name: &str, layers: &[Layer]| {
            group.bench_function(name, |b| b.iter(|| live(layers)));
        };
        measure("nothing", &[]);
        measure("everything", &Layer::ALL);
        measure("namespaces", &NAMESPACES);
        for layer in Layer::ALL {
            // The other namespaces are for who is root in one of users.
            let is_namespace = NAMESPACES[1..].contains(&layer);
            let layers = if is_namespace { vec![NAMESPACES[0], layer] } else { vec![layer] };
            measure(&layer.to_string(), &layers);
        }
        group.finish();
    }

    fn live(layers: &[Layer]) {
        let program = Program::own().arg(serde_json::to_string(layers).expect("layers have names"));
        let child = Child::spawn_with(&program, &BOUNDS, layers).expect("there is room for a worker");
        let ready = child.wait(Interest::Read, Duration::from_secs(10)).expect("a socket can be waited for");
        assert_eq!(ready, Ready::Ended);
        let end = child.end().expect("nobody else waits for it");
        assert_eq!(end.death, Death::Exited(0), "{}", end.last_words);
    }
}
