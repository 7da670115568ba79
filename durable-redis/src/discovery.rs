//! Asks who is primary of what: Sentinels, or the machines of a Cluster.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value, from_redis_value};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::address::Address;
use super::connection::Connector;
use super::map::PrimarySlots;
use super::node_error::NodeError;
use super::redis_url::{RedisUrl, Topology};

/// Until one machine has said what it knows.
const ONE_WAIT: Duration = Duration::from_secs(1);
/// For the others, after the first has: one may know more than another.
const OTHERS_WAIT: Duration = Duration::from_millis(150);

/// What one machine knows, and how new that is.
struct TopologyReport {
    /// Whether it finds that all is well.
    is_well: bool,
    /// Counts the changes of roles.
    epoch: u64,
    serving: Vec<PrimarySlots>,
}

/// Asks everybody at once, believes who knows of the latest change.
pub(super) async fn discover(url: &RedisUrl, known: Vec<Address>) -> Result<Vec<PrimarySlots>, NodeError> {
    let mut asked = JoinSet::new();
    match url.topology() {
        Topology::Single => {
            let address = url.addresses()[0].clone();
            return Ok(vec![PrimarySlots { address, slots: Vec::new() }]);
        }
        Topology::Sentinel(name) => {
            for connectors in url.sentinels() {
                let name = name.clone();
                asked.spawn(async move { one(connectors[0].address(), ask_sentinel(&connectors, &name)).await });
            }
        }
        Topology::Cluster => {
            let mut machines = url.addresses().to_vec();
            machines.extend(known);
            machines.sort();
            machines.dedup();
            for connector in machines.iter().map(|address| url.connector(address)) {
                asked.spawn(async move { one(connector.address(), ask_cluster(&connector)).await });
            }
        }
    }
    let mut best: Option<TopologyReport> = None;
    let mut last_error = None;
    let mut until = Instant::now() + ONE_WAIT * 2;
    while let Ok(Some(answer)) = timeout_at(until, asked.join_next()).await {
        match answer.unwrap_or_else(|_| Err(NodeError::NotRun("asking failed".to_owned()))) {
            Ok(report) => {
                if best.is_none() {
                    until = Instant::now() + OTHERS_WAIT;
                }
                let is_better = |best: &TopologyReport| (report.is_well, report.epoch) > (best.is_well, best.epoch);
                if best.as_ref().is_none_or(is_better) {
                    best = Some(report);
                }
            }
            Err(one) => last_error = Some(one),
        }
    }
    let nobody = || last_error.unwrap_or_else(|| NodeError::NotRun("nobody says who is primary".to_owned()));
    Ok(best.ok_or_else(nobody)?.serving)
}

async fn one(
    address: &Address,
    asking: impl Future<Output = Result<TopologyReport, NodeError>>,
) -> Result<TopologyReport, NodeError> {
    timeout(ONE_WAIT, asking).await.unwrap_or_else(|_| Err(NodeError::NotRun(format!("{address} does not answer"))))
}

/// Without a login first: most Sentinels have none, and refuse one.
async fn ask_sentinel([without, with]: &[Connector; 2], name: &str) -> Result<TopologyReport, NodeError> {
    let address = without.address();
    let mut answer = ask_for_primary(without, name).await?;
    if answer.as_ref().is_err_and(|error| error.code() == Some("NOAUTH")) {
        answer = ask_for_primary(with, name).await?;
    }
    let fields = answer.map_err(|error| match NodeError::answering(address, error) {
        NodeError::Failed(error) if error.to_string().contains("No such master") => {
            NodeError::NotRun(format!("{address} does not know a primary of that name"))
        }
        NodeError::Failed(_) => NodeError::NotRun(format!("{address} is no Sentinel")),
        other => other,
    })?;
    let fields: Vec<(String, String)> = from_redis_value(fields).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let (host, port) = (field("ip"), field("port").and_then(|port| port.parse().ok()));
    let (Some(host), Some(port)) = (host, port) else { return Err(nonsense(address)) };
    let serving = vec![PrimarySlots { address: Address { host: host.to_owned(), port }, slots: Vec::new() }];
    let epoch = field("config-epoch").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
    // All of them may find that it is down: it is the latest all the same.
    Ok(TopologyReport { is_well: true, epoch, serving })
}

