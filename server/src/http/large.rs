//! Large answers that are held whole: of an owner's share with many links, of a note. A client that
//! reads slowly keeps its answer in memory, so all of them together are bounded.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::Error;

/// Smaller answers are bounded by the number of connections. What a push hands over and a timeline
/// are smaller.
const LARGE_LEN: u64 = 128 * 1024;
/// KiB of large answers at the same time.
const MEMORY_KIB: usize = 64 * 1024;
/// An answer goes on its way in pieces, so that the connection does not copy all of it.
const PIECE_LEN: usize = 16 * 1024;

/// Memory for large answers.
#[derive(Clone)]
pub(super) struct AnswerMemory(Arc<Semaphore>);

impl AnswerMemory {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MEMORY_KIB)))
    }
}

/// Lets a large answer go if there is room for it, and keeps the room until its last byte has left.
/// Otherwise the client is asked to come back: every call can be made again.
pub(super) async fn hold(State(memory): State<AnswerMemory>, request: Request, next: Next) -> Response {
    // One copy of the document serves everybody.
    let is_shared = request.uri().path().ends_with("/openapi.json");
    let response = next.run(request).await;
    if is_shared { response } else { memory.admit(response).await }
}

/// Bytes that keep their room for as long as anybody has a piece of them.
struct HeldBytes {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AnswerMemory {
    async fn admit(&self, response: Response) -> Response {
        // What is streamed has no length that is known here.
        let Some(len) = response.body().size_hint().exact().filter(|len| *len > LARGE_LEN) else { return response };
        let kib = u32::try_from(len.div_ceil(1024)).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.0).try_acquire_many_owned(kib) else { return Error::Busy.into_response() };
        let (mut parts, body) = response.into_parts();
        let Ok(whole) = body.collect().await else { return Error::Internal.into_response() };
        let mut rest = Bytes::from_owner(HeldBytes { bytes: whole.to_bytes(), _room: room });
        parts.headers.insert(header::CONTENT_LENGTH, len.into());
        let pieces = std::iter::from_fn(move || {
            let len = rest.len().min(PIECE_LEN);
            (len > 0).then(|| Ok::<_, std::convert::Infallible>(rest.split_to(len)))
        });
        Response::from_parts(parts, Body::from_stream(stream::iter(pieces)))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn answer(kib: usize) -> Response {
        let bytes: Vec<u8> = (0..kib * 1024).map(|at| (at % 251) as u8).collect();
        ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
    }

    #[tokio::test]
    async fn large_answers_have_room_until_their_last_byte_has_left() {
        let memory = AnswerMemory(Arc::new(Semaphore::new(500)));
        let first = memory.admit(answer(300)).await;
        assert_eq!(first.headers()[header::CONTENT_LENGTH], (300 * 1024).to_string());
        assert_eq!(memory.admit(answer(300)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(memory.admit(answer(128)).await.status(), StatusCode::OK, "one that is not large needs no room");
        let second = memory.admit(answer(200)).await;
        assert_eq!(second.status(), StatusCode::OK);

        // A piece that waits to be written keeps the room, though the body is done.
        let mut body = first.into_body();
        let mut pieces = Vec::new();
        while let Some(frame) = body.frame().await {
            pieces.push(frame.unwrap().into_data().unwrap());
        }
        drop(body);
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE_LEN));
        assert_eq!(Bytes::from(pieces.concat()), answer(300).into_body().collect().await.unwrap().to_bytes());
        let last = pieces.pop();
        drop(pieces);
        assert_eq!(memory.0.available_permits(), 0);
        drop(last);
        assert_eq!(memory.0.available_permits(), 300);
        drop(second);
        assert_eq!(memory.0.available_permits(), 500);
    }
}
