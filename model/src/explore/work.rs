//! Work that several threads do at once: pieces of it come in, what came of each goes out, in the
//! order of the pieces. Knows nothing of what is done.
//!
//! All that threads share is the pile of work, so who does what differs from run to run and what
//! comes of it does not.

use std::sync::Mutex;
use std::thread;

/// Does pieces of work on so many threads, each as soon as it is free, and hands back what came of
/// each piece in the order of the pieces.
pub(super) fn shared_out<T: Send, R: Send>(
    jobs: usize,
    work: impl Iterator<Item = T> + Send,
    each: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let work = Mutex::new(work.enumerate());
    let share = || {
        let mut done = Vec::new();
        loop {
            let next = work.lock().expect("nobody panics who hands out work").next();
            let Some((place, piece)) = next else { return done };
            done.push((place, each(piece)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(share)).collect();
        threads.into_iter().flat_map(joined).collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What a thread made; its panic goes on here, as if there were no thread.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
