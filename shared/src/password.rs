//! Passwords, stretched with Argon2id (RFC 9106). PROTOCOL.md section 3.2.

use argon2::{Algorithm, Argon2, Params, Version};
use subrosa_unicode::nfc;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// How a password is stretched. A number in the token, never parameters from the server, which
/// could weaken them or hang a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suite {
    /// Argon2id version 0x13 with m = 64 MiB, t = 3, p = 1, output 32 bytes.
    One,
}

/// A password that is empty, or longer than anyone types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Nothing was given: an empty password means no password, and takes another way.
    #[error("the password is empty")]
    Empty,
    /// The password exceeds [`Password::BYTES_MAX`].
    #[error("the password exceeds {} bytes", Password::BYTES_MAX)]
    TooLong,
}

/// A password as it was typed, normalized to NFC so that every keyboard gives the same bytes.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Longest password accepted, in bytes of UTF-8 after normalization.
    pub const BYTES_MAX: usize = 1024;

    /// Normalizes what was typed.
    ///
    /// # Errors
    /// The password is empty or too long.
    pub fn new(typed: &str) -> Result<Self, PasswordError> {
        // NFC of a text has at most three times its length (Unicode Standard Annex 15, table 4).
        if typed.len() > Self::BYTES_MAX {
            return Err(PasswordError::TooLong);
        }
        let normalized: Zeroizing<String> = Zeroizing::new(nfc(typed));
        match normalized.len() {
            0 => Err(PasswordError::Empty),
            len if len > Self::BYTES_MAX => Err(PasswordError::TooLong),
            _ => Ok(Self(normalized)),
        }
    }

    /// Stretches the password with the salt of one link. Takes 64 MiB of memory and about 0.2 s.
    pub(crate) fn stretch_with_salt(&self, suite: Suite, salt: &[u8; 16]) -> StretchedPassword {
        let mut stretched = StretchedPassword([0; 32]);
        suite
            .argon2()
            .hash_password_into(self.0.as_bytes(), salt, &mut stretched.0)
            .expect("lengths of salt and output are fixed and allowed, and the password is shorter than 2^32");
        stretched
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl Suite {
    fn argon2(self) -> Argon2<'static> {
        let (memory_kib, passes, lanes) = match self {
            Self::One => (64 * 1024, 3, 1),
        };
        let params = Params::new(memory_kib, passes, lanes, Some(32)).expect("the suites' parameters are allowed");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}

/// Argon2id of a password: 32 bytes, for one link.
#[derive(ZeroizeOnDrop)]
pub struct StretchedPassword([u8; 32]);

impl StretchedPassword {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes the bytes of one that was kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes. Whoever calls this answers for where they go: with the link's secret they open
    /// the link, and tell a guessed password from another.
    #[must_use]
    pub const fn expose(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl std::fmt::Debug for StretchedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StretchedPassword")
    }
}
