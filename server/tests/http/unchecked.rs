//! In place of `openapi`, for tests of other programs that share `support`: they do not hold
//! answers against the document.

pub(crate) fn expect_described<M, A>(_: &M, _: &str, _: &A) {}
