//! The test vectors, natively. The same files run in wasm: `web-wasm/vectors.mjs`.
#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn every_vector_holds() {
    let failures: Vec<_> = files()
        .iter()
        .filter_map(|(name, bytes)| subrosa_shared::vectors::run(bytes).err().map(|error| format!("{name}: {error}")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_files_are_those_that_the_generator_makes() {
    let generated: BTreeMap<_, _> = subrosa_shared::vectors::generate().into_iter().collect();
    assert!(generated.len() > 50);
    assert_eq!(files(), generated, "run: cargo run -p subrosa-shared --features vectors --example write_vectors");
}

#[test]
fn a_vector_that_expects_something_else_fails() {
    for (name, bytes) in files() {
        // What a vector of each kind compares in the end.
        let field: &[u8] = match name.split('-').next().unwrap() {
            "keys" => b"\nreceipt: ",
            "push" if name.starts_with("push-keys") => b"\nreceipt: ",
            "phrase" => b"\nkeyring-secret: ",
            "padding" => b"\npadded-len: ",
            "part" => b"\ndigest: ",
            _ => b"\nexpect: ",
        };
        let at = bytes.windows(field.len()).position(|window| window == field).unwrap() + field.len();
        let mut bad = bytes.clone();
        bad[at] = if bad[at] == b'1' { b'2' } else { b'1' };
        assert!(subrosa_shared::vectors::run(&bad).is_err(), "{name}");
    }
}
