//! Checks at start: whether the machines keep what they acknowledge. What is wrong is told all at
//! once, with what to set, and with the name by which an operator accepts it.

mod server_info;

use std::collections::HashMap;

use self::server_info::ServerInfo;
use super::error::Error;
use super::map::PrimarySlots;
use super::redis_url::{RedisUrl, Topology};
use super::replicas::Acknowledgement;
use super::unsafe_settings::{Finding, Risk, UnsafeSettings};

/// Slots of a Cluster.
const SLOTS_COUNT: usize = 16_384;
/// The oldest version, in the numbers of Redis, that Valkey tells too.
const VERSION_MIN: u32 = 7;

/// What an operator wants of the ledger's machines.
#[derive(Clone, Debug, Default)]
pub struct DurabilityPolicy {
    /// How many replicas acknowledge every write. Unless given, as many as the primary with the
    /// fewest has at start, which is not to be fewer than before.
    pub replicas: Option<u32>,
    /// What may be wrong all the same.
    pub accepted: Vec<Risk>,
}

/// Looks at every primary and its replicas. Answers how writes are to be acknowledged.
///
/// # Errors
/// A machine cannot be reached, or something is wrong and not accepted.
pub(super) async fn check(
    url: &RedisUrl,
    serving: &[PrimarySlots],
    policy: &DurabilityPolicy,
) -> Result<Acknowledgement, Error> {
    let mut findings = Vec::new();
    let mut primaries = Vec::new();
    for primary in serving {
        let info = ServerInfo::at(&url.connector(&primary.address)).await?;
        check_primary(url, &info, &mut findings);
        check_settings(&info, &mut findings);
        primaries.push(info);
    }
    check_slots(url, serving, &mut findings);
    let mut on_disk = primaries.iter().all(ServerInfo::tells_what_is_on_disk);
    for address in primaries.iter().flat_map(|primary| &primary.replicas) {
        match ServerInfo::at(&url.connector(address)).await {
            // It may become the primary.
            Ok(info) => {
                check_settings(&info, &mut findings);
                on_disk &= info.tells_what_is_on_disk();
            }
            Err(error) => tracing::warn!(?error, "a replica of the ledger cannot be checked"),
        }
    }
    let replicas = check_replicas(url, &primaries, policy, &mut findings);
    accept(findings, policy)?;
    let memory: HashMap<_, _> = primaries.iter().map(|info| (info.address.to_string(), info.memory())).collect();
    tracing::info!(replicas, on_disk, ?memory, "the ledger's machines are fit");
    Ok(Acknowledgement { replicas, on_disk: on_disk && replicas > 0, prefix: url.prefix().into() })
}

/// Fewer replicas acknowledge than before.
///
/// # Errors
/// Neither is that many what the operator said, nor is it accepted.
pub(super) fn check_fewer_replicas(before: u32, now: u32, policy: &DurabilityPolicy) -> Result<(), UnsafeSettings> {
    if policy.replicas.is_some() {
        return Ok(());
    }
    let text = format!(
        "the replicas that follow every primary are now {now}, but {before} have acknowledged every change before: connect \
         them, say --ledger-replicas {now} if they are gone for good",
    );
    accept(vec![Finding { text, risk: Some(Risk::Replicas) }], policy)
}

/// Says in the log what is accepted; all else is an error.
fn accept(findings: Vec<Finding>, policy: &DurabilityPolicy) -> Result<(), UnsafeSettings> {
    let is_accepted = |finding: &Finding| finding.risk.is_some_and(|risk| policy.accepted.contains(&risk));
    let (accepted, refused): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_accepted);
    if !refused.is_empty() {
        return Err(UnsafeSettings(refused));
    }
    for finding in accepted {
        tracing::warn!("accepted, for the ledger: {}", finding.text);
    }
    Ok(())
}

