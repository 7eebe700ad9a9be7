//! Real logs, found beside the workspace. A test that lacks them says so and passes.
#![allow(dead_code, unreachable_pub, missing_docs)]

/// The bytes of a file of the `logs` folder. A file packed by `xz` is unpacked.
pub fn real(name: &str) -> Option<Vec<u8>> {
    test_data::bytes(&format!("logs/{name}"))
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

/// Every damage that a reader must withstand: each prefix of a short input or a few hundred of a long one, and copies
/// with bytes changed, cut out or doubled.
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

/// A key of a made hive.
#[derive(Default, Clone)]
pub struct MadeKey {
    pub name: String,
    pub values: Vec<(String, u32, Vec<u8>)>,
    pub subkeys: Vec<MadeKey>,
}

impl MadeKey {
    pub fn new(name: &str) -> MadeKey {
        MadeKey { name: name.to_owned(), ..MadeKey::default() }
    }

    pub fn dword(mut self, name: &str, value: u32) -> MadeKey {
        self.values.push((name.to_owned(), 4, value.to_le_bytes().to_vec()));
        self
    }

    /// Text (1), or a list of texts (7) with `\0` between them.
    pub fn text(mut self, name: &str, kind: u32, value: &str) -> MadeKey {
        let bytes = format!("{value}\0").encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.values.push((name.to_owned(), kind, bytes));
        self
    }

    pub fn bytes(mut self, name: &str, value: Vec<u8>) -> MadeKey {
        self.values.push((name.to_owned(), 3, value));
        self
    }

    pub fn key(mut self, key: MadeKey) -> MadeKey {
        self.subkeys.push(key);
        self
    }

    /// A key below this one, and those between them.
    pub fn at(mut self, path: &str, key: MadeKey) -> MadeKey {
        match path.split_once('\\') {
            None if path.is_empty() => self.key(key),
            _ => {
                let (name, rest) = path.split_once('\\').unwrap_or((path, ""));
                let found = self.subkeys.iter().position(|subkey| subkey.name == name);
                let subkey = found.map_or_else(|| MadeKey::new(name), |at| self.subkeys.remove(at));
                self.key(subkey.at(rest, key))
            }
        }
    }

    /// The hive with this key as its root. `ri` puts an index over the lists of subkeys.
    pub fn hive(&self, ri: bool) -> Vec<u8> {
        let mut bins = vec![0; 32];
        let root = self.write(&mut bins, ri, u32::MAX);
        let free = (4096 - bins.len() % 4096) % 4096;
        if free > 0 {
            let at = bins.len();
            bins.resize(at + free, 0);
            bins[at..at + 4].copy_from_slice(&(free as u32).to_le_bytes());
        }
        let size = bins.len() as u32;
        bins[..4].copy_from_slice(b"hbin");
        bins[8..12].copy_from_slice(&size.to_le_bytes());
        let mut header = vec![0; 4096];
        header[..4].copy_from_slice(b"regf");
        for (at, number) in
            [(4, 7), (8, 7), (0x14, 1), (0x18, 5), (0x20, 1), (0x24, root), (0x28, size), (0x2C, 1)]
        {
            header[at..at + 4].copy_from_slice(&u32::to_le_bytes(number));
        }
        let checksum =
            header[..0x1FC].chunks(4).fold(0, |sum, four| sum ^ u32::from_le_bytes(four.try_into().unwrap()));
        header[0x1FC..0x200].copy_from_slice(&checksum.to_le_bytes());
        header.extend(bins);
        header
    }

    fn write(&self, bins: &mut Vec<u8>, ri: bool, parent: u32) -> u32 {
        let mut node = vec![0; 0x4C];
        node[..2].copy_from_slice(b"nk");
        node[2] = 0x20;
        node.extend(self.name.as_bytes());
        let offset = cell(bins, &node);
        let mut list = Vec::new();
        for (name, kind, data) in &self.values {
            let mut value = vec![0; 0x14];
            value[..2].copy_from_slice(b"vk");
            value[2..4].copy_from_slice(&(name.len() as u16).to_le_bytes());
            value[12..16].copy_from_slice(&kind.to_le_bytes());
            value[16] = 1;
            value.extend(name.as_bytes());
            let (size, place) = if data.len() <= 4 {
                let mut inline = [0; 4];
                inline[..data.len()].copy_from_slice(data);
                (data.len() as u32 | 0x8000_0000, u32::from_le_bytes(inline))
            } else if data.len() > 16_344 {
                let segments: Vec<u8> =
                    data.chunks(16_344).flat_map(|segment| cell(bins, segment).to_le_bytes()).collect();
                let mut big = b"db".to_vec();
                big.extend((segments.len() as u16 / 4).to_le_bytes());
                big.extend(cell(bins, &segments).to_le_bytes());
                (data.len() as u32, cell(bins, &big))
            } else {
                (data.len() as u32, cell(bins, data))
            };
            value[4..8].copy_from_slice(&size.to_le_bytes());
            value[8..12].copy_from_slice(&place.to_le_bytes());
            list.extend(cell(bins, &value).to_le_bytes());
        }
        let values = if list.is_empty() { u32::MAX } else { cell(bins, &list) };
        let mut subkeys = b"lh".to_vec();
        subkeys.extend((self.subkeys.len() as u16).to_le_bytes());
        for subkey in &self.subkeys {
            subkeys.extend(subkey.write(bins, ri, offset).to_le_bytes());
            subkeys.extend([0; 4]);
        }
        let mut lists = if self.subkeys.is_empty() { u32::MAX } else { cell(bins, &subkeys) };
        if ri && !self.subkeys.is_empty() {
            lists = cell(bins, &[b"ri\x01\0", &lists.to_le_bytes()[..]].concat());
        }
        let fields = [
            (0x10, parent),
            (0x14, self.subkeys.len() as u32),
            (0x1C, lists),
            (0x24, self.values.len() as u32),
            (0x28, values),
            (0x48, self.name.len() as u32),
        ];
        for (at, number) in fields {
            let at = offset as usize + 4 + at;
            bins[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        offset
    }
}

/// Writes an allocated cell and returns its offset.
fn cell(bins: &mut Vec<u8>, content: &[u8]) -> u32 {
    let offset = bins.len() as u32;
    let size = (content.len() + 4).next_multiple_of(8);
    bins.extend((-(size as i32)).to_le_bytes());
    bins.extend(content);
    bins.resize(offset as usize + size, 0);
    offset
}
