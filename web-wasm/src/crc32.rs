//! CRC-32 as zip has it, sixteen bytes at a time ("slicing-by-16"). The tables are made when an
//! archive is: they would be a tenth of what a first visit loads.

const POLYNOMIAL: u32 = 0xedb8_8320;
const SLICES: usize = 16;

/// The tables.
pub(crate) struct Crc32(Box<[[u32; 256]; SLICES]>);

impl Crc32 {
    pub(crate) fn new() -> Self {
        let mut tables = Box::new([[0; 256]; SLICES]);
        for (byte, entry) in (0..).zip(&mut tables[0]) {
            *entry = (0..8).fold(byte, |crc: u32, _| (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 });
        }
        for slice in 1..SLICES {
            tables[slice] = tables[slice - 1].map(|crc| (crc >> 8) ^ tables[0][usize::from(crc as u8)]);
        }
        Self(tables)
    }

    /// The checksum of what had the given one, and these bytes behind it. That of nothing is 0.
    pub(crate) fn update(&self, crc: u32, bytes: &[u8]) -> u32 {
        let (chunks, rest) = bytes.as_chunks::<SLICES>();
        let crc = chunks.iter().fold(!crc, |crc, chunk| {
            let mut mixed = *chunk;
            for (byte, crc) in mixed.iter_mut().zip(crc.to_le_bytes()) {
                *byte ^= crc;
            }
            mixed.iter().zip(self.0.iter().rev()).fold(0, |crc, (byte, table)| crc ^ table[usize::from(*byte)])
        });
        !rest.iter().fold(crc, |crc, byte| (crc >> 8) ^ self.0[0][usize::from(crc as u8 ^ byte)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_checksum_of_zip_however_the_bytes_are_cut() {
        let crc32 = Crc32::new();
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(crc32.update(0, b"123456789"), 0xcbf4_3926);
        let bytes: Vec<u8> = (0..1000_u32).map(|i| (i * i % 251) as u8).collect();
        let whole = crc32.update(0, &bytes);
        for cut in [0, 1, 15, 16, 17, 500, 999] {
            assert_eq!(crc32.update(crc32.update(0, &bytes[..cut]), &bytes[cut..]), whole, "{cut}");
        }
    }
}
