//! Cuts off connections whose other side does not take what is written to it.
//!
//! Only writing is watched: what a client is slow to send is the business of the header timeout and
//! of the reader of the body, who can still answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::MIN_PROGRESS_BYTES;

/// A transport that fails when it took less than [`MIN_PROGRESS_BYTES`] in a span during which
/// there was always more to write.
pub(super) struct StallGuard<T> {
    inner: T,
    span: Duration,
    /// Runs while the other side is behind.
    behind: Option<Behind>,
}

struct Behind {
    until: Pin<Box<Sleep>>,
    taken: u64,
}

impl<T> StallGuard<T> {
    pub(super) fn new(inner: T, span: Duration) -> Self {
        Self { inner, span, behind: None }
    }

    pub(super) fn into_inner(self) -> T {
        self.inner
    }

    /// Looks at what a write of `wanted` bytes came to.
    fn note(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
        wanted: usize,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(len)) if *len < wanted => {
                if let Some(behind) = &mut self.behind {
                    behind.taken += *len as u64;
                }
            }
            // Everything was taken at once, or the connection is broken.
            Poll::Ready(_) => self.behind = None,
            Poll::Pending => return self.poll_stalled(cx),
        }
        written
    }

    fn poll_stalled<R>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        let span = self.span;
        let start = || Behind { until: Box::pin(sleep_until(Instant::now() + span)), taken: 0 };
        let behind = self.behind.get_or_insert_with(start);
        while behind.until.as_mut().poll(cx).is_ready() {
            if behind.taken < MIN_PROGRESS_BYTES {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            *behind = start();
        }
        Poll::Pending
    }
}

impl<T: Read + Unpin> Read for StallGuard<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: Write + Unpin> Write for StallGuard<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.note(cx, written, buf.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.note(cx, written, bufs.iter().map(|buf| buf.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
