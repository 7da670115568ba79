//! What can be wrong with machines, in words for the operator, and what of it can be accepted.

use std::fmt::{self, Display, Formatter};

use clap::ValueEnum;

/// Something wrong that an operator can accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Risk {
    /// Nothing but snapshots is kept on disk, or nothing at all.
    #[value(name = "appendonly")]
    AppendOnly,
    /// What was acknowledged is on disk only later.
    #[value(name = "appendfsync")]
    AppendFsync,
    /// A machine without room deletes what it holds.
    Eviction,
    /// Fewer replicas than wanted, or none where roles change by themselves.
    Replicas,
    /// A machine does not tell how it is set.
    Unchecked,
}

/// What is wrong with the ledger's machines, all of it. For the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsafeSettings(pub(super) Vec<Finding>);

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What, where, and what to do about it.
    pub(super) text: String,
    /// Unless it cannot be accepted.
    pub(super) risk: Option<Risk>,
}

impl Display for UnsafeSettings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the ledger's machines would not keep what they are given:")?;
        for Finding { text, risk } in &self.0 {
            write!(f, "\n- {text}")?;
            if let Some(value) = risk.and_then(|risk| risk.to_possible_value()) {
                write!(f, ", or accept it: --accept-ledger-risk {}", value.get_name())?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for UnsafeSettings {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_says_how_to_accept_it_if_it_can_be() {
        let finding = |text: &str, risk| Finding { text: text.to_owned(), risk };
        let refused =
            UnsafeSettings(vec![finding("a is a replica", None), finding("b forgets", Some(Risk::AppendFsync))]);
        let text = refused.to_string();
        assert!(
            text.ends_with("\n- a is a replica\n- b forgets, or accept it: --accept-ledger-risk appendfsync"),
            "{text}"
        );
    }
}
