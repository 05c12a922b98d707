//! Many tasks, one transaction: whatever is asked for while a commit is under way goes into the next one.
//!
//! Each letter needs a marker on the disk before its body and an end after it. With a commit each, ten connections
//! would wait for the disk most of their time.

use crate::error::{Error, Result};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long a group waits for more to join it.
const GATHER: Duration = Duration::from_millis(1);

type Asked<T, R> = (T, oneshot::Sender<Result<R>>);

/// The way to a task that does work in groups. Clones lead to the same task; it ends with the last of them.
pub struct Group<T, R>(mpsc::UnboundedSender<Asked<T, R>>);

impl<T, R> Clone for Group<T, R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T, R> Group<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts the task, which calls `work` with at most `most` things and expects one result for each, in order.
    /// When `work` fails for several, it is called again for each alone, so that one cannot fail the others.
    pub fn start<W, F>(most: usize, work: W) -> Self
    where
        W: Fn(Arc<[T]>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Vec<R>>> + Send,
    {
        let (ask, mut asked) = mpsc::unbounded_channel::<Asked<T, R>>();
        tokio::spawn(async move {
            let mut group = Vec::with_capacity(most);
            while asked.recv_many(&mut group, most).await > 0 {
                // The others are a word from the relay away, and a commit costs more than that.
                let gathered = tokio::time::Instant::now() + GATHER;
                while group.len() < most
                    && let Ok(Some(more)) = tokio::time::timeout_at(gathered, asked.recv()).await
                {
                    group.push(more);
                }
                let (things, replies): (Vec<T>, Vec<_>) = group.drain(..).unzip();
                answer(things, replies, &work).await;
            }
        });
        Self(ask)
    }

    /// Has the work done for one thing without waiting for it.
    pub fn tell(&self, thing: T) {
        let (reply, _) = oneshot::channel();
        // A task that is gone does nothing more, and nobody waits.
        drop(self.0.send((thing, reply)));
    }

    /// Has the work done for one thing and waits until it is lasting.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn call(&self, thing: T) -> Result<R> {
        let gone = || Error::internal("the task that groups is gone");
        let (reply, answered) = oneshot::channel();
        self.0.send((thing, reply)).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn answer<T, R, W, F>(things: Vec<T>, replies: Vec<oneshot::Sender<Result<R>>>, work: &W)
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
    W: Fn(Arc<[T]>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<R>>> + Send,
{
    let things: Arc<[T]> = things.into();
    let alone = things.len() == 1;
    match work(things.clone()).await {
        Ok(results) => {
            for (reply, result) in replies.into_iter().zip(results) {
                drop(reply.send(Ok(result)));
            }
        }
        Err(error) if alone => {
            for reply in replies {
                drop(reply.send(Err(error.clone())));
            }
        }
        Err(_) => {
            for (thing, reply) in things.iter().zip(replies) {
                let one = work(Arc::from([thing.clone()])).await;
                let gone = || Error::internal("a group gave no result");
                drop(reply.send(one.and_then(|mut results| results.pop().ok_or_else(gone))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::Mutex;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
    }

    #[test]
    fn what_is_asked_for_together_is_done_together_and_each_gets_its_own_result() {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let seen = sizes.clone();
        let results = runtime().block_on(async move {
            let group = Group::start(4, move |things: Arc<[u32]>| {
                seen.lock().unwrap().push(things.len());
                async move { Ok(things.iter().map(|thing| thing * 10).collect()) }
            });
            join_all((0..10).map(|at| group.call(at))).await
        });
        assert_eq!(results, (0..10).map(|at| Ok(at * 10)).collect::<Vec<_>>());
        assert_eq!(*sizes.lock().unwrap(), [4, 4, 2]);
    }

    #[test]
    fn one_that_fails_does_not_fail_its_neighbours() {
        let results = runtime().block_on(async {
            let group = Group::start(8, |things: Arc<[u32]>| async move {
                if things.contains(&3) {
                    return Err(Error::not_found("three"));
                }
                Ok(things.to_vec())
            });
            join_all((0..6).map(|at| group.call(at))).await
        });
        let wrong: Vec<usize> =
            results.iter().enumerate().filter(|(_, result)| result.is_err()).map(|(at, _)| at).collect();
        assert_eq!(wrong, [3]);
    }
}
