//! Many submissions at once.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// Does `work` for every item, on as many threads as `jobs`, each item on one of them; `done` hears of every end on
/// this thread, in the order in which they come.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(usize, R),
) {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    send.send((index, work(item))).expect("the receiver outlives its senders");
                }
            });
        }
        drop(send);
        receive.iter().for_each(|(index, result)| done(index, result));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_done_once() {
        for (count, jobs) in [(0, 2), (1, 4), (100, 1), (100, 3)] {
            let items: Vec<usize> = (0..count).collect();
            let mut results = vec![0; count];
            each(&items, jobs, |item| item + 1, |index, result| results[index] += result);
            assert!(results.iter().copied().eq(1..=count), "{count} on {jobs}: {results:?}");
        }
    }
}
