//! Real logs, found beside the workspace; a test that lacks them says so and passes.
#![allow(dead_code, unreachable_pub, missing_docs)]

use std::path::PathBuf;
use std::process::Command;

/// The bytes of a file of the `logs` folder, unpacked by `xz` where it is packed.
pub fn real(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("BOOTRACE_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")),
        PathBuf::from,
    );
    let plain = folder.join("logs").join(name);
    if plain.is_file() {
        return std::fs::read(plain).ok();
    }
    let packed = folder.join("logs").join(format!("{name}.xz"));
    if !packed.is_file() {
        eprintln!("SKIPPED: {name} is not in {}", folder.display());
        return None;
    }
    match Command::new("xz").arg("-dkc").arg(&packed).output() {
        Ok(output) if output.status.success() => Some(output.stdout),
        _ => {
            eprintln!("SKIPPED: xz could not unpack {name}");
            None
        }
    }
}

/// Random numbers that are the same in every run (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.next() >> 32) as u8).collect()
    }
}

/// Every damage a reader has to bear: each prefix of a short input or a few hundred of a long one, and copies with
/// bytes changed, cut out or doubled.
pub fn damaged(data: &[u8], seed: u64, mut read: impl FnMut(&[u8])) {
    let step = (data.len() / 300).max(1);
    for length in (0..data.len()).step_by(step) {
        read(&data[..length]);
    }
    let mut random = Random(seed);
    for _ in 0..200 {
        let mut copy = data.to_vec();
        for _ in 0..1 + random.next() % 16 {
            if copy.is_empty() {
                break;
            }
            let at = (random.next() % copy.len() as u64) as usize;
            match random.next() % 4 {
                0 => copy[at] = (random.next() >> 40) as u8,
                1 => copy[at] ^= 1 << (random.next() % 8),
                2 => copy.truncate(at.max(1)),
                _ => {
                    let end = (at + (random.next() % 64) as usize).min(copy.len());
                    copy.drain(at..end);
                }
            }
        }
        read(&copy);
    }
    for length in [0, 1, 2, 3, 7, 16, 100, 4096] {
        read(&random.bytes(length));
    }
}
