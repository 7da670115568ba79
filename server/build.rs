//! Makes the folder of generated pages if nobody has yet, so that the server builds without them.

use std::path::Path;

fn main() {
    let web = Path::new("../web-wasm");
    for folder in ["pages", "generated"] {
        let folder = web.join(folder);
        // If it cannot be made, embedding it fails and says so.
        let _ = std::fs::create_dir_all(&folder);
        println!("cargo::rerun-if-changed={}", folder.display());
    }
}