fn check_primary(url: &RedisUrl, info: &ServerInfo, findings: &mut Vec<Finding>) {
    let address = &info.address;
    let mut never = |text: String| findings.push(Finding { text, risk: None });
    match (url.topology(), info.mode.as_deref()) {
        (Topology::Single | Topology::Sentinel(_), Some("cluster")) => {
            never(format!("{address} is a node of a Cluster: write redis+cluster://"));
        }
        (_, Some("sentinel")) => never(format!("{address} is a Sentinel: write redis+sentinel://")),
        _ => {}
    }
    if info.is_replica {
        never(format!("{address} is a replica: name its primary, or write redis+sentinel://"));
    }
}

fn check_settings(info: &ServerInfo, findings: &mut Vec<Finding>) {
    let address = &info.address;
    let mut find =
        |risk: Option<Risk>, text: String| findings.push(Finding { text: format!("{address} {text}"), risk });
    if let Some(version) = info.version.as_deref()
        && version.split('.').next().and_then(|major| major.parse().ok()).is_none_or(|major: u32| major < VERSION_MIN)
    {
        find(None, format!("is version {version}: {VERSION_MIN}.0 or later is needed"));
    }
    let settings = match &info.settings {
        Ok(settings) => settings,
        Err(why) => {
            let text = format!("does not tell how it is set ({why}): allow its user CONFIG GET and INFO");
            return find(Some(Risk::Unchecked), text);
        }
    };
    let setting = |name: &str| settings.get(name).map_or("unknown", String::as_str);
    if setting("appendonly") != "yes" {
        let text = "has appendonly no, and forgets what it acknowledged when it ends: set appendonly yes";
        find(Some(Risk::AppendOnly), text.to_owned());
    } else if setting("appendfsync") != "always" {
        let text = format!(
            "has appendfsync {}, and forgets what it just acknowledged when power is lost: set appendfsync always",
            setting("appendfsync"),
        );
        find(Some(Risk::AppendFsync), text);
    }
    if setting("maxmemory-policy") != "noeviction" {
        let text = format!(
            "has maxmemory-policy {}, and deletes records when memory runs out: set maxmemory-policy noeviction",
            setting("maxmemory-policy"),
        );
        find(Some(Risk::Eviction), text);
    }
}

fn check_slots(url: &RedisUrl, serving: &[PrimarySlots], findings: &mut Vec<Finding>) {
    let served: usize = serving.iter().flat_map(|serving| &serving.slots).map(ExactSizeIterator::len).sum();
    if *url.topology() == Topology::Cluster && served != SLOTS_COUNT {
        let missing = SLOTS_COUNT - served.min(SLOTS_COUNT);
        let text = format!(
            "{missing} of the Cluster's {SLOTS_COUNT} slots are served by nobody: see redis-cli --cluster check"
        );
        findings.push(Finding { text, risk: None });
    }
}

/// How many replicas acknowledge a write.
fn check_replicas(
    url: &RedisUrl,
    primaries: &[ServerInfo],
    policy: &DurabilityPolicy,
    findings: &mut Vec<Finding>,
) -> u32 {
    let count = |info: &ServerInfo| u32::try_from(info.replicas.len()).unwrap_or(u32::MAX);
    let fewest = primaries.iter().map(count).min().unwrap_or(0);
    let changes_roles = *url.topology() != Topology::Single;
    let wanted = policy.replicas.unwrap_or(fewest.max(u32::from(changes_roles)));
    for info in primaries.iter().filter(|info| count(info) < wanted) {
        let (address, count) = (&info.address, count(info));
        let text = match policy.replicas {
            Some(_) => format!(
                "{address} has {count} replicas that follow, and --ledger-replicas wants {wanted}: connect more"
            ),
            None => format!(
                "{address} has no replica that follows, so a change of roles forgets what was acknowledged: connect one, \
                 say --ledger-replicas 0",
            ),
        };
        findings.push(Finding { text, risk: Some(Risk::Replicas) });
    }
    // Accepted: what was asked for is still waited for, but nothing that nobody asked for.
    policy.replicas.unwrap_or(fewest)
}
