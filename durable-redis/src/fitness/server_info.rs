//! What one machine says of itself.

use std::collections::HashMap;

use redis::{RedisError, RedisResult, Value, from_redis_value};

use crate::address::Address;
use crate::connection::Connector;
use crate::node_error::NodeError;

/// What one machine says of itself; `None` for what it does not tell.
#[derive(Debug)]
pub(super) struct ServerInfo {
    pub(super) address: Address,
    /// In the numbers of Redis.
    pub(super) version: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub(super) mode: Option<String>,
    pub(super) is_replica: bool,
    /// Those that follow it.
    pub(super) replicas: Vec<Address>,
    /// Or why it does not tell.
    pub(super) settings: Result<HashMap<String, String>, String>,
    /// Whether it knows `WAITAOF`, and its user may ask for it.
    waits_for_disks: bool,
}

impl ServerInfo {
    pub(super) async fn at(connector: &Connector) -> Result<Self, NodeError> {
        let address = connector.address().clone();
        let mut connection = connector.connect().await?;
        let mut pipeline = redis::pipe();
        pipeline.cmd("INFO").arg("server").cmd("INFO").arg("replication");
        pipeline.cmd("CONFIG").arg("GET").arg(&["appendonly", "appendfsync", "maxmemory", "maxmemory-policy"]);
        pipeline.cmd("WAITAOF").arg(&[0, 0, 1]).ignore_errors();
        let answers: RedisResult<Vec<RedisResult<Value>>> = pipeline.query_async(&mut connection).await;
        let answers = answers.map_err(|error| NodeError::answering(&address, error))?;
        let [server, replication, settings, waited] =
            <[_; 4]>::try_from(answers).expect("four commands have four answers");
        // Both refusals are one to the operator.
        let refusal = [&server, &replication, &settings].into_iter().find_map(|answer| answer.as_ref().err());
        let settings = match refusal {
            Some(error) if error.code() == Some("NOAUTH") => return Err(NodeError::answering(&address, error.clone())),
            Some(error) => Err(error.detail().unwrap_or("refused").to_owned()),
            None => Ok(settings.ok().and_then(|value| from_redis_value(value).ok()).unwrap_or_default()),
        };
        let text = |answer: RedisResult<Value>| -> String {
            answer.ok().and_then(|value| from_redis_value(value).ok()).unwrap_or_default()
        };
        let (server, replication) = (text(server), text(replication));
        let replicas = replication.lines().filter(|line| line.starts_with("slave"));
        Ok(Self {
            version: field(&server, "redis_version").map(str::to_owned),
            mode: field(&server, "redis_mode").map(str::to_owned),
            is_replica: field(&replication, "role") == Some("slave"),
            replicas: replicas.filter_map(follower).collect(),
            settings,
            waits_for_disks: waited.map_or_else(|error| is_refused_as_replica(&error), |_| true),
            address,
        })
    }

    /// Whether it can say if a write is on its disk: it knows how to, and writes there.
    pub(super) fn tells_what_is_on_disk(&self) -> bool {
        let keeps = |settings: &HashMap<String, String>| settings.get("appendonly").is_some_and(|value| value == "yes");
        self.waits_for_disks && self.settings.as_ref().is_ok_and(keeps)
    }

    /// How much it may hold, in bytes; for the log.
    pub(super) fn memory(&self) -> &str {
        let setting = self.settings.as_ref().ok().and_then(|settings| settings.get("maxmemory"));
        match setting.map(String::as_str) {
            None => "unknown",
            Some("0") => "no limit",
            Some(bytes) => bytes,
        }
    }
}

/// A replica knows the command too, and takes it once it is a primary.
fn is_refused_as_replica(error: &RedisError) -> bool {
    error.code() == Some("ERR") && error.detail().is_some_and(|detail| detail.contains("replica"))
}

/// `name:value` of `INFO`.
fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    Some(info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.trim())
}

/// Reads `slave0:ip=127.0.0.1,port=7001,state=online,offset=1,lag=0`, if it has all data of its
/// primary.
fn follower(line: &str) -> Option<Address> {
    let (_, line) = line.split_once(':')?;
    let value = |name: &str| line.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let address = Address { host: value("ip")?.to_owned(), port: value("port")?.parse().ok()? };
    (value("state")? == "online").then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_follow_have_all_data() {
        let address = Address { host: "::1".to_owned(), port: 7 };
        assert_eq!(follower("slave0:ip=::1,port=7,state=online,offset=14,lag=1"), Some(address));
        assert_eq!(follower("slave0:ip=::1,port=7,state=wait_bgsave,offset=0,lag=0"), None);
        assert_eq!(follower("slave_repl_offset:7"), None);
    }
}
