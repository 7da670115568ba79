//! What moves on a connection, and the answer that hyper makes by itself where a request cannot be
//! parsed.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::bare;
use crate::connections::Activity;

/// A socket that notes what moves on it in its [`Activity`].
pub(super) struct TrackedSocket {
    stream: TcpStream,
    activity: Arc<Activity>,
    /// The first bytes of the newest request that did not come together with the one before.
    beginning: Vec<u8>,
}

/// So many bytes of a request tell its method, after some blank lines.
const BEGINNING_LEN: usize = 16;

impl TrackedSocket {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity, beginning: Vec::with_capacity(BEGINNING_LEN) }
    }

    /// The socket, and the first bytes of the newest request that did not come together with the
    /// one before.
    pub(super) fn into_parts(self) -> (TcpStream, Vec<u8>) {
        (self.stream, self.beginning)
    }

    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(len)) => self.activity.write(Some(*len)),
            Poll::Pending => self.activity.write(None),
            Poll::Ready(Err(_)) => {}
        }
        written
    }
}

impl AsyncRead for TrackedSocket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buf) else {
            self.activity.await_bytes();
            return Poll::Pending;
        };
        read?;
        let read = &buf.filled()[before..];
        if !read.is_empty() {
            if self.activity.read(read.len()) {
                self.beginning.clear();
            }
            let missing = BEGINNING_LEN - self.beginning.len();
            self.beginning.extend(&read[..read.len().min(missing)]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TrackedSocket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Holds back what looks like hyper's own answer to a request that it cannot parse. After such a
/// request nothing is read any more, and the connection ends with an error: then there is a better
/// answer. If more is read or written, it was something else, and goes out before that.
pub(super) struct Holding<T> {
    inner: T,
    held: Option<Bytes>,
}

impl<T> Holding<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, held: None }
    }

    /// The transport, and what was held back.
    pub(super) fn into_parts(self) -> (T, Option<Bytes>) {
        (self.inner, self.held)
    }
}

impl<T: Write + Unpin> Holding<T> {
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(held) = &mut self.held {
            let len = ready!(Pin::new(&mut self.inner).poll_write(cx, held))?;
            if len == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let rest = held.slice(len..);
            self.held = (!rest.is_empty()).then_some(rest);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Read + Write + Unpin> Read for Holding<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: Write + Unpin> Write for Holding<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_release(cx))?;
        match bare::place_in(buf) {
            Some(0) => {
                self.held = Some(Bytes::copy_from_slice(buf));
                Poll::Ready(Ok(buf.len()))
            }
            // What stands before it is another answer's.
            Some(place) => Pin::new(&mut self.inner).poll_write(cx, &buf[..place]),
            None => Pin::new(&mut self.inner).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // Hyper's own answer is the end of the first piece, and nothing follows it.
        if let [only] = bufs {
            return self.poll_write(cx, only);
        }
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// A request that is being answered, until its answer is with the transport.
pub(super) struct Answer(Arc<Activity>);

impl Answer {
    pub(super) fn begin(activity: Arc<Activity>) -> Self {
        activity.begin_request();
        Self(activity)
    }

    pub(super) fn with_body(self, body: Body) -> AnswerBody {
        AnswerBody { body, _answer: self }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.end_request();
    }
}

/// The body of an answer. The connection drops it when it has taken all of it.
pub(super) struct AnswerBody {
    body: Body,
    _answer: Answer,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
