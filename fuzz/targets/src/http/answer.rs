//! Answers, read as a client does that trusts nothing.

/// An answer, whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

/// What bytes are, so far.
pub(super) enum Read {
    /// Not whole yet.
    Wants,
    /// An answer, and how many bytes it takes.
    Whole(Answer, usize),
}

impl Answer {
    /// Reads what came so far.
    pub(super) fn read(bytes: &[u8], is_head: bool, is_ended: bool) -> Read {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut headers);
        let head_len = match parsed.parse(bytes) {
            Ok(httparse::Status::Complete(len)) => len,
            Ok(httparse::Status::Partial) => return Read::Wants,
            Err(error) => panic!("no answer but {:?}: {error}", String::from_utf8_lossy(bytes)),
        };
        let status = parsed.code.expect("an answer has a status");
        let headers: Vec<_> =
            parsed.headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.value.to_vec())).collect();
        let mut answer = Self { status, headers, body: Vec::new() };
        let rest = &bytes[head_len..];
        if is_head || status < 200 || status == 204 || status == 304 {
            return Read::Whole(answer, head_len);
        }
        if answer.header("transfer-encoding").is_some() {
            return match chunks(rest) {
                Some((body, len)) => {
                    answer.body = body;
                    Read::Whole(answer, head_len + len)
                }
                None => Read::Wants,
            };
        }
        let len = match answer.header("content-length") {
            Some(len) => len.parse().expect("a length is a number"),
            None if is_ended => rest.len(),
            None => return Read::Wants,
        };
        match rest.get(..len) {
            Some(body) => {
                answer.body = body.to_vec();
                Read::Whole(answer, head_len + len)
            }
            None => Read::Wants,
        }
    }

    /// A header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        std::str::from_utf8(value).ok()
    }

    /// Whether a text stands anywhere in it.
    pub(super) fn has(&self, text: &str) -> bool {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        has(&self.body) || self.headers.iter().any(|(_, value)| has(value))
    }
}

/// A body in chunks (RFC 9112, section 7.1), and how many bytes it takes. `None` if it is not
/// whole.
fn chunks(mut bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, all) = (Vec::new(), bytes.len());
    loop {
        let line = bytes.windows(2).position(|window| window == b"\r\n")?;
        let digits = std::str::from_utf8(&bytes[..line]).expect("the length of a chunk is text");
        let len = usize::from_str_radix(digits, 16).expect("the length of a chunk is a number");
        body.extend_from_slice(bytes.get(line + 2..line + 2 + len)?);
        bytes = bytes.get(line + 2 + len + 2..)?;
        if len == 0 {
            return Some((body, all - bytes.len()));
        }
    }
}
