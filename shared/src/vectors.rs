//! Test vectors: files from which any implementation of the protocol can be checked, this one
//! natively and in wasm. PROTOCOL.md section 11 describes their form. Only built with the feature
//! `vectors`.

mod builder;
mod derived;
mod edges;
mod generate;
mod keyring;
mod push;
mod run;

use std::collections::BTreeMap;

pub use generate::generate;
pub use run::run;

/// First line of every vector.
const MAGIC: &str = "subrosa vector 1";

/// A vector: named texts, an empty line, bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    fields: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Vector {
    /// Reads a vector from a file's bytes.
    ///
    /// # Errors
    /// The file is not a vector.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let split = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or("no empty line after the header")?;
        let header = std::str::from_utf8(&bytes[..split]).map_err(|_| "the header is not UTF-8")?;
        let mut lines = header.lines();
        if lines.next() != Some(MAGIC) {
            return Err("not a vector".to_owned());
        }
        let mut fields = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").ok_or_else(|| format!("malformed line {line:?}"))?;
            if fields.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(format!("{name} stands there twice"));
            }
        }
        Ok(Self { fields, body: bytes[split + 2..].to_vec() })
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{MAGIC}\n").into_bytes();
        for (name, value) in &self.fields {
            bytes.extend_from_slice(format!("{name}: {value}\n").as_bytes());
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes
    }

    fn field(&self, name: &str) -> Result<&str, String> {
        self.fields.get(name).map(String::as_str).ok_or_else(|| format!("no field {name}"))
    }

    /// A field that is a decimal number.
    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        self.field(name)?.parse().map_err(|_| format!("{name} is not a number"))
    }

    /// A field of bytes in hexadecimal.
    fn bytes<const LEN: usize>(&self, name: &str) -> Result<[u8; LEN], String> {
        let text = self.field(name)?;
        let digits: Option<Vec<u8>> = (0..text.len())
            .step_by(2)
            .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        digits
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| format!("{name} is not {LEN} bytes in hexadecimal"))
    }
}

fn expect(what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected}, found {found}")) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
