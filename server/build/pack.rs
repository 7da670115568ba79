//! A file as it is, and packed as well as gzip and brotli can. Brotli takes seconds for a large
//! module, so what was packed before is kept, beside what it was made of.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Where the forms of a file lie. Without a packed form if that would not be smaller.
pub(crate) struct Packed {
    pub(crate) plain: PathBuf,
    pub(crate) gzip: Option<PathBuf>,
    pub(crate) brotli: Option<PathBuf>,
}

/// Packs a file, unless that was done before.
pub(crate) fn pack(place: &Path, bytes: &[u8]) -> io::Result<Packed> {
    let beside = |end: &str| PathBuf::from(format!("{}~{end}", place.display()));
    let (plain, gzip, brotli) = (beside("plain"), beside("gz"), beside("br"));
    if !fs::read(&plain).is_ok_and(|before| before == bytes) {
        fs::create_dir_all(place.parent().expect("a file has a folder"))?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes)?;
        fs::write(&gzip, encoder.finish()?)?;
        let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
        let mut packed = Vec::new();
        brotli::BrotliCompress(&mut &*bytes, &mut packed, &params)?;
        fs::write(&brotli, packed)?;
        // Last: what stands here says that the others are there.
        fs::write(&plain, bytes)?;
    }
    let if_smaller = |file: PathBuf| -> io::Result<Option<PathBuf>> {
        Ok((fs::metadata(&file)?.len() < bytes.len() as u64).then_some(file))
    };
    Ok(Packed { gzip: if_smaller(gzip)?, brotli: if_smaller(brotli)?, plain })
}