async fn ask_for_primary(sentinel: &Connector, name: &str) -> Result<RedisResult<Value>, NodeError> {
    let mut connection = sentinel.connect().await?;
    Ok(redis::cmd("SENTINEL").arg("MASTER").arg(name).query_async(&mut connection).await)
}

fn nonsense(address: &Address) -> NodeError {
    NodeError::NotRun(format!("{address} answers what makes no sense"))
}

async fn ask_cluster(connector: &Connector) -> Result<TopologyReport, NodeError> {
    let mut connection = connector.connect().await?;
    let mut pipeline = redis::pipe();
    pipeline.cmd("CLUSTER").arg("INFO").cmd("CLUSTER").arg("SLOTS").ignore_errors();
    let answers: RedisResult<Vec<RedisResult<Value>>> = pipeline.query_async(&mut connection).await;
    let address = connector.address();
    let node_error = |error| match NodeError::answering(address, error) {
        NodeError::Failed(_) => NodeError::NotRun(format!("{address} is no node of a Cluster")),
        other => other,
    };
    let mut answers = answers.map_err(node_error)?.into_iter();
    let mut next = || answers.next().expect("two commands have two answers").map_err(node_error);
    let info: String = from_redis_value(next()?).unwrap_or_default();
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let epoch = field("cluster_current_epoch").and_then(|epoch| epoch.trim().parse().ok()).unwrap_or(0);
    let is_well = field("cluster_state").is_some_and(|state| state.trim() == "ok");
    let serving = serving(address, next()?).ok_or_else(|| nonsense(address))?;
    Ok(TopologyReport { is_well, epoch, serving })
}

/// Reads the answer to `CLUSTER SLOTS`: arrays of first slot, last slot, primary, replicas.
fn serving(asked: &Address, answer: Value) -> Option<Vec<PrimarySlots>> {
    let Value::Array(ranges) = answer else { return None };
    let mut all: Vec<PrimarySlots> = Vec::new();
    for range in ranges {
        let Value::Array(range) = range else { return None };
        let [Value::Int(first), Value::Int(last), Value::Array(primary), ..] = range.as_slice() else { return None };
        let [host, Value::Int(port), ..] = primary.as_slice() else { return None };
        // Who does not know its own name means: where you asked me.
        let host = match host {
            Value::BulkString(host) if !host.is_empty() => String::from_utf8(host.clone()).ok()?,
            _ => asked.host.clone(),
        };
        let address = Address { host, port: u16::try_from(*port).ok()? };
        let slots = u16::try_from(*first).ok()?..=u16::try_from(*last).ok()?;
        match all.iter_mut().find(|serving| serving.address == address) {
            Some(serving) => serving.slots.push(slots),
            None => all.push(PrimarySlots { address, slots: vec![slots] }),
        }
    }
    Some(all)
}

/// The slots of keys, as the Cluster counts them.
pub(super) async fn slots_of(
    connection: &mut MultiplexedConnection,
    address: &Address,
    keys: impl Iterator<Item = String>,
) -> Result<Vec<u16>, NodeError> {
    let mut pipeline = redis::pipe();
    for key in keys {
        pipeline.cmd("CLUSTER").arg("KEYSLOT").arg(key);
    }
    pipeline.query_async(connection).await.map_err(|error| NodeError::answering(address, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_one_primary_are_put_together() {
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let machine = |host: &str, port| Value::Array(vec![text(host), Value::Int(port), text("id")]);
        let range = |first, last, host, port| {
            Value::Array(vec![Value::Int(first), Value::Int(last), machine(host, port), machine("replica", 9)])
        };
        let asked = Address { host: "asked".to_owned(), port: 1 };
        let answer = Value::Array(vec![range(0, 4, "a", 7), range(5, 5, "", 8), range(6, 16383, "a", 7)]);
        let a = PrimarySlots { address: Address { host: "a".to_owned(), port: 7 }, slots: vec![0..=4, 6..=16383] };
        let b = PrimarySlots { address: Address { host: "asked".to_owned(), port: 8 }, slots: vec![5..=5] };
        assert_eq!(serving(&asked, answer), Some(vec![a, b]));
        assert_eq!(serving(&asked, Value::Okay), None);
    }
}
