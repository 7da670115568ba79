//! Writes the test vectors:
//! `cargo run -p subrosa-shared --features vectors --example write_vectors`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    for (name, bytes) in subrosa_shared::vectors::generate() {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
