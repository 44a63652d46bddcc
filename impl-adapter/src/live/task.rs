//! A task that ends when its owner does: nothing that a transport started outlives it.

use std::future::Future;
use tokio::task::JoinHandle;

/// Work in the background. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Task(JoinHandle<()>);

impl Task {
    /// Begins it, on the runtime that this is called on.
    pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Task {
        Task(tokio::spawn(work))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
