//! Compresses the pages and the browser modules once, as well as brotli can, and makes a list of what came out. Makes the
//! folder of generated modules if nobody has yet, so that the server builds without them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use brotli::enc::BrotliEncoderParams;

fn main() -> io::Result<()> {
    let web = Path::new("../web-wasm");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    let mut list = "&[\n".to_owned();
    for (folder, served_under) in [("pages", ""), ("generated", "wasm/")] {
        let from = web.join(folder);
        // If it cannot be made, embedding it fails and says so.
        let _ = fs::create_dir_all(&from);
        println!("cargo::rerun-if-changed={}", from.display());
        let mut names = Vec::new();
        list_files(&from, "", &mut names)?;
        names.sort();
        for name in names {
            let packed = out.join("packed").join(folder).join(&name);
            let file = fs::read(from.join(&name))?;
            if pack(&file, &packed)? {
                let _ = writeln!(list, "({:?}, include_bytes!({packed:?})),", format!("{served_under}{name}"));
            }
        }
    }
    fs::write(out.join("packed.rs"), list + "]\n")
}

/// All files below a folder, by their paths with `/` between the names.
fn list_files(folder: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_files(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// Compresses a file, unless that was done before. Whether it is worth it.
fn pack(file: &[u8], packed: &Path) -> io::Result<bool> {
    // What it was made of stands beside it.
    let source = PathBuf::from(format!("{}~source", packed.display()));
    if fs::read(&source).is_ok_and(|before| before == file) {
        return Ok(fs::metadata(packed)?.len() < file.len() as u64);
    }
    fs::create_dir_all(packed.parent().expect("a file has a folder"))?;
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: file.len(), ..Default::default() };
    let mut bytes = Vec::new();
    brotli::BrotliCompress(&mut &*file, &mut bytes, &params)?;
    fs::write(packed, &bytes)?;
    fs::write(source, file)?;
    Ok(bytes.len() < file.len())
}
