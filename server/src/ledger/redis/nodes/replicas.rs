//! What has to be true of replicas before a write is answered.

use std::time::Duration;

use redis::{Cmd, RedisResult, Value};

use super::tag::Tag;

/// Until as many replicas as it takes have said that they have it.
const WAIT: Duration = Duration::from_millis(1_500);

/// How writes are acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Acknowledgement {
    /// By how many replicas.
    pub(in super::super) replicas: u32,
    /// Whether they, and the primary, are asked if it is on their disks. Not every server can tell.
    pub(in super::super) on_disk: bool,
}

impl Acknowledgement {
    /// What is sent behind a batch, on the connection that it was sent on: something that is written even if the batch
    /// changed nothing, because a primary only waits for what this connection wrote; then the wait.
    pub(super) fn commands(self, tag: Tag) -> Option<[Cmd; 2]> {
        if self.replicas == 0 {
            return None;
        }
        let mut write = redis::cmd("SET");
        write.arg(format!("subrosa:{{{tag}}}:acknowledged")).arg(1);
        let mut wait = redis::cmd(if self.on_disk { "WAITAOF" } else { "WAIT" });
        if self.on_disk {
            wait.arg(1);
        }
        wait.arg(self.replicas).arg(u64::try_from(WAIT.as_millis()).expect("a few seconds"));
        Some([write, wait])
    }

    /// Whether the answers to these commands say that it is acknowledged.
    pub(super) fn is_given(self, answers: &[RedisResult<Value>]) -> bool {
        let [Ok(_), Ok(waited)] = answers else { return false };
        let enough = |value: &Value| matches!(value, Value::Int(count) if *count >= i64::from(self.replicas));
        match waited {
            Value::Array(counts) => match counts.as_slice() {
                [Value::Int(own), replicas] => *own >= 1 && enough(replicas),
                _ => false,
            },
            count => enough(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_or_an_error_is_no_acknowledgement() {
        let wait = Acknowledgement { replicas: 2, on_disk: false };
        let error = || Err((redis::ErrorKind::Client, "no").into());
        assert!(wait.is_given(&[Ok(Value::Okay), Ok(Value::Int(2))]));
        assert!(!wait.is_given(&[Ok(Value::Okay), Ok(Value::Int(1))]));
        assert!(!wait.is_given(&[error(), Ok(Value::Int(2))]));
        assert!(!wait.is_given(&[Ok(Value::Okay), error()]));
        assert!(!wait.is_given(&[]));
        let on_disk = Acknowledgement { on_disk: true, ..wait };
        let counts = |own, replicas| [Ok(Value::Okay), Ok(Value::Array(vec![Value::Int(own), Value::Int(replicas)]))];
        assert!(on_disk.is_given(&counts(1, 2)));
        assert!(!on_disk.is_given(&counts(0, 2)) && !on_disk.is_given(&counts(1, 1)));
    }
}
