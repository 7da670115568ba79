//! Answers to requests that cannot be parsed: hyper's are bare, ours carry a problem document.

use http::StatusCode;
use subrosa_shared::problem::CONTENT_TYPE;

use crate::http::error::Error;

/// Hyper's own answers are shorter.
const LEN_MAX: usize = 256;
/// With which status codes it makes them.
const STATUS: [&[u8]; 3] = [b"400 ", b"414 ", b"431 "];
const HEAD_END: &[u8] = b"\r\n\r\n";
/// A request line of which not even so much has an end is too long, whatever follows it.
const REQUEST_LINE_MAX: usize = 16 * 1024;

/// Where in what is to be written an answer of hyper's own begins, if it ends with one.
pub(super) fn place_in(written: &[u8]) -> Option<usize> {
    let start = written.len().saturating_sub(LEN_MAX);
    let tail = &written[start..];
    let place = tail.windows(7).rposition(|window| window == b"HTTP/1.")?;
    let head = &tail[place..];
    let status = head.get(b"HTTP/1.1 ".len()..)?;
    let is_bare = STATUS.iter().any(|known| status.starts_with(known))
        && head.ends_with(HEAD_END)
        && head.windows(HEAD_END.len()).filter(|window| *window == HEAD_END).count() == 1
        && head.windows(19).any(|window| window == b"content-length: 0\r\n");
    is_bare.then_some(start + place)
}

/// Why a request was not parsed. `held` is hyper's own answer, `read` what was read of the request
/// and not taken, `is_head_taken` whether its head was.
pub(super) fn refusal(held: Option<&[u8]>, read: &[u8], is_head_taken: bool) -> Error {
    let status = held.and_then(|held| held.get(9..12));
    let has_line = read.iter().take(REQUEST_LINE_MAX).any(|byte| *byte == b'\n');
    match status {
        Some(b"414") => Error::UriTooLong,
        Some(b"431") if is_head_taken => Error::MalformedRequest("No body is as long as content-length says."),
        Some(b"431") if has_line => Error::HeadersTooLarge,
        Some(b"431") => Error::UriTooLong,
        _ => Error::MalformedRequest("It is not HTTP/1.1 as RFC 9112 has it."),
    }
}

/// Whether what was read begins as a request that is answered without a body.
pub(super) fn is_head(read: &[u8]) -> bool {
    let blank = read.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    read[blank..].starts_with(b"HEAD ")
}

/// The whole answer, or its head. The connection is closed after it.
pub(super) fn document(error: &Error, is_head: bool) -> Vec<u8> {
    let problem = error.problem();
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        body.len()
    );
    let mut answer = head.into_bytes();
    if !is_head {
        answer.extend(body);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\
        date: Sat, 28 Nov 2026 20:00:00 GMT\r\n\r\n";

    #[test]
    fn hypers_own_answers_are_known_and_no_others() {
        assert_eq!(place_in(BARE.as_bytes()), Some(0));
        let after = format!("{}{BARE}", "x".repeat(1000));
        assert_eq!(place_in(after.as_bytes()), Some(1000));
        for other in [
            "",
            "HTTP/1.1 ",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n\r\n\r\n",
            &BARE[..BARE.len() - 1],
        ] {
            assert_eq!(place_in(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn head_is_answered_without_a_body() {
        let error = refusal(None, b"HEAD ", false);
        let (head, whole) = (document(&error, is_head(b"\r\nHEAD ")), document(&error, is_head(b"HEADS ")));
        assert!(head.ends_with(HEAD_END) && whole.starts_with(&head) && whole.ends_with(b"}"));
    }

    #[test]
    fn what_was_too_long_is_told() {
        let read = |text: &str| refusal(Some(BARE.as_bytes()), text.as_bytes(), false).problem().status;
        assert_eq!(read("GET / HTTP/1.1\r\nx: y"), 431);
        assert_eq!(read(&format!("GET /{}", "x".repeat(65_000))), 414);
        assert_eq!(refusal(Some(BARE.as_bytes()), b"a\nb", true).problem().status, 400);
        assert_eq!(refusal(None, b"PRI * HTTP/2.0\r\n\r\n", false).problem().status, 400);
    }
}
