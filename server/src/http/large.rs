//! Large answers that are held whole: of an owner's share with many links, of a note. A client that
//! reads slowly keeps its answer in memory, so all of them together are bounded, and where there is
//! no room the slowest reader makes some.

use std::pin::pin;
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
use tokio::time::{Duration, Instant, timeout};

use super::error::Error;
use crate::app::App;
use crate::concurrency::without_permit;
use crate::connections::{Activity, Connections, HeldAnswer};

/// Smaller answers are bounded by the number of connections. What a push hands over and a timeline
/// are smaller.
const LARGE_LEN: u64 = 128 * 1024;
/// KiB of large answers at the same time.
const MEMORY_KIB: usize = 64 * 1024;
/// KiB of answers that may wait for room.
const WAITING_KIB: usize = 16 * 1024;
/// The longest wait for room.
const ROOM_WAIT: Duration = Duration::from_secs(1);
/// How often another reader is closed meanwhile.
const ROOM_RETRY: Duration = Duration::from_millis(100);
/// An answer goes on its way in pieces, so that the connection does not copy all of it.
const PIECE_LEN: usize = 16 * 1024;

/// Memory for large answers.
#[derive(Clone)]
pub(super) struct AnswerMemory {
    free: Arc<Semaphore>,
    free_to_wait: Arc<Semaphore>,
    connections: Arc<Connections>,
}

impl AnswerMemory {
    pub(super) fn new(app: &App) -> Self {
        Self::with(MEMORY_KIB, app.connections())
    }

    fn with(kib: usize, connections: &Arc<Connections>) -> Self {
        let (free, free_to_wait) = (Arc::new(Semaphore::new(kib)), Arc::new(Semaphore::new(WAITING_KIB)));
        Self { free, free_to_wait, connections: Arc::clone(connections) }
    }
}

/// Lets a large answer go when there is room for it, and keeps the room until its last byte has
/// left. Where none is found soon, the client is asked to come back: every call can be made again.
pub(super) async fn hold(State(room): State<AnswerMemory>, request: Request, next: Next) -> Response {
    // One copy of the document serves everybody.
    let is_shared = request.uri().path().ends_with("/openapi.json");
    let activity = request.extensions().get::<Arc<Activity>>().cloned();
    let response = next.run(request).await;
    if is_shared { response } else { room.admit(response, activity).await }
}

/// Bytes that keep their room for as long as anybody has a piece of them.
struct HeldBytes {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
    /// At the connection, if it goes over one.
    _noted: Option<HeldAnswer>,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AnswerMemory {
    async fn admit(&self, response: Response, activity: Option<Arc<Activity>>) -> Response {
        // What is streamed has no length that is known here.
        let Some(len) = response.body().size_hint().exact().filter(|len| *len > LARGE_LEN) else { return response };
        let kib = u32::try_from(len.div_ceil(1024)).unwrap_or(u32::MAX);
        let Some(room) = self.acquire(kib).await else { return Error::Busy.into_response() };
        let (mut parts, body) = response.into_parts();
        let Ok(whole) = body.collect().await else { return Error::Internal.into_response() };
        let noted = activity.as_ref().map(Activity::hold_answer);
        let mut rest = Bytes::from_owner(HeldBytes { bytes: whole.to_bytes(), _room: room, _noted: noted });
        parts.headers.insert(header::CONTENT_LENGTH, len.into());
        let pieces = std::iter::from_fn(move || {
            let len = rest.len().min(PIECE_LEN);
            (len > 0).then(|| Ok::<_, std::convert::Infallible>(rest.split_to(len)))
        });
        Response::from_parts(parts, Body::from_stream(stream::iter(pieces)))
    }

    /// Memory for so many KiB, if need be because slow readers are closed for it. `None`: none of
    /// them is slow, or too many wait.
    async fn acquire(&self, kib: u32) -> Option<OwnedSemaphorePermit> {
        if let Ok(room) = Arc::clone(&self.free).try_acquire_many_owned(kib) {
            return Some(room);
        }
        let _waits = self.free_to_wait.try_acquire_many(kib).ok()?;
        let until = Instant::now() + ROOM_WAIT;
        let mut room = pin!(Arc::clone(&self.free).acquire_many_owned(kib));
        let waited = without_permit(async {
            while Instant::now() < until {
                self.connections.close_idlest_with_answer();
                if let Ok(room) = timeout(ROOM_RETRY, &mut room).await {
                    return room.ok();
                }
            }
            None
        });
        waited.await.flatten()
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::connections::ConnectionLimits;

    fn connections() -> Arc<Connections> {
        let long = Duration::from_secs(30);
        let limits =
            ConnectionLimits { connections_max: 10, per_peer_max: 10, proxies: Vec::new(), headers: long, idle: long };
        Arc::new(Connections::new(limits))
    }

    fn answer(kib: usize) -> Response {
        let bytes: Vec<u8> = (0..kib * 1024).map(|at| (at % 251) as u8).collect();
        ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
    }

    #[tokio::test]
    async fn large_answers_have_room_until_their_last_byte_has_left() {
        let room = AnswerMemory::with(500, &connections());
        let first = room.admit(answer(300), None).await;
        assert_eq!(first.headers()[header::CONTENT_LENGTH], (300 * 1024).to_string());
        assert_eq!(room.admit(answer(300), None).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(room.admit(answer(128), None).await.status(), StatusCode::OK, "one that is not large needs no room");
        let second = room.admit(answer(200), None).await;
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
        assert_eq!(room.free.available_permits(), 0);
        drop(last);
        assert_eq!(room.free.available_permits(), 300);
        drop(second);
        assert_eq!(room.free.available_permits(), 500);
    }

    #[tokio::test]
    async fn the_slowest_reader_makes_room_and_who_is_not_slow_does_not() {
        let connections = connections();
        let room = AnswerMemory::with(300, &connections);
        let reader = || connections.admit(([192, 0, 2, 1], 1).into()).unwrap();
        let (first, second) = (reader(), reader());
        first.activity.begin_request();
        let held = room.admit(answer(300), Some(Arc::clone(&first.activity))).await;
        let next = async || room.admit(answer(300), Some(Arc::clone(&second.activity))).await.status();
        assert_eq!(next().await, StatusCode::SERVICE_UNAVAILABLE, "the server has not come to it");
        // It takes 700 bytes a second, which is slow, but not silence.
        first.activity.write(None);
        let slow = tokio::time::sleep(Duration::from_millis(1100));
        slow.await;
        first.activity.write(Some(2000));
        first.activity.write(None);
        let ((), answered) = tokio::join!(
            async {
                first.activity.closed().await;
                drop(held);
            },
            next()
        );
        assert_eq!(answered, StatusCode::OK);
    }
}
