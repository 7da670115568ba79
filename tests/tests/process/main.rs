//! The real server over HTTP, without a browser: races, crashes, full disks, slow clients, and what
//! is left on disk.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod bucket;
mod canary;
mod crash;
mod crowds;
mod disk_full;
mod editions;
mod ending;
mod failing_disk;
mod guessing;
mod limits;
mod log;
mod migrate;
mod operations;
mod proxy;
mod pushes;
mod python;
mod refused;
mod slow;
mod start;
mod strangers;

use subrosa_shared::problem::ProblemType;
use subrosa_tests::bytes::noise;
use subrosa_tests::client::Error;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

/// The smallest part size: many parts without many bytes.
const SMALL_PART: u32 = 64 * 1024;

/// One file of noise in small parts.
fn small_parts(len: usize, seed: u64) -> (Vec<Source>, Package) {
    sealed(len, seed, SMALL_PART)
}

/// One file of noise in parts of some size.
fn sealed(len: usize, seed: u64, part_bytes: u32) -> (Vec<Source>, Package) {
    let files = vec![Source::new("noise.bin", noise(len, seed))];
    let terms = Terms { part_bytes: Some(part_bytes), ..Terms::default() };
    let package = Package::seal(&files, &terms).unwrap();
    (files, package)
}

/// Uploads and makes one link; its text.
async fn send(server: &Server, package: &Package, terms: &LinkTerms) -> String {
    let secret = server.client().send(package, terms).await.unwrap();
    format!("{}/s#{}", server.origin(), *secret.to_token())
}

/// Fails unless the call failed for that reason.
#[track_caller]
fn assert_problem<T: std::fmt::Debug>(result: Result<T, Error>, expected: ProblemType) {
    match result {
        Err(error) if error.problem() == Some(expected) => {}
        other => panic!("expected {}, got {other:?}", expected.uri()),
    }
}

/// Fails unless files came out as they went in.
#[track_caller]
fn assert_same_files(found: &[Source], expected: &[Source]) {
    let paths = |files: &[Source]| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(found), paths(expected));
    for (found, expected) in found.iter().zip(expected) {
        subrosa_tests::bytes::assert_same(&found.bytes, &expected.bytes, &expected.path);
    }
}
