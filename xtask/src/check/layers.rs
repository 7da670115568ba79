//! The layer rule: arrows between crates go one way, and `shared` does no I/O.

use anyhow::{Context, Result};
use serde_json::Value;

use super::verdict;
use crate::{cargo, process};

/// Every package and what it may know of the others, for building and for testing alike.
const ARROWS: &[(&str, &[&str])] = &[
    ("subrosa-aead", &[]),
    ("subrosa-unicode", &[]),
    ("subrosa-shared", &["subrosa-aead", "subrosa-unicode"]),
    ("subrosa-lifecycle", &["subrosa-shared"]),
    ("subrosa-durable-redis", &[]),
    ("subrosa-server", &["subrosa-durable-redis", "subrosa-lifecycle", "subrosa-shared"]),
    ("subrosa-web", &["subrosa-shared"]),
    ("subrosa-pdf", &[]),
    ("subrosa-tests", &["subrosa-shared"]),
    ("subrosa-fuzz-targets", &["subrosa-lifecycle", "subrosa-server", "subrosa-shared", "subrosa-web"]),
    ("xtask", &[]),
];

/// What a package may know of another for its tests only: those of the server, and of what it
/// reaches Redis by, start the Redis processes that the end-to-end tests start too. Those run the
/// server as a program and do not know it as a library, so the arrows make no circle.
const FOR_TESTS: &[(&str, &str)] = &[("subrosa-durable-redis", "subrosa-tests"), ("subrosa-server", "subrosa-tests")];

/// What would bring I/O, a runtime, a clock, randomness or a browser into `shared`. Below
/// `subrosa-unicode` nobody looks: it asks the browser about text.
const NOT_IN_SHARED: &[&str] = &[
    "async-std",
    "axum",
    "chrono",
    "fantoccini",
    "futures-util",
    "getrandom",
    "http",
    "hyper",
    "js-sys",
    "object_store",
    "rand",
    "redis",
    "reqwest",
    "rusqlite",
    "smol",
    "sqlx",
    "time",
    "tokio",
    "tower",
    "tracing",
    "wasm-bindgen",
    "web-sys",
    "web-time",
];

/// Both halves of the rule.
pub(super) fn check() -> Result<()> {
    let metadata = process::output(cargo::command().args(["metadata", "--no-deps", "--format-version=1"]))?;
    let mut findings = wrong_arrows(&serde_json::from_str(&metadata)?)?;

    let mut tree = cargo::command();
    tree.args(["tree", "--package", "subrosa-shared", "--edges", "normal", "--target", "all", "--prefix", "none"]);
    let tree = process::output(tree.args(["--prune", "subrosa-unicode"]))?;
    findings.extend(not_in_shared(&tree));
    verdict(&findings)
}

fn wrong_arrows(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let mut findings = Vec::new();
    for package in packages {
        let from = package["name"].as_str().context("a package without name")?;
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == from) else {
            findings.push(format!("{from} has no place in xtask/src/check/layers.rs"));
            continue;
        };
        // A dependency with a path is a neighbour.
        let all = package["dependencies"].as_array().into_iter().flatten();
        for neighbour in all.filter(|dependency| dependency["path"].is_string()) {
            let to = neighbour["name"].as_str().context("a dependency without name")?;
            let for_tests = neighbour["kind"] == "dev" && FOR_TESTS.contains(&(from, to));
            if !allowed.contains(&to) && !for_tests {
                findings.push(format!("{from} depends on {to}"));
            }
        }
    }
    Ok(findings)
}

fn not_in_shared(tree: &str) -> Vec<String> {
    let mut names: Vec<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    let forbidden = names.into_iter().filter(|name| NOT_IN_SHARED.contains(name));
    forbidden
        .map(|name| format!("subrosa-shared depends on {name} (`cargo tree -p subrosa-shared -i {name}`)"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_arrow_that_points_back_is_found_and_so_is_a_stranger() {
        let metadata = json!({"packages": [
            {"name": "subrosa-shared", "dependencies": [{"name": "subrosa-server", "path": "/x/server"}]},
            {"name": "subrosa-server", "dependencies": [{"name": "subrosa-shared", "path": "/x/shared"}, {"name": "axum"}]},
            {"name": "subrosa-new", "dependencies": []},
        ]});
        let findings = wrong_arrows(&metadata).expect("it is well formed");
        assert_eq!(findings[0], "subrosa-shared depends on subrosa-server");
        assert!(findings[1].starts_with("subrosa-new has no place"));
        assert_eq!(findings.len(), 2);
    }

    #[test]
    fn what_is_for_tests_is_found_where_the_product_is_built_of_it() {
        let to_tests = |kind: Value| {
            let dependency = json!({"name": "subrosa-tests", "path": "/x/tests", "kind": kind});
            json!({"packages": [{"name": "subrosa-server", "dependencies": [dependency]}]})
        };
        assert!(wrong_arrows(&to_tests(json!("dev"))).expect("it is well formed").is_empty());
        assert_eq!(
            wrong_arrows(&to_tests(Value::Null)).expect("it is well formed"),
            ["subrosa-server depends on subrosa-tests"]
        );
    }

    #[test]
    fn a_runtime_in_shared_is_found_however_deep() {
        let findings = not_in_shared("subrosa-shared v0.1.0 (/x)\nserde v1.0.0\ntokio v1.0.0\ntokio v1.0.0 (*)\n");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("depends on tokio"));
    }
}
