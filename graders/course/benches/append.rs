//! What noting one result costs in courses of different sizes: a batch's overhead for every submission beyond grading.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tito_course::Course;
use tito_gradebook::{Event, Student};

fn note(c: &mut Criterion) {
    let mut group = c.benchmark_group("note one result");
    for size in [100, 1_000, 10_000] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut course = Course::create(folder.path(), "C", "c", "bench").expect("a new course");
        // As long as a grading of thirty checks.
        let name = "x".repeat(4_000);
        let event = |number: usize| Event::Enrolled {
            student: Student { id: format!("s{number}"), name: name.clone(), ..Student::default() },
        };
        for first in (0..size).step_by(100) {
            course.append((first..first + 100).map(event).collect()).expect("the log takes them");
        }
        group.bench_function(format!("among {size}"), |bencher| {
            bencher.iter(|| course.append(black_box(vec![event(0)])).expect("the log takes it"));
        });
    }
    group.finish();
}

criterion_group!(benches, note);
criterion_main!(benches);
