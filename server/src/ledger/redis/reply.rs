//! What scripts answer: a word that says how it went, then values.

use redis::{FromRedisValue, Value};

use super::fence::foreign;
use crate::ledger::{LedgerError, WriteId};

/// The answer of a script.
#[derive(Debug)]
pub(super) struct Reply {
    /// How it went.
    pub(super) word: String,
    values: std::vec::IntoIter<Value>,
}

impl Reply {
    /// Reads it. That the ledger is somebody else's is an error.
    pub(super) fn parse(answer: Value) -> Result<Self, LedgerError> {
        let mut values: std::vec::IntoIter<Value> = parse::<Vec<Value>>(answer)?.into_iter();
        let word = parse(values.next().unwrap_or(Value::Nil))?;
        let mut reply = Self { word, values };
        match reply.word.as_str() {
            "foreign" => Err(foreign(&reply.value::<String>()?)),
            _ => Ok(reply),
        }
    }

    /// The next value.
    pub(super) fn value<T: FromRedisValue>(&mut self) -> Result<T, LedgerError> {
        parse(self.values.next().unwrap_or(Value::Nil))
    }

    /// The next value, a write id.
    pub(super) fn write_id(&mut self) -> Result<WriteId, LedgerError> {
        let bytes: Vec<u8> = self.value()?;
        bytes.try_into().map(WriteId).map_err(|_| corrupt("a write id has 16 bytes"))
    }

    /// An answer that the program does not know.
    pub(super) fn strange(&self) -> LedgerError {
        corrupt(&format!("a script answered {:?}", self.word))
    }
}

fn parse<T: FromRedisValue>(value: Value) -> Result<T, LedgerError> {
    // The error would repeat the value.
    T::from_redis_value(value).map_err(|_| corrupt("a value has another type"))
}

pub(super) fn corrupt(what: &str) -> LedgerError {
    LedgerError::Corrupt(what.to_owned())
}
