//! Whose a ledger is, and whether it is in service.

use std::fmt::{self, Display, Formatter};

use crate::ledger::{InstallationId, LedgerError};

/// Whose a ledger is, and whether it is in service. One short text in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceState {
    /// Nobody's yet.
    New,
    /// In service.
    Serving(InstallationId),
    /// Closed: its records are being taken elsewhere, and nothing serves them until that is done or
    /// undone.
    Leaving(InstallationId),
    /// Closed for good: its records are elsewhere.
    Moved {
        /// Whose they are.
        installation: InstallationId,
        /// Where they went: what received them under this name.
        to: TransferId,
    },
    /// Is being filled, and not in service yet.
    Receiving {
        /// Whose records they are.
        installation: InstallationId,
        /// Its name as long as it receives.
        name: TransferId,
        /// Who fills it. Whoever takes over draws another one, so that the one before can change
        /// nothing any more.
        run: TransferId,
    },
}

impl ServiceState {
    /// The installation, whatever is about to happen to it.
    #[must_use]
    pub fn installation(&self) -> Option<&InstallationId> {
        match self {
            Self::New => None,
            Self::Serving(installation)
            | Self::Leaving(installation)
            | Self::Moved { installation, .. }
            | Self::Receiving { installation, .. } => Some(installation),
        }
    }

    /// The installation, if it is in service or may go into it.
    ///
    /// # Errors
    /// It is not in service.
    pub fn in_service(self) -> Result<Option<InstallationId>, LedgerError> {
        match self {
            Self::New => Ok(None),
            Self::Serving(installation) => Ok(Some(installation)),
            _ => Err(LedgerError::NotInService(self)),
        }
    }

    /// As text; `None` for [`New`](Self::New). In service, it is the id of the installation and nothing else.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        Some(match self {
            Self::New => return None,
            Self::Serving(installation) => installation.as_str().to_owned(),
            Self::Leaving(installation) => format!("leaving:{}", installation.as_str()),
            Self::Moved { installation, to } => format!("moved:{}:{to}", installation.as_str()),
            Self::Receiving { installation, name, run } => format!("receiving:{}:{name}:{run}", installation.as_str()),
        })
    }

    /// Reads what [`to_text`](Self::to_text) wrote; `None` if it is something else.
    #[must_use]
    pub fn from_text(text: Option<&str>) -> Option<Self> {
        let Some(text) = text else { return Some(Self::New) };
        let mut words = text.split(':');
        let first = words.next()?;
        if let Some(installation) = InstallationId::parse(first) {
            return words.next().is_none().then_some(Self::Serving(installation));
        }
        let installation = words.next().and_then(InstallationId::parse)?;
        let ids: Vec<TransferId> = words.map(TransferId::parse).collect::<Option<_>>()?;
        match (first, ids.as_slice()) {
            ("leaving", []) => Some(Self::Leaving(installation)),
            ("moved", [to]) => Some(Self::Moved { installation, to: *to }),
            ("receiving", [name, run]) => Some(Self::Receiving { installation, name: *name, run: *run }),
            _ => None,
        }
    }
}

/// What it means for whoever wants to use the ledger.
impl Display for ServiceState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "it is new: no installation has used it yet",
            Self::Serving(_) => "it is in service",
            Self::Leaving(_) => {
                "its records are being taken to another ledger by `subrosa-server migrate`, which has not ended yet: run the \
                 same command again, to its end; or open this ledger again by the same command with --from and --to exchanged"
            }
            Self::Moved { .. } => {
                "its records were taken to another ledger by `subrosa-server migrate`, and are served from there: name that \
                 one with --ledger; to come back here, migrate from there"
            }
            Self::Receiving { .. } => {
                "it is being filled by `subrosa-server migrate`, which has not ended yet: run the same command again, to its \
                 end"
            }
        })
    }
}

/// Names a transfer, or one run of it. 8 random bytes as hexadecimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferId(u64);

impl TransferId {
    /// Draws a new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(u64::from_be_bytes(crate::random::bytes()))
    }

    fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Self)
    }
}

impl Display for TransferId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_from_its_text() {
        let installation = InstallationId::generate();
        let id = || installation.clone();
        let all = [
            ServiceState::New,
            ServiceState::Serving(id()),
            ServiceState::Leaving(id()),
            ServiceState::Moved { installation: id(), to: TransferId::generate() },
            ServiceState::Receiving { installation: id(), name: TransferId(0), run: TransferId::generate() },
        ];
        for state in all {
            assert_eq!(ServiceState::from_text(state.to_text().as_deref()), Some(state));
        }
        let texts = [
            "",
            "moved",
            "moved:",
            "leaving:x",
            "receiving:ID:0123456789abcdef",
            "ID:",
            "ID:ID",
            "moved:ID:+123456789abcdef",
        ];
        for text in texts.map(|text| text.replace("ID", installation.as_str())) {
            assert_eq!(ServiceState::from_text(Some(&text)), None, "{text}");
        }
    }
}
