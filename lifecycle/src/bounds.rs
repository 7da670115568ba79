//! Whether what a request asks for is within its bounds.

use subrosa_shared::content::is_part_size;
use subrosa_shared::limits::Limits;
use subrosa_shared::wrap::{CONTENT_WRAP_LEN, VIEW_WRAP_LEN};

use crate::refusal::Refusal;

/// Whether a value of a field is one of these.
pub(crate) fn check_range(field: &'static str, value: u64, min: u64, max: u64) -> Result<(), Refusal> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(Refusal::ValueOutOfRange { field, min, max }) }
}

/// Whether a sealed object has its one length.
pub(crate) fn check_exactly(field: &'static str, sealed: &[u8], len: usize) -> Result<(), Refusal> {
    check_range(field, sealed.len() as u64, len as u64, len as u64)
}

/// Wraps have one length each: what a link stores is bounded, and is a wrap.
pub(crate) fn check_wraps(view: &[u8], content: &[u8]) -> Result<(), Refusal> {
    check_exactly("view_wrap", view, VIEW_WRAP_LEN)?;
    check_exactly("content_wrap", content, CONTENT_WRAP_LEN)
}

/// Whether a link may allow so many downloads.
pub(crate) fn check_downloads(downloads_max: u32, limits: &Limits) -> Result<(), Refusal> {
    if (1..=limits.downloads_max).contains(&downloads_max) {
        Ok(())
    } else {
        Err(Refusal::DownloadsOutOfRange { min: 1, max: limits.downloads_max.into() })
    }
}

/// Whether a part size is one that the protocol and the server allow.
pub(crate) fn check_part_size(part_bytes: u32, limits: &Limits) -> Result<(), Refusal> {
    let allowed = limits.part_bytes_min..=limits.part_bytes_max;
    if is_part_size(part_bytes) && allowed.contains(&part_bytes) {
        Ok(())
    } else {
        Err(Refusal::PartSizeOutOfRange { min: (*allowed.start()).into(), max: (*allowed.end()).into() })
    }
}
