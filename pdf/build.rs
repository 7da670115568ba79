//! How much memory the module may take. A file can ask for any amount.

/// 768 MiB: the file, its pictures, and the page that is drawn.
const MEMORY_BYTES_MAX: u32 = 768 * 1024 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=--max-memory={MEMORY_BYTES_MAX}");
    }
}
