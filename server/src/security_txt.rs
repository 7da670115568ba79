//! The operator's `security.txt` (RFC 9116): whom to tell of a weakness. The operator writes it,
//! and may sign it; the server hands it out as it is.

use std::path::{Path, PathBuf};

use bytes::Bytes;

/// Bytes of the file. Real ones have a few hundred, and a signature.
const BYTES_MAX: u64 = 32 * 1024;
/// Fields that the standard demands.
const REQUIRED: [&str; 2] = ["Contact", "Expires"];

/// A file that is none.
#[derive(Debug, thiserror::Error)]
pub enum SecurityTxtError {
    /// It cannot be read.
    #[error("--security-txt: cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is too large.
    #[error("--security-txt: {} has more than {BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It lacks a field.
    #[error("--security-txt: {} has no line that begins with {field}: (RFC 9116 demands Contact and Expires)", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
    },
}

/// Reads the file and looks whether it is one.
///
/// # Errors
/// It cannot be read, is too large, or lacks a field that the standard demands.
pub(crate) fn read(path: &Path) -> Result<Bytes, SecurityTxtError> {
    let path = || path.to_owned();
    let unreadable = |source| SecurityTxtError::Unreadable { path: path(), source };
    if std::fs::metadata(path()).map_err(unreadable)?.len() > BYTES_MAX {
        return Err(SecurityTxtError::TooLarge { path: path() });
    }
    let text = std::fs::read_to_string(path()).map_err(unreadable)?;
    for field in REQUIRED {
        let has = |line: &str| line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case(field));
        if !text.lines().any(has) {
            return Err(SecurityTxtError::Missing { path: path(), field });
        }
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_what_the_standard_demands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("security.txt");
        assert!(matches!(read(&path), Err(SecurityTxtError::Unreadable { .. })));
        let whole = "# ours\ncontact: mailto:security@example.org\nExpires: 2027-01-01T00:00:00Z\n";
        std::fs::write(&path, whole).unwrap();
        assert_eq!(read(&path).unwrap(), whole);
        std::fs::write(&path, "Contact: mailto:security@example.org\n").unwrap();
        assert!(matches!(read(&path), Err(SecurityTxtError::Missing { field: "Expires", .. })));
        std::fs::write(&path, "x".repeat(40_000)).unwrap();
        assert!(matches!(read(&path), Err(SecurityTxtError::TooLarge { .. })));
    }
}
