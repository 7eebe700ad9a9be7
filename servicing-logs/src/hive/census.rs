//! What a hive holds, what of it can be reached, and what was lost.

use std::collections::HashSet;

use super::{HEADER, Hive, MAX_DEPTH};
use crate::bytes::u32_at;

/// An account of a hive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiveCensus {
    /// Bins with a good header.
    pub bins: u64,
    /// Blocks of 4096 bytes that should begin or belong to a bin and do not.
    pub bad_blocks: u64,
    /// Bytes of bins that the header claims and the file lacks.
    pub missing_bytes: u64,
    /// Key nodes in the bins, reachable or not.
    pub key_nodes: u64,
    /// Keys that the tree leads to.
    pub reachable_keys: u64,
    /// Key nodes in allocated cells that the tree does not lead to.
    pub unreachable_keys: u64,
    /// Values that were read.
    pub values: u64,
    /// Subkeys and values that the tree names and that cannot be read.
    pub losses: u64,
    /// The first of them: path of the key, and what is wrong. At most [`MAX_LOSSES_KEPT`].
    pub lost: Vec<(String, String)>,
    /// Names of the first unreachable keys, as far as their parents can be followed.
    pub unreachable: Vec<String>,
}

/// Losses described in [`HiveCensus::lost`] and [`HiveCensus::unreachable`]; all are counted.
pub const MAX_LOSSES_KEPT: usize = 64;

impl Hive<'_> {
    /// Walks all bins and the whole tree.
    pub fn census(&self) -> HiveCensus {
        let mut census = HiveCensus {
            missing_bytes: u64::from(self.header.bins_size).saturating_sub(self.header.bins_present),
            ..HiveCensus::default()
        };
        let nodes = self.count_cells(&mut census);
        let reached = self.walk(&mut census);
        for offset in nodes {
            if !reached.contains(&offset) {
                census.unreachable_keys += 1;
                if census.unreachable.len() < MAX_LOSSES_KEPT {
                    census.unreachable.push(self.path_up(offset));
                }
            }
        }
        census
    }

    /// Counts bins and cells. Returns the offsets of all allocated key nodes.
    fn count_cells(&self, census: &mut HiveCensus) -> Vec<u32> {
        let mut nodes = Vec::new();
        let mut at = 0usize;
        while at < self.bins.len() {
            let size = u32_at(self.bins, at + 8).unwrap_or_default() as usize;
            let is_bin = self.bins.get(at..).is_some_and(|bin| bin.starts_with(b"hbin"));
            if !is_bin || size < HEADER || !size.is_multiple_of(HEADER) {
                census.bad_blocks += 1;
                at += HEADER;
                continue;
            }
            census.bins += 1;
            let end = at.saturating_add(size).min(self.bins.len());
            let mut cell = at + 32;
            while let Some(size) = u32_at(self.bins.get(..end).unwrap_or_default(), cell) {
                let length = size.cast_signed().unsigned_abs() as usize;
                if length < 8 || !length.is_multiple_of(8) {
                    break;
                }
                let is_key = self.bins.get(cell + 4..).is_some_and(|content| content.starts_with(b"nk"));
                if is_key && size.cast_signed() < 0 {
                    census.key_nodes += 1;
                    nodes.extend(u32::try_from(cell));
                }
                cell = cell.saturating_add(length);
            }
            at = end.max(at + HEADER);
        }
        nodes
    }

    /// Visits every key the tree leads to, each once.
    fn walk(&self, census: &mut HiveCensus) -> HashSet<u32> {
        let mut reached = HashSet::new();
        let root = match self.root() {
            Ok(root) => root,
            Err(error) => {
                census.lose(String::new(), error.to_string());
                return reached;
            }
        };
        reached.insert(root.offset);
        let mut open = vec![(root, String::new(), 0usize)];
        while let Some((key, path, depth)) = open.pop() {
            census.reachable_keys += 1;
            for value in key.values() {
                match value {
                    Ok(_) => census.values += 1,
                    Err(error) => census.lose(path.clone(), error.to_string()),
                }
            }
            for subkey in key.subkeys() {
                match subkey {
                    Ok(subkey) if depth >= MAX_DEPTH => {
                        census
                            .lose(path.clone(), format!("{} lies deeper than {MAX_DEPTH} keys", subkey.name));
                    }
                    Ok(subkey) if reached.insert(subkey.offset) => {
                        let path = match path.as_str() {
                            "" => subkey.name.clone(),
                            path => format!("{path}\\{}", subkey.name),
                        };
                        open.push((subkey, path, depth + 1));
                    }
                    Ok(subkey) => {
                        census.lose(path.clone(), format!("{} is listed a second time", subkey.name))
                    }
                    Err(error) => census.lose(path.clone(), error.to_string()),
                }
            }
        }
        reached
    }

    /// The path of a key by its parents, as far as they can be read.
    fn path_up(&self, offset: u32) -> String {
        let mut names = Vec::new();
        let mut at = offset;
        while names.len() < MAX_DEPTH
            && let Ok(key) = self.key_at(at)
        {
            let is_root = at == self.root;
            if is_root {
                break;
            }
            at = key.parent;
            names.push(key.name);
        }
        names.reverse();
        names.join("\\")
    }
}

impl HiveCensus {
    fn lose(&mut self, path: String, what: String) {
        self.losses += 1;
        if self.lost.len() < MAX_LOSSES_KEPT {
            self.lost.push((path, what));
        }
    }
}
