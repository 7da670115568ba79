//! What has to be true of replicas before a write is answered.

use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, RedisResult, Value};

use super::tag::Tag;

/// Until as many replicas as it takes have said that they have it.
const WAIT: Duration = Duration::from_millis(1_200);
/// Before they are asked about their disks, they get this long at most to say that they have it.
const HEAD_START: Duration = Duration::from_millis(500);
/// Until they have said that it is on their disks. A replica whose disk was not ready when it was
/// asked says so once a second only, so it gets two turns.
const DISK_WAIT: Duration = Duration::from_millis(2_100);
/// Writes a key. A script, because a plain `SET` is refused when the memory is full, and ends of
/// shares are not.
const WRITE: &str = "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1], 1)";

/// How writes are acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Acknowledgement {
    /// By how many replicas.
    pub(super) replicas: u32,
    /// Whether they, and the primary, are asked if it is on their disks. Not every server can tell.
    pub(super) on_disk: bool,
    /// What the names of keys begin with.
    pub(super) prefix: Arc<str>,
}

impl Acknowledgement {
    /// What is sent behind a batch, on the connection that it was sent on: something that is
    /// written even if the batch changed nothing, because a primary only waits for what this
    /// connection wrote (Redis 7.0 for what it saw, too; 8.2 does not); then the wait. Nothing if
    /// nobody has to acknowledge anything.
    pub(super) fn commands(&self, tag: Tag) -> Vec<Cmd> {
        if self.replicas == 0 {
            return Vec::new();
        }
        let millis = |wait: Duration| u64::try_from(wait.as_millis()).expect("a few seconds");
        let [mut write, mut wait, mut wait_for_disks] = ["EVAL", "WAIT", "WAITAOF"].map(redis::cmd);
        write.arg(WRITE).arg(1).arg(tag.key(&self.prefix, "acknowledged"));
        wait.arg(self.replicas).arg(millis(if self.on_disk { HEAD_START } else { WAIT }));
        let mut commands = vec![write, wait];
        if self.on_disk {
            // Asked at once, a replica answers before it has written to its disk, and says the rest
            // only a second later.
            wait_for_disks.arg(1).arg(self.replicas).arg(millis(DISK_WAIT));
            commands.push(wait_for_disks);
        }
        commands
    }

    /// Whether the answers to these commands say that it is acknowledged.
    pub(super) fn is_given(&self, answers: &[RedisResult<Value>]) -> bool {
        let enough = |value: &Value| matches!(value, Value::Int(count) if *count >= i64::from(self.replicas));
        match answers {
            [] => self.replicas == 0,
            [Ok(_), Ok(acknowledged)] => !self.on_disk && enough(acknowledged),
            // What is on their disks they have, however late they said so.
            [Ok(_), Ok(_), Ok(Value::Array(on_disk))] => {
                matches!(&on_disk[..], [Value::Int(own), replicas] if *own >= 1 && enough(replicas))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_or_an_error_is_no_acknowledgement() {
        let wait = Acknowledgement { replicas: 2, on_disk: false, prefix: "subrosa".into() };
        let error = || Err((redis::ErrorKind::Client, "no").into());
        assert!(wait.is_given(&[Ok(Value::Okay), Ok(Value::Int(2))]));
        assert!(!wait.is_given(&[Ok(Value::Okay), Ok(Value::Int(1))]));
        assert!(!wait.is_given(&[error(), Ok(Value::Int(2))]));
        assert!(!wait.is_given(&[Ok(Value::Okay), error()]));
        assert!(!wait.is_given(&[]));
        let on_disk = Acknowledgement { on_disk: true, ..wait };
        let counts = |at_first, own, replicas| {
            let counts = Value::Array(vec![Value::Int(own), Value::Int(replicas)]);
            [Ok(Value::Okay), Ok(Value::Int(at_first)), Ok(counts)]
        };
        assert!(on_disk.is_given(&counts(2, 1, 2)));
        assert!(on_disk.is_given(&counts(0, 1, 2)), "late, and on their disks");
        assert!(!on_disk.is_given(&counts(2, 0, 2)) && !on_disk.is_given(&counts(2, 1, 1)));
        assert!(!on_disk.is_given(&[Ok(Value::Okay), Ok(Value::Int(2)), error()]));
        assert!(!on_disk.is_given(&[Ok(Value::Okay), Ok(Value::Int(2))]));
    }

    #[test]
    fn as_many_answers_are_expected_as_commands_were_sent() {
        for (replicas, on_disk) in [(0, false), (1, false), (1, true)] {
            let acknowledgement = Acknowledgement { replicas, on_disk, prefix: "subrosa".into() };
            let all_well = |command: Cmd| match command.args_iter().next() {
                Some(redis::Arg::Simple(b"WAITAOF")) => Ok(Value::Array(vec![Value::Int(1), Value::Int(1)])),
                _ => Ok(Value::Int(1)),
            };
            let answers: Vec<_> = acknowledgement.commands(Tag::LEDGER).into_iter().map(all_well).collect();
            assert!(acknowledgement.is_given(&answers), "{acknowledgement:?}");
        }
    }
}
