//! What is asked for: a script, with its keys and arguments.

use redis::Cmd;

/// A script. Sent by the name of its text; the text only to a machine that does not know it yet.
#[derive(Debug)]
pub struct Script {
    text: &'static str,
    hash: String,
}

impl Script {
    /// Names a script. Kept in a `static` [`LazyLock`](std::sync::LazyLock).
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self { text, hash: redis::Script::new(text).get_hash().to_owned() }
    }
}

/// A script with its keys, all of one tag, and its arguments.
#[derive(Clone, Debug)]
pub struct Invocation {
    script: &'static Script,
    keys: Vec<Vec<u8>>,
    args: Vec<Vec<u8>>,
    repeatable: bool,
}

impl Invocation {
    /// Of a script, without keys and arguments.
    #[must_use]
    pub fn of(script: &'static Script) -> Self {
        Self { script, keys: Vec::new(), args: Vec::new(), repeatable: false }
    }

    /// Adds a key.
    #[must_use]
    pub fn key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Vec<u8>>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Says that running it twice does what running it once does, even with others in between: a
    /// lost answer is then asked for again.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// The command, by the script's name.
    pub(super) fn by_name(&self) -> Cmd {
        self.command("EVALSHA", &self.script.hash)
    }

    /// The command with the script's text, after which its name is known.
    pub(super) fn by_text(&self) -> Cmd {
        self.command("EVAL", self.script.text)
    }

    fn command(&self, name: &str, script: &str) -> Cmd {
        let mut command = redis::cmd(name);
        command.arg(script).arg(self.keys.len()).arg(&self.keys).arg(&self.args);
        command
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    #[test]
    fn keys_come_before_arguments() {
        static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new("return 1"));
        let packed = Invocation::of(&SCRIPT).arg("a").key("k").by_text().get_packed_command();
        let packed = String::from_utf8(packed).unwrap();
        assert_eq!(packed, "*5\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$1\r\nk\r\n$1\r\na\r\n");
    }
}
